//! The address at which feed handlers of this machine leave documents.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::post;
use hl_signals::MAX_DOCUMENT_BYTES;
use tokio::net::TcpListener;
use tokio::sync::mpsc::Sender;

use super::{News, Reader};
use crate::exit::{Exit, Failed};
use crate::runtime::keyfile::Secret;

#[derive(Clone, Debug)]
struct Desk {
    reader: Reader,
    token: Secret,
    sender: Sender<News>,
}

/// Listens until the runtime ends, and returns where.
///
/// # Errors
/// The address is taken, not ours, or not of this machine alone.
pub(super) async fn serve(
    reader: Reader,
    address: SocketAddr,
    token: Secret,
    sender: Sender<News>,
) -> Result<SocketAddr, Failed> {
    let failed = |why: String| {
        Failed::new(Exit::Preflight, format!("signals at {address}: {why}"))
            .hint("set signals.push_listen to an address of 127.0.0.1 that nothing else listens at")
    };
    if !address.ip().is_loopback() {
        return Err(failed("not of this machine alone".to_owned()));
    }
    let listener = TcpListener::bind(address).await.map_err(|e| failed(e.to_string()))?;
    let address = listener.local_addr().map_err(|e| failed(e.to_string()))?;
    let app = Router::new()
        .route("/signals", post(take))
        .layer(DefaultBodyLimit::max(MAX_DOCUMENT_BYTES))
        .with_state(Desk { reader, token, sender });
    tokio::spawn(async move {
        // Ends with the process; a failure shows as pushes that fail.
        let _ = axum::serve(listener, app).await;
    });
    Ok(address)
}

/// 204: taken. 401: not with this token. 400: no such document, and why. 413: too long. 503: the
/// bot has not kept up; push again later.
async fn take(
    State(desk): State<Desk>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, (StatusCode, String)> {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    if !desk.token.is(token.as_bytes()) {
        return Err((StatusCode::UNAUTHORIZED, "not with this token\n".to_owned()));
    }
    let news = desk.reader.read(body).await;
    let refused = news.what.as_ref().err().cloned();
    if desk.sender.try_send(news).is_err() {
        return Err((StatusCode::SERVICE_UNAVAILABLE, "busy; push again later\n".to_owned()));
    }
    match refused {
        None => Ok(StatusCode::NO_CONTENT),
        Some(why) => Err((StatusCode::BAD_REQUEST, format!("{why}\n"))),
    }
}
