//! What the venue says about the account, to the markets that it concerns.

use hl_quant::{Millis, SignedSize};
use hl_wire::Cloid;

use super::Engine;
use crate::{
    AccountMoney, EventKind, Fill, Found, OpenOrder, Position, ReconLine, Reply, RequestId,
    market::Listed,
};

impl Engine {
    pub(super) fn outcome(&mut self, request: RequestId, replies: &[Reply]) {
        if self.dead_man_answer(request, replies.first().copied().unwrap_or(Reply::Unknown)) {
            return;
        }
        let mut found = false;
        self.on_markets(|market, clerk| found |= market.outcome(request, replies, clerk));
        if !found {
            self.audit("outcome_unexpected");
        }
    }

    pub(super) fn fill(&mut self, fill: &Fill) {
        let gap = self.on_market(fill.market, |market, clerk| market.fill(fill, clerk));
        if gap {
            // A fill is missing or late: ask soon, but let a late one arrive first.
            let soon = self.now.plus(self.config.timing.retry_ms);
            self.sync.account.hurry(soon);
            self.sync.fills.hurry(soon);
        }
    }

    pub(super) fn fills(&mut self, request: Option<RequestId>, fills: &[Fill]) {
        let every = self.config.timing.reconcile_ms;
        match request.map(|request| self.sync.fills.answered(request, self.now, every)) {
            Some(None) => self.audit("answer_unexpected"),
            Some(Some(asked)) => self.sync.fills_heard = Some(asked),
            None => {}
        }
        // Whoever sent them, they happened.
        for fill in fills {
            self.fill(fill);
        }
        if let Some(through) = self.sync.fills_heard.filter(|_| request.is_some()) {
            self.out.event(self.now, EventKind::Recon(ReconLine::Fills { through }));
        }
        self.announce();
    }

    pub(super) fn listing(&mut self, request: RequestId, orders: &[OpenOrder]) {
        let every = self.config.timing.reconcile_ms;
        let Some(asked) = self.sync.orders.answered(request, self.now, every) else {
            return self.audit("answer_unexpected");
        };
        let tag = self.config.cloid_tag;
        let mut sum = Listed::default();
        self.on_markets(|market, clerk| {
            let listed = market.listing(asked, orders, tag, clerk);
            sum.ours = sum.ours.saturating_add(listed.ours);
            sum.orphans = sum.orphans.saturating_add(listed.orphans);
            sum.foreign = sum.foreign.saturating_add(listed.foreign);
        });
        if sum.ours == 0 {
            self.sync.clean = Some(asked);
        }
        self.listed = sum;
        self.announce();
    }

    pub(super) fn positions(
        &mut self,
        request: RequestId,
        time: Millis,
        positions: &[Position],
        money: AccountMoney,
    ) {
        let every = self.config.timing.reconcile_ms;
        let Some(asked) = self.sync.account.answered(request, self.now, every) else {
            return self.audit("answer_unexpected");
        };
        self.on_markets(|market, clerk| {
            let held = positions.iter().find(|position| position.market == market.id);
            let size = held.map_or(SignedSize::ZERO, |position| position.size);
            market.reported(asked, time, size, clerk);
        });
        self.money(money);
        self.announce();
    }

    pub(super) fn status(&mut self, request: RequestId, cloid: Cloid, found: &Found) {
        let market = match found {
            Found::Yes(update) => Some(update.market),
            Found::No => self.cloids.market_of(cloid),
        };
        match market {
            Some(market) => self.on_market(market, |market, clerk| {
                market.status(request, cloid, found, clerk);
            }),
            // An orphan's id says nothing about its market.
            None => self.on_markets(|market, clerk| market.status(request, cloid, found, clerk)),
        }
    }

    pub(super) fn query_failed(&mut self, request: RequestId) {
        let (now, retry) = (self.now, self.config.timing.retry_ms);
        self.sync.orders.failed(request, now, retry);
        self.sync.account.failed(request, now, retry);
        self.sync.fills.failed(request, now, retry);
        self.sync.ledger.failed(request, now, retry);
        for market in &mut self.markets {
            for asking in market.orders.iter_mut().filter_map(|order| order.asking.as_mut()) {
                if asking.query.is_some_and(|(id, _)| id == request) {
                    asking.query = None;
                    asking.next = now.plus(retry);
                }
            }
        }
    }

    /// Says once per connection that everything has been read.
    fn announce(&mut self) {
        if !self.sync.announced && self.sync.is_complete(self.now, &self.config.timing) {
            self.sync.announced = true;
            let Listed { orphans, foreign, .. } = self.listed;
            self.out.event(self.now, EventKind::Recon(ReconLine::Ok { orphans, foreign }));
        }
    }

    /// The moment from which fills matter to the next question.
    pub(super) fn fills_since(&self) -> Millis {
        /// How far back a question about fills overlaps with what has been heard.
        const OVERLAP_MS: u64 = 60_000;
        let from = self.sync.fills_heard.or(self.sync.up).unwrap_or(self.now);
        Millis(from.0.saturating_sub(OVERLAP_MS))
    }
}
