//! What it takes to close a position, and whether now is the time.

use std::fmt;

use hl_engine::Ppm;
use hl_quant::{OrderPrice, OrderSize, Price, Round, Side, SignedSize};
use hl_specs::{Listing, Market};
use hl_wire::AssetId;
use hl_wire::info::L2BookDoc;

/// How far the middle of the book and the oracle may be apart. Beyond that one of the two is wrong,
/// and nobody here can say which.
const APART: Ppm = Ppm::from_bps(500);

/// A position that can be closed now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Closing {
    pub(super) coin: String,
    pub(super) asset: AssetId,
    pub(super) position: SignedSize,
    /// Of the order: the one that reduces.
    pub(super) side: Side,
    pub(super) size: OrderSize,
    /// The worst price that may be paid or got.
    pub(super) cap: OrderPrice,
    pub(super) mid: Price,
    pub(super) oracle: Price,
}

impl fmt::Display for Closing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { coin, side, size, cap, mid, oracle, .. } = self;
        write!(f, "{coin} {side} {size} at {cap} or better (book {mid}, oracle {oracle})")
    }
}

/// Makes the order that closes `position`, or says why there is none.
///
/// Its price is at most `slippage` beyond the worse of two references, the middle of the book and the
/// oracle, which have to agree. What rests beyond that is not taken: an empty book must not be
/// emptied further.
///
/// # Errors
/// In words for the operator.
pub(super) fn close(
    market: &Market,
    position: SignedSize,
    book: &L2BookDoc,
    oracle: Option<Price>,
    slippage: Ppm,
) -> Result<Closing, String> {
    let Some(held) = position.side() else { return Err("nothing is held".to_owned()) };
    if market.listing == Listing::Delisted {
        return Err("the market is delisted: the venue settles it".to_owned());
    }
    let side = held.opposite();
    let (bids, asks) = &book.levels;
    let (Some(bid), Some(ask)) = (bids.first(), asks.first()) else {
        return Err("the book has no bid, or no ask".to_owned());
    };
    if bid.px >= ask.px {
        return Err(format!("the book is crossed: bid {}, ask {}", bid.px, ask.px));
    }
    let mid = bid.px.midpoint(ask.px, Round::Nearest);
    let oracle = oracle.ok_or("the venue tells no oracle price")?;
    let apart = Ppm::ratio(
        i128::from(mid.raw()).saturating_sub(i128::from(oracle.raw())).saturating_abs(),
        i128::from(oracle.raw()),
    );
    if apart.is_none_or(|apart| apart.0 > APART.0) {
        return Err(format!(
            "the book ({mid}) and the oracle ({oracle}) disagree by more than 5 %"
        ));
    }
    let worst = worst(side, mid, oracle, slippage).ok_or("the price is out of range")?;
    // Rounded to where it is no worse.
    let round = match side {
        Side::Bid => Round::Down,
        Side::Ask => Round::Up,
    };
    let cap = market.spec.prices().snap(worst, round).map_err(|e| e.to_string())?;
    let size = market.spec.sizes().snap(position.magnitude(), Round::Down);
    let size = size.map_err(|e| e.to_string())?;
    let (coin, asset) = (market.coin.to_string(), market.asset);
    Ok(Closing { coin, asset, position, side, size, cap, mid, oracle })
}

fn worst(side: Side, mid: Price, oracle: Price, slippage: Ppm) -> Option<Price> {
    let (from, sign) = match side {
        Side::Bid => (mid.max(oracle), 1),
        Side::Ask => (mid.min(oracle), -1),
    };
    let raw = i128::from(from.raw()).saturating_add(slippage.of_price(from).saturating_mul(sign));
    Price::from_raw(u64::try_from(raw).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hl_quant::Millis;
    use hl_specs::Universe;
    use hl_wire::info::{self, Level};

    const META: &str = r#"{"universe":[{"name":"SOL","szDecimals":2,"maxLeverage":20}]}"#;

    fn market() -> Market {
        let meta: info::Meta = info::read(META.as_bytes()).unwrap();
        Universe::builder().perps(&meta).build().unwrap().get("SOL").unwrap().clone()
    }

    fn book(bid: Option<&str>, ask: Option<&str>) -> L2BookDoc {
        let side = |price: Option<&str>| {
            let level =
                |px: &str| Level { px: px.parse().unwrap(), sz: "1".parse().unwrap(), n: 1 };
            price.map(level).into_iter().collect()
        };
        L2BookDoc { coin: "SOL".into(), time: Millis(1), levels: (side(bid), side(ask)) }
    }

    fn plan(
        position: i64,
        bid: Option<&str>,
        ask: Option<&str>,
        oracle: &str,
    ) -> Result<Closing, String> {
        let position = SignedSize::from_raw(position);
        let oracle = oracle.parse().ok();
        close(&market(), position, &book(bid, ask), oracle, Ppm::from_bps(100))
    }

    #[test]
    fn a_long_is_sold_no_lower_than_the_slippage_below_the_lower_reference() {
        let found = plan(137_000_000, Some("164.8"), Some("165.2"), "166").unwrap();
        assert_eq!((found.side, found.size.to_string().as_str()), (Side::Ask, "1.37"));
        assert_eq!(found.cap.to_string(), "163.35", "165 less 1 %");
        let found = plan(137_000_000, Some("164.8"), Some("165.2"), "160").unwrap();
        assert_eq!(found.cap.to_string(), "158.4", "160 less 1 %");
    }

    #[test]
    fn a_short_is_bought_back_no_higher_than_the_slippage_above_the_higher_reference() {
        let found = plan(-200_000_000, Some("164.8"), Some("165.2"), "160").unwrap();
        assert_eq!((found.side, found.size.to_string().as_str()), (Side::Bid, "2"));
        assert_eq!(found.cap.to_string(), "166.65", "165 and 1 %");
        let odd = plan(-200_000_000, Some("164.81"), Some("164.82"), "160").unwrap();
        assert_eq!(odd.cap.to_string(), "166.46", "166.46315 rounded to where it is no worse");
    }

    #[test]
    fn nothing_is_closed_on_a_book_or_an_oracle_that_cannot_be_believed() {
        let why = |bid, ask, oracle| plan(100_000_000, bid, ask, oracle).unwrap_err();
        assert!(why(None, Some("165"), "165").contains("no bid"));
        assert!(why(Some("165"), None, "165").contains("no bid, or no ask"));
        assert!(why(Some("165.2"), Some("165.1"), "165").contains("crossed"));
        assert!(why(Some("165.1"), Some("165.1"), "165").contains("crossed"));
        assert!(why(Some("164"), Some("166"), "150").contains("disagree"));
        assert!(why(Some("164"), Some("166"), "none").contains("no oracle"));
        assert!(plan(0, Some("164"), Some("166"), "165").unwrap_err().contains("nothing"));
        let edge = plan(100_000_000, Some("104"), Some("106"), "100");
        assert!(edge.is_ok(), "exactly 5 % is not more than 5 %: {edge:?}");
    }

    #[test]
    fn less_than_a_lot_and_a_delisted_market_are_left_to_the_venue() {
        assert!(plan(999_999, Some("164"), Some("166"), "165").is_err(), "0.00999999 SOL");
        let market = Market { listing: Listing::Delisted, ..market() };
        let (size, book) = (SignedSize::from_raw(100_000_000), book(Some("164"), Some("166")));
        let why = close(&market, size, &book, "165".parse().ok(), Ppm::from_bps(100)).unwrap_err();
        assert!(why.contains("delisted"), "{why}");
    }
}
