//! The retry guard's memory: what is to be sent a second time, and how often anything was sent.
//!
//! After the venue has refused the tick or the lot of an order, the market's rules are fetched anew,
//! what the quoting *wanted* is made legal under them, and the order is sent once more under a new
//! name, through the whole gate. Only a definitive refusal starts this, only rules that have changed
//! continue it (the same order under the same rules would be refused again), and nothing is sent a
//! third time: [`Wires`] counts at the one place that every order passes.

use std::collections::VecDeque;

use arrayvec::ArrayVec;
use hl_quant::{Millis, Side};
use hl_wire::{Cloid, RejectCode};

use crate::{IntentId, MAX_LAYERS, RetryGuard, order::Wish};

/// Orders that may wait for new rules: all layers of both sides.
const WAITING: usize = 2 * MAX_LAYERS;

/// How often one logical order may be sent.
pub(crate) const MAX_SENDS: u8 = 2;

/// Logical orders whose sends are remembered. A refused one is among the latest, or is not sent again.
const REMEMBERED: usize = 512;

/// A refused order that waits for new rules.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waiting {
    pub(crate) intent: IntentId,
    /// The order that was refused.
    pub(crate) cloid: Cloid,
    pub(crate) side: Side,
    pub(crate) wish: Wish,
    /// The order that it was to replace, if any.
    pub(crate) replaces: Option<Cloid>,
    /// When it was refused, and how often rules had come by then: only later ones that were also
    /// asked for later count.
    pub(crate) since: Millis,
    pub(crate) heard: u64,
}

/// How often each of the latest logical orders was handed to the shell.
#[derive(Clone, Debug)]
pub(crate) struct Wires {
    sends: VecDeque<(IntentId, u8)>,
    /// The most that any had.
    most: u8,
}

impl Wires {
    fn new() -> Self {
        Self { sends: VecDeque::with_capacity(REMEMBERED), most: 0 }
    }

    /// Counts one more send of a logical order and says the how-many-eth it is; `None` if it must
    /// not be sent, because it was sent twice or because nobody remembers.
    pub(crate) fn count(&mut self, intent: IntentId, first: bool) -> Option<u8> {
        let sends = if first {
            if self.sends.len() == REMEMBERED {
                self.sends.pop_front();
            }
            self.sends.push_back((intent, 1));
            1
        } else {
            let (_, sends) = self.sends.iter_mut().rev().find(|(known, _)| *known == intent)?;
            if *sends >= MAX_SENDS {
                return None;
            }
            *sends = sends.saturating_add(1);
            *sends
        };
        self.most = self.most.max(sends);
        Some(sends)
    }

    pub(crate) const fn most(&self) -> u8 {
        self.most
    }
}

/// One market's guard.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    config: RetryGuard,
    waiting: ArrayVec<Waiting, WAITING>,
    pub(crate) wires: Wires,
    /// Guarded orders in a row that failed all the same.
    failures: u16,
}

/// Whether a refusal can be cured by newer rules. Besides the tick's own code these are the two that
/// the same stale rules lead to: a size off the lot, and a price that is refused before validation.
pub(crate) const fn is_curable(code: RejectCode) -> bool {
    matches!(code, RejectCode::Tick | RejectCode::Size | RejectCode::InvalidPrice)
}

impl Guard {
    pub(crate) fn new(config: RetryGuard) -> Self {
        Self { config, waiting: ArrayVec::new(), wires: Wires::new(), failures: 0 }
    }

    /// Takes a refused order up. `false` if it is not to be sent again.
    pub(crate) fn take_up(&mut self, waiting: Waiting) -> bool {
        let enabled = self.config.enabled && self.config.max_retries > 0;
        enabled && self.waiting.try_push(waiting).is_ok()
    }

    /// Whether orders wait for new rules. Until they have come nothing else is placed in the market:
    /// it would be made with the rules that were just refused.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// From when on a request for rules must have been sent for them to count; `None` if nobody
    /// waits.
    pub(crate) fn since(&self) -> Option<(Millis, u64)> {
        self.waiting.iter().map(|waiting| (waiting.since, waiting.heard)).max()
    }

    pub(crate) fn first(&self) -> Option<Waiting> {
        self.waiting.first().copied()
    }

    /// Takes all that waits.
    pub(crate) fn take_waiting(&mut self) -> ArrayVec<Waiting, WAITING> {
        std::mem::take(&mut self.waiting)
    }

    /// Puts one back.
    pub(crate) fn wait_on(&mut self, waiting: Waiting) {
        // It was just taken out.
        let _ = self.waiting.try_push(waiting);
    }

    /// A guarded order was taken by the venue.
    pub(crate) fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// A guarded order failed. Returns whether the market should rest.
    pub(crate) fn failed(&mut self) -> bool {
        self.failures = self.failures.saturating_add(1);
        let rests = self.failures >= self.config.park_after.max(1);
        if rests {
            self.failures = 0;
        }
        rests
    }

    /// Takes a step back of the clock.
    pub(crate) fn rebase(&mut self, now: Millis) {
        self.waiting.iter_mut().for_each(|waiting| waiting.since = waiting.since.min(now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_sent_a_third_time_nor_what_nobody_remembers() {
        let mut wires = Wires::new();
        assert_eq!(wires.count(IntentId(1), true), Some(1));
        assert_eq!(wires.count(IntentId(1), false), Some(2));
        assert_eq!(wires.count(IntentId(1), false), None);
        assert_eq!(wires.count(IntentId(2), false), None, "never sent a first time");
        for n in (10..).take(REMEMBERED) {
            wires.count(IntentId(n), true);
        }
        assert_eq!(wires.count(IntentId(1), false), None, "forgotten");
        assert_eq!(wires.most(), 2);
    }

    #[test]
    fn failures_in_a_row_make_a_market_rest() {
        let mut guard = Guard::new(RetryGuard { park_after: 2, ..RetryGuard::default() });
        assert!(!guard.failed());
        guard.succeeded();
        assert!(!guard.failed());
        assert!(guard.failed());
        assert!(!guard.failed(), "counted anew");
    }

    #[test]
    fn only_refusals_that_new_rules_can_cure_are_retried() {
        let curable = RejectCode::ALL.iter().filter(|code| is_curable(**code)).count();
        assert_eq!(curable, 3);
        assert!(!is_curable(RejectCode::Alo) && !is_curable(RejectCode::MinNotional));
    }
}
