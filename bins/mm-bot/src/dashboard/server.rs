//! The thread that serves the dashboard.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, Uri, header};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, Semaphore, mpsc, oneshot};

use super::history::{self, Past, Place};
use super::hub::{Hub, Wish};
use super::patience::Patient;
use super::snapshot::Run;
use super::{ASKS, Ask, Dashboard, NOTES, Settings, Tap, assets, control, guard, stream};
use crate::exit::{Exit, Failed};
use crate::runtime::keyfile::{self, Secret};
use crate::state::WordFile;

/// Streams at a time.
pub(super) const SEATS: usize = 8;
/// Wishes that may wait.
const WISHES: usize = 16;
/// The longest command. Bytes.
const BODY_MAX: usize = 4_096;
/// A connection on which nothing could be written for so long is closed.
pub(super) const UNREAD: Duration = Duration::from_secs(20);

/// What everything that answers needs.
#[derive(Clone, Debug)]
pub(super) struct Site {
    pub(super) wishes: mpsc::Sender<Wish>,
    pub(super) asks: mpsc::Sender<Ask>,
    pub(super) seats: Arc<Semaphore>,
    pub(super) token: Option<Secret>,
    pub(super) guessing: Arc<Mutex<()>>,
    pub(super) desk: WordFile,
    pub(super) past: Option<Past>,
}

/// What a dashboard is made of.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) run: Run,
    /// Where an operator leaves a word.
    pub(crate) desk: WordFile,
    /// Where its journal of decisions is, if one is kept.
    pub(crate) journal: Option<Place>,
}

/// Listens, if there is to be a dashboard, and starts its thread, which ends with the process.
///
/// # Errors
/// The address is taken, not ours, or not of this machine alone; the token cannot be read.
pub(crate) fn start(plan: Plan<'_>) -> Result<(Dashboard, Option<(Tap, SocketAddr)>), Failed> {
    let Plan { settings, mut run, desk, journal } = plan;
    let Some(address) = settings.listen else { return Ok((Dashboard::default(), None)) };
    let failed = |why: String| {
        Failed::new(Exit::Preflight, format!("dashboard at {address}: {why}"))
            .hint("set dashboard.listen to an address of 127.0.0.1 that nothing else listens at")
    };
    if !address.ip().is_loopback() {
        return Err(failed("not of this machine alone".to_owned()));
    }
    let token = settings.token_file.as_deref().map(keyfile::secret).transpose()?;
    run.controls = token.is_some();
    run.history = journal.is_some();
    let past = journal.map(|place| Past::start(place, run.clone())).transpose()?;
    let listener = std::net::TcpListener::bind(address).map_err(|e| failed(e.to_string()))?;
    listener.set_nonblocking(true).map_err(|e| failed(e.to_string()))?;
    let address = listener.local_addr().map_err(|e| failed(e.to_string()))?;
    let (asks, answers) = mpsc::channel(ASKS);
    let (notes, heard) = mpsc::channel(NOTES);
    let (wishes, wished) = mpsc::channel(WISHES);
    let lost = Arc::new(AtomicU64::new(0));
    let hub = Hub::new(run, asks.clone(), heard, Arc::clone(&lost), wished);
    let seats = Arc::new(Semaphore::new(SEATS));
    let site = Site { wishes, asks, seats, token, guessing: Arc::default(), desk, past };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let thread = std::thread::Builder::new().name("dashboard".to_owned());
    thread
        .spawn(move || {
            // Ends with the process; a failure shows as a page that does not load.
            let _ = runtime.block_on(serve(listener, hub, site));
        })
        .map_err(|e| Failed::new(Exit::Failure, format!("no thread for the dashboard: {e}")))?;
    Ok((Dashboard(Some(answers)), Some((Tap { notes, lost }, address))))
}

async fn serve(listener: std::net::TcpListener, hub: Hub, site: Site) -> std::io::Result<()> {
    let listener = Patient::new(TcpListener::from_std(listener)?, UNREAD);
    tokio::spawn(hub.run());
    axum::serve(listener, router(site)).await
}

pub(super) fn router(site: Site) -> Router {
    Router::new()
        .route("/api/snapshot", get(document))
        .route(
            "/api/stream",
            get(|State(site): State<Site>| async move { stream::open(&site).await }),
        )
        .route("/api/history", get(history::range))
        .route("/api/history/{at}", get(history::moment))
        .route("/api/control", post(control::take))
        .fallback(get(|uri: Uri| async move { assets::file(uri.path()) }))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(from_fn(guard::door))
        .with_state(site)
}

/// The document; 503 if the loop does not answer.
async fn document(State(site): State<Site>) -> Response {
    let (answer, text) = oneshot::channel();
    let sent = site.wishes.send(Wish::Snapshot(answer)).await;
    match (sent, text.await) {
        (Ok(()), Ok(Some(text))) => {
            ([(header::CONTENT_TYPE, "application/json")], text).into_response()
        }
        _ => (StatusCode::SERVICE_UNAVAILABLE, "the loop does not answer\n").into_response(),
    }
}
