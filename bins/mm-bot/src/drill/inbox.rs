//! A receiver of messages on loopback.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use tokio::net::TcpListener;

/// What was posted to it. Ends with the runtime.
#[derive(Clone, Debug)]
pub(super) struct Inbox {
    pub(super) url: String,
    got: Arc<Mutex<Vec<String>>>,
    answer: StatusCode,
}

impl Inbox {
    /// Opens it; a deaf one takes nothing.
    pub(super) async fn open(deaf: bool) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}/fire-drill", listener.local_addr()?);
        let answer = if deaf { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::NO_CONTENT };
        let inbox = Self { url, got: Arc::default(), answer };
        let app = Router::new().route("/fire-drill", post(take)).with_state(inbox.clone());
        tokio::spawn(async move {
            // Ends with the drill; a failure shows as a message that never comes.
            let _ = axum::serve(listener, app).await;
        });
        Ok(inbox)
    }

    /// The first message of a kind.
    pub(super) fn find(&self, kind: &str) -> Option<serde_json::Value> {
        let got = self.got.lock().unwrap_or_else(PoisonError::into_inner);
        let read = |body: &String| serde_json::from_str::<serde_json::Value>(body).ok();
        got.iter().filter_map(read).find(|message| message["kind"] == kind)
    }
}

async fn take(State(inbox): State<Inbox>, body: String) -> StatusCode {
    if inbox.answer.is_success() {
        inbox.got.lock().unwrap_or_else(PoisonError::into_inner).push(body);
    }
    inbox.answer
}
