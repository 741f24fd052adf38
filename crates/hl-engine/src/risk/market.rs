//! What one market keeps for its own limits, and for those of the account.

use hl_quant::{Millis, Price, Side, SignedSize};

use super::{Hold, MarkoutLimits, Markouts, RejectLimits, Verdict, Window};
use crate::Fill;

/// The risk of one market.
#[derive(Clone, Debug)]
pub(crate) struct MarketRisk {
    /// Cash from the trades that our position counts; `None` once it left its range.
    cash: Option<i128>,
    /// Refusals that are not races.
    pub(crate) rejects: Window,
    markouts: Markouts,
    hold: Hold,
}

impl Default for MarketRisk {
    fn default() -> Self {
        Self {
            cash: Some(0),
            rejects: Window::default(),
            markouts: Markouts::default(),
            hold: Hold::default(),
        }
    }
}

impl MarketRisk {
    /// Takes a fill that moved our position by `delta`: zero for one that a report of the account
    /// already had.
    pub(crate) fn fill(&mut self, now: Millis, fill: &Fill, delta: i64) {
        let paid = i128::from(delta).checked_mul(i128::from(fill.price.raw()));
        let fee = if delta == 0 { 0 } else { fill.fee.raw() };
        let cash = self.cash.zip(paid).and_then(|(cash, paid)| cash.checked_sub(paid));
        self.cash = cash.and_then(|cash| cash.checked_sub(fee));
        if delta != 0 {
            let side = if delta > 0 { Side::Bid } else { Side::Ask };
            self.markouts.fill(now, side, fill.price);
        }
    }

    /// Takes the mid of others.
    pub(crate) fn see(&mut self, now: Millis, mid: Price) {
        self.markouts.see(now, mid);
    }

    /// Cash and position at `mid`; `None` if a position has no price, or the sum no place.
    pub(crate) fn worth(&self, position: SignedSize, mid: Option<Price>) -> Option<i128> {
        let cash = self.cash?;
        if position == SignedSize::ZERO {
            return Some(cash);
        }
        i128::from(position.raw()).checked_mul(i128::from(mid?.raw()))?.checked_add(cash)
    }

    /// What the market's own limits say.
    pub(crate) fn settle(
        &mut self,
        now: Millis,
        rejects: &RejectLimits,
        markout: &MarkoutLimits,
        hold_ms: u64,
    ) -> Option<Verdict> {
        let due = self.rejects.market(now, rejects).worst(self.markouts.verdict(now, markout));
        self.hold.settle(now, due, hold_ms)
    }

    /// The clock was set back.
    pub(crate) fn rebase(&mut self, now: Millis) {
        self.rejects.rebase(now);
        self.markouts.rebase();
        self.hold.rebase(now);
    }

    /// The grade in force.
    pub(crate) const fn shown(&self) -> Verdict {
        self.hold.shown()
    }

    /// The operator has decided: what was refused before no longer counts.
    pub(crate) fn clear(&mut self) {
        self.hold.clear();
        self.rejects.clear();
    }
}
