//! What must hold for one input, as ordinary functions: the property tests call them with numbers
//! that are likely to hurt, the fuzz targets (`crates/hl-quant/fuzz`) with any bytes at all.

use hl_quant::{
    Decimal, Intent, MarketKind, MarketSpec, Notional, OrderPrice, ParseError, Price, PriceGrid,
    Reject, Round, Side, SignedSize, Size, SzDecimals, TEXT_MAX, wide,
};

use crate::oracle;

pub(crate) const ROUNDS: [Round; 3] = [Round::Down, Round::Up, Round::Nearest];
pub(crate) const INTENTS: [Intent; 2] = [Intent::Passive, Intent::Aggressive];

/// A market without overrides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Market {
    pub(crate) kind: MarketKind,
    pub(crate) sz_decimals: SzDecimals,
}

impl Market {
    /// One of the 18 markets; any number names one.
    pub(crate) fn numbered(n: u8) -> Self {
        let kind = if n.is_multiple_of(2) { MarketKind::Perp } else { MarketKind::Spot };
        Self { kind, sz_decimals: SzDecimals::new(n / 2 % 9).unwrap() }
    }

    pub(crate) fn spec(self) -> MarketSpec {
        MarketSpec::of(self.kind, self.sz_decimals)
    }

    pub(crate) fn grid(self) -> PriceGrid {
        PriceGrid::of(self.kind, self.sz_decimals)
    }

    pub(crate) fn price_decimals(self) -> usize {
        usize::try_from(self.kind.max_price_decimals(self.sz_decimals)).unwrap()
    }

    pub(crate) fn size_decimals(self) -> usize {
        usize::from(self.sz_decimals.get())
    }
}

/// Text is read exactly if it follows the grammar, and for what it says; any other bytes are
/// refused with the same error by every reader.
pub(crate) fn bytes_are_read_or_refused(bytes: &[u8]) {
    let number = Decimal::parse_bytes(bytes);
    let Ok(text) = std::str::from_utf8(bytes) else {
        assert!(number.is_err(), "{bytes:?} is no text");
        return;
    };
    assert_eq!(Decimal::parse(text), number);
    let well_formed = oracle::is_number(bytes) && bytes.len() <= TEXT_MAX;
    let refused_for_its_form = !matches!(number, Ok(_) | Err(ParseError::TooLarge));
    assert_eq!(well_formed, !refused_for_its_form, "{text:?}: {number:?}");
    let wide = wide::size(SzDecimals::new(8).unwrap(), text, Round::Down);
    match number {
        Ok(number) => {
            let kept = oracle::floor(text, 8);
            let exact = oracle::canonical(text) == kept;
            assert_eq!(Size::from_raw(number.floor_raw()).to_text().as_str(), kept, "{text:?}");
            assert_eq!(number.exact(), exact.then_some(number.floor_raw()), "{text:?}");
            assert_eq!(number.is_zero(), oracle::is_zero(text), "{text:?}");
            assert_eq!(wide.unwrap().as_str(), kept, "{text:?}");
            typed_numbers_agree(text, number);
        }
        Err(ParseError::TooLarge) => {
            let whole = oracle::floor(text, 8);
            assert!(oracle::compare(&whole, "184467440737.09551615").is_gt(), "{text:?}");
            assert_eq!(wide.unwrap().as_str(), whole);
            assert_eq!(text.parse::<Price>(), Err(ParseError::TooLarge));
            assert_eq!(text.parse::<Size>(), Err(ParseError::TooLarge));
            assert_eq!(text.parse::<SignedSize>(), Err(ParseError::TooLarge));
        }
        Err(error) => {
            assert_eq!(wide, Err(error), "{text:?}");
            assert_eq!(text.parse::<Price>(), Err(error), "{text:?}");
            assert_eq!(text.parse::<Size>(), Err(error), "{text:?}");
            if !text.starts_with('-') {
                assert_eq!(text.parse::<SignedSize>(), Err(error), "{text:?}");
            }
        }
    }
}

/// A price, a size and a position are the number itself, where it has at most eight decimals.
fn typed_numbers_agree(text: &str, number: Decimal) {
    let size = number.exact().map(Size::from_raw).ok_or(ParseError::TooPrecise);
    assert_eq!(text.parse::<Size>(), size, "{text:?}");
    let price = size.and_then(|size| Price::from_raw(size.raw()).ok_or(ParseError::Zero));
    assert_eq!(text.parse::<Price>(), price, "{text:?}");
    for (text, long) in [(text.to_owned(), true), (format!("-{text}"), false)] {
        let position = text.parse::<SignedSize>();
        match size {
            Ok(size) if size.raw() <= i64::MAX.unsigned_abs() => {
                let position = position.unwrap();
                assert_eq!(position.magnitude(), size, "{text:?}");
                assert!(size.is_zero() || (position.raw() > 0) == long, "{text:?}");
            }
            Ok(size) if size.raw() == i64::MIN.unsigned_abs() && !long => {
                assert_eq!(position, Ok(SignedSize::from_raw(i64::MIN)));
            }
            Ok(_) => assert_eq!(position, Err(ParseError::TooLarge), "{text:?}"),
            Err(error) => assert_eq!(position, Err(error), "{text:?}"),
        }
    }
}

/// What is written is canonical and reads back as the same number.
pub(crate) fn integers_survive_the_round_trip(raw: u64) {
    let size = Size::from_raw(raw);
    let text = size.to_text();
    let text = text.as_str();
    assert!(oracle::is_number(text.as_bytes()), "{text:?}");
    assert_eq!(oracle::canonical(text), text);
    assert_eq!(text.parse(), Ok(size));
    assert_eq!(size.to_string(), text);
    assert_eq!(Decimal::parse(text).map(Decimal::exact), Ok(Some(raw)));
    match Price::from_raw(raw) {
        Some(price) => {
            assert_eq!(price.to_text().as_str(), text);
            assert_eq!((text.parse(), price.to_string().as_str()), (Ok(price), text));
        }
        None => assert_eq!(text, "0"),
    }
    // Taken as two's complement, the same bits are a position.
    let position = SignedSize::from_raw(i64::from_ne_bytes(raw.to_ne_bytes()));
    assert_eq!(position.to_string().parse(), Ok(position));
    let digits = oracle::in_units(text, 8);
    assert_eq!(digits, raw.to_string());
}

/// Any number is rounded to the neighbour that the text oracle names, by both implementations.
pub(crate) fn snapping_agrees_with_the_oracle(market: Market, text: &str) {
    if !oracle::is_number(text.as_bytes()) || text.len() > TEXT_MAX {
        return;
    }
    for round in ROUNDS {
        let price = price_by_text(market, text, round);
        let wide = wide::price(market.kind, market.sz_decimals, text, round).unwrap();
        assert_eq!(wide.as_ref().map(wide::WideText::as_str), price.as_deref(), "{text} {round:?}");
        let size = size_by_text(market, text, round);
        let wide = wide::size(market.sz_decimals, text, round).unwrap();
        assert_eq!(wide.as_str(), size, "{text} {round:?}");
        let Ok(value) = Decimal::parse(text) else { continue };
        price_snaps(market, value, round, price.as_deref());
        size_snaps(market, value, round, &size);
    }
}

fn price_by_text(market: Market, text: &str, round: Round) -> Option<String> {
    let max = market.price_decimals();
    match round {
        _ if oracle::is_zero(text) => None,
        Round::Down => oracle::price_floor(text, max),
        Round::Up => oracle::price_ceil(text, max),
        Round::Nearest => oracle::price_nearest(text, max),
    }
}

fn size_by_text(market: Market, text: &str, round: Round) -> String {
    let decimals = market.size_decimals();
    match round {
        Round::Down => oracle::floor(text, decimals),
        Round::Up => oracle::ceil(text, decimals),
        Round::Nearest => oracle::nearest(text, decimals),
    }
}

/// Whether a canonical text is in the range of the order types.
fn fits(text: &str) -> bool {
    oracle::compare(text, "184467440737.09551615").is_le()
}

fn price_snaps(market: Market, value: Decimal, round: Round, expected: Option<&str>) {
    let grid = market.grid();
    match (grid.snap(value, round), expected) {
        (Err(Reject::NoLegalPrice), None) => {}
        (Err(Reject::TooLarge), Some(text)) => assert!(!fits(text), "{text}"),
        (Ok(price), Some(text)) => {
            assert_eq!(price.to_text().as_str(), text);
            legal_prices_are_stable(&grid, price);
        }
        other => panic!("{other:?} of {value:?} {round:?} on {market:?}"),
    }
}

fn size_snaps(market: Market, value: Decimal, round: Round, expected: &str) {
    let sizes = market.spec().sizes();
    match sizes.snap(value, round) {
        Err(Reject::BelowMinSize { lot }) => {
            assert_eq!((expected, lot), ("0", sizes.lot()));
        }
        Err(Reject::TooLarge) => assert!(!fits(expected), "{expected}"),
        Ok(size) => {
            assert_eq!(size.to_text().as_str(), expected);
            assert_eq!(sizes.check(size.get()), Ok(size));
            for round in ROUNDS {
                assert_eq!(sizes.snap(size.get(), round), Ok(size));
            }
        }
        other => panic!("{other:?} of {value:?} {round:?} on {market:?}"),
    }
}

/// A legal price stays as it is, and its ordinal leads back to it.
pub(crate) fn legal_prices_are_stable(grid: &PriceGrid, price: OrderPrice) {
    assert_eq!(grid.check(price.get()), Ok(price));
    assert_eq!(grid.at(price.tick()), Some(price));
    for round in ROUNDS {
        assert_eq!(grid.snap(price.get(), round), Ok(price));
    }
    if let Some(next) = grid.up(price, 1) {
        assert!(next > price && next.tick().distance(price.tick()) == 1);
        assert_eq!(grid.down(next, 1), Some(price));
    }
}

/// An order made of any two numbers is what the text oracle makes of them.
pub(crate) fn quantizing_agrees_with_the_oracle(
    market: Market,
    side: Side,
    intent: Intent,
    px: &str,
    sz: &str,
) {
    let wide = wide::quantize(market.kind, market.sz_decimals, side, intent, px, sz);
    let (price, size) = match (Decimal::parse(px), Decimal::parse(sz)) {
        (Err(error), _) | (_, Err(error)) if error != ParseError::TooLarge => {
            let first = [px, sz].map(|text| wide::size(market.sz_decimals, text, Round::Down));
            let first = first.into_iter().find_map(Result::err);
            assert_eq!(wide.err(), first, "{px:?} x {sz:?}");
            return;
        }
        parsed => parsed,
    };
    let wide = wide.unwrap();
    let expected = by_text(market, intent.round(side), px, sz);
    let found = (text(&wide.px), text(&wide.notional), wide.reject);
    assert_eq!(found, (expected.px.clone(), expected.notional.clone(), expected.reject));
    let sz_text = wide.sz.as_ref().map_or("0", wide::WideText::as_str);
    assert_eq!(sz_text, expected.sz, "{px:?} x {sz:?}");
    log_fields_agree(market, &wide);
    let (Ok(price), Ok(size)) = (price, size) else { return };
    orders_agree(market, market.spec().quantize(side, price, size, intent), &wide);
}

struct ByText {
    px: Option<String>,
    sz: String,
    notional: Option<String>,
    reject: Option<&'static str>,
}

fn by_text(market: Market, round: Round, px: &str, sz: &str) -> ByText {
    let px = price_by_text(market, px, round);
    let sz = size_by_text(market, sz, Round::Down);
    let notional = px.as_ref().map(|px| oracle::product(px, &sz));
    let reject = match &notional {
        None => Some("no_legal_price"),
        Some(_) if sz == "0" => Some("below_min_size"),
        Some(notional) if oracle::compare(notional, "10").is_lt() => Some("below_min_notional"),
        Some(_) => None,
    };
    ByText { px, sz, notional, reject }
}

fn text(wide: &Option<wide::WideText>) -> Option<String> {
    wide.as_ref().map(|text| text.as_str().to_owned())
}

/// The log quantities are the texts without their point.
fn log_fields_agree(market: Market, wide: &wide::WideQuantized) {
    let sz = wide.sz.as_ref().map_or("0", wide::WideText::as_str);
    assert_eq!(wide.step_dec, u32::from(market.sz_decimals.get()));
    assert_eq!(wide.steps.as_str(), oracle::in_units(sz, market.size_decimals()));
    let ticks = wide.px.as_ref().map(|px| {
        let decimals = oracle::price_decimals(px.as_str(), market.price_decimals());
        assert_eq!(wide.px_dec, u32::try_from(decimals).ok());
        oracle::in_units(px.as_str(), decimals)
    });
    assert_eq!(text(&wide.ticks), ticks);
    assert_eq!(wide.px_dec.is_some(), wide.px.is_some());
}

/// The integer path gives the same order as the wide one, where it gives one.
fn orders_agree(
    market: Market,
    order: Result<hl_quant::Quantized, Reject>,
    wide: &wide::WideQuantized,
) {
    match order {
        Err(Reject::TooLarge) => {
            assert!(!fits(&text(&wide.px).unwrap()), "{wide:?}");
        }
        Err(reject) => {
            assert_eq!(Some(reject.code()), wide.reject);
            if let Reject::BelowMinNotional { notional, min } = reject {
                assert_eq!(Some(notional.to_string()), text(&wide.notional));
                assert!(notional < min && min == Notional::whole(10));
            }
        }
        Ok(order) => {
            let (px, sz) = order.wire();
            assert_eq!(wide.reject, None);
            assert_eq!(Some(px.as_str().to_owned()), text(&wide.px));
            assert_eq!(Some(sz.as_str().to_owned()), text(&wide.sz));
            assert_eq!(Some(order.notional.to_string()), text(&wide.notional));
            let log = market.spec().log_fields(order.price, order.size);
            assert_eq!((Some(log.px_dec), log.step_dec), (wide.px_dec, wide.step_dec));
            assert_eq!(Some(log.ticks.to_string()), text(&wide.ticks));
            assert_eq!(log.steps.to_string(), wide.steps.as_str());
            assert_eq!((log.price_int, log.size_int), (log.ticks, log.steps));
        }
    }
}
