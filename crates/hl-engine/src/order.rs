//! One order of ours, from the decision to send it to the last fill it can have.

use hl_quant::{Millis, Price, QuantFields, Side, Size};
use hl_wire::{Cloid, Oid, ReduceOnly, Tif};

use crate::{Doubt, OrderState, RequestId};

/// Where in which command an order was: how an answer finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) request: RequestId,
    pub(crate) index: usize,
}

/// How far the *placing* of an order got. Cancelling is tracked beside it, because the two run
/// concurrently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Sent, not answered.
    Pending,
    /// The venue took it.
    Live,
    /// Sent, and what came back is no answer.
    Unknown,
    /// It cannot trade any more. What traded before may still have to be told.
    Closed,
}

/// A cancel, or a modify that takes the order away.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cancel {
    pub(crate) slot: Slot,
    pub(crate) sent: Millis,
    /// The order that takes its place, if this is a modify.
    pub(crate) replaced_by: Option<Cloid>,
    /// Whether it has been answered; then a new one may be sent after the retry time.
    pub(crate) answered: bool,
}

/// A question about an order that only the venue can answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asking {
    /// When to ask next.
    pub(crate) next: Millis,
    /// The question in flight and when it was asked.
    pub(crate) query: Option<(RequestId, Millis)>,
    /// How often the venue said that there is no such order, long enough after it was sent.
    pub(crate) misses: u8,
}

/// Where an order came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// This run's quoting.
    Quote,
    /// Found at the venue with our tag, placed by an earlier run: to be cancelled.
    Orphan,
    /// Closes a position: reduce-only and immediate-or-cancel, so that it never rests.
    Exit,
}

/// One order.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) cloid: Cloid,
    pub(crate) seq: u64,
    pub(crate) origin: Origin,
    pub(crate) side: Side,
    pub(crate) price: Price,
    pub(crate) size: Size,
    pub(crate) reduce_only: ReduceOnly,
    pub(crate) quant: QuantFields,
    pub(crate) oid: Option<Oid>,
    pub(crate) phase: Phase,
    pub(crate) slot: Slot,
    pub(crate) sent: Millis,
    /// The sum of its fills, each counted once.
    pub(crate) filled: Size,
    /// How much the venue says has traded, by its last word about the order as a whole.
    pub(crate) told: Option<Size>,
    pub(crate) cancel: Option<Cancel>,
    pub(crate) asking: Option<Asking>,
    pub(crate) closed_at: Millis,
    /// Whether the attempt's terminal event has been written.
    pub(crate) ended: bool,
    /// Scratch of a reconciliation.
    pub(crate) listed: bool,
}

impl Order {
    /// How much of it must be assumed to trade still, in the worst case.
    ///
    /// A closed order whose total is not yet told may have traded entirely just before; one whose
    /// total is told still owes the fills that have not arrived.
    pub(crate) fn reserve(&self) -> Size {
        let may_trade = match (self.phase, self.told) {
            (Phase::Closed, Some(told)) => told,
            _ => self.size,
        };
        may_trade.saturating_sub(self.filled)
    }

    /// What rests, if it rests.
    pub(crate) fn remaining(&self) -> Size {
        self.size.saturating_sub(self.filled.max(self.told.unwrap_or_default()))
    }

    /// Whether it may be in the book, now or soon.
    pub(crate) fn may_rest(&self) -> bool {
        self.phase != Phase::Closed
    }

    /// Whether it certainly rests and nothing is under way with it.
    pub(crate) fn is_settled(&self) -> bool {
        self.phase == Phase::Live && self.cancel.is_none() && self.asking.is_none()
    }

    /// Whether a cancel may be sent at `now`: none is in flight, and the last one was not just now.
    pub(crate) fn may_cancel(&self, now: Millis, retry_ms: u64) -> bool {
        self.may_rest()
            && self
                .cancel
                .is_none_or(|cancel| cancel.answered && now.since(cancel.sent) >= retry_ms)
    }

    /// The order cannot trade any more; `told` is how much of it traded, if the venue said so.
    pub(crate) fn close(&mut self, now: Millis, told: Option<Size>, retry_ms: u64) {
        if self.phase != Phase::Closed {
            self.phase = Phase::Closed;
            self.closed_at = now;
        }
        self.told = told.or(self.told);
        self.cancel = None;
        // Fills that are owed normally arrive by themselves; if not, ask.
        self.asking = (!self.reserve().is_zero()).then_some(Asking {
            next: now.plus(retry_ms),
            query: None,
            misses: 0,
        });
    }

    /// Asks the venue about the order from `at` on, if it is not being asked already. Returns
    /// whether that is new.
    pub(crate) fn ask(&mut self, at: Millis) -> bool {
        let new = self.asking.is_none();
        if new {
            self.asking = Some(Asking { next: at, query: None, misses: 0 });
        }
        new
    }

    /// The placing is in doubt: from now on only the venue's word settles it.
    pub(crate) fn doubt(&mut self, now: Millis, why: Doubt) -> Option<Doubt> {
        if self.phase == Phase::Pending {
            self.phase = Phase::Unknown;
        }
        self.ask(now).then_some(why)
    }

    /// Its time in force.
    pub(crate) fn tif(&self) -> Tif {
        match self.origin {
            Origin::Quote | Origin::Orphan => Tif::Alo,
            Origin::Exit => Tif::Ioc,
        }
    }

    /// Its state for people.
    pub(crate) fn state(&self) -> OrderState {
        match self.phase {
            Phase::Closed => OrderState::Closed,
            Phase::Unknown => OrderState::Unknown,
            _ if self.asking.is_some() => OrderState::Unknown,
            _ if self.cancel.is_some() => OrderState::PendingCancel,
            Phase::Pending => OrderState::Pending,
            Phase::Live => OrderState::Live,
        }
    }
}
