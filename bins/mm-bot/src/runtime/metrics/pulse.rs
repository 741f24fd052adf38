//! What the shell itself observes: how long things take and how often they fail.

use std::collections::BTreeMap;

use hl_client::clock;
use hl_engine::RequestId;
use hl_quant::Millis;
use prometheus_client::metrics::histogram::Histogram;
use tokio::time::Instant;

/// Requests whose answers are waited for: more than can be on their way at a time.
const WAITING_MAX: usize = 1_024;

/// Upper bounds of a turn of the loop, in seconds: a decision takes microseconds.
const TURN: [f64; 8] = [0.000_05, 0.000_2, 0.001, 0.005, 0.02, 0.1, 0.5, 2.0];
/// Upper bounds of an answer to an action, in seconds: a block takes about 0.07.
const ANSWER: [f64; 9] = [0.01, 0.05, 0.1, 0.2, 0.4, 0.8, 2.0, 5.0, 10.0];

/// Counts and times of one run.
#[derive(Debug)]
pub(in crate::runtime) struct Pulse {
    pub(super) started: Millis,
    pub(super) config: String,
    pub(super) venue: &'static str,
    pub(super) turns: Histogram,
    pub(super) answers: Histogram,
    pub(in crate::runtime) disconnects: u64,
    pub(in crate::runtime) unreadable: u64,
    pub(in crate::runtime) dropped: u64,
    waiting: BTreeMap<RequestId, Instant>,
}

impl Pulse {
    /// `config` names the configuration, so that a change of it can be seen.
    pub(in crate::runtime) fn new(venue: &'static str, config: &str) -> Self {
        Self {
            started: clock::now(),
            config: config.to_owned(),
            venue,
            turns: Histogram::new(TURN),
            answers: Histogram::new(ANSWER),
            disconnects: 0,
            unreadable: 0,
            dropped: 0,
            waiting: BTreeMap::new(),
        }
    }

    /// One turn of the loop took this long, waiting aside.
    pub(in crate::runtime) fn turn(&self, began: Instant) {
        self.turns.observe(began.elapsed().as_secs_f64());
    }

    /// An action goes out.
    pub(in crate::runtime) fn sent(&mut self, request: RequestId) {
        self.waiting.insert(request, Instant::now());
        if self.waiting.len() > WAITING_MAX {
            self.waiting.pop_first();
        }
    }

    /// Its answer, or the failure of it, has come.
    pub(in crate::runtime) fn answered(&mut self, request: RequestId) {
        if let Some(sent) = self.waiting.remove(&request) {
            self.answers.observe(sent.elapsed().as_secs_f64());
        }
    }
}
