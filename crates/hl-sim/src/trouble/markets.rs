//! What faults make of a market, computed anew from the active ones whenever they change.

use hl_quant::{Price, Side, SzDecimals};
use hl_wire::AssetId;

use super::Trouble;
use crate::core::Core;
use crate::fault::{BookSide, Kind};
use crate::universe::ListingState;

/// How market data shows a book.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Shown {
    /// As it is.
    #[default]
    True,
    /// With its sides exchanged, so that it is crossed.
    Crossed,
    /// With a best price of zero on both sides.
    Zero,
}

/// A market under all of its faults.
#[derive(Clone, Copy, Debug, Default)]
struct Outlook {
    halted: bool,
    delisted: bool,
    decimals: i64,
    shown: Shown,
    gone: [bool; 2],
    oracle_ppm: i64,
}

impl From<BookSide> for Side {
    fn from(side: BookSide) -> Self {
        match side {
            BookSide::Bid => Self::Bid,
            BookSide::Ask => Self::Ask,
        }
    }
}

const fn place(side: Side) -> usize {
    match side {
        Side::Bid => 0,
        Side::Ask => 1,
    }
}

impl Core {
    /// Brings every market in line with the active faults.
    pub(crate) fn refresh_markets(&mut self) {
        let assets: Vec<AssetId> = self.markets.iter().map(|market| market.asset).collect();
        for asset in assets {
            let outlook = self.outlook(asset);
            self.refresh_listing(asset, outlook);
            self.refresh_book(asset, outlook);
        }
        self.swapped = self.trouble.find(swap).and_then(|market| {
            let (one, count) = (self.target(market)?, u32::try_from(self.markets.len()).ok()?);
            let other = AssetId(one.0.checked_add(1)?.checked_rem(count)?);
            (one != other).then_some((one, other))
        });
    }

    fn outlook(&self, asset: AssetId) -> Outlook {
        let mut outlook = Outlook::default();
        let about = |market: u16| self.target(market) == Some(asset);
        for active in &self.trouble.active {
            match active.kind {
                Kind::MetaHalt { market } if about(market) => outlook.halted = true,
                Kind::MetaDelist { market } if about(market) => outlook.delisted = true,
                Kind::MetaChange { market, by, .. } if about(market) && active.sprung => {
                    outlook.decimals = outlook.decimals.saturating_add(by);
                }
                Kind::BookEmpty { market } if about(market) => outlook.gone = [true; 2],
                Kind::BookOneSided { market, gone } if about(market) => {
                    if let Some(side) = outlook.gone.get_mut(place(gone.into())) {
                        *side = true;
                    }
                }
                Kind::BookCrossed { market } if about(market) => outlook.shown = Shown::Crossed,
                Kind::BookZero { market } if about(market) => outlook.shown = Shown::Zero,
                Kind::OracleJump { market, ppm } if about(market) => {
                    outlook.oracle_ppm = outlook.oracle_ppm.saturating_add(ppm);
                }
                _ => {}
            }
        }
        outlook
    }

    fn refresh_listing(&mut self, asset: AssetId, outlook: Outlook) {
        let Some(market) = self.market(asset) else { return };
        let listing = match outlook {
            Outlook { delisted: true, .. } => ListingState::Delisted,
            Outlook { halted: true, .. } => ListingState::Halted,
            _ => market.base.listing,
        };
        let decimals = i64::from(market.base.sz_decimals.get()).saturating_add(outlook.decimals);
        // At least one decimal of a price must remain, or there is nothing left to trade on.
        let decimals = u8::try_from(decimals.clamp(0, 5)).ok().and_then(SzDecimals::new);
        let decimals = if outlook.decimals == 0 { Some(market.base.sz_decimals) } else { decimals };
        let config = &market.config;
        let (new_listing, new_decimals) =
            (config.listing != listing, decimals.filter(|new| *new != config.sz_decimals));
        if new_listing {
            self.apply_listing(asset, listing);
        }
        if let Some(decimals) = new_decimals {
            self.apply_sz_decimals(asset, decimals);
        }
    }

    fn refresh_book(&mut self, asset: AssetId, outlook: Outlook) {
        let Some(market) = self.market_mut(asset) else { return };
        if market.show != outlook.shown {
            market.show = outlook.shown;
            // What was last streamed is not what would be streamed now.
            market.shown = None;
        }
        market.oracle_ppm = outlook.oracle_ppm;
        market.oracle = shifted(market.oracle_base, outlook.oracle_ppm);
        let leaving = [Side::Bid, Side::Ask].into_iter().filter(|side| {
            let left = |sides: &[bool; 2]| sides.get(place(*side)).copied().unwrap_or(false);
            left(&outlook.gone) && !left(&market.gone)
        });
        let leaving: Vec<Side> = leaving.collect();
        market.gone = outlook.gone;
        for side in leaving {
            self.others_leave(asset, side);
        }
    }

    /// Whether everybody but the clients stays away from this side of a market.
    pub(crate) fn is_deserted(&self, asset: AssetId, side: Side) -> bool {
        let gone = self.market(asset).map(|market| market.gone);
        gone.and_then(|gone| gone.get(place(side)).copied()).unwrap_or(false)
    }

    /// The number that the outside has for a market, and the other way round.
    pub(crate) fn renumbered(&self, asset: AssetId) -> AssetId {
        match self.swapped {
            Some((one, other)) if asset == one => other,
            Some((one, other)) if asset == other => one,
            _ => asset,
        }
    }
}

fn swap(kind: &Kind) -> Option<u16> {
    match kind {
        Kind::MetaReindex { market } => Some(*market),
        _ => None,
    }
}

/// A price moved by parts per million, never to nothing.
pub(crate) fn shifted(price: Price, ppm: i64) -> Price {
    if ppm == 0 {
        return price;
    }
    let factor = 1_000_000_i128.saturating_add(i128::from(ppm)).max(0);
    let raw = i128::from(price.raw()).saturating_mul(factor) / 1_000_000;
    u64::try_from(raw.max(1)).ok().and_then(Price::from_raw).unwrap_or(price)
}

impl Trouble {
    /// Whether lists of the universe have holes.
    pub(crate) fn has_holes(&self) -> bool {
        self.has(|kind| matches!(kind, Kind::MetaSparse {}))
    }
}
