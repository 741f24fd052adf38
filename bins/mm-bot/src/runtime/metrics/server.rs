//! The address where metrics are asked for.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::super::log::Log;
use crate::exit::{Exit, Failed};

/// The format of the answer.
const FORMAT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// A loop that has not answered by then is not running as it should.
const PATIENCE: Duration = Duration::from_secs(2);
/// Questions that may wait at a time; more are turned away.
const QUEUE: usize = 4;

/// One question, and where its answer goes.
type Ask = oneshot::Sender<String>;

/// The questions that have come. Without a server none ever does.
#[derive(Debug)]
pub(in crate::runtime) struct Scrapes(Option<mpsc::Receiver<Ask>>);

impl Scrapes {
    /// The next question; waits for ever where there is no server.
    pub(in crate::runtime) async fn next(&mut self) -> Ask {
        if let Some(receiver) = &mut self.0
            && let Some(ask) = receiver.recv().await
        {
            return ask;
        }
        self.0 = None;
        core::future::pending().await
    }
}

/// Listens at `address`, if there is one, until the runtime ends.
///
/// # Errors
/// The address is taken or not ours. Start with another one.
pub(in crate::runtime) async fn serve(
    address: Option<SocketAddr>,
    log: &mut Log,
) -> Result<Scrapes, Failed> {
    let Some(address) = address else { return Ok(Scrapes(None)) };
    let failed = |e| {
        Failed::new(Exit::Preflight, format!("metrics at {address}: {e}"))
            .hint("set metrics.listen to an address of this machine that nothing else listens at")
    };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let reach = if address.ip().is_loopback() { "this_machine" } else { "the_network" };
    log.line(&format!("metrics_evt=listening address={address} reach={reach}"));
    let (sender, receiver) = mpsc::channel(QUEUE);
    let app = Router::new().route("/metrics", get(scrape)).with_state(sender);
    tokio::spawn(async move {
        // Ends with the process; a failure shows as a scrape that fails.
        let _ = axum::serve(listener, app).await;
    });
    Ok(Scrapes(Some(receiver)))
}

async fn scrape(State(loops): State<mpsc::Sender<Ask>>) -> Response {
    let (answer, text) = oneshot::channel();
    let silent = || (StatusCode::SERVICE_UNAVAILABLE, "the loop does not answer\n").into_response();
    if loops.try_send(answer).is_err() {
        return silent();
    }
    match timeout(PATIENCE, text).await {
        Ok(Ok(text)) => ([(header::CONTENT_TYPE, FORMAT)], text).into_response(),
        _ => silent(),
    }
}
