//! L8: an override can only coarsen. At each price the coarser of the venue's step and the
//! override applies, what results is always on the venue's grid, and what cannot be is refused.

use hl_quant::{
    BadOverride, Intent, LotGrid, MarketKind, MarketSpec, Notional, OffLot, Price, PriceGrid,
    Reject, Round, Side, Size, SzDecimals, Tick,
};
use proptest::prelude::*;

use crate::{
    laws, oracle,
    properties::{self, Market, ROUNDS},
};

fn price(text: &str) -> Price {
    text.parse().unwrap()
}

fn size(text: &str) -> Size {
    text.parse().unwrap()
}

fn sol() -> MarketSpec {
    MarketSpec::perp(SzDecimals::new(2).unwrap())
}

/// What the documentation promises, written down the slow way: a price that the venue accepts, and
/// where the venue's own step is finer than the override, a multiple of the override.
fn is_legal(market: Market, tick: Price, at: Price) -> bool {
    let venue = market.grid();
    let step = venue.tick_size(at);
    let on_venue = oracle::is_legal_price(&at.to_string(), market.price_decimals());
    on_venue && (tick <= step || at.raw().is_multiple_of(tick.raw()))
}

/// Ticks that people write, and any number of times the finest one.
fn tick() -> impl Strategy<Value = Price> {
    let written = ["0.05", "0.03", "0.25", "0.0001", "0.01", "0.1", "1", "2.5", "7", "10", "100"];
    prop_oneof![
        prop::sample::select(written.map(price).to_vec()),
        (1_u64..10_000, 0_u32..13)
            .prop_filter_map("not zero", |(n, power)| Price::from_raw(n * 10_u64.pow(power))),
        laws::price(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn l8_an_override_is_taken_exactly_if_it_is_a_multiple_of_the_finest_tick(
        market in laws::market(), tick in tick(),
    ) {
        let venue = market.grid();
        let finest = venue.finest_tick();
        match venue.with_tick(tick) {
            Ok(grid) => {
                assert!(tick >= finest && tick.raw().is_multiple_of(finest.raw()));
                assert_eq!(grid.finest_tick(), finest);
                assert_eq!(market.spec().with_tick(tick).unwrap().prices(), &grid);
                // One override replaces another.
                assert_eq!(grid.with_tick(tick), Ok(grid));
                assert_eq!(grid.with_tick(finest), Ok(venue));
            }
            Err(BadOverride::TickTooFine { tick: named, finest: at }) => {
                assert!(tick < finest && (named, at) == (tick, finest));
            }
            Err(BadOverride::TickNotAMultiple { tick: named, finest: at }) => {
                assert!(tick > finest && !tick.raw().is_multiple_of(finest.raw()));
                assert_eq!((named, at), (tick, finest));
            }
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn l8_an_overridden_grid_is_the_coarser_of_both_at_each_price(
        market in laws::market(), tick in tick(), at in laws::price(),
    ) {
        let Ok(grid) = market.grid().with_tick(tick) else { return Ok(()) };
        assert_eq!(grid.check(at).is_ok(), is_legal(market, tick, at));
        for round in ROUNDS {
            let Ok(legal) = grid.snap(at, round) else { continue };
            assert!(is_legal(market, tick, legal.get()), "{legal}");
            assert!(market.grid().check(legal.get()).is_ok(), "{legal}");
            properties::legal_prices_are_stable(&grid, legal);
        }
    }

    #[test]
    fn l8_an_overridden_grid_has_no_gap(
        market in laws::market(), tick in tick(), at in laws::price(),
    ) {
        let venue = market.grid();
        let Ok(grid) = venue.with_tick(tick) else { return Ok(()) };
        let Ok(below) = grid.snap(at, Round::Down) else { return Ok(()) };
        let Some(above) = grid.up(below, 1) else { return Ok(()) };
        assert!(below.get() <= at && at < above.get());
        assert_eq!(grid.strictly_above(below.get()), Some(above));
        assert_eq!(grid.strictly_below(above.get()), Some(below));
        // Nothing that the venue accepts in between is a multiple of the override.
        let first = venue.strictly_above(below.get()).unwrap();
        let between = venue.ladder(Side::Ask, first, 1.try_into().unwrap());
        for skipped in between.take_while(|price| price.get() < above.get()).take(300) {
            assert!(!is_legal(market, tick, skipped.get()), "{skipped} was skipped");
            assert!(grid.check(skipped.get()).is_err());
        }
        // And the closest one is chosen.
        let nearest = grid.snap(at, Round::Nearest).unwrap();
        let (down, up) = (at.raw() - below.get().raw(), above.get().raw() - at.raw());
        assert_eq!(nearest, if down < up { below } else { above });
    }

    #[test]
    fn l8_a_lot_override_is_taken_exactly_if_it_is_a_multiple_of_the_lot(
        market in laws::market(), lot in laws::raw(), at in laws::raw(),
    ) {
        let venue = LotGrid::new(market.sz_decimals);
        let (lot, at) = (Size::from_raw(lot), Size::from_raw(at));
        match venue.with_lot(lot) {
            Ok(sizes) => {
                assert_eq!(sizes.lot(), lot);
                assert!(lot >= venue.lot() && lot.raw().is_multiple_of(venue.lot().raw()));
                let legal = !at.is_zero() && at.raw().is_multiple_of(lot.raw());
                assert_eq!(sizes.check(at).is_ok(), legal);
                if let Ok(down) = sizes.snap(at, Round::Down) {
                    assert!(venue.check(down.get()).is_ok() && down.get() <= at);
                    assert!(at.raw() - down.get().raw() < lot.raw());
                }
                if let Ok(nearest) = sizes.snap(at, Round::Nearest) {
                    assert!(nearest.get().raw().abs_diff(at.raw()) <= lot.raw() / 2);
                }
            }
            Err(BadOverride::LotTooFine { venue: named, .. }) => {
                assert!(lot < named && named == venue.lot());
            }
            Err(BadOverride::LotNotAMultiple { venue: named, .. }) => {
                assert!(lot > named && !lot.raw().is_multiple_of(named.raw()));
            }
            Err(other) => panic!("{other}"),
        }
    }
}

#[test]
fn the_override_of_sol_acts_below_100_and_never_disturbs_the_venue_above() {
    let grid = *sol().with_tick(price("0.01")).unwrap().prices();
    let neighbours = |text: &str| {
        let at = grid.check(price(text)).unwrap();
        (grid.down(at, 1).unwrap().to_string(), grid.up(at, 1).unwrap().to_string())
    };
    assert_eq!(neighbours("99.98"), ("99.97".to_owned(), "99.99".to_owned()));
    assert_eq!(neighbours("100"), ("99.99".to_owned(), "100.01".to_owned()));
    assert_eq!(neighbours("999.99"), ("999.98".to_owned(), "1000".to_owned()));
    assert_eq!(neighbours("1000"), ("999.99".to_owned(), "1000.1".to_owned()));
    assert_eq!(neighbours("10000"), ("9999.9".to_owned(), "10001".to_owned()));
    assert!(grid.check(price("99.999")).is_err());
    assert_eq!(grid.at(Tick::new(1)).unwrap().get(), price("0.01"));
}

#[test]
fn an_override_that_is_no_power_of_ten_stays_on_the_venues_grid() {
    // Steps of 0.25 where the venue has 0.1: what both accept is every half.
    let grid = PriceGrid::perp(SzDecimals::new(2).unwrap()).with_tick(price("0.25")).unwrap();
    let prices = |from: &str| {
        let from = grid.snap(price(from), Round::Up).unwrap();
        let rungs = grid.ladder(Side::Ask, from, 1.try_into().unwrap());
        rungs.take(4).map(|rung| rung.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(prices("0.1"), ["0.25", "0.5", "0.75", "1"]);
    assert_eq!(prices("999.3"), ["999.5", "999.75", "1000", "1000.5"]);
    assert_eq!(prices("9999.3"), ["9999.5", "10000", "10001", "10002"]);
    assert_eq!(grid.tick_size(price("1500")), price("0.5"));
    // A tick above the whole price range leaves few prices, not an error and not an overflow.
    let coarse = grid.with_tick(Price::from_raw(10_u64.pow(19)).unwrap()).unwrap();
    assert_eq!(coarse.at(Tick::new(1)).unwrap().to_string(), "100000000000");
    assert_eq!(coarse.at(Tick::new(2)), None);
    assert_eq!(coarse.snap(price("3"), Round::Down), Err(Reject::NoLegalPrice));
    assert_eq!(coarse.snap(Price::MAX, Round::Nearest).unwrap().to_string(), "100000000000");
}

#[test]
fn an_override_that_shares_no_multiple_within_range_leaves_no_price() {
    // A prime number of units: from 10,000 on, what both accept is beyond 64 bits, and below it
    // this tick has no multiple.
    let tick = Price::from_raw(999_999_999_989).unwrap();
    let grid = PriceGrid::spot(SzDecimals::new(0).unwrap()).with_tick(tick).unwrap();
    assert_eq!(grid.at(Tick::new(1)), None);
    assert_eq!(grid.snap(Price::MAX, Round::Down), Err(Reject::NoLegalPrice));
    assert_eq!(grid.snap(Price::MAX, Round::Up), Err(Reject::TooLarge));
    assert_eq!(grid.snap(price("50000"), Round::Nearest), Err(Reject::TooLarge));
    assert_eq!(grid.tick_size(price("50000")), Price::MAX);
    assert!(grid.check(tick).is_err());
    // A smaller prime leaves the one price where both meet.
    let tick = Price::from_raw(4_294_967_291).unwrap();
    let grid = PriceGrid::spot(SzDecimals::new(0).unwrap()).with_tick(tick).unwrap();
    assert_eq!(grid.at(Tick::new(1)).unwrap().to_string(), "4294967291");
}

#[test]
fn overrides_that_the_venue_cannot_honour_are_refused_by_name() {
    let refused = |spec: Result<MarketSpec, BadOverride>| spec.unwrap_err().to_string();
    assert_eq!(
        refused(sol().with_tick(price("0.00001"))),
        "tick 0.00001 is finer than the venue's finest tick 0.0001"
    );
    assert_eq!(
        refused(sol().with_tick(price("0.00025"))),
        "tick 0.00025 is not a multiple of the venue's finest tick 0.0001"
    );
    assert_eq!(
        refused(sol().with_lot(size("0.001"))),
        "lot 0.001 is finer than the venue's lot 0.01"
    );
    assert_eq!(refused(sol().with_lot(Size::ZERO)), "lot 0 is finer than the venue's lot 0.01");
    assert_eq!(
        refused(sol().with_lot(size("0.025"))),
        "lot 0.025 is not a multiple of the venue's lot 0.01"
    );
}

#[test]
fn overrides_change_only_what_they_name() {
    let spec = sol().with_tick(price("0.05")).unwrap().with_lot(size("0.25")).unwrap();
    let spec = spec.with_min_notional(Notional::whole(20));
    assert_eq!((spec.kind(), spec.sz_decimals()), (MarketKind::Perp, SzDecimals::new(2).unwrap()));
    assert_eq!((spec.min_notional(), spec.sizes().lot()), (Notional::whole(20), size("0.25")));
    let order = spec.quantize(Side::Ask, price("10.07"), size("2.49"), Intent::Passive).unwrap();
    assert_eq!((order.price.to_string(), order.size.to_string()), ("10.1".into(), "2.25".into()));
    let log = spec.log_fields(order.price, order.size);
    assert_eq!((log.px_dec, log.price_int, log.ticks), (2, 1_010, 202));
    assert_eq!((log.step_dec, log.size_int, log.steps), (2, 225, 9));
    let reject = spec.order(order.price, spec.sizes().check(size("1.75")).unwrap()).unwrap_err();
    assert_eq!(reject.to_string(), "order is worth 17.675, below the minimum of 20");
    // The exchange's own minimum cannot be lowered.
    assert_eq!(spec.with_min_notional(Notional::ZERO).min_notional(), Notional::whole(10));
    let off = spec.sizes().check(size("0.3")).unwrap_err();
    assert_eq!(off, OffLot { size: size("0.3"), lot: size("0.25") });
    assert_eq!(off.to_string(), "size 0.3 is not a positive multiple of the lot (0.25)");
    let off = spec.prices().check(price("10.07")).unwrap_err();
    assert_eq!(off.to_string(), "price 10.07 is not a multiple of the tick there (0.05)");
}

#[test]
fn a_tick_of_tens_and_a_lot_of_hundreds_have_no_decimals() {
    let spec = MarketSpec::perp(SzDecimals::new(0).unwrap()).with_tick(price("10")).unwrap();
    let spec = spec.with_lot(size("100")).unwrap();
    let order = spec.quantize(Side::Bid, price("12345"), size("678"), Intent::Passive).unwrap();
    let log = spec.log_fields(order.price, order.size);
    assert_eq!((log.px_dec, log.price_int, log.ticks), (0, 12_340, 1_234));
    assert_eq!((log.step_dec, log.size_int, log.steps), (0, 600, 6));
}
