//! One order of ours, from the decision to send it to the last fill it can have.

use arrayvec::ArrayVec;
use hl_quant::{MarketSpec, Millis, Price, QuantFields, Side, Size};
use hl_wire::{Cloid, Oid, ReduceOnly, RejectCode, Tif};

use crate::{IntentId, OrderState, RequestId, Want};

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

/// The venue's names for an order, latest last. A modify gives a new one, and fills under the old one
/// may still come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Oids(ArrayVec<Oid, 4>);

impl Oids {
    pub(crate) fn of(oid: Oid) -> Self {
        let mut oids = Self::default();
        oids.learn(oid);
        oids
    }

    pub(crate) fn has(&self, oid: Oid) -> bool {
        self.0.contains(&oid)
    }

    pub(crate) fn latest(&self) -> Option<Oid> {
        self.0.last().copied()
    }

    /// Adds a name; the oldest is given up for it if there is no room.
    pub(crate) fn learn(&mut self, oid: Oid) {
        if self.has(oid) {
            return;
        }
        if self.0.is_full() {
            self.0.remove(0);
        }
        // There is room now.
        let _ = self.0.try_push(oid);
    }
}

/// What the quoting wanted before it was made legal, and under which rules that was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) want: Want,
    pub(crate) rules: MarketSpec,
}

/// What is known of the nonce under which an order was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Nonce {
    /// The venue refuses the order in a block later than this.
    pub(crate) expires: Millis,
    /// Since when we know that the order can reach no block any more: its nonce was burnt, or the
    /// venue's time has passed `expires`.
    pub(crate) dead: Option<Millis>,
    /// The venue's time then, as far as it was heard.
    pub(crate) dead_by: Option<Millis>,
    /// Whether the venue has said that the nonce is used: then it cannot be burnt.
    pub(crate) used: bool,
    /// From when on it is to be burnt, if the order is still in doubt.
    pub(crate) burn_from: Millis,
}

impl Nonce {
    pub(crate) const fn new(expires: Millis) -> Self {
        Self { expires, dead: None, dead_by: None, used: false, burn_from: Millis(u64::MAX) }
    }
}

/// A question about an order that only the venue can answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asking {
    /// From when on it was to be asked.
    pub(crate) since: Millis,
    /// When to ask next.
    pub(crate) next: Millis,
    /// The question in flight and when it was asked.
    pub(crate) query: Option<(RequestId, Millis)>,
    /// How often the venue said that there is no such order, asked when that had become evidence.
    pub(crate) misses: u8,
    /// How often it has been asked.
    pub(crate) asks: u8,
}

impl Asking {
    fn at(next: Millis) -> Self {
        Self { since: next, next, query: None, misses: 0, asks: 0 }
    }

    /// When to ask again after an answer, or a failure, that settled nothing: soon at first, then
    /// less often.
    pub(crate) fn again(&mut self, now: Millis, retry_ms: u64) {
        self.asks = self.asks.saturating_add(1);
        let times = if self.asks <= 3 { 1 } else { 4 };
        self.query = None;
        self.next = now.plus(retry_ms.saturating_mul(times));
    }
}

/// Where an order came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// This run's quoting.
    Quote,
    /// Of an earlier run, found at the venue or on its record: to be cancelled.
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
    /// Whether `size` is what it was placed for. Of one that was found at the venue it may be only
    /// what was left: then fills may be of before, and neither fill it nor lessen what may trade.
    pub(crate) size_is_whole: bool,
    pub(crate) reduce_only: ReduceOnly,
    pub(crate) quant: QuantFields,
    /// The logical order that it serves, and the how-many-eth order of it this is.
    pub(crate) intent: IntentId,
    pub(crate) tries: u8,
    /// `None` for an order of an earlier run.
    pub(crate) wish: Option<Wish>,
    pub(crate) oids: Oids,
    pub(crate) phase: Phase,
    pub(crate) slot: Slot,
    pub(crate) sent: Millis,
    pub(crate) nonce: Nonce,
    /// The sum of its fills, each counted once.
    pub(crate) filled: Size,
    /// How much the venue says has traded, by its last word about the order as a whole.
    pub(crate) told: Option<Size>,
    pub(crate) cancel: Option<Cancel>,
    pub(crate) asking: Option<Asking>,
    pub(crate) closed_at: Millis,
    /// The venue's time, as far as it was heard, when the order came into its phase.
    pub(crate) dated: Option<(Phase, Millis)>,
    /// What the request that carried it was refused for, if that says nothing about the order yet.
    pub(crate) refused: Option<RejectCode>,
    /// Whether the attempt's terminal event has been written.
    pub(crate) ended: bool,
    /// Whether the record that the next run reads has it as an order that may rest.
    pub(crate) on_record: bool,
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
        if self.phase == Phase::Closed {
            self.told = told.or(self.told);
        } else {
            // What was told while it rested says nothing about the end.
            self.told = told;
            self.phase = Phase::Closed;
            self.closed_at = now;
        }
        self.cancel = None;
        // Fills that are owed normally arrive by themselves; if not, ask.
        self.asking = (!self.reserve().is_zero()).then(|| Asking::at(now.plus(retry_ms)));
    }

    /// Adds to what it has traded, if it is known what it was placed for. Returns that and the sum if
    /// the sum is more.
    pub(crate) fn fill(&mut self, now: Millis, size: Size, retry_ms: u64) -> Option<(Size, Size)> {
        if !self.size_is_whole {
            return None;
        }
        self.filled = self.filled.saturating_add(size);
        if self.filled >= self.size && self.may_rest() {
            self.close(now, Some(self.size), retry_ms);
        }
        (self.filled > self.size).then_some((self.size, self.filled))
    }

    /// Asks the venue about the order from `at` on, if it is not being asked already. Returns
    /// whether that is new.
    pub(crate) fn ask(&mut self, at: Millis) -> bool {
        let new = self.asking.is_none();
        if new {
            self.asking = Some(Asking::at(at));
        }
        new
    }

    /// Whether it is known that the venue took the order, or that it did not.
    pub(crate) const fn is_answered(&self) -> bool {
        matches!(self.phase, Phase::Live | Phase::Closed)
    }

    /// The venue took the order; `filled` is how much it says traded at once.
    pub(crate) fn accept(&mut self, now: Millis, filled: Size, retry_ms: u64) {
        self.phase = Phase::Live;
        self.asking = None;
        // A fill counts when it comes itself. Until then an order that is called filled keeps its
        // place and all of its exposure, as one that rests; and if no fill comes, the venue is asked
        // about the order, because an answer that errs would double it.
        if self.origin == Origin::Exit {
            // It never rests; how much of it traded is the venue's to say.
            self.close(now, None, retry_ms);
        } else if !filled.is_zero() {
            self.ask(now.plus(retry_ms));
        }
    }

    /// The venue has said that it rests. Of one that is closed for good that is an older word which
    /// came late.
    pub(crate) fn open(&mut self) {
        if self.may_rest() {
            self.phase = Phase::Live;
            self.asking = None;
        }
    }

    /// A fill or a list has shown that the venue took it.
    pub(crate) fn exists(&mut self) {
        if !self.is_answered() {
            self.open();
        }
    }

    /// The cancel of it, if there is one, has been answered.
    pub(crate) fn answer_cancel(&mut self) {
        if let Some(cancel) = &mut self.cancel {
            cancel.answered = true;
        }
    }

    /// No answer to the cancel, or modify, of it will come: the cancel may be sent again, and what a
    /// modify has done nobody knows.
    pub(crate) fn give_up_cancel(&mut self) {
        self.answer_cancel();
        self.cancel = self.cancel.filter(|cancel| cancel.replaced_by.is_none());
    }

    /// The request that carried it was refused.
    pub(crate) fn turn_away(&mut self, now: Millis, code: RejectCode, settle_ms: u64) {
        self.refused = Some(code);
        match code {
            // Some request with this nonce has reached a block, so it cannot be burnt.
            RejectCode::Nonce => self.nonce.used = true,
            // The venue's own clock has passed the expiry.
            RejectCode::Expired => self.bury(now, settle_ms),
            _ => {}
        }
    }

    /// The placing is in doubt: from now on only the venue's word settles it. Returns whether that is
    /// new.
    pub(crate) fn doubt(&mut self, now: Millis, retry_ms: u64) -> bool {
        if self.phase == Phase::Pending {
            self.phase = Phase::Unknown;
            // One question first: most orders in doubt have been placed, and a burn would be wasted.
            self.nonce.burn_from = now.plus(retry_ms);
        }
        self.ask(now)
    }

    /// Whether it is of an earlier run and nobody knows yet what became of it.
    pub(crate) fn is_carried(&self) -> bool {
        self.origin == Origin::Orphan && self.phase == Phase::Unknown
    }

    /// Its time in force.
    pub(crate) fn tif(&self) -> Tif {
        match self.origin {
            Origin::Quote | Origin::Orphan => Tif::Alo,
            Origin::Exit => Tif::Ioc,
        }
    }

    /// Since when no block can contain the order for the first time: from then on "no such order" is
    /// evidence. An order that was seen at the venue has used its nonce.
    pub(crate) fn dead_since(&self) -> Option<Millis> {
        match self.phase {
            Phase::Pending | Phase::Unknown => self.nonce.dead,
            Phase::Live | Phase::Closed => Some(self.sent),
        }
    }

    /// Notes the venue's time of what has become of the order since the last look.
    pub(crate) fn date(&mut self, venue_now: Millis) {
        if self.dated.is_none_or(|(phase, _)| phase != self.phase) {
            self.dated = Some((self.phase, venue_now));
        }
        if self.nonce.dead.is_some() {
            self.nonce.dead_by.get_or_insert(venue_now);
        }
    }

    /// Whether a document of the venue about the moment `time` can know what became of the order: a
    /// node that lags behind tells of a time before it, and nothing in that is evidence.
    pub(crate) fn is_known_at(&self, time: Millis) -> bool {
        let since = match self.phase {
            Phase::Pending | Phase::Unknown => self.nonce.dead_by,
            Phase::Live | Phase::Closed => self.dated.map(|(_, at)| at),
        };
        since.is_some_and(|since| time > since)
    }

    /// The nonce is dead since `now`: what the venue says from then on counts.
    pub(crate) fn bury(&mut self, now: Millis, settle_ms: u64) {
        if matches!(self.phase, Phase::Pending | Phase::Unknown) && self.nonce.dead.is_none() {
            self.nonce.dead = Some(now);
            if let Some(asking) = &mut self.asking {
                (asking.misses, asking.asks) = (0, 0);
                asking.next = now.plus(settle_ms);
            }
        }
    }

    /// Whether the order is in doubt and its nonce should be burnt now.
    pub(crate) fn wants_burn(&self, now: Millis) -> bool {
        self.phase == Phase::Unknown
            && self.slot.request != RequestId(0)
            && self.nonce.dead.is_none()
            && !self.nonce.used
            && now >= self.nonce.burn_from
    }

    /// Takes a step back of the clock: no moment of ours lies ahead of `now`, and what was planned
    /// is due within the time it was planned for.
    pub(crate) fn rebase(&mut self, now: Millis, retry_ms: u64) {
        self.sent = self.sent.min(now);
        self.closed_at = self.closed_at.min(now);
        self.nonce.dead = self.nonce.dead.map(|at| at.min(now));
        self.nonce.dead_by = self.nonce.dead_by.map(|at| at.min(now));
        self.dated = self.dated.map(|(phase, at)| (phase, at.min(now)));
        if self.nonce.burn_from != Millis(u64::MAX) {
            self.nonce.burn_from = self.nonce.burn_from.min(now.plus(retry_ms));
        }
        if let Some(cancel) = &mut self.cancel {
            cancel.sent = cancel.sent.min(now);
        }
        if let Some(asking) = &mut self.asking {
            asking.since = asking.since.min(now);
            asking.next = asking.next.min(now.plus(retry_ms));
            asking.query = asking.query.map(|(id, at)| (id, at.min(now)));
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
