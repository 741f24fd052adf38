//! The venue's own faults: what is active, and what it does to a market, an order or an answer.

mod book;
mod fills;
mod markets;
pub(crate) mod memory;
mod positions;

use hl_quant::Millis;
use hl_wire::AssetId;

use crate::core::{Core, mix};
use crate::fault::dice::Dice;
use crate::fault::{Chance, Kind, Layer, Moment};
use crate::refusal::{Refusal, StaticRefusal};

pub(crate) use markets::{Shown, shifted};

/// A fault that has been injected and not healed.
#[derive(Clone, Debug)]
struct Active {
    kind: Kind,
    /// When a kind that strikes again and again strikes next.
    due: Millis,
    /// Whether a change that waits for an order has met one.
    sprung: bool,
}

/// Every active fault of the venue. With none, asking costs a look at an empty list.
#[derive(Clone, Debug)]
pub(crate) struct Trouble {
    seed: u64,
    draws: u64,
    active: Vec<Active>,
    /// The markets that faults are about; all of them while this is empty.
    targets: Vec<AssetId>,
    /// How much later than usual a fill is told that happens now.
    pub(crate) fill_lag: u64,
}

impl Trouble {
    pub(crate) const fn new(seed: u64) -> Self {
        Self { seed, draws: 0, active: Vec::new(), targets: Vec::new(), fill_lag: 0 }
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.active.is_empty()
    }

    pub(crate) fn set_targets(&mut self, targets: Vec<AssetId>) {
        self.targets = targets;
    }

    /// The first active kind that `wanted` makes something of.
    pub(crate) fn find<T>(&self, wanted: impl Fn(&Kind) -> Option<T>) -> Option<T> {
        self.active.iter().find_map(|active| wanted(&active.kind))
    }

    pub(crate) fn has(&self, wanted: impl Fn(&Kind) -> bool) -> bool {
        self.active.iter().any(|active| wanted(&active.kind))
    }

    /// Whether something of this probability happens; each call is a draw of its own.
    pub(crate) fn happens(&mut self, chance: Chance) -> bool {
        self.draws = self.draws.wrapping_add(1);
        Dice::new(self.seed, mix(self.draws)).happens(chance)
    }

    /// Whether a kind that `chance_of` knows a probability for is active and happens.
    pub(crate) fn strikes(&mut self, chance_of: impl Fn(&Kind) -> Option<Chance>) -> bool {
        if self.is_quiet() {
            return false;
        }
        self.find(chance_of).is_some_and(|chance| self.happens(chance))
    }

    /// How much later than the streams an answer is given.
    pub(crate) fn ack_lag(&self) -> u64 {
        let lag = |kind: &Kind| match kind {
            Kind::FillBeforeAck { ms } => Some(*ms),
            _ => None,
        };
        self.find(lag).unwrap_or(0)
    }

    /// Whether several fills of one block are told in another order than they happened.
    pub(crate) fn shuffles_fills(&self) -> bool {
        self.has(|kind| matches!(kind, Kind::FillSameMs { .. }))
    }

    /// Whether an agent's approval counts for nothing now.
    pub(crate) fn agents_are_out(&self) -> bool {
        self.has(|kind| matches!(kind, Kind::AgentRevoke {} | Kind::AgentExpire {}))
    }

    /// What a client's order is refused for without a reason in the order itself.
    pub(crate) fn refusal(&mut self) -> Option<Refusal> {
        let margin = |kind: &Kind| match kind {
            Kind::RejectMargin { prob } => Some(*prob),
            _ => None,
        };
        let tick = |kind: &Kind| match kind {
            Kind::RejectTick { prob } => Some(*prob),
            _ => None,
        };
        if self.strikes(margin) {
            return Some(Refusal::Margin);
        }
        self.strikes(tick).then_some(Refusal::Tick)
    }

    /// What a whole batch is refused for; `passive` says that it has none but post-only orders.
    pub(crate) fn objection(&mut self, passive: bool) -> Option<StaticRefusal> {
        if !passive && self.has(|kind| matches!(kind, Kind::UpgradeWindow {})) {
            return Some(StaticRefusal::PostOnlyWindow);
        }
        let batch = |kind: &Kind| match kind {
            Kind::RejectBatch { prob } => Some(*prob),
            _ => None,
        };
        self.strikes(batch).then_some(StaticRefusal::InvalidPrice)
    }

    /// Lets changes that wait for an order happen; true if there were any.
    fn spring(&mut self) -> bool {
        let waits = |active: &&mut Active| {
            !active.sprung && matches!(active.kind, Kind::MetaChange { when: Moment::Send, .. })
        };
        let mut sprung = false;
        for active in self.active.iter_mut().filter(waits) {
            active.sprung = true;
            sprung = true;
        }
        sprung
    }
}

impl Core {
    /// The market that a fault's number means.
    fn target(&self, number: u16) -> Option<AssetId> {
        let targets = &self.trouble.targets;
        let pick = |count: usize| usize::from(number).checked_rem(count);
        if targets.is_empty() {
            return self.markets.get(pick(self.markets.len())?).map(|market| market.asset);
        }
        targets.get(pick(targets.len())?).copied()
    }

    /// Begins a fault: what it does at once is done now, the rest while it is active.
    pub(crate) fn inject(&mut self, kind: Kind) {
        if kind.layer() != Layer::Venue {
            return;
        }
        let sprung = !matches!(kind, Kind::MetaChange { when: Moment::Send, .. });
        self.trouble.active.push(Active { kind, due: self.now, sprung });
        match kind {
            Kind::Adl { share } => self.deleverage(share),
            Kind::Liq { method } => self.liquidate(method),
            Kind::Settle { market, ppm } => self.settle_market(market, ppm),
            Kind::Funding { market, ppm } => self.pay_funding(market, ppm),
            Kind::AcctTransfer { usd } => self.move_cash(usd),
            Kind::DeadmanFire {} => self.fire_armed(),
            Kind::LimitsAddr { left } => self.burn_requests(left),
            Kind::BookJump { market, ppm } => self.jump(market, ppm),
            Kind::BookWall { market, side, usd } => self.build_wall(market, side, usd),
            _ => {}
        }
        self.refresh_markets();
    }

    /// Ends a fault that was begun with the same kind and parameters.
    pub(crate) fn heal(&mut self, kind: Kind) {
        let place = self.trouble.active.iter().position(|active| active.kind == kind);
        let Some(place) = place else { return };
        self.trouble.active.remove(place);
        match kind {
            Kind::LimitsAddr { .. } => self.give_requests_back(),
            Kind::BookWall { market, .. } => self.pull_wall(market),
            _ => {}
        }
        self.refresh_markets();
    }

    /// A client's action with orders is about to be executed.
    pub(crate) fn orders_are_coming(&mut self) {
        if !self.trouble.is_quiet() && self.trouble.spring() {
            self.refresh_markets();
        }
    }

    /// Strikes that are due again.
    pub(crate) fn trouble_block(&mut self) {
        if self.trouble.is_quiet() {
            return;
        }
        let now = self.now;
        let mut due = Vec::new();
        for active in &mut self.trouble.active {
            let (Kind::FillPartial { every, .. }
            | Kind::FillBurst { every }
            | Kind::FillSameMs { every, .. }) = active.kind
            else {
                continue;
            };
            if active.due <= now {
                active.due = now.plus(every.max(1));
                due.push(active.kind);
            }
        }
        for kind in due {
            match kind {
                Kind::FillPartial { leave_usd, .. } => self.take_most(leave_usd),
                Kind::FillBurst { .. } => self.take_everything(),
                Kind::FillSameMs { pieces, .. } => self.take_in_pieces(pieces),
                _ => {}
            }
        }
    }

    /// How much later than it happens a fill of now is told.
    pub(crate) fn fill_lag(&self) -> u64 {
        let lag = |kind: &Kind| match kind {
            Kind::FillLate { ms } => Some(*ms),
            _ => None,
        };
        self.trouble.fill_lag.max(self.trouble.find(lag).unwrap_or(0))
    }

    /// Every client's account.
    fn clients(&self) -> Vec<crate::core::account::AccountId> {
        let ids = self.by_address.values().copied();
        ids.filter(|id| !self.is_internal(*id)).collect()
    }
}
