//! Which request goes where.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, RawQuery, Request, State, WebSocketUpgrade};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use hl_sim::{Path, UNSUPPORTED_MEDIA_TYPE};
use hl_wire::Address;

use crate::actor::{Exchanger, Reply};
use crate::config::FrontConfig;
use crate::error::Gone;
use crate::listener::Cutter;
use crate::{slow, socket, truth};

/// The header on every answer.
const SIMULATOR: &str = "x-simulator";

const GREETING: &str = "hl-sim: a local simulator of Hyperliquid, not the real exchange.\n\
    POST /info, POST /exchange, GET /ws as there; GET /sim/truth and GET /sim/status only here.\n";

#[derive(Clone)]
struct Front {
    exchanger: Exchanger,
    body_max: usize,
    frame_max: usize,
    backlog_max: usize,
    patience: Duration,
}

/// All routes.
pub(crate) fn router(exchanger: Exchanger, config: &FrontConfig) -> Router {
    let front = Front {
        exchanger,
        body_max: config.body_max,
        frame_max: config.frame_max,
        backlog_max: config.backlog_max,
        patience: config.patience,
    };
    Router::new()
        .route("/info", post(|state, cutter, request| relay(state, cutter, Path::Info, request)))
        .route(
            "/exchange",
            post(|state, cutter, request| relay(state, cutter, Path::Exchange, request)),
        )
        .route("/ws", get(upgrade))
        .route("/sim/truth", get(tell_truth))
        .route("/sim/status", get(tell_status))
        .route("/", get(async || GREETING))
        .layer(from_fn(mark))
        .with_state(front)
}

async fn mark(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(SIMULATOR, HeaderValue::from_static("hl-sim"));
    response
}

async fn relay(
    State(front): State<Front>,
    ConnectInfo(cutter): ConnectInfo<Cutter>,
    path: Path,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    if !is_json(&parts.headers) {
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, UNSUPPORTED_MEDIA_TYPE).into_response();
    }
    let body = match read(body, &front).await {
        Ok(body) => body,
        Err(status) => return status.into_response(),
    };
    match front.exchanger.http(path, body).await {
        Ok(Reply::Answer { status, body, ms_per_byte }) => answer(status, body, ms_per_byte),
        Ok(Reply::Reset) => {
            cutter.cut();
            // Never written: the connection ends at the attempt.
            StatusCode::OK.into_response()
        }
        Err(gone) => unavailable(gone),
    }
}

/// Where a redirect leads: to the discard port, where nobody listens.
const ELSEWHERE: &str = "http://127.0.0.1:9/";

fn answer(status: u16, body: Vec<u8>, ms_per_byte: u64) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kind = if body.starts_with(b"<") {
        "text/html"
    } else if status.is_success() {
        "application/json"
    } else {
        "text/plain"
    };
    let body = if ms_per_byte == 0 { Body::from(body) } else { slow::body(body, ms_per_byte) };
    let mut response = (status, [(header::CONTENT_TYPE, kind)], body).into_response();
    if status.is_redirection() {
        let elsewhere = HeaderValue::from_static(ELSEWHERE);
        response.headers_mut().insert(header::LOCATION, elsewhere);
    }
    response
}

/// The body, within its bound and in time.
async fn read(body: Body, front: &Front) -> Result<Vec<u8>, StatusCode> {
    let bytes = tokio::time::timeout(front.patience, to_bytes(body, front.body_max)).await;
    let bytes = bytes.map_err(|_| StatusCode::REQUEST_TIMEOUT)?;
    bytes.map(|bytes| bytes.to_vec()).map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)
}

/// The rule by which the venue decides: `application/json` or `application/anything+json`, with or
/// without parameters.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(Ok(kind)) = headers.get(header::CONTENT_TYPE).map(HeaderValue::to_str) else {
        return false;
    };
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.strip_prefix("application/") {
        Some(subtype) => subtype == "json" || subtype.ends_with("+json"),
        None => false,
    }
}

async fn upgrade(State(front): State<Front>, upgrade: WebSocketUpgrade) -> Response {
    let Front { exchanger, frame_max, backlog_max, patience, .. } = front;
    upgrade
        .max_message_size(frame_max)
        .max_frame_size(frame_max)
        .on_upgrade(move |socket| socket::serve(socket, exchanger, backlog_max, patience))
}

async fn tell_truth(State(front): State<Front>, RawQuery(query): RawQuery) -> Response {
    let pairs = query.as_deref().unwrap_or_default().split('&');
    let user = pairs.filter_map(|pair| pair.strip_prefix("user=")).next();
    let user: Option<Address> = match user.map(str::parse).transpose() {
        Ok(user) => user,
        Err(_) => return (StatusCode::BAD_REQUEST, "user is not an address\n").into_response(),
    };
    let truth = front.exchanger.with(|exchange| exchange.truth()).await;
    let document = match (truth, user) {
        (Err(gone), _) => return unavailable(gone),
        (Ok(truth), None) => truth::whole(&truth),
        (Ok(truth), Some(user)) => match truth.accounts.get(&user) {
            Some(account) => truth::account(account),
            None => return (StatusCode::NOT_FOUND, "no such account\n").into_response(),
        },
    };
    ([(header::CONTENT_TYPE, "application/json")], document.to_string()).into_response()
}

async fn tell_status(State(front): State<Front>) -> Response {
    match front.exchanger.with(|exchange| exchange.background_status()).await {
        Ok(status) => format!("{}\n", status.unwrap_or_default()).into_response(),
        Err(gone) => unavailable(gone),
    }
}

fn unavailable(gone: Gone) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, gone.to_string()).into_response()
}
