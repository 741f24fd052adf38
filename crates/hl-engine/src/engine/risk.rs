//! Limits of the account as a whole, halts, and what comes back from an earlier run.

use hl_quant::Price;

use super::{Engine, Mode};
use crate::{
    AccountMoney, Carry, Cause, EventKind, Halt, Journal, MarketId, Operator, RequestId, SafeMode,
    Transfer,
};

impl Engine {
    /// Continues where earlier runs ended: a halt that nobody has ended still holds, losses are
    /// measured from the same marks, and orders whose end was not recorded are looked for.
    ///
    /// Call it before the first input.
    #[must_use]
    pub fn restore(mut self, carry: Carry) -> Self {
        let safe = (carry.safe_mode == SafeMode::On)
            .then_some(Halt { at: self.now, cause: Cause::SafeMode });
        if let Some(halt) = carry.halt.or(safe) {
            self.halt = Some(halt);
            self.mode = Mode::Ending { word: Operator::Halt, since: None, reported: false };
        }
        self.sync.fills_heard = carry.fills_through;
        self.carry_intents(&carry.intents);
        self
    }

    /// Why nothing is quoted until the operator's word, if it is so.
    #[must_use]
    pub const fn halted(&self) -> Option<Halt> {
        self.halt
    }

    /// Ends quoting until the operator's word, in this run and in those after it.
    pub(super) fn latch(&mut self, cause: Cause) {
        if self.halt.is_none() {
            let halt = Halt { at: self.now, cause };
            self.halt = Some(halt);
            self.out.event(self.now, EventKind::Halt(halt));
        }
    }

    pub(super) fn reference(
        &mut self,
        market: MarketId,
        mark: Option<Price>,
        oracle: Option<Price>,
    ) {
        let now = self.now;
        let Some(market) = self.markets.get_mut(market.index()) else {
            return self.audit("market_unknown");
        };
        market.refs.hear(now, mark, oracle, &market.config.collar);
        market.dirty = true;
    }

    /// Takes the money of an account report.
    pub(super) fn money(&mut self, _money: AccountMoney) {}

    /// Takes the transfers of the account.
    pub(super) fn transfers(&mut self, request: RequestId, _transfers: &[Transfer]) {
        let every = self.config.timing.reconcile_ms;
        if self.sync.ledger.answered(request, self.now, every).is_none() {
            self.audit("answer_unexpected");
        }
    }

    /// Whether what must survive a crash can be written down.
    pub(super) fn journal(&mut self, journal: Journal) {
        self.journal = journal;
        self.all_dirty();
    }
}
