//! Every legal price of every market, one by one.
//!
//! For each szDecimals, perpetual (0..=6) and spot (0..=8), the text oracle walks from the
//! smallest legal price to 110,000, past the last change of the step. Each price on the way is put
//! to the oracle once (is it legal, what are its neighbours, what does the midpoint above it round
//! to); the remaining checks are exact relations between a price and its two neighbours: what each
//! rounding, each side and each intent makes of the price, of the midpoint and of what lies one
//! unit of 10^-8 on either side, and which ordinal it has.
//!
//! That all of these hold along an unbroken chain of ordinals is the proof that the numbering has
//! no gap, no duplicate and no disorder. What lies strictly between `p + 1` and `q - 1` for
//! neighbours `p` and `q` is put to the oracle for a subset: `every_number_near_the_decades_...`.

use hl_quant::{
    Decimal, Intent, MarketKind, OrderPrice, Price, PriceGrid, Round, Side, SzDecimals, Tick,
};

use crate::oracle;

const LAST: &str = "110000";
const LEAST_CHECKS: u64 = 70_000_000;

/// One market's walk.
struct Walk {
    grid: PriceGrid,
    max_decimals: usize,
    checks: u64,
    prices: u64,
}

/// A price, its text, and where it must be.
#[derive(Clone)]
struct Step {
    text: String,
    raw: u64,
    tick: u64,
}

impl Walk {
    #[track_caller]
    fn check<T: PartialEq + std::fmt::Debug>(&mut self, found: T, expected: T, at: &Step) {
        self.checks += 1;
        if found != expected {
            panic!("{found:?} instead of {expected:?} at {} ({:?})", at.text, self.grid);
        }
    }

    fn run(kind: MarketKind, sz_decimals: SzDecimals) -> Self {
        let max_decimals = usize::try_from(kind.max_price_decimals(sz_decimals)).unwrap();
        let grid = PriceGrid::of(kind, sz_decimals);
        let mut walk = Self { grid, max_decimals, checks: 0, prices: 0 };
        let smallest = match max_decimals {
            0 => "1".to_owned(),
            decimals => format!("0.{:0>decimals$}", 1),
        };
        let mut at = Step { raw: raw_of(&smallest), text: smallest, tick: 1 };
        walk.check(grid.at(Tick::new(0)), None, &at);
        walk.check(grid.strictly_below(price(at.raw)), None, &at);
        walk.check(oracle::price_below(&at.text, max_decimals), None, &at);
        while oracle::compare(&at.text, LAST).is_lt() {
            let text = oracle::price_above(&at.text, max_decimals);
            let next = Step { raw: raw_of(&text), text, tick: at.tick + 1 };
            walk.price(&at);
            walk.neighbours(&at, &next);
            walk.between(&at, &next);
            at = next;
            walk.prices += 1;
        }
        walk
    }

    /// A legal price is recognised, has its ordinal, and stays as it is whatever is asked.
    fn price(&mut self, at: &Step) {
        let grid = self.grid;
        self.check(oracle::is_legal_price(&at.text, self.max_decimals), true, at);
        self.check(price(at.raw).to_text().as_str(), at.text.as_str(), at);
        self.check(grid.at(Tick::new(at.tick)).map(raw_and_tick), Some((at.raw, at.tick)), at);
        self.check(grid.check(price(at.raw)).ok().map(raw_and_tick), Some((at.raw, at.tick)), at);
        self.snaps(at.raw, [at, at, at], at);
    }

    fn neighbours(&mut self, at: &Step, next: &Step) {
        let grid = self.grid;
        self.check(at.raw < next.raw, true, at);
        let below = oracle::price_below(&next.text, self.max_decimals);
        self.check(below.as_deref(), Some(at.text.as_str()), at);
        let (lower, upper) = (grid.at(Tick::new(at.tick)), grid.at(Tick::new(next.tick)));
        let (lower, upper) = (lower.unwrap(), upper.unwrap());
        self.check(grid.up(lower, 1), Some(upper), at);
        self.check(grid.down(upper, 1), Some(lower), at);
        self.check(grid.away(Side::Ask, lower, 1), Some(upper), at);
        self.check(grid.away(Side::Bid, upper, 1), Some(lower), at);
        self.check(grid.strictly_above(price(at.raw)), Some(upper), at);
        self.check(grid.strictly_below(price(next.raw)), Some(lower), at);
        self.check(grid.tick_size(price(at.raw)).raw(), next.raw - at.raw, at);
    }

    /// The midpoint between two neighbours, and what lies one unit from either.
    fn between(&mut self, at: &Step, next: &Step) {
        let gap = next.raw - at.raw;
        let middle = at.raw + gap / 2;
        for raw in [at.raw + 1, middle, next.raw - 1] {
            if raw > at.raw && raw < next.raw {
                let nearest = if 2 * (raw - at.raw) >= gap { next } else { at };
                self.check(self.grid.check(price(raw)).is_ok(), false, at);
                self.snaps(raw, [at, next, nearest], at);
            }
        }
        let text = text_of(middle);
        self.decimal(&format!("{text}5"), [at, next, next], at);
        if gap > 1 {
            self.text(&text, [at, next, next], at);
            self.decimal(&format!("{}999", text_of(middle - 1)), [at, next, at], at);
        } else {
            // The midpoint has nine decimals here.
            self.decimal(&format!("{text}4999"), [at, next, at], at);
            self.decimal(&format!("{text}50001"), [at, next, next], at);
        }
    }

    /// What each rounding, and each side with each intent, makes of a number: down, up, nearest.
    fn snaps(&mut self, raw: u64, [down, up, nearest]: [&Step; 3], at: &Step) {
        let value = Decimal::from_raw(raw);
        for (round, to) in [(Round::Down, down), (Round::Up, up), (Round::Nearest, nearest)] {
            let snapped = self.grid.snap(value, round).map(raw_and_tick);
            self.check(snapped, Ok((to.raw, to.tick)), at);
        }
        for (side, intent, to) in [
            (Side::Bid, Intent::Passive, down),
            (Side::Ask, Intent::Passive, up),
            (Side::Bid, Intent::Aggressive, up),
            (Side::Ask, Intent::Aggressive, down),
        ] {
            let snapped = self.grid.snap(value, intent.round(side)).map(raw_and_tick);
            self.check(snapped, Ok((to.raw, to.tick)), at);
        }
    }

    /// The same for a text, from the crate.
    fn decimal(&mut self, text: &str, [down, up, nearest]: [&Step; 3], at: &Step) {
        let value = Decimal::parse(text).unwrap();
        for (round, to) in [(Round::Down, down), (Round::Up, up), (Round::Nearest, nearest)] {
            let snapped = self.grid.snap(value, round).map(raw_and_tick);
            self.check(snapped, Ok((to.raw, to.tick)), at);
        }
    }

    /// The same for a text, from the oracle.
    fn text(&mut self, text: &str, [down, up, nearest]: [&Step; 3], at: &Step) {
        let max = self.max_decimals;
        self.check(oracle::is_legal_price(text, max), false, at);
        self.check(oracle::price_floor(text, max).as_ref(), Some(&down.text), at);
        self.check(oracle::price_ceil(text, max).as_ref(), Some(&up.text), at);
        self.check(oracle::price_nearest(text, max).as_ref(), Some(&nearest.text), at);
    }
}

fn price(raw: u64) -> Price {
    Price::from_raw(raw).unwrap()
}

fn raw_and_tick(price: OrderPrice) -> (u64, u64) {
    (price.get().raw(), price.tick().ordinal())
}

/// The integer at 10^-8 of an oracle's text, read with the standard library.
fn raw_of(text: &str) -> u64 {
    let (int, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{int}{fraction:0<8}").parse().unwrap()
}

/// All eight decimals of an integer at 10^-8, written with the standard library.
fn text_of(raw: u64) -> String {
    let mut text = format!("{raw:09}");
    text.insert(text.len() - 8, '.');
    text
}

fn markets() -> impl Iterator<Item = (MarketKind, SzDecimals)> {
    let decimals = |range: std::ops::RangeInclusive<u8>| range.map(|d| SzDecimals::new(d).unwrap());
    let perps = decimals(0..=6).map(|decimals| (MarketKind::Perp, decimals));
    perps.chain(decimals(0..=8).map(|decimals| (MarketKind::Spot, decimals)))
}

#[test]
fn every_legal_price_up_to_110000_is_where_it_must_be() {
    let (mut checks, mut prices) = (0, 0);
    for (kind, sz_decimals) in markets() {
        let walk = Walk::run(kind, sz_decimals);
        // The prices on the finest step, those of each decade above it, and those from 100,000 on.
        let decades = u64::try_from(walk.max_decimals).unwrap();
        assert_eq!(walk.prices, 99_999 + 90_000 * decades + 10_000);
        checks += walk.checks;
        prices += walk.prices;
    }
    println!("exhaustive: {checks} checks over {prices} legal prices of 16 markets");
    assert!(checks >= LEAST_CHECKS, "only {checks} checks");
}

/// Every number of 10^-8, legal or not, within 3,000 units of each power of ten, and from 1 on to
/// 300,000: the oracle and the grid agree on whether it is legal.
#[test]
fn every_number_near_the_decades_is_legal_exactly_if_the_oracle_says_so() {
    let mut checks = 0_u64;
    for (kind, sz_decimals) in markets() {
        let grid = PriceGrid::of(kind, sz_decimals);
        let max = usize::try_from(kind.max_price_decimals(sz_decimals)).unwrap();
        let powers = (6..=19).map(|exponent| 10_u64.pow(exponent));
        let windows = powers.map(|power| power - 3_000..power + 3_000);
        for raw in windows.flatten().chain(1..300_000) {
            let legal = oracle::is_legal_price(&text_of(raw), max);
            assert_eq!(grid.check(price(raw)).is_ok(), legal, "{raw} on {grid:?}");
            checks += 1;
        }
    }
    println!("near the decades: {checks} checks");
}
