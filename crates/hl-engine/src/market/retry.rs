//! The one second try after a refused tick or lot.

use hl_quant::{Millis, Round};
use hl_wire::{Cloid, RejectCode};

use super::{
    Desk, Market,
    answers::Clerk,
    desire::{Target, legal_price},
};
use crate::{
    EventKind, GuardEnd, GuardLine, GuardStage, IntentId, Rule, SubmitEnd, Want,
    guard::{Waiting, is_curable},
    order::{Order, Origin},
    outbox::Outbox,
    stats::bump,
};

/// What came of a look at a waiting order.
enum Look {
    Sent,
    Wait,
    GiveUp(GuardEnd),
}

impl Market {
    /// Takes up a definitive refusal that newer rules may cure. Returns whether the guard has it now.
    pub(super) fn guard_refusal(
        &mut self,
        order: &Order,
        code: RejectCode,
        clerk: &mut Clerk<'_>,
    ) -> bool {
        let Some(wish) = order.wish.filter(|_| is_curable(code) && order.tries == 1) else {
            return false;
        };
        let replaced_by =
            |old: &&Order| old.cancel.is_some_and(|cancel| cancel.replaced_by == Some(order.cloid));
        let waiting = Waiting {
            intent: order.intent,
            cloid: order.cloid,
            side: order.side,
            wish,
            replaces: self.orders.iter().find(replaced_by).map(|old| old.cloid),
            since: clerk.now,
            heard: self.specs_heard,
        };
        let taken = order.origin == Origin::Quote && self.guard.take_up(waiting);
        if taken {
            let stage = GuardStage::Retry(code);
            self.guard_line(order.intent, order.cloid, stage, clerk.now, clerk.out);
        }
        taken
    }

    fn guard_line(
        &mut self,
        intent: IntentId,
        cloid: Cloid,
        stage: GuardStage,
        now: Millis,
        out: &mut Outbox,
    ) {
        match stage {
            GuardStage::Retry(_) => bump(&mut self.stats.guarded),
            GuardStage::Success => bump(&mut self.stats.guard_success),
            GuardStage::Exhausted(_) => bump(&mut self.stats.guard_exhausted),
        }
        let pair = self.pair();
        out.event(now, EventKind::Guard(GuardLine { pair, intent, cloid, stage }));
    }

    /// The second try has ended, one way or the other.
    pub(super) fn guard_end(
        &mut self,
        (intent, cloid): (IntentId, Cloid),
        end: SubmitEnd,
        clerk: &mut Clerk<'_>,
    ) {
        let stage = match end {
            SubmitEnd::Accepted => {
                self.guard.succeeded();
                GuardStage::Success
            }
            SubmitEnd::Rejected(code) => {
                self.guard_failed(clerk.now, clerk.timing.park_ms);
                GuardStage::Exhausted(GuardEnd::Rejected(code))
            }
            SubmitEnd::NeverSent | SubmitEnd::NotFound | SubmitEnd::Unresolved => {
                GuardStage::Exhausted(GuardEnd::Lost)
            }
        };
        self.guard_line(intent, cloid, stage, clerk.now, clerk.out);
    }

    fn guard_failed(&mut self, now: Millis, park_ms: u64) {
        if self.guard.failed() {
            self.parked_until = self.parked_until.max(now.plus(park_ms));
        }
    }

    /// Gives up all that waits for a second try.
    pub(super) fn drop_retries(&mut self, why: GuardEnd, desk: &mut Desk<'_>) {
        for waiting in self.guard.take_waiting() {
            let stage = GuardStage::Exhausted(why);
            self.guard_line(waiting.intent, waiting.cloid, stage, desk.now, desk.out);
        }
    }

    /// Sends what has waited for new rules, if they have come and are other rules.
    pub(super) fn retry(&mut self, desk: &mut Desk<'_>) {
        if !self.guard.is_waiting() {
            return;
        }
        for waiting in self.guard.take_waiting() {
            match self.look_at(&waiting, desk) {
                Look::Sent => {}
                Look::Wait => self.guard.wait_on(waiting),
                Look::GiveUp(why) => {
                    let stage = GuardStage::Exhausted(why);
                    self.guard_line(waiting.intent, waiting.cloid, stage, desk.now, desk.out);
                    // What the venue's rules did not decide says nothing about them.
                    if matches!(why, GuardEnd::SpecUnchanged | GuardEnd::NoSpec) {
                        self.guard_failed(desk.now, desk.timing.park_ms);
                    }
                }
            }
        }
    }

    fn look_at(&mut self, waiting: &Waiting, desk: &mut Desk<'_>) -> Look {
        let is_late = desk.now >= self.retry_deadline(waiting.since, desk);
        let new = self.specs_heard > waiting.heard;
        let spec = self.spec.clone().filter(|spec| new && spec.requested >= waiting.since);
        let Some(spec) = spec else {
            return if is_late { Look::GiveUp(GuardEnd::NoSpec) } else { Look::Wait };
        };
        if spec.rules == waiting.wish.rules {
            return Look::GiveUp(GuardEnd::SpecUnchanged);
        }
        let old = waiting.replaces.and_then(|old| self.orders.get_mut(old));
        let old = match old {
            Some(old) if old.is_settled() => Some(old.cloid),
            Some(old) if old.may_rest() => {
                return if is_late { Look::GiveUp(GuardEnd::OldInDoubt) } else { Look::Wait };
            }
            _ => None,
        };
        let Some(target) = self.requantize(waiting, &spec) else {
            return Look::GiveUp(GuardEnd::NotLegal);
        };
        match self.leave(waiting.side, target, old, Some(waiting.intent), desk) {
            Ok(()) => Look::Sent,
            // The venue's limits allow it in a moment.
            Err(GuardEnd::Gate(Rule::Budget)) if !is_late => Look::Wait,
            Err(why) => Look::GiveUp(why),
        }
    }

    /// What was wanted, made legal under the rules of now and kept off the touch of now.
    fn requantize(&self, waiting: &Waiting, spec: &super::Spec) -> Option<Target> {
        let touch = match self.book.touch() {
            (Some(bid), Some(ask)) if bid < ask => (bid, ask),
            _ => return None,
        };
        let Want { size, .. } = waiting.wish.want;
        let price = legal_price(waiting.side, &waiting.wish.want, spec, touch, None)?;
        let size = spec.rules.sizes().snap(size, Round::Down).ok()?;
        let order = spec.rules.order(price, size).ok()?;
        Some(Target { price: order.price, size: order.size, want: waiting.wish.want })
    }

    /// From when on rules must have been asked for, for the orders that wait for new ones; `None` if
    /// none waits, or if such rules have come.
    pub(crate) fn guard_since(&self) -> Option<Millis> {
        let have = self.spec.as_ref().map_or(Millis(0), |spec| spec.requested);
        let (since, heard) = self.guard.since()?;
        (self.specs_heard <= heard || have < since).then_some(since)
    }

    /// How long a refused order waits for new rules.
    fn retry_deadline(&self, since: Millis, desk: &Desk<'_>) -> Millis {
        since.plus(desk.timing.answer_timeout_ms.saturating_mul(2))
    }

    /// When the first waiting order is given up.
    pub(super) fn retry_due(&self, desk: &Desk<'_>) -> Option<Millis> {
        self.guard.first().map(|waiting| self.retry_deadline(waiting.since, desk))
    }
}
