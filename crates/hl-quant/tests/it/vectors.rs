//! 2,400 recorded cases with the legal neighbours of each price and size, which two exact formulas
//! agree on, and twelve strings that are no number. 155 of the cases leave the range of a `u64` at
//! 10^-8: there the order types must say so, and `wide` must still have the answer.

use hl_quant::{
    Decimal, Intent, MarketKind, MarketSpec, OrderPrice, ParseError, Price, Reject, Round, Side,
    Size, SzDecimals, wide,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    reject_price_strings: Vec<String>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    price_str: String,
    size_str: String,
    #[serde(rename = "szDecimals")]
    sz_decimals: u8,
    kind: String,
    side: String,
    max_price_decimals: u32,
    price_is_valid: bool,
    price_floor: Option<String>,
    price_ceil: Option<String>,
    price_nearest: Option<String>,
    price_nearest_is_tie: bool,
    price_passive: Option<String>,
    price_aggressive: Option<String>,
    size_is_valid: bool,
    size_floor: String,
    size_ceil: String,
    size_nearest: String,
    size_nearest_is_tie: bool,
    size_floor_is_zero: bool,
    notional_passive: Option<String>,
    meets_min_notional_10: Option<bool>,
    min_size_for_10_at_passive: Option<String>,
}

impl Case {
    fn kind(&self) -> MarketKind {
        match self.kind.as_str() {
            "perp" => MarketKind::Perp,
            "spot" => MarketKind::Spot,
            other => panic!("unknown kind {other}"),
        }
    }

    fn side(&self) -> Side {
        match self.side.as_str() {
            "buy" => Side::Bid,
            "sell" => Side::Ask,
            other => panic!("unknown side {other}"),
        }
    }

    fn decimals(&self) -> SzDecimals {
        SzDecimals::new(self.sz_decimals).unwrap()
    }

    fn spec(&self) -> MarketSpec {
        MarketSpec::of(self.kind(), self.decimals())
    }

    /// Whether every number of the case fits the order types.
    fn fits(&self) -> bool {
        let mut parsed = [&self.price_str, &self.size_str].map(|text| Decimal::parse(text));
        match parsed.iter_mut().find_map(|number| number.err()) {
            None => true,
            Some(ParseError::TooLarge) => false,
            Some(other) => panic!("{} x {}: {other}", self.price_str, self.size_str),
        }
    }

    fn names(&self) -> String {
        format!("{} {} {} x {}", self.kind, self.sz_decimals, self.price_str, self.size_str)
    }
}

fn vectors() -> Vectors {
    let vectors: Vectors =
        serde_json::from_str(include_str!("../data/quant_vectors.json")).unwrap();
    assert_eq!((vectors.cases.len(), vectors.reject_price_strings.len()), (2_400, 12));
    vectors
}

fn text(price: Result<OrderPrice, Reject>) -> Option<String> {
    price.ok().map(|price| price.to_text().as_str().to_owned())
}

#[test]
fn l10_every_vector_that_fits_the_order_types_agrees() {
    let cases = vectors().cases;
    let mut checked = 0;
    for case in cases.iter().filter(|case| case.fits()) {
        check_price(case);
        check_size(case);
        check_order(case);
        checked += 1;
    }
    assert_eq!(checked, 2_400 - 155);
}

fn check_price(case: &Case) {
    let name = case.names();
    let spec = case.spec();
    let grid = spec.prices();
    let value = Decimal::parse(&case.price_str).unwrap();
    let snap = |round| text(grid.snap(value, round));
    assert_eq!(case.kind().max_price_decimals(case.decimals()), case.max_price_decimals, "{name}");
    assert_eq!(snap(Round::Down), case.price_floor, "floor of {name}");
    assert_eq!(snap(Round::Up), case.price_ceil, "ceil of {name}");
    assert_eq!(snap(Round::Nearest), case.price_nearest, "nearest of {name}");
    let intent = |intent: Intent| snap(intent.round(case.side()));
    assert_eq!(intent(Intent::Passive), case.price_passive, "passive of {name}");
    assert_eq!(intent(Intent::Aggressive), case.price_aggressive, "aggressive of {name}");
    let valid = case.price_str.parse::<Price>().is_ok_and(|price| grid.check(price).is_ok());
    assert_eq!(valid, case.price_is_valid, "validity of {name}");
    if case.price_nearest_is_tie {
        assert_eq!(snap(Round::Nearest), snap(Round::Up), "tie of {name}");
        assert_ne!(snap(Round::Nearest), snap(Round::Down), "tie of {name}");
    }
}

fn check_size(case: &Case) {
    let name = case.names();
    let spec = case.spec();
    let sizes = spec.sizes();
    let value = Decimal::parse(&case.size_str).unwrap();
    let snap = |round| match sizes.snap(value, round) {
        Ok(size) => size.to_text().as_str().to_owned(),
        Err(Reject::BelowMinSize { lot }) => {
            assert_eq!(lot, sizes.lot());
            "0".to_owned()
        }
        Err(other) => panic!("{name}: {other}"),
    };
    assert_eq!(snap(Round::Down), case.size_floor, "size floor of {name}");
    assert_eq!(snap(Round::Up), case.size_ceil, "size ceil of {name}");
    assert_eq!(snap(Round::Nearest), case.size_nearest, "size nearest of {name}");
    assert_eq!(snap(Round::Down) == "0", case.size_floor_is_zero, "zero size of {name}");
    let valid = case.size_str.parse::<Size>().is_ok_and(|size| sizes.check(size).is_ok());
    assert_eq!(valid, case.size_is_valid, "size validity of {name}");
    if case.size_nearest_is_tie {
        assert_eq!(snap(Round::Nearest), snap(Round::Up), "size tie of {name}");
        assert_ne!(snap(Round::Nearest), snap(Round::Down), "size tie of {name}");
    }
}

fn check_order(case: &Case) {
    let name = case.names();
    let spec = case.spec();
    let price = Decimal::parse(&case.price_str).unwrap();
    let size = Decimal::parse(&case.size_str).unwrap();
    let order = spec.quantize(case.side(), price, size, Intent::Passive);
    match (&order, &case.price_passive) {
        (Err(Reject::NoLegalPrice), None) => assert_eq!(case.notional_passive, None, "{name}"),
        (Err(Reject::BelowMinSize { .. }), Some(_)) => {
            assert!(case.size_floor_is_zero, "{name}");
            assert_eq!(case.notional_passive.as_deref(), Some("0"), "{name}");
        }
        (Err(Reject::BelowMinNotional { notional, min }), Some(_)) => {
            assert_eq!(case.meets_min_notional_10, Some(false), "{name}");
            assert_eq!(Some(notional.to_string()), case.notional_passive, "{name}");
            assert_eq!(min.to_string(), "10");
        }
        (Ok(order), Some(price)) => {
            assert_eq!(case.meets_min_notional_10, Some(true), "{name}");
            assert_eq!(Some(order.notional.to_string()), case.notional_passive, "{name}");
            let (px, sz) = order.wire();
            assert_eq!((px.as_str(), sz.as_str()), (price.as_str(), case.size_floor.as_str()));
        }
        other => panic!("{name}: {other:?}"),
    }
    if let Some(expected) = &case.min_size_for_10_at_passive {
        let price = spec.prices().snap(price, Intent::Passive.round(case.side())).unwrap();
        assert_eq!(&spec.min_size_at(price).unwrap().to_string(), expected, "least of {name}");
    }
}

#[test]
fn the_155_cases_above_64_bits_are_named_as_too_large() {
    let cases = vectors().cases;
    let mut checked = 0;
    for case in cases.iter().filter(|case| !case.fits()) {
        checked += 1;
        let price = case.price_str.parse::<Price>();
        let size = case.size_str.parse::<Size>();
        let too_large = [price.err(), size.err()].contains(&Some(ParseError::TooLarge));
        assert!(too_large, "{}", case.names());
    }
    assert_eq!(checked, 155);
}

#[test]
fn l10_the_wide_path_agrees_with_every_vector() {
    for case in &vectors().cases {
        let name = case.names();
        let price = |round| {
            let price = wide::price(case.kind(), case.decimals(), &case.price_str, round);
            price.unwrap().map(|text| text.as_str().to_owned())
        };
        assert_eq!(price(Round::Down), case.price_floor, "floor of {name}");
        assert_eq!(price(Round::Up), case.price_ceil, "ceil of {name}");
        assert_eq!(price(Round::Nearest), case.price_nearest, "nearest of {name}");
        let valid = price(Round::Down).is_some() && price(Round::Down) == price(Round::Up);
        assert_eq!(valid, case.price_is_valid, "validity of {name}");

        let size =
            |round| wide::size(case.decimals(), &case.size_str, round).unwrap().as_str().to_owned();
        assert_eq!(size(Round::Down), case.size_floor, "size floor of {name}");
        assert_eq!(size(Round::Up), case.size_ceil, "size ceil of {name}");
        assert_eq!(size(Round::Nearest), case.size_nearest, "size nearest of {name}");
        let valid = size(Round::Down) != "0" && size(Round::Down) == size(Round::Up);
        assert_eq!(valid, case.size_is_valid, "size validity of {name}");

        for (intent, expected) in
            [(Intent::Passive, &case.price_passive), (Intent::Aggressive, &case.price_aggressive)]
        {
            let out = quantize(case, intent);
            assert_eq!(out.px.as_ref().map(wide::WideText::as_str), expected.as_deref(), "{name}");
            let sz = out.sz.as_ref().map_or("0", wide::WideText::as_str);
            assert_eq!(sz, case.size_floor, "size of {name}");
            assert_eq!(out.sz.is_none(), case.size_floor_is_zero, "zero size of {name}");
            assert_eq!(out.step_dec, u32::from(case.sz_decimals), "{name}");
        }
        let passive = quantize(case, Intent::Passive);
        let notional = passive.notional.as_ref().map(wide::WideText::as_str);
        assert_eq!(notional, case.notional_passive.as_deref(), "notional of {name}");
        let reject = match (case.meets_min_notional_10, case.size_floor_is_zero) {
            (None, _) => Some("no_legal_price"),
            (Some(_), true) => Some("below_min_size"),
            (Some(false), false) => Some("below_min_notional"),
            (Some(true), false) => None,
        };
        assert_eq!(passive.reject, reject, "reject of {name}");
        check_wide_min_size(case);
    }
}

fn quantize(case: &Case, intent: Intent) -> wide::WideQuantized {
    let (kind, decimals, side) = (case.kind(), case.decimals(), case.side());
    wide::quantize(kind, decimals, side, intent, &case.price_str, &case.size_str).unwrap()
}

/// The least size that is worth 10 is found by the integer path where the price fits. A price that
/// does not is above 1.8 x 10^11, so that even one lot of 10^-8 is worth over 1,800.
fn check_wide_min_size(case: &Case) {
    let Some(expected) = &case.min_size_for_10_at_passive else { return };
    let at_least = |size: &str| {
        let out = wide::quantize(
            case.kind(),
            case.decimals(),
            case.side(),
            Intent::Passive,
            &case.price_str,
            size,
        );
        out.unwrap().reject
    };
    assert_eq!(at_least(expected), None, "{} at the least size", case.names());
    let lot = case.spec().sizes().lot().raw();
    let least: Size = expected.parse().unwrap();
    let smaller = Size::from_raw(least.raw() - lot);
    assert!(at_least(smaller.to_text().as_str()).is_some(), "{} one lot less", case.names());
}

#[test]
fn the_rejected_strings_are_rejected_by_every_reader() {
    let decimals = SzDecimals::new(2).unwrap();
    for text in vectors().reject_price_strings {
        assert!(text.parse::<Price>().is_err(), "{text:?} as a price");
        assert!(text.parse::<Size>().is_err(), "{text:?} as a size");
        let error = Decimal::parse(&text).unwrap_err();
        for (px, sz) in [(text.as_str(), "1"), ("1", text.as_str())] {
            let (side, intent) = (Side::Bid, Intent::Passive);
            let out = wide::quantize(MarketKind::Perp, decimals, side, intent, px, sz);
            assert_eq!(out, Err(error), "{text:?}");
        }
    }
}
