//! What an account is worth, what its positions and orders tie up, and what it can afford.
//!
//! Initial margin is `|size| * mark / leverage`, profit not yet realised counts for cross margin,
//! and a resting order that would increase a position reserves `size * limit price / leverage`
//! (docs: "Margining").

use hl_quant::{Notional, Price, Side, Size};
use hl_wire::AssetId;

use super::Core;
use super::account::{Account, AccountId};
use super::market::Market;
use super::order::{Incoming, Order};
use super::position::{Leverage, MarginKind};
use crate::Usd;
use crate::config::MarginMode;
use crate::universe::MarginTier;

/// An account's totals at the mark prices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    /// Cash plus the value of positions.
    pub(crate) value: Usd,
    /// Sum of the positions' absolute values.
    pub(crate) notional: Usd,
    /// Cash alone.
    pub(crate) raw: Usd,
    /// Margin of the positions.
    pub(crate) used: Usd,
    /// Maintenance margin of the positions.
    pub(crate) maintenance: Usd,
}

/// The leverage of an account that never chose one.
const DEFAULT_LEVERAGE: u8 = 20;

impl Core {
    /// An account's leverage setting in a market.
    pub(crate) fn leverage(&self, id: AccountId, asset: AssetId) -> Leverage {
        let chosen = self.account(id).and_then(|account| account.leverage.get(&asset));
        chosen.copied().unwrap_or_else(|| {
            let config = self.market(asset).map(|market| &market.config);
            let kind = match config.map(|config| config.margin_mode) {
                Some(MarginMode::OnlyIsolated) => MarginKind::Isolated,
                _ => MarginKind::Cross,
            };
            let max = config.map_or(1, |config| config.max_leverage);
            Leverage { kind, value: max.clamp(1, DEFAULT_LEVERAGE) }
        })
    }

    pub(crate) fn mark(&self, asset: AssetId) -> Option<Price> {
        self.market(asset).map(|market| market.mark)
    }

    /// Totals over the positions of the given kinds; cross ones include the account's cash.
    pub(crate) fn summary(&self, id: AccountId, kinds: &[MarginKind]) -> Summary {
        let Some(account) = self.account(id) else { return Summary::default() };
        let mut total = Summary::default();
        if kinds.contains(&MarginKind::Cross) {
            total.raw = account.cash;
            total.value = account.cash;
        }
        for (asset, position) in &account.positions {
            let Some(market) = self.market(*asset) else { continue };
            let leverage = self.leverage(id, *asset);
            if !kinds.contains(&leverage.kind) {
                continue;
            }
            let value = position.value(market.mark);
            let notional = value.abs();
            total.notional += notional;
            total.value += value;
            total.maintenance += self.maintenance(market, notional);
            match leverage.kind {
                MarginKind::Cross => {
                    total.used += over(notional, leverage.value);
                }
                MarginKind::Isolated => {
                    total.raw += position.isolated;
                    total.value += position.isolated;
                    total.used += position.isolated + value;
                }
            }
        }
        total
    }

    /// Maintenance margin of a position: half the initial margin at the largest leverage of the
    /// tier that each part of its value lies in (docs: "Margin tiers").
    pub(crate) fn maintenance(&self, market: &Market, notional: Usd) -> Usd {
        let half =
            |part: Usd, leverage: u8| Usd::micros(part.get() / (2 * i128::from(leverage.max(1))));
        let mut tables = self.config.margin_tables.iter();
        let Some(table) = tables.find(|table| table.id == market.config.margin_table) else {
            return half(notional, market.config.max_leverage);
        };
        let bound = |tier: &MarginTier| Usd::micros(i128::from(tier.lower_bound) * 1_000_000);
        let ends = table.tiers.iter().skip(1).map(bound).chain([notional.max(Usd::ZERO)]);
        table
            .tiers
            .iter()
            .zip(ends)
            .map(|(tier, end)| {
                half((notional.min(end) - bound(tier)).non_negative(), tier.max_leverage)
            })
            .sum()
    }

    /// Everything an account is worth.
    pub(crate) fn account_value(&self, id: AccountId) -> Usd {
        self.summary(id, &[MarginKind::Cross, MarginKind::Isolated]).value
    }

    /// Cross cash that backs nothing: what may be withdrawn or put behind a new order.
    pub(crate) fn available(&self, id: AccountId, extra: Option<&Incoming>) -> Usd {
        let cross = self.summary(id, &[MarginKind::Cross]);
        cross.value - cross.used - self.reserved(id, extra)
    }

    /// Margin that an account's resting orders tie up, with one more order if given.
    fn reserved(&self, id: AccountId, extra: Option<&Incoming>) -> Usd {
        let Some(account) = self.account(id) else { return Usd::ZERO };
        let mut orders: Vec<(AssetId, Side, Price, Size)> = account
            .open
            .iter()
            .filter_map(|oid| self.orders.get(oid))
            .filter(|order| !order.spec.reduce_only)
            .map(|order| (order.spec.asset, order.spec.side, order.spec.px, order.sz))
            .collect();
        orders.extend(extra.map(|order| (order.asset, order.side, order.px, order.sz)));
        orders.sort_unstable_by_key(|(asset, side, px, _)| (*asset, *side, *px));
        orders
            .chunk_by(|a, b| (a.0, a.1) == (b.0, b.1))
            .filter_map(|group| group.first().map(|first| (first.0, first.1, group)))
            .map(|(asset, side, group)| {
                let lots = group.iter().map(|(_, _, px, sz)| (*px, *sz));
                over(increasing(account, asset, side, lots), self.leverage(id, asset).value)
            })
            .sum()
    }

    /// Whether an account can back one more order. Orders that only reduce always pass.
    pub(crate) fn can_open(&self, spec: &Incoming) -> bool {
        if spec.reduce_only || self.is_internal(spec.account) || self.reducible(spec) >= spec.sz {
            return true;
        }
        // An order that takes pays the market's price, not its own slippage bound.
        let mut order = *spec;
        if !spec.rests()
            && let Some(mark) = self.mark(spec.asset)
        {
            order.px = mark;
        }
        self.available(spec.account, Some(&order)) >= Usd::ZERO
    }

    /// Whether the owner of a resting order can still afford a fill of this size.
    pub(crate) fn maker_can_fill(&self, maker: &Order, size: Size) -> bool {
        let spec = maker.spec;
        if self.is_internal(spec.account) || self.reducible(&spec) >= size {
            return true;
        }
        let leverage = self.leverage(spec.account, spec.asset).value;
        let cross = self.summary(spec.account, &[MarginKind::Cross]);
        cross.value - cross.used >= over(Usd::from_notional(spec.px * size), leverage)
    }
}

/// `amount / leverage`, rounded up.
pub(crate) fn over(amount: Usd, leverage: u8) -> Usd {
    let leverage = i128::from(leverage.max(1));
    Usd::micros((amount.get() + leverage - 1) / leverage)
}

/// Value of the orders of one side beyond those that would close the position.
fn increasing(
    account: &Account,
    asset: AssetId,
    side: Side,
    orders: impl Iterator<Item = (Price, Size)>,
) -> Usd {
    let szi = account.position(asset).szi;
    let mut closes = if szi.side() == Some(side.opposite()) { szi.magnitude() } else { Size::ZERO };
    let mut total = Notional::ZERO;
    for (px, sz) in orders {
        let close = closes.min(sz);
        closes = closes.saturating_sub(close);
        total = total.saturating_add(px * sz.saturating_sub(close));
    }
    Usd::from_notional(total)
}
