//! A moment of the past: the engine is driven through the journal of decisions to it, and shown by
//! the same document as the present.
//!
//! One thread does it, one moment at a time. It keeps one engine, which only goes forward: for a
//! moment before it, it begins anew. So it takes the memory of one more engine, whatever the length
//! of the journal; how long a moment takes depends on how far it is from the last one, and meanwhile
//! it says how far it has come.

mod cursor;
mod follow;

use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use hl_client::clock;
use serde_json::json;

use self::cursor::Cursor;
use super::server::Site;
use super::snapshot::Run;

/// What a run writes is in its journal after so long. Milliseconds.
const WRITTEN_MS: u64 = 3_000;
/// How long an answer waits before it says how far it has come.
const PATIENCE: Duration = Duration::from_millis(800);

/// Where the journal of a run is.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) dir: PathBuf,
    /// The run, as in the names of its files.
    pub(crate) run: String,
}

/// The way to the thread.
#[derive(Clone, Debug)]
pub(super) struct Past {
    shared: Arc<Shared>,
    from: u64,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<Asked>,
    changed: Condvar,
    /// For those who wait in the other world.
    done: tokio::sync::Notify,
}

/// What is wanted and what is there.
#[derive(Debug, Default)]
struct Asked {
    wanted: Option<u64>,
    /// How far the engine has come.
    at: u64,
    shown: Option<(u64, Result<Arc<str>, String>)>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Asked> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Past {
    /// Starts the thread, which ends with the process.
    ///
    /// # Errors
    /// The system has no thread left.
    pub(super) fn start(place: Place, run: Run) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let from = run.started;
        let worker = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("history".to_owned());
        thread.spawn(move || work(&worker, &place, &run))?;
        Ok(Self { shared, from })
    }
}

/// Goes where somebody wants to look, for ever.
fn work(shared: &Shared, place: &Place, run: &Run) {
    let mut cursor: Option<Cursor> = None;
    loop {
        let wanted = {
            let mut state = shared.lock();
            loop {
                match state.wanted {
                    Some(wanted) if state.shown.as_ref().is_none_or(|(at, _)| *at != wanted) => {
                        break wanted;
                    }
                    _ => {
                        let woken = shared.changed.wait(state);
                        state = woken.unwrap_or_else(PoisonError::into_inner);
                    }
                }
            }
        };
        let ready = match cursor.take() {
            Some(cursor) if cursor.at() <= wanted => Ok(cursor),
            _ => Cursor::open(place),
        };
        let text = ready.and_then(|mut ready| {
            let reached = ready.go(wanted, |at| {
                let mut state = shared.lock();
                state.at = at;
                // Somebody has changed his mind.
                state.wanted == Some(wanted)
            })?;
            let text = reached.then(|| ready.render(run));
            cursor = Some(ready);
            Ok(text)
        });
        let text = match text {
            Ok(None) => continue,
            Ok(Some(text)) => Ok(Arc::from(text)),
            Err(why) => Err(why),
        };
        let mut state = shared.lock();
        state.shown = Some((wanted, text));
        drop(state);
        shared.done.notify_waiters();
    }
}

/// From when to when it can be looked at.
pub(super) async fn range(State(site): State<Site>) -> Response {
    let Some(past) = &site.past else { return none() };
    let to = clock::now().0.saturating_sub(WRITTEN_MS).max(past.from);
    json_of(StatusCode::OK, json!({ "from": past.from, "to": to }).to_string())
}

/// 200 with the document of the first moment from `at` on at which something was heard; 202 with how
/// far it has come; 404 without a journal, or when it cannot be read so far.
pub(super) async fn moment(State(site): State<Site>, Path(at): Path<u64>) -> Response {
    let Some(past) = &site.past else { return none() };
    let latest = clock::now().0.saturating_sub(WRITTEN_MS).max(past.from);
    let at = at.clamp(past.from, latest);
    let shared = &past.shared;
    let waited = shared.done.notified();
    tokio::pin!(waited);
    waited.as_mut().enable();
    let ready = || {
        let mut state = shared.lock();
        state.wanted = Some(at);
        state.shown.as_ref().filter(|(of, _)| *of == at).map(|(_, text)| text.clone())
    };
    let mut shown = ready();
    if shown.is_none() {
        shared.changed.notify_one();
        let _ = tokio::time::timeout(PATIENCE, waited).await;
        let state = shared.lock();
        shown = state.shown.as_ref().filter(|(of, _)| *of == at).map(|(_, text)| text.clone());
    }
    match shown {
        Some(Ok(text)) => json_of(StatusCode::OK, text.to_string()),
        Some(Err(why)) => (StatusCode::NOT_FOUND, format!("{why}\n")).into_response(),
        None => {
            let come = shared.lock().at;
            json_of(StatusCode::ACCEPTED, json!({ "wanted": at, "at": come }).to_string())
        }
    }
}

fn none() -> Response {
    (StatusCode::NOT_FOUND, "no journal of decisions is kept (journal.record)\n").into_response()
}

fn json_of(status: StatusCode, text: String) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], text).into_response()
}

#[cfg(test)]
mod tests;
