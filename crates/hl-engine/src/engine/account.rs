//! What the venue says about the account, to the markets that it concerns.

use hl_quant::{Millis, SignedSize};
use hl_wire::Cloid;

use super::Engine;
use crate::{
    AccountMoney, BudgetNews, EventKind, Fill, Found, OpenOrder, OrderUpdate, Position, ReconLine,
    Reply, RequestId, VenueState,
    budget::limits::ITEMS_PER_EXTRA_WEIGHT,
    market::{Clerk, Counted, Listed, Market},
};

impl Engine {
    pub(super) fn outcome(&mut self, request: RequestId, replies: &[Reply]) {
        let awaited = self.out.answered(request);
        if self.dead_man_answer(request, replies.first().copied().unwrap_or(Reply::Unknown)) {
            return;
        }
        if self.burn_answer(request, replies.first().copied().unwrap_or(Reply::Unknown)) {
            return;
        }
        self.stray_outcome(request, replies);
        if self.leverage_answer(request, replies.first().copied().unwrap_or(Reply::Unknown)) {
            return;
        }
        let mut found = false;
        self.on_markets(|market, clerk| found |= market.outcome(request, replies, clerk));
        // One that was waited for may find its orders settled by what came before it.
        if !found && !awaited {
            self.audit("outcome_unexpected");
        }
    }

    pub(super) fn update(&mut self, update: &OrderUpdate) {
        /// At most this often the list of orders is read only because a stranger's has opened.
        const STRANGER_MS: u64 = 5_000;
        if self.is_elsewhere(update.market) {
            return self.stray(update);
        }
        self.strayed(update);
        self.on_market(update.market, |market, clerk| market.update(update, clerk));
        if update.state == VenueState::Scheduled {
            self.dead_man_fired(update.time);
        }
        let stranger = self.markets.get_mut(update.market.index()).is_some_and(|market| {
            update.state == VenueState::Open && !market.orders.knows(update.cloid, update.oid)
        });
        if stranger {
            // It counts as exposure from the next list on, so that is read soon.
            let next = self.sync.orders.good.map_or(self.now, |good| good.plus(STRANGER_MS));
            self.sync.orders.hurry(next.max(self.now));
        }
    }

    pub(super) fn fill(&mut self, fill: &Fill) {
        let counted = self.on_market(fill.market, |market, clerk| market.fill(fill, clerk));
        // Ask soon, but let a late one arrive first.
        let soon = self.now.plus(self.config.timing.retry_ms);
        match counted {
            Counted::Clear => {}
            Counted::Gap => {
                self.sync.account.hurry(soon);
                self.sync.fills.hurry(soon);
            }
            // To be told the same fills again would not help.
            Counted::InDoubt => self.sync.account.hurry(soon),
        }
    }

    pub(super) fn fills(&mut self, request: Option<RequestId>, fills: &[Fill]) {
        let every = self.config.timing.reconcile_ms;
        match request.map(|request| self.sync.fills.answered(request, self.now, every)) {
            Some(None) => self.audit("answer_unexpected"),
            Some(Some(asked)) => {
                self.sync.fills_heard = Some(asked);
                let items = u64::try_from(fills.len()).unwrap_or(u64::MAX);
                self.out.budgets.weighed(self.now, items / ITEMS_PER_EXTRA_WEIGHT);
            }
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
        sum.ours = sum.ours.saturating_add(self.list_strays(orders));
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
        if request == RequestId::UNASKED {
            return;
        }
        let every = self.config.timing.reconcile_ms;
        let Some(asked) = self.sync.account.answered(request, self.now, every) else {
            return self.audit("answer_unexpected");
        };
        self.heard_time(time);
        // A document that came before it was written tells of a clock that is behind, also while the
        // streams are as late as the clock is.
        if time > self.now {
            self.risk.skew.hear(self.now, time);
        }
        let before = self.worth();
        let mut is_old = false;
        self.on_markets(|market, clerk| {
            let held = positions.iter().find(|position| position.market == market.id);
            let size = held.map_or(SignedSize::ZERO, |position| position.size);
            is_old |= market.reported(asked, time, size, clerk);
        });
        self.account_time = time;
        if is_old {
            let soon = self.now.plus(self.config.timing.retry_ms);
            self.sync.account.hurry(soon);
        }
        self.corrected(before);
        self.money(time, money);
        self.announce();
    }

    pub(super) fn status(&mut self, request: RequestId, cloid: Cloid, found: &Found) {
        let account = self.sync.account.good.map(|asked| (asked, self.account_time));
        let market = match found {
            Found::Yes(update) => Some(update.market),
            Found::No => self.cloids.market_of(cloid),
        };
        self.stray_answered(request, found);
        if let Found::Yes(update) = found {
            let update = OrderUpdate { cloid: Some(cloid), ..*update };
            if self.is_elsewhere(update.market) {
                return self.stray(&update);
            }
            self.strayed(&update);
        }
        let mut needed = false;
        let tell = |market: &mut Market, clerk: &mut Clerk<'_>| {
            needed |= market.status(request, cloid, found, account, clerk);
        };
        match market {
            Some(market) => self.on_market(market, tell),
            // An orphan's id says nothing about its market.
            None => self.on_markets(tell),
        }
        if needed {
            self.sync.account.hurry(self.now);
        }
        if let Found::Yes(update) = found
            && update.state == VenueState::Scheduled
        {
            self.dead_man_fired(update.time);
        }
    }

    /// The venue has an order of ours in another market than the one that it was for: the markets'
    /// numbers had changed before it arrived. It is taken away there, nothing is quoted until it is
    /// gone, and the numbers are read anew.
    fn strayed(&mut self, update: &OrderUpdate) {
        let Some(cloid) = update.cloid else { return };
        if self.cloids.market_of(cloid) == Some(update.market) {
            return;
        }
        // An id of an earlier run does not say which market it was for.
        let mut left = false;
        self.on_markets(|market, clerk| {
            left |= market.id != update.market && market.left_for_another(cloid, clerk);
        });
        if left {
            self.on_market(update.market, |market, clerk| market.arrived(update, cloid, clerk));
            self.sync.specs.hurry(self.now);
        }
    }

    pub(super) fn query_failed(&mut self, request: RequestId) {
        let (now, retry) = (self.now, self.config.timing.retry_ms);
        self.sync.orders.failed(request, now, retry);
        self.sync.account.failed(request, now, retry);
        self.sync.fills.failed(request, now, retry);
        self.sync.ledger.failed(request, now, retry);
        self.stray_query_failed(request);
        for market in &mut self.markets {
            for asking in market.orders.iter_mut().filter_map(|order| order.asking.as_mut()) {
                if asking.query.is_some_and(|(id, _)| id == request) {
                    asking.again(now, retry);
                }
            }
        }
    }

    /// Takes the venue's count of the address's requests.
    pub(super) fn rate_limit(&mut self, used: u64, cap: u64) {
        self.out.budgets.address.told(self.now, used, cap);
        self.all_dirty();
    }

    /// Says when the address runs out of requests and when it has some again, and else how long they
    /// last: once a minute at most.
    pub(super) fn note_budget(&mut self) {
        const EVERY_MS: u64 = 60_000;
        let throttled = self.out.budgets.address.is_throttled();
        let was = matches!(self.budget_told, Some((BudgetNews::Throttled, _)));
        let news = match (was, throttled) {
            (false, true) => BudgetNews::Throttled,
            (true, false) => BudgetNews::Free,
            _ => {
                let due = self.budget_told.is_none_or(|(_, at)| self.now.since(at) >= EVERY_MS);
                if !due || self.out.budgets.address.left().is_none() {
                    return;
                }
                if throttled { BudgetNews::Throttled } else { BudgetNews::Runway }
            }
        };
        self.budget_told = Some((news, self.now));
        let figures = self.out.budgets.view(self.now);
        self.out.event(self.now, EventKind::Budget { news, figures });
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
