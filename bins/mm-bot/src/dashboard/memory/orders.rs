//! How orders went: when each was sent and taken, the latest ends, the latest refusals.

use std::collections::{BTreeMap, VecDeque};

use hl_engine::{Attempt, CancelStage, EventKind, Pair, SubmitEnd};
use hl_quant::{Millis, Price, Side, Size};
use hl_wire::Cloid;

/// Orders under way that are remembered; the venue allows a thousand.
const TRACES: usize = 2_000;
/// Ends and refusals that are kept.
const KEPT: usize = 100;

/// An order on its way.
#[derive(Clone, Debug)]
pub(crate) struct Trace {
    pub(crate) seq: u64,
    pub(crate) pair: Pair,
    pub(crate) side: Side,
    pub(crate) price: Price,
    pub(crate) size: Size,
    /// What has not traded.
    pub(crate) left: Size,
    pub(crate) sent: Millis,
    pub(crate) taken: Option<Millis>,
}

/// An order that is gone.
#[derive(Clone, Debug)]
pub(crate) struct Ended {
    pub(crate) trace: Trace,
    pub(crate) cloid: Cloid,
    pub(crate) at: Millis,
    pub(crate) how: &'static str,
}

/// What did not become an order.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) number: u64,
    pub(crate) at: Millis,
    pub(crate) pair: Pair,
    pub(crate) side: Side,
    pub(crate) price: Price,
    pub(crate) size: Size,
    /// A code of the venue, or the rule of the gate.
    pub(crate) code: String,
}

/// The orders of a run.
#[derive(Debug, Default)]
pub(crate) struct Orders {
    pub(crate) under_way: BTreeMap<Cloid, Trace>,
    pub(crate) ended: VecDeque<Ended>,
    pub(crate) refused: VecDeque<Refusal>,
    refusals: u64,
}

impl Orders {
    pub(super) fn take(&mut self, at: Millis, kind: &EventKind) {
        match kind {
            EventKind::Attempt(attempt) => self.sent(at, attempt),
            EventKind::Submit(submit) => match submit.end {
                SubmitEnd::Accepted => {
                    if let Some(trace) = self.under_way.get_mut(&submit.cloid) {
                        trace.taken = Some(at);
                    }
                }
                SubmitEnd::Rejected(code) => {
                    if let Some(trace) = self.end(at, submit.cloid, "refused") {
                        self.refuse(at, &trace, code.to_string());
                    }
                }
                SubmitEnd::NeverSent => drop(self.end(at, submit.cloid, "never_sent")),
                SubmitEnd::NotFound => drop(self.end(at, submit.cloid, "not_found")),
                SubmitEnd::Unresolved => drop(self.end(at, submit.cloid, "unresolved")),
            },
            EventKind::Cancel(cancel) => match cancel.stage {
                CancelStage::Done => drop(self.end(at, cancel.cloid, "cancelled")),
                CancelStage::ByVenue => drop(self.end(at, cancel.cloid, "cancelled_by_venue")),
                CancelStage::Sent | CancelStage::Rejected(_) | CancelStage::Unknown => {}
            },
            EventKind::Gate(stop) => {
                let trace = Trace {
                    seq: 0,
                    pair: stop.pair.clone(),
                    side: stop.side,
                    price: stop.price,
                    size: stop.size,
                    left: stop.size,
                    sent: at,
                    taken: None,
                };
                self.refuse(at, &trace, format!("gate:{}", stop.rule.code()));
            }
            _ => {}
        }
    }

    fn sent(&mut self, at: Millis, attempt: &Attempt) {
        let trace = Trace {
            seq: attempt.seq,
            pair: attempt.pair.clone(),
            side: attempt.side,
            price: attempt.price,
            size: attempt.size,
            left: attempt.size,
            sent: at,
            taken: None,
        };
        self.under_way.insert(attempt.cloid, trace);
        // Those that traded whole have no line of their end: the oldest are let go.
        if self.under_way.len() > TRACES {
            let oldest = self.under_way.iter().min_by_key(|(_, trace)| trace.sent);
            if let Some(cloid) = oldest.map(|(cloid, _)| *cloid) {
                self.under_way.remove(&cloid);
            }
        }
    }

    /// So much of an order has traded.
    pub(super) fn traded(&mut self, at: Millis, cloid: Cloid, size: Size) {
        let Some(trace) = self.under_way.get_mut(&cloid) else { return };
        trace.left = trace.left.saturating_sub(size);
        if trace.left.is_zero() {
            self.end(at, cloid, "traded");
        }
    }

    fn end(&mut self, at: Millis, cloid: Cloid, how: &'static str) -> Option<Trace> {
        let trace = self.under_way.remove(&cloid)?;
        if self.ended.len() >= KEPT {
            self.ended.pop_front();
        }
        self.ended.push_back(Ended { trace: trace.clone(), cloid, at, how });
        Some(trace)
    }

    fn refuse(&mut self, at: Millis, trace: &Trace, code: String) {
        self.refusals = self.refusals.saturating_add(1);
        if self.refused.len() >= KEPT {
            self.refused.pop_front();
        }
        let Trace { pair, side, price, size, .. } = trace.clone();
        let number = self.refusals;
        self.refused.push_back(Refusal { number, at, pair, side, price, size, code });
    }
}
