//! The laws of the grid, each a property over random numbers that are likely to hurt: of every
//! magnitude, next to powers of ten, next to legal prices, and with long fractions.

use hl_quant::{
    Decimal, Intent, MarketKind, Notional, OrderPrice, Price, PriceGrid, Reject, Round, Side,
    SignedSize, Size, SzDecimals, Tick,
};
use proptest::prelude::*;

use crate::{
    oracle,
    properties::{self, INTENTS, Market, ROUNDS},
};

/// An integer at 10^-8 of any magnitude, often next to a power of ten or to the end of the range.
pub(crate) fn raw() -> impl Strategy<Value = u64> {
    prop_oneof![
        4 => (0_u32..64, any::<u64>()).prop_map(|(shift, bits)| bits >> shift),
        2 => (0_u32..20, 0_u64..20).prop_map(|(power, off)| (10_u64.pow(power) + off).saturating_sub(10)),
        2 => (1_u64..100_000, 0_u32..15).prop_map(|(figures, power)| figures.saturating_mul(10_u64.pow(power))),
        1 => (0_u64..1_000).prop_map(|off| u64::MAX - off),
    ]
}

pub(crate) fn price() -> impl Strategy<Value = Price> {
    raw().prop_filter_map("a price is not zero", Price::from_raw)
}

pub(crate) fn market() -> impl Strategy<Value = Market> {
    (0_u8..18).prop_map(Market::numbered)
}

/// A number as text: with and without a fraction, short and long, small and beyond 64 bits.
pub(crate) fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => (raw(), "[0-9]{0,12}").prop_map(|(raw, tail)| {
            let text = format!("{}.{:08}", raw / 100_000_000, raw % 100_000_000);
            text + &tail
        }),
        2 => "[0-9]{1,40}(\\.[0-9]{1,40})?",
        1 => "0{0,3}[1-9]?9{0,12}(\\.9{1,12}[0-9]?)?".prop_map(|text| format!("0{text}")),
        1 => "[0-9]{1,60}\\.(0{8}|49999999|50000000)[05]0{0,4}[01]?",
    ]
}

pub(crate) fn side() -> impl Strategy<Value = Side> {
    prop::sample::select(&Side::BOTH[..])
}

pub(crate) fn intent() -> impl Strategy<Value = Intent> {
    prop::sample::select(&INTENTS[..])
}

fn text_of(price: OrderPrice) -> String {
    price.to_text().as_str().to_owned()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn l1_text_reads_back_as_the_number_it_was_written_from(raw in raw()) {
        properties::integers_survive_the_round_trip(raw);
    }

    #[test]
    fn l2_down_and_up_are_the_neighbours_that_the_oracle_names(market in market(), text in number()) {
        properties::snapping_agrees_with_the_oracle(market, &text);
        let grid = market.grid();
        let Ok(value) = Decimal::parse(&text) else { return Ok(()) };
        let (down, up) = (grid.snap(value, Round::Down), grid.snap(value, Round::Up));
        if let (Ok(down), Ok(up)) = (down, up) {
            assert!(oracle::compare(&text_of(down), &text).is_le());
            assert!(oracle::compare(&text_of(up), &text).is_ge());
            assert!(oracle::is_legal_price(&text_of(down), market.price_decimals()));
            assert!(oracle::is_legal_price(&text_of(up), market.price_decimals()));
            let apart = up.tick().distance(down.tick());
            let legal = oracle::is_legal_price(&text, market.price_decimals());
            assert_eq!(apart, i128::from(!legal));
            assert_eq!(down.tick().distance(up.tick()), -apart);
        }
    }

    #[test]
    fn l3_snapping_twice_changes_nothing_and_check_is_the_oracle(market in market(), price in price()) {
        let grid = market.grid();
        let legal = oracle::is_legal_price(&price.to_string(), market.price_decimals());
        match grid.check(price) {
            Ok(found) => {
                assert!(legal);
                assert_eq!(found.get(), price);
            }
            Err(off) => {
                assert!(!legal);
                assert_eq!((off.price, off.tick), (price, grid.tick_size(price)));
            }
        }
        for round in ROUNDS {
            if let Ok(snapped) = grid.snap(price, round) {
                properties::legal_prices_are_stable(&grid, snapped);
            }
        }
    }

    #[test]
    fn l4_ordinals_order_like_prices_and_nothing_lies_between_neighbours(
        market in market(), a in price(), b in price(), part in any::<u64>(),
    ) {
        let grid = market.grid();
        let (Ok(a), Ok(b)) = (grid.snap(a, Round::Nearest), grid.snap(b, Round::Nearest)) else {
            return Ok(());
        };
        assert_eq!(grid.at(a.tick()), Some(a));
        assert_eq!(a.tick().cmp(&b.tick()), a.get().cmp(&b.get()));
        assert_eq!(a.cmp(&b), a.get().cmp(&b.get()));
        if let Some(next) = grid.up(a, 1) {
            let gap = next.get().raw() - a.get().raw();
            assert_eq!(gap, grid.tick_size(a.get()).raw());
            let inside = part % gap;
            let between = Price::from_raw(a.get().raw() + inside).unwrap();
            assert_eq!(grid.check(between).is_ok(), inside == 0);
            assert_eq!(grid.strictly_above(between), Some(next));
            assert_eq!(grid.strictly_below(next.get()), Some(a));
        }
    }

    #[test]
    fn l5_down_undoes_up(market in market(), price in price(), n in raw()) {
        let grid = market.grid();
        let Ok(price) = grid.snap(price, Round::Nearest) else { return Ok(()) };
        if let Some(up) = grid.up(price, n) {
            assert_eq!(grid.down(up, n), Some(price));
            assert_eq!(up.tick().ordinal() - price.tick().ordinal(), n);
        }
        match grid.down(price, n) {
            Some(down) => assert_eq!(grid.up(down, n), Some(price)),
            None => assert!(n >= price.tick().ordinal()),
        }
        assert_eq!(grid.away(Side::Ask, price, n), grid.up(price, n));
        assert_eq!(grid.away(Side::Bid, price, n), grid.down(price, n));
        assert_eq!(grid.at(Tick::new(0)), None);
        assert_eq!(grid.down(price, price.tick().ordinal()), None);
    }

    #[test]
    fn l6_a_passive_price_never_moves_towards_the_market(
        market in market(), text in number(), side in side(),
    ) {
        let Ok(value) = Decimal::parse(&text) else { return Ok(()) };
        let passive = market.grid().snap(value, Intent::Passive.round(side));
        let aggressive = market.grid().snap(value, Intent::Aggressive.round(side));
        let (passive_is, aggressive_is) = match side {
            Side::Bid => (std::cmp::Ordering::Greater, std::cmp::Ordering::Less),
            Side::Ask => (std::cmp::Ordering::Less, std::cmp::Ordering::Greater),
        };
        if let Ok(passive) = passive {
            assert_ne!(oracle::compare(&text_of(passive), &text), passive_is);
        }
        if let Ok(aggressive) = aggressive {
            assert_ne!(oracle::compare(&text_of(aggressive), &text), aggressive_is);
        }
    }

    #[test]
    fn l7_a_size_never_grows_and_a_notional_is_monotone_and_fits(
        market in market(), side in side(), intent in intent(),
        prices in (price(), price()), sizes in (raw(), raw()),
    ) {
        let spec = market.spec();
        let size = Size::from_raw(sizes.0);
        if let Ok(order) = spec.quantize(side, prices.0, size, intent) {
            assert!(order.size.get() <= size);
            assert!(size.raw() - order.size.get().raw() < spec.sizes().lot().raw());
            assert!(order.notional >= spec.min_notional());
            assert_eq!(order.notional, order.price.get() * order.size.get());
        }
        let (low, high) = (prices.0.min(prices.1), prices.0.max(prices.1));
        let (few, many) = (sizes.0.min(sizes.1), sizes.0.max(sizes.1));
        let (few, many) = (Size::from_raw(few), Size::from_raw(many));
        assert!(low * few <= low * many && low * few <= high * few);
        let exact = u128::from(high.raw()) * u128::from(many.raw());
        assert_eq!((high * many).raw(), exact);
        let product = oracle::product(&high.to_string(), &many.to_string());
        assert_eq!((high * many).to_string(), product);
    }

    #[test]
    fn l9_no_bytes_panic_and_none_are_misread(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        properties::bytes_are_read_or_refused(&bytes);
    }

    #[test]
    fn l9_no_text_that_looks_like_a_number_is_misread(text in "[-+]?[0-9]{0,30}[.,eEx_]?[0-9]{0,30}.?") {
        properties::bytes_are_read_or_refused(text.as_bytes());
    }

    #[test]
    fn an_order_is_what_the_oracle_makes_of_its_text(
        market in market(), side in side(), intent in intent(), px in number(), sz in number(),
    ) {
        properties::quantizing_agrees_with_the_oracle(market, side, intent, &px, &sz);
    }

    #[test]
    fn a_maker_safe_price_never_reaches_the_opposite(
        market in market(), value in price(), opposite in price(), side in side(),
    ) {
        let grid = market.grid();
        let passive = grid.snap(value, Intent::Passive.round(side));
        match grid.maker_safe(side, value, opposite) {
            Ok(safe) => {
                let wish = passive.unwrap();
                match side {
                    Side::Bid => assert!(safe.get() < opposite && safe <= wish),
                    Side::Ask => assert!(safe.get() > opposite && safe >= wish),
                }
                // It gives up no more than it must.
                let closer = grid.away(side.opposite(), safe, 1);
                assert!(safe == wish || closer.is_none_or(|closer| match side {
                    Side::Bid => closer.get() >= opposite,
                    Side::Ask => closer.get() <= opposite,
                }));
            }
            Err(Reject::NoLegalPrice) => {
                let smallest = grid.at(Tick::new(1)).unwrap().get();
                assert!(side == Side::Bid && (value < smallest || opposite <= smallest));
            }
            Err(Reject::TooLarge) => {
                assert!(side == Side::Ask);
                assert!(passive.is_err() || grid.strictly_above(opposite).is_none());
            }
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn a_ladder_goes_away_from_the_market_in_equal_ticks(
        market in market(), from in price(), side in side(), step in 1_u64..100_000,
    ) {
        let grid = market.grid();
        let Ok(from) = grid.snap(from, Round::Nearest) else { return Ok(()) };
        let rungs: Vec<_> =
            grid.ladder(side, from, step.try_into().unwrap()).take(20).collect();
        assert_eq!(rungs.first(), Some(&from));
        for pair in rungs.windows(2) {
            assert_eq!(grid.away(side, pair[0], step), Some(pair[1]));
            assert_eq!(pair[1] < pair[0], side == Side::Bid);
        }
        if rungs.len() < 20 {
            assert_eq!(grid.away(side, rungs[rungs.len() - 1], step), None);
        }
    }

    #[test]
    fn the_least_size_at_a_price_is_worth_the_minimum_and_one_lot_less_is_not(
        market in market(), price in price(), min in 0_u32..1_000_000,
    ) {
        let spec = market.spec().with_min_notional(Notional::whole(min));
        let Ok(price) = spec.prices().snap(price, Round::Nearest) else { return Ok(()) };
        let Ok(least) = spec.min_size_at(price) else { return Ok(()) };
        assert!(spec.order(price, least).is_ok());
        let lot = spec.sizes().lot();
        let less = least.get().checked_sub(lot).unwrap();
        assert!(price.get() * less < spec.min_notional());
        assert!(spec.min_notional() >= Notional::whole(10));
    }

    #[test]
    fn a_midpoint_lies_halfway(a in price(), b in price()) {
        let sum = u128::from(a.raw()) + u128::from(b.raw());
        let raw = |round| u128::from(a.midpoint(b, round).raw());
        assert_eq!(raw(Round::Down), sum / 2);
        assert_eq!(raw(Round::Up), sum.div_ceil(2));
        assert_eq!(raw(Round::Nearest), sum.div_ceil(2));
    }

    #[test]
    fn a_position_moves_by_its_fills(start in any::<i64>(), size in raw(), side in side()) {
        let after = SignedSize::from_raw(start).after_fill(side, Size::from_raw(size));
        let exact = match side {
            Side::Bid => i128::from(start) + i128::from(size),
            Side::Ask => i128::from(start) - i128::from(size),
        };
        assert_eq!(after.map(SignedSize::raw), i64::try_from(exact).ok());
    }
}

#[test]
fn nothing_overflows_at_the_ends_of_the_range() {
    let raws = [1, 2, 9, 10, 99_999_999, 100_000_000, u64::MAX / 2, u64::MAX - 1, u64::MAX];
    for market in (0..18).map(Market::numbered) {
        let grid = market.grid();
        for (price, size) in raws.iter().flat_map(|price| raws.map(|size| (*price, size))) {
            let (price, size) = (Price::from_raw(price).unwrap(), Size::from_raw(size));
            for (side, intent) in Side::BOTH.iter().flat_map(|side| INTENTS.map(|i| (*side, i))) {
                let (px, sz) = (price.to_string(), size.to_string());
                properties::quantizing_agrees_with_the_oracle(market, side, intent, &px, &sz);
            }
            let bid = grid.maker_safe(Side::Bid, price, Price::MAX);
            assert_eq!(bid, grid.snap(price, Round::Down));
            assert!(grid.maker_safe(Side::Ask, price, Price::MAX).is_err());
        }
        let last = grid.snap(Price::MAX, Round::Down).unwrap();
        assert_eq!(last.to_string(), "184467440737");
        assert_eq!(grid.snap(Price::MAX, Round::Nearest), Ok(last));
        assert_eq!(grid.snap(Price::MAX, Round::Up), Err(Reject::TooLarge));
        assert_eq!((grid.up(last, 1), grid.up(last, u64::MAX)), (None, None));
        assert_eq!((grid.down(last, u64::MAX), grid.at(Tick::new(u64::MAX))), (None, None));
        assert_eq!(grid.strictly_above(Price::MAX), None);
        assert_eq!(grid.strictly_below(Price::from_raw(1).unwrap()), None);
        let first = grid.at(Tick::new(1)).unwrap();
        assert_eq!(first.get(), grid.finest_tick());
        assert_eq!(grid.down(first, 1), None);
    }
    assert_eq!((Price::MAX * Size::MAX).raw(), u128::from(u64::MAX).pow(2));
}

#[test]
fn only_nine_size_decimals_exist_and_price_decimals_never_go_below_zero() {
    assert_eq!((0..=u8::MAX).filter_map(SzDecimals::new).count(), 9);
    let decimals = |kind: MarketKind| {
        (0..=8).map(|d| kind.max_price_decimals(SzDecimals::new(d).unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(decimals(MarketKind::Perp), [6, 5, 4, 3, 2, 1, 0, 0, 0]);
    assert_eq!(decimals(MarketKind::Spot), [8, 7, 6, 5, 4, 3, 2, 1, 0]);
    let (two, of) = (SzDecimals::new(2).unwrap(), PriceGrid::of);
    assert_eq!(PriceGrid::perp(two), of(MarketKind::Perp, two));
    assert_eq!(PriceGrid::spot(two), of(MarketKind::Spot, two));
    assert_ne!(PriceGrid::spot(two), PriceGrid::perp(two));
}

#[test]
fn the_longest_texts_are_carried_through_to_the_last_digit() {
    let nines = "9".repeat(128);
    let carried = "9".repeat(126) + ".5";
    let fraction = "9".repeat(119) + ".99999999";
    let point = "0.".to_owned() + &"9".repeat(126);
    for market in (0..18).map(Market::numbered) {
        for (px, sz) in [&nines, &carried, &fraction, &point].iter().flat_map(|px| {
            [&nines, &carried, &fraction, &point].map(|sz| (px.as_str(), sz.as_str()))
        }) {
            for (side, intent) in Side::BOTH.iter().flat_map(|side| INTENTS.map(|i| (*side, i))) {
                properties::quantizing_agrees_with_the_oracle(market, side, intent, px, sz);
            }
            properties::snapping_agrees_with_the_oracle(market, px);
        }
    }
}
