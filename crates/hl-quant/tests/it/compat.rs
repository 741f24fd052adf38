//! What the earlier TypeScript quantiser did with the same numbers: where this crate agrees with
//! it, and where it deliberately does not, each difference named.
//!
//! Specs of that quantiser are a tick and a lot. Here they are overrides of a venue grid that can
//! honour them; `A` is tick 0.0001 and lot 1, `S` 0.001 and 0.1, `D` 0.001 and 0.5, `C` 0.05 and
//! 0.25, `SO` 0.01 and 0.1, `L` 0.000001 and 0.0001.

use hl_quant::{
    BadOverride, Decimal, Intent, MarketSpec, OrderPrice, ParseError, Price, QuantFields,
    Quantized, Reject, Round, Side, SzDecimals,
};

fn perp(sz_decimals: u8) -> MarketSpec {
    MarketSpec::perp(SzDecimals::new(sz_decimals).unwrap())
}

fn spec(sz_decimals: u8, tick: &str, lot: &str) -> MarketSpec {
    let spec = perp(sz_decimals).with_tick(tick.parse().unwrap()).unwrap();
    spec.with_lot(lot.parse().unwrap()).unwrap()
}

fn a() -> MarketSpec {
    spec(0, "0.0001", "1")
}

fn s() -> MarketSpec {
    spec(1, "0.001", "0.1")
}

fn d() -> MarketSpec {
    spec(1, "0.001", "0.5")
}

fn c() -> MarketSpec {
    spec(2, "0.05", "0.25")
}

fn so() -> MarketSpec {
    spec(2, "0.01", "0.1")
}

fn number(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

fn px(spec: &MarketSpec, text: &str, round: Round) -> Result<OrderPrice, Reject> {
    spec.prices().snap(number(text), round)
}

/// Price text and local ticks.
fn ticks(spec: &MarketSpec, text: &str, round: Round) -> (String, u64) {
    let price = px(spec, text, round).unwrap();
    let any_size = spec.min_size_at(price).unwrap();
    (price.to_string(), spec.log_fields(price, any_size).ticks)
}

/// Size text and lots; "0" below one lot.
fn steps(spec: &MarketSpec, text: &str, round: Round) -> (String, u64) {
    match spec.sizes().snap(number(text), round) {
        Ok(size) => {
            (size.to_string(), spec.log_fields(px(spec, "1", Round::Up).unwrap(), size).steps)
        }
        Err(reject) => {
            assert_eq!(reject, Reject::BelowMinSize { lot: spec.sizes().lot() });
            ("0".to_owned(), 0)
        }
    }
}

fn is(text: &str, count: u64) -> (String, u64) {
    (text.to_owned(), count)
}

fn quantize(spec: &MarketSpec, side: Side, px: &str, sz: &str) -> Quantized {
    spec.quantize(side, number(px), number(sz), Intent::Passive).unwrap()
}

fn log(spec: &MarketSpec, order: &Quantized) -> QuantFields {
    spec.log_fields(order.price, order.size)
}

/// One tick further from the market than the passive price: the earlier system's post-only nudge,
/// in the direction that is right for the side.
fn nudged(spec: &MarketSpec, side: Side, text: &str) -> Option<OrderPrice> {
    let passive = px(spec, text, Intent::Passive.round(side)).unwrap();
    spec.prices().away(side, passive, 1)
}

#[test]
fn l11_the_log_line_of_sol_needs_no_override() {
    for spec in [perp(2), so()] {
        let order = quantize(&spec, Side::Bid, "164.8951", "0.1");
        assert_eq!(
            (order.price.to_string(), order.size.to_string()),
            ("164.89".into(), "0.1".into())
        );
        let log = log(&spec, &order);
        assert_eq!((log.px_dec, log.ticks, log.price_int), (2, 16_489, 16_489));
    }
    // The lot is the venue's 0.01 unless it is overridden to the seed's 0.1.
    let venue = log(&perp(2), &quantize(&perp(2), Side::Bid, "164.8951", "0.1"));
    assert_eq!((venue.step_dec, venue.steps, venue.size_int), (2, 10, 10));
    let seed = log(&so(), &quantize(&so(), Side::Bid, "164.8951", "0.1"));
    assert_eq!((seed.step_dec, seed.steps, seed.size_int), (1, 1, 1));
}

#[test]
fn l11_the_log_line_of_aster_is_reproduced_with_its_override() {
    let order = quantize(&a(), Side::Bid, "0.89984", "22.6");
    let seed = log(&a(), &order);
    assert_eq!((seed.px_dec, seed.step_dec, seed.ticks, seed.steps), (4, 0, 8_998, 22));
    // Without the override the tick is ten times finer.
    let order = quantize(&perp(0), Side::Bid, "0.89984", "22.6");
    let venue = log(&perp(0), &order);
    assert_eq!((venue.px_dec, venue.step_dec, venue.ticks, venue.steps), (5, 0, 89_984, 22));
}

#[test]
fn l11_the_log_line_of_fartcoin_is_reproduced_with_its_override() {
    let spec = spec(1, "0.0001", "0.1");
    let order = quantize(&spec, Side::Bid, "0.25948", "77.04");
    let seed = log(&spec, &order);
    assert_eq!((seed.px_dec, seed.step_dec, seed.ticks, seed.steps), (4, 1, 2_594, 770));
}

#[test]
fn the_false_below_min_of_sol_passes() {
    // 0.1 SOL at 164.89 was suppressed as below the minimum; it is worth 16.489.
    for spec in [perp(2), so()] {
        let order = quantize(&spec, Side::Bid, "164.89", "0.1");
        assert_eq!(order.notional.to_string(), "16.489");
        assert!(order.notional >= spec.min_notional());
    }
    let reject = perp(2).quantize(Side::Bid, number("164.89"), number("0.06"), Intent::Passive);
    assert_eq!(reject.unwrap_err().code(), "below_min_notional");
}

#[test]
fn the_example_override_of_pump_is_256_basis_points_and_the_venue_has_a_finer_tick() {
    let venue = perp(0);
    assert_eq!(ticks(&venue, "0.003904", Round::Down), is("0.003904", 3_904));
    assert_eq!(ticks(&a(), "0.003904", Round::Down), is("0.0039", 39));
}

#[test]
fn floor_agrees_on_ticks_that_are_no_power_of_ten() {
    assert_eq!(ticks(&a(), "0.92345", Round::Down), is("0.9234", 9_234));
    assert_eq!(ticks(&c(), "10.07", Round::Down), is("10.05", 201));
    assert_eq!(ticks(&c(), "10.10", Round::Down), is("10.1", 202));
    assert_eq!(ticks(&c(), "10.02", Round::Down), is("10", 200));
    assert_eq!(ticks(&c(), "10.07", Round::Up), is("10.1", 202));
    assert_eq!(ticks(&c(), "10.10", Round::Up), is("10.1", 202));
    assert_eq!(ticks(&c(), "10.02", Round::Up), is("10.05", 201));
    assert_eq!(ticks(&c(), "10.07", Round::Nearest), is("10.05", 201));
    assert_eq!(ticks(&c(), "10.08", Round::Nearest), is("10.1", 202));
    assert_eq!(ticks(&c(), "10.02", Round::Nearest), is("10", 200));
}

#[test]
fn changed_nothing_is_cut_before_it_is_rounded() {
    // Digits beyond the tick used to be dropped first, so that neither ceil nor round did anything.
    assert_eq!(ticks(&a(), "0.92341", Round::Up), is("0.9235", 9_235)); // was 0.9234
    assert_eq!(ticks(&a(), "0.92345", Round::Nearest), is("0.9235", 9_235)); // was 0.9234
    assert_eq!(steps(&s(), "1.21", Round::Up), is("1.3", 13)); // was 1.2
    // More decimals than the crate holds are no exception.
    assert_eq!(ticks(&a(), "0.92340000000000000001", Round::Up), is("0.9235", 9_235));
}

#[test]
fn sizes_agree() {
    assert_eq!(steps(&a(), "21", Round::Down), is("21", 21));
    assert_eq!(steps(&a(), "21", Round::Up), is("21", 21));
    assert_eq!(steps(&s(), "1.24", Round::Down), is("1.2", 12));
    assert_eq!(steps(&d(), "21.4", Round::Down), is("21", 42));
    assert_eq!(steps(&d(), "21.4", Round::Up), is("21.5", 43));
    assert_eq!(steps(&d(), "0.4", Round::Up), is("0.5", 1));
    assert_eq!(steps(&c(), "1.30", Round::Down), is("1.25", 5));
    assert_eq!(steps(&c(), "1.239", Round::Down), is("1", 4));
    assert_eq!(steps(&c(), "1.30", Round::Up), is("1.5", 6));
    // 0.4 of a lot used to be zero lots without a word. The rejection now names the lot.
    assert_eq!(steps(&d(), "0.4", Round::Down), is("0", 0));
    // The first generation rounded 0.15 on a lot of 0.1 up to 1.0, over six times the request.
    assert_eq!(steps(&s(), "0.15", Round::Down), is("0.1", 1));
    assert_eq!(steps(&s(), "5128.2", Round::Down), is("5128.2", 51_282));
}

#[test]
fn changed_the_nudge_of_a_bid_counts_from_the_passive_price_and_leaves_it_alone_unless_asked() {
    // The earlier post-only mode always subtracted a tick. Passive rounding is already safe, and
    // `maker_safe` moves a price only if the opposite is in the way.
    let plain = |spec: &MarketSpec, text| px(spec, text, Round::Down).unwrap().to_string();
    assert_eq!(plain(&a(), "0.9234"), "0.9234"); // was 0.9233
    assert_eq!(plain(&so(), "164.89"), "164.89"); // was 164.88
    assert_eq!(plain(&c(), "10.07"), "10.05"); // as before: the nudge only acted on the grid
    // Asked for, the step down is the same.
    let nudged = |spec: &MarketSpec, text| nudged(spec, Side::Bid, text).unwrap().to_string();
    assert_eq!(nudged(&a(), "0.9234"), "0.9233");
    assert_eq!(nudged(&a(), "0.92345"), "0.9233");
    assert_eq!(nudged(&a(), "0.92123"), "0.9211");
    assert_eq!(nudged(&a(), "0.92194"), "0.9218");
    assert_eq!(nudged(&a(), "0.003904"), "0.0038"); // 2.7 % away: one tick of that override
    assert_eq!(nudged(&so(), "165.2594"), "165.24");
    assert_eq!(nudged(&c(), "10.10"), "10.05");
    assert_eq!(nudged(&perp(6), "103456.7"), "103455");
    // Where the venue's step is coarser than the spec of the day, the venue's is used.
    assert_eq!(nudged(&s(), "165.2594"), "165.24"); // was 165.258, six figures: refused by the venue
    assert_eq!(nudged(&d(), "0.92345"), "0.922");
}

#[test]
fn changed_a_sell_moves_away_from_the_market_and_not_into_it() {
    let ask = |spec: &MarketSpec, text| nudged(spec, Side::Ask, text).unwrap().to_string();
    assert_eq!(ask(&a(), "0.92123"), "0.9214"); // was 0.9211, through the wish by a tick
    assert_eq!(ask(&s(), "165.2594"), "165.27"); // was 165.258
    let safe = |side, value: &str, opposite: &str| {
        let opposite = opposite.parse().unwrap();
        a().prices().maker_safe(side, number(value), opposite).unwrap().to_string()
    };
    assert_eq!(safe(Side::Ask, "0.92127", "0.92"), "0.9213"); // V1 gave 0.9212, towards the bid
    assert_eq!(safe(Side::Bid, "0.92123", "0.93"), "0.9212"); // V1 gave 0.9213, towards the ask
    assert_eq!(safe(Side::Ask, "0.9100", "0.92"), "0.9201");
    assert_eq!(safe(Side::Bid, "0.9300", "0.92"), "0.9199");
}

#[test]
fn changed_a_price_never_becomes_zero_or_negative() {
    assert_eq!(nudged(&a(), Side::Bid, "0.0001"), None); // was 0.0000
    assert_eq!(px(&a(), "0.00001", Round::Down), Err(Reject::NoLegalPrice)); // was 0
    assert_eq!(px(&a(), "0", Round::Down), Err(Reject::NoLegalPrice)); // was 0
    assert_eq!(Decimal::parse("-1"), Err(ParseError::NotADigit { at: 0, byte: b'-' })); // was 0
    // Adjusting below the first tick stayed there; here the caller is told, and may stay.
    let first = px(&a(), "0.0001", Round::Down).unwrap();
    assert_eq!(a().prices().down(first, 2).unwrap_or(first).to_string(), "0.0001");
}

#[test]
fn moving_by_ticks_agrees_and_counts_ticks_not_decimals() {
    let moved = |spec: &MarketSpec, text| {
        let price = px(spec, text, Round::Down).unwrap();
        spec.prices().down(price, 1).unwrap().to_string()
    };
    assert_eq!(moved(&a(), "0.9234"), "0.9233");
    assert_eq!(moved(&c(), "10.10"), "10.05"); // the older function gave 10.09, off its own grid
}

#[test]
fn an_order_under_two_specs_follows_each() {
    let before = quantize(&a(), Side::Bid, "0.92345", "21");
    let after = quantize(&d(), Side::Bid, "0.92345", "21");
    assert_eq!((before.price.to_string(), before.size.to_string()), ("0.9234".into(), "21".into()));
    assert_eq!((after.price.to_string(), after.size.to_string()), ("0.923".into(), "21".into()));
    let aggressive =
        a().quantize(Side::Bid, number("0.92123"), number("21"), Intent::Aggressive).unwrap();
    assert_eq!(aggressive.price.to_string(), "0.9213");
    // Canonical text, where it was padded to the tick's decimals: "21.0" and "1.0" then.
    assert_eq!(quantize(&s(), Side::Bid, "165.2594", "1.0").size.to_string(), "1");
}

#[test]
fn a_long_price_is_no_overflow_and_the_ceiling_of_2_to_the_53_is_gone() {
    let l = perp(4).with_lot("0.0001".parse().unwrap()).unwrap();
    // A tick of 0.000001 is finer than the venue has for this market, and is refused.
    let too_fine = l.with_tick("0.000001".parse().unwrap());
    assert!(matches!(too_fine, Err(BadOverride::TickTooFine { .. })));
    assert_eq!(ticks(&l, "100000.123456", Round::Down), is("100000", 100_000));
    let large: Price = "90071992547.40993".parse().unwrap();
    assert_eq!(large.raw(), 9_007_199_254_740_993_000);
}

#[test]
fn the_decimals_of_an_override_are_those_of_its_value_and_not_of_its_text() {
    let written = spec(0, "0.010", "1.0");
    let order = quantize(&written, Side::Bid, "10.019", "21");
    let fields = log(&written, &order);
    assert_eq!((fields.px_dec, fields.step_dec), (2, 0)); // were 3 and 1
    assert_eq!((fields.ticks, fields.steps), (1_001, 21));
}

#[test]
fn changed_malformed_numbers_are_errors() {
    for (text, error) in [
        ("", ParseError::Empty),                                // was 0
        (".", ParseError::NotADigit { at: 0, byte: b'.' }),     // was 0
        ("5.", ParseError::NoFraction),                         // was 5
        (".5", ParseError::NotADigit { at: 0, byte: b'.' }),    // was 0.5
        ("1.2.3", ParseError::NotADigit { at: 3, byte: b'.' }), // was 1.2
        ("+5", ParseError::NotADigit { at: 0, byte: b'+' }),    // was 5
        ("--5", ParseError::NotADigit { at: 0, byte: b'-' }),   // was 5
        ("1e5", ParseError::NotADigit { at: 1, byte: b'e' }),   // was 100000 or worse
        ("1e-7", ParseError::NotADigit { at: 1, byte: b'e' }),
        ("0x10", ParseError::NotADigit { at: 1, byte: b'x' }), // was 16
        (" 5", ParseError::NotADigit { at: 0, byte: b' ' }),   // was trimmed
        ("5\n", ParseError::NotADigit { at: 1, byte: b'\n' }), // was trimmed
        ("abc", ParseError::NotADigit { at: 0, byte: b'a' }),
        ("NaN", ParseError::NotADigit { at: 0, byte: b'N' }),
        ("Infinity", ParseError::NotADigit { at: 0, byte: b'I' }),
        ("1,5", ParseError::NotADigit { at: 1, byte: b',' }),
        ("1_000", ParseError::NotADigit { at: 1, byte: b'_' }),
        ("5.x", ParseError::NotADigit { at: 2, byte: b'x' }),
        ("1234567890123456789012345678901234567890", ParseError::TooLarge),
        ("184467440737.09551616", ParseError::TooLarge),
    ] {
        assert_eq!(Decimal::parse(text), Err(error), "{text:?}");
    }
    assert_eq!(Decimal::parse(&"0".repeat(128)).map(Decimal::floor_raw), Ok(0));
    assert_eq!(Decimal::parse(&"0".repeat(129)), Err(ParseError::TooLong { len: 129 }));
    assert_eq!(Decimal::parse("184467440737.09551615").map(Decimal::floor_raw), Ok(u64::MAX));
    assert_eq!("0".parse::<Price>(), Err(ParseError::Zero));
    assert_eq!("0.000000001".parse::<Price>(), Err(ParseError::TooPrecise));
}

#[test]
fn l10_the_roundings_of_the_sdks_agree_with_their_known_differences() {
    let nearest = |spec: &MarketSpec, text| px(spec, text, Round::Nearest).unwrap().to_string();
    let floor = |spec: &MarketSpec, text| px(spec, text, Round::Down).unwrap().to_string();
    // The Python SDK's example, round(px) above 100,000 and five figures below, is our nearest ...
    assert_eq!(nearest(&perp(2), "1234.56"), "1234.6");
    assert_eq!(nearest(&perp(5), "123456.7"), "123457");
    // ... but rounding twice can miss it: it gives 0.00009671 here.
    let spot = MarketSpec::spot(SzDecimals::new(0).unwrap());
    assert_eq!(nearest(&spot, "0.00009670474"), "0.0000967");
    // The TypeScript SDK's formatPrice cuts, as our floor does, but also cuts digits of large
    // numbers that carry a decimal: it gives 123450 here.
    assert_eq!(floor(&perp(2), "1234.56"), "1234.5");
    assert_eq!(floor(&perp(0), "123456.0"), "123456");
    assert_eq!(floor(&perp(0), "123456.7"), "123456");
}
