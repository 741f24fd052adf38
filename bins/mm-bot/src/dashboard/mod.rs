//! The dashboard: one page on loopback, read-only unless a token is set.
//!
//! A thread of its own serves it. The loop of the run hands over a copy of every line of its log,
//! answers four times a second with a [`Glance`], which is what charts are made of,
//! and with a whole [`Frame`] only while somebody looks; it waits for nothing. All
//! text, JSON and comparing is done on the other thread ([`hub`]).
//!
//! `GET /api/snapshot` is one document ([`snapshot`]); `GET /api/stream` is the same followed by its
//! changes. Controls go the way that `mm-bot halt` and the signals go ([`control`]). Nothing that is
//! served names another host, and no answer is given to a page of another one ([`guard`]).

mod alerts;
mod assets;
mod control;
pub(crate) mod frame;
mod guard;
mod history;
mod hub;
pub(crate) mod memory;
mod patch;
mod patience;
mod server;
mod snapshot;
mod stream;
mod words;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hl_engine::{Engine, Operator};
use hl_journal::profit::Profit;
use hl_quant::Millis;
use tokio::sync::{mpsc, oneshot};

use self::frame::{Frame, Glance, Records};
pub(crate) use self::history::Place;
use self::memory::Note;
pub(crate) use self::memory::What;
pub(crate) use self::server::{Plan, start};
pub(crate) use self::snapshot::{Run, Shell};

/// Notes that may wait for the dashboard's thread: seconds of a busy bot. More are lost, and counted.
const NOTES: usize = 8_192;
/// Questions that may wait for the loop.
const ASKS: usize = 8;

/// What the dashboard wants of the loop.
#[derive(Debug)]
pub(crate) enum Ask {
    /// How things stand.
    Look(Want, oneshot::Sender<Look>),
    /// An operator wants something. A word for `mm-bot halt` and `mm-bot resume` lies on the desk.
    Word(Operator, oneshot::Sender<()>),
    /// A line for the log.
    Say(String),
}

/// How much is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    Glance,
    Whole(Records),
}

/// The loop's answer.
#[derive(Debug)]
pub(crate) struct Look {
    pub(crate) glance: Glance,
    pub(crate) frame: Option<Box<Frame>>,
    pub(crate) shell: Shell,
    /// Orders that may remain, once the engine has stopped or halted.
    pub(crate) stopped: Option<u32>,
}

impl Look {
    /// Copies what is wanted.
    pub(crate) fn of(
        want: Want,
        engine: &Engine,
        at: Millis,
        profit: Option<&Profit>,
        (shell, stopped): (Shell, Option<u32>),
    ) -> Self {
        let frame = match want {
            Want::Glance => None,
            Want::Whole(records) => {
                let mut frame = Frame::of(engine, at, records);
                let profit = profit.filter(|_| records == Records::With);
                frame.statement = profit.map(|profit| Box::new(profit.statement()));
                Some(Box::new(frame))
            }
        };
        Self { glance: Glance::of(engine, at), frame, shell, stopped }
    }
}

/// The loop's end of it. Without a dashboard nothing ever comes.
#[derive(Debug, Default)]
pub(crate) struct Dashboard(Option<mpsc::Receiver<Ask>>);

impl Dashboard {
    /// The next question; waits for ever where there is no dashboard.
    pub(crate) async fn next(&mut self) -> Ask {
        if let Some(asks) = &mut self.0
            && let Some(ask) = asks.recv().await
        {
            return ask;
        }
        self.0 = None;
        core::future::pending().await
    }
}

/// Where the log copies its lines to.
#[derive(Clone, Debug)]
pub(crate) struct Tap {
    notes: mpsc::Sender<Note>,
    lost: Arc<AtomicU64>,
}

impl Tap {
    /// Hands a line over, or counts it.
    pub(crate) fn put(&self, line: u64, what: What) {
        if self.notes.try_send(Note { line, what }).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Where it is served, and with which token controls work.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    pub(crate) listen: Option<SocketAddr>,
    pub(crate) token_file: Option<std::path::PathBuf>,
}

#[cfg(test)]
mod tests;
