//! Laws of the gate over random facts: each rule against a second statement of it, which works on
//! bare 128-bit integers and shares no code; and what no limit may ever do.

use hl_quant::{MarketSpec, Notional, Price, Side, SignedSize, Size, SzDecimals};
use proptest::prelude::*;

use super::{Budget, Candidate, Facts, OrderCount, Rule, check};
use crate::{Collar, MarketStatus, NoQuote, Ppm, exposure::Exposure};

/// Everything that the rules look at, in bare numbers; a price of one is one cent.
#[derive(Clone, Debug)]
struct Case {
    bid: bool,
    cents: u64,
    lots: u64,
    switch: bool,
    spec: bool,
    spec_age: u64,
    trading: bool,
    data: bool,
    data_age: u64,
    touch: (Option<u64>, Option<u64>),
    own: (Option<u64>, Option<u64>),
    references: Option<(u64, u64)>,
    collar_ppm: (i64, i64),
    position: i64,
    bids: u64,
    asks: u64,
    mark: Option<u64>,
    max_position: u32,
    others: Option<u32>,
    max_gross: u32,
    counts: (u64, u64, u64),
    left: Option<u64>,
    reserve: u64,
}

const SPEC_MAX: u64 = 60_000;
const DATA_MAX: u64 = 3_000;
const MAX_HERE: u64 = 6;
const MAX_ALL: u64 = 12;

/// A market of two size decimals: one lot is 0.01, one cent is legal between 100 and 1,000.
fn spec() -> MarketSpec {
    MarketSpec::perp(SzDecimals::new(2).unwrap())
}

fn cents(n: u64) -> Price {
    Price::from_raw(n * 1_000_000).unwrap()
}

fn near() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 16_400_u64..16_600, 1 => 10_000_u64..99_999]
}

/// Mostly what lets an order pass, so that each rule gets its turn.
fn case() -> impl Strategy<Value = Case> {
    let rarely = || prop::bool::weighted(0.05);
    let side = |price: std::ops::Range<u64>| prop::option::weighted(0.8, price);
    let market = (
        (any::<bool>(), near(), 1_u64..400),
        (rarely(), rarely(), 0_u64..63_000, rarely(), rarely(), 0_u64..3_150),
        (side(16_300..16_550), side(16_450..16_700)),
        (side(16_300..16_550), side(16_450..16_700)),
    );
    let limits = (
        prop::option::weighted(0.95, (16_200_u64..16_800, 16_200_u64..16_800)),
        (5_000_i64..60_000, 5_000_i64..60_000),
        (-1_000_i64..1_000, 0_u64..600, 0_u64..600),
        (prop::option::weighted(0.95, near()), 100_u32..3_000),
        (prop::option::weighted(0.9, 0_u32..3_000), 500_u32..6_000),
        (0_u64..9, 0_u64..15, 0_u64..4),
        (prop::option::weighted(0.9, 0_u64..3_000), 0_u64..600),
    );
    (market, limits).prop_map(|(market, limits)| {
        let ((bid, cents, lots), flags, touch, own) = market;
        let (switch, no_spec, spec_age, halted, data, data_age) = flags;
        let (references, collar_ppm, exposure, valued, gross, counts, budget) = limits;
        let ((position, bids, asks), (mark, max_position)) = (exposure, valued);
        let ((others, max_gross), (left, reserve)) = (gross, budget);
        let (spec, trading) = (!no_spec, !halted);
        Case {
            bid,
            cents,
            lots,
            switch,
            spec,
            spec_age,
            trading,
            data,
            data_age,
            touch,
            own,
            references,
            collar_ppm,
            position,
            bids,
            asks,
            mark,
            max_position,
            others,
            max_gross,
            counts,
            left,
            reserve,
        }
    })
}

const LOT: u64 = 1_000_000;

impl Case {
    fn side(&self) -> Side {
        if self.bid { Side::Bid } else { Side::Ask }
    }

    fn candidate(&self, spec: &MarketSpec) -> Candidate {
        Candidate {
            side: self.side(),
            price: spec.prices().check(cents(self.cents)).unwrap(),
            size: spec.sizes().check(Size::from_raw(self.lots * LOT)).unwrap(),
        }
    }

    fn facts<'a>(&self, spec: &'a MarketSpec) -> Facts<'a> {
        let pair = |(bid, ask): (Option<u64>, Option<u64>)| (bid.map(cents), ask.map(cents));
        let (here, all, same_side) = self.counts;
        Facts {
            switch: self.switch.then_some(NoQuote::Halted),
            spec: self.spec.then_some(spec),
            spec_age_ms: self.spec_age,
            spec_max_age_ms: SPEC_MAX,
            status: if self.trading { MarketStatus::Trading } else { MarketStatus::CancelOnly },
            data: self.data.then_some(NoQuote::Crossed),
            data_age_ms: self.data_age,
            data_max_age_ms: DATA_MAX,
            touch: pair(self.touch),
            own: pair(self.own),
            references: self
                .references
                .map(|(oracle, slow)| (cents(oracle), cents(slow)))
                .ok_or(NoQuote::NoReference),
            collar: Collar {
                oracle: Ppm(self.collar_ppm.0),
                slow: Ppm(self.collar_ppm.1),
                ..Collar::default()
            },
            exposure: Exposure {
                position: SignedSize::from_raw(self.position * 1_000_000),
                bids: Size::from_raw(self.bids * LOT),
                asks: Size::from_raw(self.asks * LOT),
            },
            certain: Exposure {
                position: SignedSize::from_raw(self.position * 1_000_000),
                bids: Size::from_raw(self.bids * LOT),
                asks: Size::from_raw(self.asks * LOT),
            },
            mark: self.mark.map(cents),
            max_position: Notional::whole(self.max_position),
            gross_others: self.others.map(Notional::whole),
            max_gross: Notional::whole(self.max_gross),
            orders: OrderCount { here, max_here: MAX_HERE, all, max_all: MAX_ALL, same_side },
            budget: Budget { left: self.left, reserve: self.reserve },
        }
    }

    /// The ends of the position in lots if all bids, or all asks, trade; before and after the order.
    fn ends(&self) -> [(i128, i128); 2] {
        let (position, bids, asks) =
            (i128::from(self.position), i128::from(self.bids), i128::from(self.asks));
        let lots = i128::from(self.lots);
        let (more_bids, more_asks) = if self.bid { (lots, 0) } else { (0, lots) };
        [
            (position + bids, position - asks),
            (position + bids + more_bids, position - asks - more_asks),
        ]
    }

    /// Whether the order makes the position smaller, whatever else trades on its side, and no more.
    fn only_reduces(&self) -> bool {
        let (longest, shortest) = self.ends()[1];
        if self.bid {
            self.position < 0 && longest <= 0
        } else {
            self.position > 0 && shortest >= 0
        }
    }

    /// The first rule that is broken, in the order of the list.
    fn broken(&self) -> Option<Rule> {
        let price = i128::from(self.cents);
        let lots = i128::from(self.lots);
        // A cent times a lot is a hundredth of a cent.
        let dollars = |limit: u32| i128::from(limit) * 10_000;
        let worst = |end: i128| end.max(0) * i128::from(self.mark.unwrap_or(0));
        let crosses = |(bid, ask): (Option<u64>, Option<u64>)| match self.bid {
            true => ask.is_some_and(|ask| price >= i128::from(ask)),
            false => bid.is_some_and(|bid| price <= i128::from(bid)),
        };
        let outside = |reference: u64, ppm: i64| {
            // In hundred-millionths, cut as the limit is cut.
            let limit = i128::from(reference) * 1_000_000 * i128::from(ppm) / 1_000_000;
            (price - i128::from(reference)).abs() * 1_000_000 > limit
        };
        let [before, after] = self.ends();
        let both = |ends: (i128, i128)| worst(ends.0).max(worst(-ends.1));
        let here = if self.bid { worst(after.0) } else { worst(-after.1) };
        let reducing_side = if self.bid { self.position < 0 } else { self.position > 0 };
        let broken = |rule: Rule| match rule {
            Rule::Switch => self.switch,
            Rule::Tradeable => !self.spec || !self.trading || self.spec_age > SPEC_MAX,
            Rule::FreshData => self.data || self.data_age > DATA_MAX,
            // Two decimals between 100 and 1,000 are five significant figures.
            Rule::LegalText => false,
            Rule::MinNotional => price * lots < dollars(10),
            Rule::Touch => crosses(self.touch),
            Rule::OwnCross => crosses(self.own),
            Rule::Collar => self.references.is_none_or(|(oracle, slow)| {
                outside(oracle, self.collar_ppm.0) || outside(slow, self.collar_ppm.1)
            }),
            Rule::PositionCap => {
                !self.only_reduces() && (self.mark.is_none() || here > dollars(self.max_position))
            }
            Rule::GrossCap => {
                let grows = both(after) > both(before);
                let sum = self.others.map(|others| dollars(others) + both(after));
                !self.only_reduces()
                    && (self.mark.is_none()
                        || (grows && sum.is_none_or(|sum| sum > dollars(self.max_gross))))
            }
            Rule::OrderCount => {
                let (here, all, same) = self.counts;
                !(reducing_side && same < 2) && (here >= MAX_HERE || all >= MAX_ALL)
            }
            Rule::Budget => self.left.is_some_and(|left| left <= self.reserve),
        };
        Rule::ALL.into_iter().find(|rule| broken(*rule))
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    /// The gate stops an order by the rule that the second statement names first, and only then.
    #[test]
    fn each_rule_agrees_with_a_second_statement_of_it(case in case()) {
        let spec = spec();
        let stop = check(&case.candidate(&spec), &case.facts(&spec)).err().map(|stop| stop.rule);
        prop_assert_eq!(stop, case.broken());
    }

    /// With every limit about size, count and price of positions exhausted at once, an order that only
    /// reduces still leaves: only the switch, the data, the law and the cancels' own requests stop it.
    #[test]
    fn no_limit_starves_the_side_that_reduces(
        case in case(),
        same_side in 0_u64..2,
        left in prop::option::of(1_u64..1_000),
    ) {
        let spec = spec();
        let held = i64::try_from(case.lots + if case.bid { case.bids } else { case.asks }).unwrap();
        let case = Case {
            position: if case.bid { -held } else { held },
            max_position: 0,
            max_gross: 0,
            others: None,
            mark: None,
            counts: (u64::MAX, u64::MAX, same_side),
            left,
            reserve: 0,
            ..case
        };
        let stop = check(&case.candidate(&spec), &case.facts(&spec)).err().map(|stop| stop.rule);
        let limits = [Rule::PositionCap, Rule::GrossCap, Rule::OrderCount, Rule::Budget];
        prop_assert!(stop.is_none_or(|rule| !limits.contains(&rule)), "{:?}", stop);
    }
}

/// The cases are worth something only if every rule stops some of them and some pass.
#[test]
fn the_cases_meet_every_rule() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let spec = spec();
    let mut met = std::collections::BTreeMap::new();
    for _ in 0..20_000 {
        let case = case().new_tree(&mut runner).unwrap().current();
        let stop = check(&case.candidate(&spec), &case.facts(&spec)).err().map(|stop| stop.rule);
        *met.entry(stop).or_insert(0_u32) += 1;
    }
    for rule in Rule::ALL {
        let expected = rule != Rule::LegalText;
        assert_eq!(met.contains_key(&Some(rule)), expected, "{rule:?}: {met:?}");
    }
    assert!(met[&None] > 200, "{met:?}");
}
