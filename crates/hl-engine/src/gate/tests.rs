//! Each rule alone: an order that breaks it and nothing else is stopped by it, with its numbers.

use hl_quant::{MarketSpec, Notional, Price, Side, SignedSize, Size, SzDecimals};

use super::{Budget, Candidate, Facts, OrderCount, Rule, Stop, check};
use crate::{Collar, Figure, MarketStatus, NoQuote, Ppm, exposure::Exposure};

fn price(text: &str) -> Price {
    text.parse().unwrap()
}

fn size(text: &str) -> Size {
    text.parse().unwrap()
}

fn spec() -> MarketSpec {
    MarketSpec::perp(SzDecimals::new(2).unwrap())
}

/// All is well: market 164.89 to 164.91, nothing held, limits far away.
fn facts(spec: &MarketSpec) -> Facts<'_> {
    Facts {
        switch: None,
        spec: Some(spec),
        spec_age_ms: 0,
        spec_max_age_ms: 60_000,
        status: MarketStatus::Trading,
        data: None,
        data_age_ms: 0,
        data_max_age_ms: 3_000,
        touch: (Some(price("164.89")), Some(price("164.91"))),
        own: (None, None),
        references: Ok((price("164.9"), price("164.9"))),
        collar: Collar { oracle: Ppm::ONE, slow: Ppm::ONE, ..Collar::default() },
        exposure: Exposure::default(),
        certain: Exposure::default(),
        mark: Some(price("164.9")),
        max_position: Notional::whole(1_000),
        gross_others: Some(Notional::ZERO),
        max_gross: Notional::whole(10_000),
        orders: OrderCount { here: 0, max_here: 10, all: 0, max_all: 100, same_side: 0 },
        budget: Budget { left: Some(1_000), reserve: 500 },
    }
}

fn order_on(spec: &MarketSpec, side: Side, at: &str, amount: &str) -> Candidate {
    Candidate {
        side,
        price: spec.prices().check(price(at)).unwrap(),
        size: spec.sizes().check(size(amount)).unwrap(),
    }
}

fn judge(side: Side, at: &str, amount: &str, change: impl FnOnce(&mut Facts<'_>)) -> Option<Stop> {
    let spec = spec();
    let mut facts = facts(&spec);
    change(&mut facts);
    check(&order_on(&spec, side, at, amount), &facts).err()
}

/// The rule that stops a bid of one at the best bid.
fn stops_bid(change: impl FnOnce(&mut Facts<'_>)) -> Option<Rule> {
    judge(Side::Bid, "164.89", "1", change).map(|stop| stop.rule)
}

#[test]
fn an_order_that_breaks_no_rule_passes() {
    assert_eq!(stops_bid(|_| {}), None);
    assert_eq!(judge(Side::Ask, "164.91", "1", |_| {}), None);
}

#[test]
fn the_switch_comes_first() {
    let stop = stops_bid(|facts| {
        facts.switch = Some(NoQuote::Halted);
        facts.data = Some(NoQuote::BookStale);
        facts.max_position = Notional::ZERO;
    });
    assert_eq!(stop, Some(Rule::Switch));
}

#[test]
fn a_market_needs_a_young_spec_and_must_trade() {
    assert_eq!(stops_bid(|facts| facts.spec = None), Some(Rule::Tradeable));
    assert_eq!(stops_bid(|facts| facts.spec_age_ms = 60_000), None);
    assert_eq!(stops_bid(|facts| facts.spec_age_ms = 60_001), Some(Rule::Tradeable));
    let halted = stops_bid(|facts| facts.status = MarketStatus::CancelOnly);
    assert_eq!(halted, Some(Rule::Tradeable));
}

#[test]
fn data_must_be_fresh() {
    assert_eq!(stops_bid(|facts| facts.data_age_ms = 3_000), None);
    let stop = judge(Side::Bid, "164.89", "1", |facts| facts.data_age_ms = 3_001).unwrap();
    assert_eq!(stop.rule, Rule::FreshData);
    assert_eq!((stop.have, stop.limit), (Figure::Ms(3_001), Figure::Ms(3_000)));
    let skewed = stops_bid(|facts| facts.data = Some(NoQuote::ClockSkew));
    assert_eq!(skewed, Some(Rule::FreshData));
}

#[test]
fn a_price_or_size_of_another_markets_grid_is_caught_by_its_text() {
    // Legal for szDecimals 0, and five decimals too many here.
    let other = MarketSpec::perp(SzDecimals::new(0).unwrap());
    let spec = spec();
    let mut facts = facts(&spec);
    facts.touch = (None, None);
    facts.own = (None, None);
    let fine_price = Candidate {
        side: Side::Bid,
        price: other.prices().check(price("0.012345")).unwrap(),
        size: spec.sizes().check(size("900")).unwrap(),
    };
    assert_eq!(check(&fine_price, &facts).unwrap_err().rule, Rule::LegalText);
    let finer = MarketSpec::perp(SzDecimals::new(4).unwrap());
    let fine_size = Candidate {
        side: Side::Bid,
        price: spec.prices().check(price("164.89")).unwrap(),
        size: finer.sizes().check(size("0.1234")).unwrap(),
    };
    assert_eq!(check(&fine_size, &facts).unwrap_err().rule, Rule::LegalText);
}

#[test]
fn the_minimum_value_is_inclusive() {
    // 0.07 x 164.89 = 11.54; 0.06 x 164.89 = 9.89.
    assert_eq!(judge(Side::Bid, "164.89", "0.07", |_| {}), None);
    let stop = judge(Side::Bid, "164.89", "0.06", |_| {}).unwrap();
    assert_eq!(stop.rule, Rule::MinNotional);
    assert_eq!(stop.limit, Figure::Notional(Notional::whole(10)));
    assert_eq!(judge(Side::Bid, "100", "0.1", |_| {}), None, "exactly ten");
}

#[test]
fn neither_side_may_reach_the_other_best_price() {
    for (side, at, stops) in [
        (Side::Bid, "164.9", false),
        (Side::Bid, "164.91", true),
        (Side::Bid, "164.92", true),
        (Side::Ask, "164.9", false),
        (Side::Ask, "164.89", true),
        (Side::Ask, "164.88", true),
    ] {
        let stop = judge(side, at, "1", |_| {});
        assert_eq!(stop.map(|stop| stop.rule), stops.then_some(Rule::Touch), "{side} {at}");
    }
}

#[test]
fn neither_side_may_reach_our_own_other_side() {
    let own = |facts: &mut Facts<'_>| {
        facts.touch = (Some(price("100")), Some(price("200")));
        facts.own = (Some(price("164.89")), Some(price("164.91")));
    };
    for (side, at, stops) in [
        (Side::Bid, "164.9", false),
        (Side::Bid, "164.91", true),
        (Side::Ask, "164.9", false),
        (Side::Ask, "164.89", true),
    ] {
        let stop = judge(side, at, "1", own);
        assert_eq!(stop.map(|stop| stop.rule), stops.then_some(Rule::OwnCross), "{side} {at}");
    }
}

#[test]
fn the_position_cap_counts_everything_that_may_still_trade() {
    // $1,000 at 164.90 is 6.06 SOL.
    let with = |position: &str, bids: &str, asks: &str| Exposure {
        position: position.parse::<SignedSize>().unwrap(),
        bids: size(bids),
        asks: size(asks),
    };
    for (side, exposure, stops) in [
        (Side::Bid, with("5", "0", "0"), false),
        (Side::Bid, with("5.1", "0", "0"), true),
        (Side::Bid, with("3", "2.1", "0"), true),
        (Side::Bid, with("3", "2", "9"), false),
        (Side::Bid, with("-6", "11", "0"), false),
        (Side::Bid, with("-6", "11.1", "0"), true),
        (Side::Ask, with("-5.1", "0", "0"), true),
        (Side::Ask, with("-3", "9", "2.1"), true),
        (Side::Ask, with("9", "0", "0"), false),
    ] {
        let at = if side == Side::Bid { "164.89" } else { "164.91" };
        let stop = judge(side, at, "1", |facts| facts.exposure = exposure);
        let expected = stops.then_some(Rule::PositionCap);
        assert_eq!(stop.map(|stop| stop.rule), expected, "{side} {exposure:?}");
    }
    assert_eq!(stops_bid(|facts| facts.mark = None), Some(Rule::PositionCap), "no price, no order");
}

#[test]
fn the_gross_cap_never_stops_the_side_that_reduces() {
    let long = Exposure { position: "5".parse().unwrap(), ..Exposure::default() };
    let over = |facts: &mut Facts<'_>| {
        facts.exposure = long;
        facts.max_gross = Notional::whole(500);
    };
    assert_eq!(judge(Side::Ask, "164.91", "1", over), None, "sells although over the limit");
    assert_eq!(stops_bid(over), Some(Rule::GrossCap));
    let unknown = |facts: &mut Facts<'_>| {
        facts.exposure = long;
        facts.gross_others = None;
    };
    assert_eq!(judge(Side::Ask, "164.91", "1", unknown), None);
    assert_eq!(stops_bid(unknown), Some(Rule::GrossCap), "what cannot be computed stops");
    let others = |sum| {
        stops_bid(move |facts| {
            facts.gross_others = Some(Notional::whole(sum));
            facts.max_gross = Notional::whole(1_000);
        })
    };
    assert_eq!((others(835), others(836)), (None, Some(Rule::GrossCap)));
    // The other end of the market may be as bad already; it excuses only if it is sure to be.
    let asks = |certain| {
        stops_bid(move |facts| {
            let asks = Exposure { asks: size("2"), ..Exposure::default() };
            facts.exposure = asks;
            facts.certain = if certain { asks } else { Exposure::default() };
            facts.gross_others = Some(Notional::whole(900));
            facts.max_gross = Notional::whole(1_000);
        })
    };
    assert_eq!((asks(true), asks(false)), (None, Some(Rule::GrossCap)));
}

#[test]
fn the_reducing_side_may_always_have_two_orders() {
    let count = |here, all, position: &str, same_side| {
        let position = position.parse().unwrap();
        judge(Side::Ask, "164.91", "1", move |facts| {
            facts.orders = OrderCount { here, max_here: 10, all, max_all: 20, same_side };
            facts.exposure = Exposure { position, ..Exposure::default() };
        })
        .map(|stop| stop.rule)
    };
    let stop = Some(Rule::OrderCount);
    assert_eq!((count(9, 9, "0", 9), count(10, 10, "0", 0)), (None, stop));
    assert_eq!((count(99, 99, "3", 1), count(99, 99, "3", 2)), (None, stop));
    assert_eq!(count(10, 10, "-3", 0), stop, "this one would grow the short");
    assert_eq!((count(1, 19, "0", 0), count(1, 20, "0", 0)), (None, stop));
}

#[test]
fn what_is_kept_for_cancels_is_not_spent_on_quotes() {
    let left = |left| stops_bid(move |facts| facts.budget = Budget { left, reserve: 500 });
    assert_eq!((left(Some(501)), left(Some(500))), (None, Some(Rule::Budget)));
    assert_eq!(left(None), None, "not known yet");
}

#[test]
fn the_price_is_near_both_references_or_the_order_does_not_leave() {
    let near = |oracle: &'static str, slow: &'static str| {
        judge(Side::Bid, "164.89", "1", |facts| {
            facts.collar = Collar { oracle: Ppm(10_000), slow: Ppm(20_000), ..Collar::default() };
            facts.references = Ok((price(oracle), price(slow)));
        })
    };
    // One percent of 166.55 is 1.6655; of 166.56, less than what is missing to it.
    assert_eq!(near("166.55", "164.9"), None);
    let stop = near("166.56", "164.9").unwrap();
    assert_eq!(stop.rule, Rule::Collar);
    assert_eq!(
        (stop.have, stop.limit),
        (Figure::Price(price("164.89")), Figure::Price(price("166.56")))
    );
    assert_eq!(near("163.26", "164.9"), None);
    assert_eq!(near("163.25", "164.9").map(|stop| stop.rule), Some(Rule::Collar), "above it too");
    assert_eq!(near("164.9", "168.25"), None);
    let stop = near("164.9", "168.26").unwrap();
    assert_eq!((stop.rule, stop.limit), (Rule::Collar, Figure::Price(price("168.26"))));
    for why in [NoQuote::NoReference, NoQuote::ReferencesDisagree] {
        let stop = judge(Side::Ask, "164.91", "1", |facts| facts.references = Err(why)).unwrap();
        assert_eq!((stop.rule, stop.have), (Rule::Collar, Figure::Word(why.code())));
    }
}

#[test]
fn every_stop_carries_its_numbers() {
    let stop = judge(Side::Bid, "164.89", "1", |facts| facts.switch = Some(NoQuote::Halted));
    assert_eq!(stop.unwrap().have, Figure::Word("halted"));
    let stop = judge(Side::Bid, "164.89", "1", |facts| facts.data = Some(NoQuote::ClockSkew));
    assert_eq!(stop.unwrap().have, Figure::Word("clock_skew"));
    let stop = judge(Side::Bid, "164.89", "1", |facts| facts.status = MarketStatus::CancelOnly);
    assert_eq!(stop.unwrap().have, Figure::Word("cancel_only"));
}
