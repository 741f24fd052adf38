//! Keeping our state equal to the venue's: what was asked, what was answered, what is due.

use hl_quant::Millis;

use crate::{RequestId, Timing};

/// One kind of question, asked again and again.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Leg {
    /// The question in flight and when it was asked.
    asked: Option<(RequestId, Millis)>,
    /// When the question behind the last good answer was asked.
    pub(crate) good: Option<Millis>,
    /// When to ask next.
    next: Millis,
}

impl Leg {
    /// Whether to ask now. A question without an answer is given up after the timeout.
    pub(crate) fn is_due(&self, now: Millis, timeout_ms: u64) -> bool {
        let waiting = self.asked.is_some_and(|(_, at)| now.since(at) < timeout_ms);
        !waiting && now >= self.next
    }

    /// When [`Leg::is_due`] becomes true.
    pub(crate) fn due_at(&self, timeout_ms: u64) -> Millis {
        self.asked.map_or(self.next, |(_, at)| at.plus(timeout_ms).max(self.next))
    }

    pub(crate) fn asked(&mut self, request: RequestId, now: Millis) {
        self.asked = Some((request, now));
    }

    /// The answer to `request` has come: when the question was asked, if it is the one in flight.
    pub(crate) fn answered(
        &mut self,
        request: RequestId,
        now: Millis,
        every_ms: u64,
    ) -> Option<Millis> {
        let (_, at) = self.asked.take_if(|(id, _)| *id == request)?;
        self.good = Some(at);
        self.next = now.plus(every_ms);
        Some(at)
    }

    /// `request` could not be answered, if it is the one in flight: ask again a little later.
    pub(crate) fn failed(&mut self, request: RequestId, now: Millis, retry_ms: u64) {
        if self.asked.take_if(|(id, _)| *id == request).is_some() {
            self.next = now.plus(retry_ms);
        }
    }

    /// The answer has come by another way, or has failed: ask next at `next`.
    pub(crate) fn heard(&mut self, next: Millis) {
        self.asked = None;
        self.next = next;
    }

    /// Ask as soon as possible, whatever is in flight.
    pub(crate) fn reset(&mut self) {
        *self = Self::default();
    }

    /// Ask as soon as possible, after what is in flight.
    pub(crate) fn hurry(&mut self, at: Millis) {
        self.next = self.next.min(at);
    }
}

/// The state of reconciliation.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sync {
    /// Since when every stream has been connected.
    pub(crate) up: Option<Millis>,
    pub(crate) orders: Leg,
    pub(crate) account: Leg,
    pub(crate) fills: Leg,
    pub(crate) specs: Leg,
    /// Transfers; quoting does not wait for them.
    pub(crate) ledger: Leg,
    /// When the question was asked whose answer last showed that no order of ours is open.
    pub(crate) clean: Option<Millis>,
    /// When the question was asked whose answer last brought all fills; outlives a reconnect.
    pub(crate) fills_heard: Option<Millis>,
    /// Whether the present connection's first complete reconciliation has been announced.
    pub(crate) announced: bool,
}

impl Sync {
    /// The streams are connected: everything heard before is history.
    pub(crate) fn connected(&mut self, now: Millis) {
        self.up = Some(now);
        self.announced = false;
        self.orders.reset();
        self.account.reset();
        self.fills.reset();
        self.ledger.reset();
    }

    /// Takes a step back of the clock. The questions in flight are asked anew.
    pub(crate) fn rebase(&mut self, now: Millis) {
        self.up = self.up.map(|at| at.min(now));
        self.clean = self.clean.map(|at| at.min(now));
        self.specs.reset();
        if self.up.is_none() {
            self.orders.reset();
        }
    }

    /// Reads everything again soon.
    pub(crate) fn hurry(&mut self, at: Millis) {
        for leg in [&mut self.orders, &mut self.account, &mut self.fills] {
            leg.hurry(at);
        }
    }

    pub(crate) fn disconnected(&mut self) {
        self.up = None;
    }

    /// Whether open orders, positions and fills have all been read since the connection came up, and
    /// recently.
    pub(crate) fn is_complete(&self, now: Millis, timing: &Timing) -> bool {
        let Some(up) = self.up else { return false };
        [self.orders.good, self.account.good, self.fills.good].iter().all(|good| {
            good.is_some_and(|at| at >= up && now.since(at) <= timing.reconcile_max_age_ms)
        })
    }

    /// When [`Sync::is_complete`] becomes false if nothing more is heard.
    pub(crate) fn expires_at(&self, timing: &Timing) -> Option<Millis> {
        let oldest = self.orders.good?.min(self.account.good?).min(self.fills.good?);
        Some(oldest.plus(timing.reconcile_max_age_ms).plus(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMING: fn() -> Timing = Timing::default;

    #[test]
    fn a_question_is_asked_again_when_answered_failed_or_forgotten() {
        let mut leg = Leg::default();
        assert!(leg.is_due(Millis(0), 5_000));
        leg.asked(RequestId(1), Millis(0));
        assert!(!leg.is_due(Millis(4_999), 5_000));
        assert!(leg.is_due(Millis(5_000), 5_000), "forgotten");
        assert_eq!(leg.answered(RequestId(9), Millis(10), 100), None, "not the one in flight");
        assert_eq!(leg.answered(RequestId(1), Millis(10), 100), Some(Millis(0)));
        assert!(!leg.is_due(Millis(109), 5_000));
        assert!(leg.is_due(Millis(110), 5_000));
        leg.asked(RequestId(2), Millis(110));
        leg.failed(RequestId(2), Millis(111), 50);
        assert_eq!((leg.is_due(Millis(160), 5_000), leg.is_due(Millis(161), 5_000)), (false, true));
        assert_eq!(leg.good, Some(Millis(0)), "a failure does not undo an answer");
    }

    #[test]
    fn nothing_heard_before_the_connection_counts() {
        let mut sync = Sync::default();
        let timing = TIMING();
        assert!(!sync.is_complete(Millis(0), &timing));
        sync.connected(Millis(100));
        for leg in [&mut sync.orders, &mut sync.account, &mut sync.fills] {
            leg.asked(RequestId(1), Millis(100));
            leg.answered(RequestId(1), Millis(150), 1_000);
        }
        assert!(sync.is_complete(Millis(150), &timing));
        assert_eq!(sync.expires_at(&timing), Some(Millis(60_101)));
        assert!(sync.is_complete(Millis(60_100), &timing));
        assert!(!sync.is_complete(Millis(60_101), &timing));
        sync.connected(Millis(200));
        assert!(!sync.is_complete(Millis(200), &timing));
    }
}
