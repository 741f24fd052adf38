//! Server-sent events: the document first, then its changes.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::sync::{OwnedSemaphorePermit, broadcast, oneshot};

use super::hub::{Message, Wish};
use super::server::Site;

/// How long a browser waits before it connects again. Milliseconds.
const RETRY_MS: u32 = 1_000;

/// One who looks.
struct Client {
    first: Option<Message>,
    changes: broadcast::Receiver<Message>,
    _permit: OwnedSemaphorePermit,
}

/// 200 with the stream; 503 when too many look already, or the loop has ended.
pub(super) async fn open(site: &Site) -> Response {
    let busy = |why: &'static str| (StatusCode::SERVICE_UNAVAILABLE, why).into_response();
    let Ok(permit) = std::sync::Arc::clone(&site.seats).try_acquire_owned() else {
        return busy("as many look as may\n");
    };
    let (answer, granted) = oneshot::channel();
    if site.wishes.send(Wish::Stream(answer)).await.is_err() {
        return busy("the run has ended\n");
    }
    let Ok((first, changes)) = granted.await else { return busy("the run has ended\n") };
    let client = Client { first: Some(first), changes, _permit: permit };
    let messages = stream::unfold(client, |mut client| async move {
        let message = client.next().await?;
        Some((Ok::<_, Infallible>(Bytes::copy_from_slice(message.as_bytes())), client))
    });
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(messages)).into_response()
}

impl Client {
    /// The next message; none ends the connection, and the browser begins anew.
    async fn next(&mut self) -> Option<Message> {
        if let Some(first) = self.first.take() {
            return Some(format!("retry: {RETRY_MS}\n{first}").into());
        }
        // One that is too far behind would need changes that are gone.
        self.changes.recv().await.ok()
    }
}
