//! Positions and money that move without an order of their owner.

use hl_quant::{Price, SignedSize, Size};
use hl_wire::{AssetId, Tif};

use super::markets::shifted;
use crate::Usd;
use crate::core::account::{AccountId, Funding, LedgerEntry, Movement};
use crate::core::order::{Cancellation, Incoming, Order};
use crate::core::settle::{Forced, Match};
use crate::core::{Core, Event};
use crate::fault::{Chance, LiqMethod};

const MILLION: i128 = 1_000_000;

impl Core {
    /// Closes so much of an account's position at a price, against the account that faults trade
    /// with. Nobody pays a fee, and no order is involved.
    fn force(&mut self, id: AccountId, asset: AssetId, size: Size, px: Price, why: Forced) {
        let other = self.culprit();
        let position = self.account(id).map(|account| account.position(asset).szi);
        let Some(side) = position.and_then(SignedSize::side) else { return };
        if size.is_zero() || id == other {
            return;
        }
        let timestamp = self.now;
        let mut order = |account, side| {
            let (tif, reduce_only, cloid) = (Tif::FrontendMarket, false, None);
            let spec = Incoming { account, asset, side, px, sz: size, tif, reduce_only, cloid };
            Order { oid: self.allocate_oid(), spec, sz: size, timestamp }
        };
        let (taker, maker) = (order(id, side.opposite()), order(other, side));
        self.settle_forced(&Match { taker, maker, px, size }, why);
        self.fit_reduce_only(id, asset);
    }

    /// Every position of an account.
    fn holdings(&self, id: AccountId) -> Vec<(AssetId, SignedSize)> {
        let positions = self.account(id).into_iter().flat_map(|account| &account.positions);
        positions.map(|(asset, position)| (*asset, position.szi)).collect()
    }

    /// Auto-deleveraging: winners' positions are closed at the mark price against the losers'
    /// (docs: "Auto-deleveraging").
    pub(super) fn deleverage(&mut self, share: Chance) {
        for id in self.clients() {
            for (asset, held) in self.holdings(id) {
                let Some(mark) = self.mark(asset) else { continue };
                let lot = self.lot(asset);
                let part = u128::from(held.magnitude().raw()) * u128::from(share.ppm()) / 1_000_000;
                let part = u64::try_from(part).unwrap_or(u64::MAX);
                let whole_lots = part.checked_div(lot).unwrap_or(0).saturating_mul(lot);
                let size = if part == held.magnitude().raw() { part } else { whole_lots };
                self.force(id, asset, Size::from_raw(size), mark, Forced::Deleveraging);
            }
        }
    }

    fn lot(&self, asset: AssetId) -> u64 {
        let decimals = self.market(asset).map_or(0, |market| market.config.sz_decimals.get());
        10_u64.saturating_pow(8_u32.saturating_sub(u32::from(decimals)))
    }

    /// Liquidation: orders are cancelled, positions closed at the mark price; the backstop takes
    /// the maintenance margin as well (docs: "Liquidations").
    pub(super) fn liquidate(&mut self, method: LiqMethod) {
        for id in self.clients() {
            let held = self.holdings(id);
            self.cancel_all(id, Cancellation::Liquidated);
            if held.is_empty() {
                continue;
            }
            let (value, maintenance) = (self.account_value(id), self.maintenance_of(id));
            for (asset, szi) in &held {
                let Some(mark) = self.mark(*asset) else { continue };
                self.force(id, *asset, szi.magnitude(), mark, Forced::Liquidation(method));
            }
            if method == LiqMethod::Backstop {
                self.hand_over(id, maintenance);
            }
            let at_mark = |(asset, szi): &(AssetId, SignedSize)| {
                let mark = self.mark(*asset)?;
                Some(Usd::from_notional(mark * szi.magnitude()))
            };
            let notional = held.iter().filter_map(at_mark).sum();
            let movement = Movement::Liquidation { notional, value, positions: held };
            self.enter(id, Usd::ZERO, movement);
        }
    }

    fn maintenance_of(&self, id: AccountId) -> Usd {
        use crate::core::position::MarginKind::{Cross, Isolated};
        self.summary(id, &[Cross, Isolated]).maintenance
    }

    /// Moves cash from an account to the one that faults trade with, as far as there is any.
    fn hand_over(&mut self, id: AccountId, usd: Usd) {
        let other = self.culprit();
        let Some(account) = self.account_mut(id) else { return };
        let paid = usd.min(account.cash.non_negative());
        account.cash -= paid;
        if let Some(other) = self.account_mut(other) {
            other.cash += paid;
        }
    }

    /// Forced settlement: every position of a market is closed at one price.
    pub(super) fn settle_market(&mut self, market: u16, ppm: i64) {
        let Some(asset) = self.target(market) else { return };
        let Some(px) = self
            .market(asset)
            .and_then(|market| market.on_micro_grid(i128::from(shifted(market.mark, ppm).raw())))
        else {
            return;
        };
        let ids: Vec<AccountId> = self.by_address.values().copied().collect();
        for id in ids {
            let held = self.account(id).map(|account| account.position(asset).szi);
            let size = held.map_or(Size::ZERO, SignedSize::magnitude);
            self.force(id, asset, size, px, Forced::Settlement);
        }
    }

    /// Funding: positions pay `size * oracle * rate`, longs if it is positive (docs: "Funding").
    /// What rounding leaves over is the exchange's.
    pub(super) fn pay_funding(&mut self, market: u16, ppm: i64) {
        let Some(asset) = self.target(market) else { return };
        let Some(oracle) = self.market(asset).map(|market| market.oracle) else { return };
        let ids: Vec<AccountId> = self.by_address.values().copied().collect();
        let (time, rate_ppm) = (self.now, ppm);
        for id in ids {
            let Some(account) = self.account_mut(id) else { continue };
            let Some(position) = account.positions.get(&asset).copied() else { continue };
            let usd = -position.value(oracle).mul_div(i128::from(ppm), MILLION);
            account.cash += usd;
            account.stats.funding += usd;
            let internal = account.is_internal();
            let paid = Funding { asset, time, usd, szi: position.szi, rate_ppm };
            if !internal {
                account.remember_funding(paid);
                self.events.push(Event::Funding(id, paid));
            }
            self.fees -= usd;
        }
    }

    /// The owner pays into every client's account, or takes out what can be spared.
    pub(super) fn move_cash(&mut self, dollars: i64) {
        for id in self.clients() {
            if dollars >= 0 {
                self.pay_in(id, Usd::dollars(dollars));
            } else {
                self.pay_out(id, -Usd::dollars(dollars));
            }
        }
    }

    /// Pays USDC from outside into an account, with an entry in its ledger.
    pub(crate) fn pay_in(&mut self, id: AccountId, usd: Usd) {
        self.deposit(id, usd);
        self.enter(id, usd, Movement::Deposit);
    }

    /// Pays USDC out of an account, at most what is withdrawable; how much that was.
    pub(crate) fn pay_out(&mut self, id: AccountId, usd: Usd) -> Usd {
        let paid = usd.min(self.withdrawable(id));
        if paid > Usd::ZERO {
            self.deposit(id, -paid);
            self.enter(id, -paid, Movement::Withdrawal);
        }
        paid
    }

    /// Writes an entry into an account's ledger and tells its owner.
    pub(crate) fn enter(&mut self, id: AccountId, usd: Usd, movement: Movement) {
        let (time, hash) = (self.now, self.hash);
        let entry = LedgerEntry { time, hash, usd, movement };
        let Some(account) = self.account_mut(id) else { return };
        if account.is_internal() {
            return;
        }
        account.stats.transfers += usd;
        account.remember_entry(entry.clone());
        self.events.push(Event::Ledger(id, Box::new(entry)));
    }

    /// Leaves every client so many requests.
    pub(super) fn burn_requests(&mut self, left: u64) {
        for id in self.clients() {
            let cap = self.request_cap(self.account(id));
            let Some(account) = self.account_mut(id) else { continue };
            let requests = &mut account.requests;
            let spare = cap.saturating_sub(requests.used.saturating_add(requests.burnt));
            requests.burnt = requests.burnt.saturating_add(spare.saturating_sub(left));
        }
    }

    pub(super) fn give_requests_back(&mut self) {
        for id in self.clients() {
            if let Some(account) = self.account_mut(id) {
                account.requests.burnt = 0;
            }
        }
    }

    /// Every armed switch fires at the next block.
    pub(super) fn fire_armed(&mut self) {
        let now = self.now;
        for id in self.clients() {
            if let Some(account) = self.account_mut(id)
                && account.schedule.at.is_some()
            {
                account.schedule.at = Some(now);
            }
        }
    }
}
