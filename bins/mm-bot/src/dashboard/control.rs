//! What an operator may do from the page, with the token: the same as `mm-bot halt`, `resume`,
//! `cancel-all` and `flatten`, by the same way. A word is left on the desk, beside the journal, so
//! that it holds even if the process dies the next moment, and the loop is told that it lies there.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hl_client::clock;
use hl_engine::Operator;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, timeout};

use super::guard::{self, Refused};
use super::server::Site;
use super::{Ask, Want};
use crate::state::Word;

/// How long the loop may take to hear a word.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a cancel of everything may take until the venue confirms it.
const CONFIRM: Duration = Duration::from_secs(15);
/// Between two looks at whether it has, and after a wrong token.
const PAUSE: Duration = Duration::from_millis(100);
const PENALTY: Duration = Duration::from_secs(1);

/// What can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Deed {
    Halt,
    Resume,
    CancelAll,
    Flatten,
}

/// The body of a command.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Command {
    #[serde(rename = "do")]
    deed: Deed,
    /// The same word again: whoever sends it by mistake does not.
    confirm: Deed,
    #[serde(default)]
    reason: String,
}

/// 200: heard and obeyed; for `cancel-all` once the venue has confirmed. 400: no such command, or not
/// confirmed. 401: not with this token. 403: read-only. 503: the loop does not answer; a halt has been
/// left on the desk all the same, and the next run obeys it.
pub(super) async fn take(State(site): State<Site>, headers: HeaderMap, body: Bytes) -> Response {
    match guard::token(&headers, site.token.as_ref()) {
        Ok(()) => {}
        Err(Refused::ReadOnly) => {
            return no(StatusCode::FORBIDDEN, "read-only: dashboard.token_file is not set");
        }
        Err(Refused::Token) => {
            // One at a time, so that guessing is slow.
            let _one = site.guessing.lock().await;
            sleep(PENALTY).await;
            say(&site, "dashboard_evt=refused reason=token".to_owned());
            return no(StatusCode::UNAUTHORIZED, "not with this token");
        }
    }
    let json = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    if json != Some(b"application/json") {
        return no(StatusCode::BAD_REQUEST, "content-type must be application/json");
    }
    let command: Command = match serde_json::from_slice(&body) {
        Ok(command) => command,
        Err(error) => return no(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    if command.confirm != command.deed {
        return no(StatusCode::BAD_REQUEST, "not confirmed: `confirm` must repeat `do`");
    }
    obey(&site, &command).await
}

async fn obey(site: &Site, command: &Command) -> Response {
    let deed = json!(command.deed);
    let name = deed.as_str().unwrap_or_default();
    say(site, format!("dashboard_evt=control do={name}"));
    let now = clock::now();
    let reason = match command.reason.trim() {
        "" => format!("dashboard {name}"),
        why => format!("dashboard {name}: {why}"),
    };
    let (word, operator) = match command.deed {
        Deed::Halt | Deed::CancelAll => (Some(Word::halt(now, Some(&reason))), Operator::Halt),
        Deed::Resume => (Some(Word::Resume { at: now }), Operator::Resume),
        Deed::Flatten => (None, Operator::Flatten),
    };
    if let Some(word) = word {
        let file = site.desk.clone();
        let left = tokio::task::spawn_blocking(move || file.write(&word)).await;
        // A halt is heard even if the disk takes no word of it; it is then a plain one.
        if !matches!(left, Ok(Ok(()))) && operator == Operator::Resume {
            return no(StatusCode::SERVICE_UNAVAILABLE, "the disk takes no word");
        }
    }
    let (answer, heard) = oneshot::channel();
    let told = site.asks.send(Ask::Word(operator, answer)).await.is_ok();
    if !told || !matches!(timeout(PATIENCE, heard).await, Ok(Ok(()))) {
        return no(StatusCode::SERVICE_UNAVAILABLE, "the loop does not answer");
    }
    if command.deed != Deed::CancelAll {
        return axum_json(StatusCode::OK, &json!({ "done": deed }));
    }
    match remaining(site).await {
        Some(left) => axum_json(StatusCode::OK, &json!({ "done": deed, "remaining": left })),
        None => no(StatusCode::SERVICE_UNAVAILABLE, "heard; the venue has not confirmed it yet"),
    }
}

/// Orders that may remain, once the venue has confirmed; none if it does not in time.
async fn remaining(site: &Site) -> Option<u32> {
    let until = Instant::now() + CONFIRM;
    while Instant::now() < until {
        let (answer, look) = oneshot::channel();
        site.asks.send(Ask::Look(Want::Glance, answer)).await.ok()?;
        if let Some(left) = look.await.ok()?.stopped {
            return Some(left);
        }
        sleep(PAUSE).await;
    }
    None
}

fn say(site: &Site, line: String) {
    // A loop that is busy has more important things to write down.
    let _ = site.asks.try_send(Ask::Say(line));
}

fn no(status: StatusCode, why: &str) -> Response {
    axum_json(status, &json!({ "error": why }))
}

fn axum_json(status: StatusCode, value: &serde_json::Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], format!("{value}\n")).into_response()
}
