//! Moving money and positions for one match.

use hl_quant::{Price, Side, Size};
use hl_wire::Address;

use super::account::{Account, AccountId, Fill};
use super::market::Trade;
use super::order::Order;
use super::position::{Applied, MarginKind};
use super::{Core, Event};
use crate::Usd;
use crate::fault::LiqMethod;
use crate::witness::Cause;

/// An incoming order meeting a resting one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Match {
    pub(crate) taker: Order,
    pub(crate) maker: Order,
    pub(crate) px: Price,
    pub(crate) size: Size,
}

/// Why a position moves without an order of its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Forced {
    Deleveraging,
    Liquidation(LiqMethod),
    Settlement,
}

impl Forced {
    const fn cause(self) -> Cause {
        match self {
            Self::Deleveraging => Cause::Deleveraging,
            Self::Liquidation(_) => Cause::Liquidation,
            Self::Settlement => Cause::Settlement,
        }
    }

    /// The `dir` text of the fill.
    const fn direction(self, applied: &Applied, kind: MarginKind) -> &'static str {
        match (self, kind, applied.before.raw() > 0) {
            (Self::Deleveraging, _, _) => "Auto-Deleveraging",
            (Self::Settlement, _, _) => "Settlement",
            (Self::Liquidation(_), MarginKind::Cross, true) => "Liquidated Cross Long",
            (Self::Liquidation(_), MarginKind::Cross, false) => "Liquidated Cross Short",
            (Self::Liquidation(_), MarginKind::Isolated, true) => "Liquidated Isolated Long",
            (Self::Liquidation(_), MarginKind::Isolated, false) => "Liquidated Isolated Short",
        }
    }
}

/// Which of the two orders of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Taker,
    Maker,
}

impl Core {
    /// Settles a match for both accounts; false, and nothing done, when a position would leave the
    /// range of its number.
    pub(crate) fn settle(&mut self, matched: &Match) -> bool {
        let Match { taker, maker, px, size } = *matched;
        if !self.fits(matched) {
            return false;
        }
        let [buyer, seller] = Self::buyer_first(taker.spec.side, taker, maker);
        let tid = Self::tid(buyer.oid, seller.oid);
        self.settle_one(matched, Role::Taker, tid, None);
        self.settle_one(matched, Role::Maker, tid, None);
        let users = [self.address(buyer.spec.account), self.address(seller.spec.account)];
        let (time, hash) = (self.now, self.hash);
        let asset = taker.spec.asset;
        let trade = Trade { asset, side: taker.spec.side, px, sz: size, time, hash, tid, users };
        if let Some(market) = self.market_mut(asset) {
            market.record(trade);
        }
        self.events.push(Event::Trade(trade));
        true
    }

    /// Settles a match that is no trade: without fees, and not in the market's figures.
    pub(crate) fn settle_forced(&mut self, matched: &Match, why: Forced) {
        if self.fits(matched) {
            let tid = Self::tid(matched.taker.oid, matched.maker.oid);
            self.settle_one(matched, Role::Taker, tid, Some(why));
            self.settle_one(matched, Role::Maker, tid, Some(why));
        }
    }

    /// Whether both positions stay in the range of their numbers.
    fn fits(&self, matched: &Match) -> bool {
        [&matched.taker, &matched.maker].into_iter().all(|order| {
            self.account(order.spec.account).is_some_and(|account| {
                let szi = account.position(order.spec.asset).szi;
                szi.after_fill(order.spec.side, matched.size).is_some()
            })
        })
    }

    fn address(&self, id: AccountId) -> Address {
        self.account(id).map_or(Address::ZERO, |account| account.address)
    }

    /// One account's half of a match.
    fn settle_one(&mut self, matched: &Match, role: Role, tid: u64, forced: Option<Forced>) {
        let Match { taker, maker, px, size } = *matched;
        let (order, rate) = match role {
            Role::Taker => (taker, self.config.fees.taker),
            Role::Maker => (maker, self.config.fees.maker),
        };
        let rate = if forced.is_some() { 0 } else { rate };
        let value = Usd::from_notional(px * size);
        // The live venue cuts fees to whole micro-dollars; a rebate is cut in the venue's favour.
        let fee = value.mul_div(i128::from(rate), 100_000_000);
        let spec = order.spec;
        let leverage = self.leverage(spec.account, spec.asset);
        let (time, told) = (self.now, self.now.plus(self.fill_lag()));
        let hash = if forced.is_some() { [0; 32] } else { self.hash };
        let Some(account) = self.account_mut(spec.account) else { return };
        let position = account.positions.entry(spec.asset).or_default();
        let Some(applied) = position.apply(spec.side, size, value) else { return };
        let paid = if spec.side == Side::Bid { value } else { -value };
        match leverage.kind {
            MarginKind::Cross => account.cash -= paid,
            MarginKind::Isolated => {
                let moved = applied.margin_moved(px, size, position.isolated, leverage.value);
                account.cash -= moved;
                position.isolated += moved - paid;
            }
        }
        account.cash -= fee;
        if position.is_flat() {
            account.cash += position.isolated;
            account.positions.remove(&spec.asset);
        }
        match forced {
            None => count(account, &order, role, value, fee, applied.pnl),
            Some(_) => count_forced(account, &order, applied.pnl),
        }
        let fill = Fill {
            asset: spec.asset,
            px,
            sz: size,
            side: spec.side,
            time,
            start_position: applied.before,
            dir: match forced {
                Some(why) => why.direction(&applied, leverage.kind),
                None => applied.direction(),
            },
            closed_pnl: applied.pnl,
            hash,
            oid: order.oid,
            crossed: role == Role::Taker,
            fee,
            tid,
            cloid: spec.cloid,
            told,
            cause: forced.map_or(Cause::Trade, Forced::cause),
            liquidation: match forced {
                Some(Forced::Liquidation(method)) => Some((px, method)),
                _ => None,
            },
        };
        if !account.is_internal() {
            account.remember_fill(fill);
            self.events.push(Event::Fill(spec.account, Box::new(fill)));
        }
        self.fees += fee;
    }
}

/// Adds a movement that was no trade to its owner's totals.
fn count_forced(account: &mut Account, order: &Order, pnl: Usd) {
    account.stats.forced_fills = account.stats.forced_fills.saturating_add(1);
    account.stats.closed_pnl += pnl;
    account.market_stats.entry(order.spec.asset).or_default().closed_pnl += pnl;
}

/// Adds a fill to its owner's totals.
fn count(account: &mut Account, order: &Order, role: Role, value: Usd, fee: Usd, pnl: Usd) {
    let market = account.market_stats.entry(order.spec.asset).or_default();
    let (fills, market_fills, volume) = match role {
        Role::Taker => (
            &mut account.stats.taker_fills,
            &mut market.taker_fills,
            &mut account.stats.taker_volume,
        ),
        Role::Maker => (
            &mut account.stats.maker_fills,
            &mut market.maker_fills,
            &mut account.stats.maker_volume,
        ),
    };
    *fills = fills.saturating_add(1);
    *market_fills = market_fills.saturating_add(1);
    *volume += value;
    market.volume += value;
    market.fees += fee;
    market.closed_pnl += pnl;
    account.stats.fees += fee;
    account.stats.closed_pnl += pnl;
}
