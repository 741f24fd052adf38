//! What people read: error messages, codes, padding, `Debug`.

use hl_quant::{
    Decimal, Intent, MarketSpec, Millis, Notional, ParseError, Price, Reject, Round, Side,
    SignedSize, Size, SzDecimals, wide,
};

fn price(text: &str) -> Price {
    text.parse().unwrap()
}

#[test]
fn a_parse_error_says_what_is_wrong_and_where() {
    let message = |text: &str| text.parse::<Price>().unwrap_err().to_string();
    assert_eq!(message(""), "empty text is not a number");
    assert_eq!(message("1e5"), "unexpected 'e' at byte 1 of a decimal number");
    assert_eq!(message("1\n"), "unexpected '\\n' at byte 1 of a decimal number");
    assert_eq!(message("5."), "no digit after the decimal point");
    assert_eq!(message(&"1".repeat(200)), "200 bytes of text; a number has at most 128");
    assert_eq!(message("999999999999"), "number above 184467440737.09551615");
    assert_eq!(message("0.123456789"), "more than 8 decimals");
    assert_eq!(message("0.0"), "a price cannot be zero");
}

#[test]
fn a_rejection_has_a_code_and_names_the_limit() {
    let sol = MarketSpec::perp(SzDecimals::new(2).unwrap());
    let order = |px: &str, sz: &str| {
        let (px, sz) = (Decimal::parse(px).unwrap(), Decimal::parse(sz).unwrap());
        sol.quantize(Side::Bid, px, sz, Intent::Passive).unwrap_err()
    };
    for (reject, code, message) in [
        (order("0", "1"), "no_legal_price", "no legal price in the asked direction"),
        (order("164.89", "0.001"), "below_min_size", "size is below one lot (0.01)"),
        (
            order("164.89", "0.06"),
            "below_min_notional",
            "order is worth 9.8934, below the minimum of 10",
        ),
        (Reject::TooLarge, "too_large", "no legal value fits 64 bits"),
    ] {
        assert_eq!((reject.code(), reject.to_string().as_str()), (code, message));
    }
    assert_eq!(order("0.00001", "0"), Reject::NoLegalPrice, "the price is named first");
}

#[test]
fn numbers_are_padded_as_asked() {
    assert_eq!(format!("{:>8}|{:<8}|", price("1.5"), price("1.5")), "     1.5|1.5     |");
    assert_eq!(format!("{:>8}|", price("1.5") * Size::from_raw(300_000_000)), "     4.5|");
    assert_eq!(format!("{:>6}|", SignedSize::from_raw(-150_000_000)), "  -1.5|");
    assert_eq!(format!("{:+}", SignedSize::from_raw(150_000_000)), "+1.5");
    assert_eq!(format!("{:>4}|{:>4}|", Side::Bid, Side::Ask), " buy|sell|");
    assert_eq!(format!("{:>6}|", price("1.5").to_text()), "   1.5|");
    assert_eq!(Millis(1_700_000_000_123).to_string(), "1700000000123");
}

#[test]
fn notionals_are_written_in_full() {
    for (raw, text) in [
        (0, "0"),
        (1, "0.0000000000000001"),
        (10_u128.pow(15), "0.1"),
        (10_u128.pow(16), "1"),
        (10_u128.pow(17), "10"),
        (10_u128.pow(31), "1000000000000000"),
        (10_u128.pow(32), "10000000000000000"),
        (10_u128.pow(32) + 10_u128.pow(16) + 10, "10000000000000001.000000000000001"),
        (u128::MAX, "34028236692093846346337.4607431768211455"),
    ] {
        assert_eq!(Notional::from_raw(raw).to_string(), text);
    }
}

#[test]
fn debug_shows_the_number_and_not_its_representation() {
    let sol = MarketSpec::perp(SzDecimals::new(2).unwrap());
    let legal = sol.prices().snap(price("164.89"), Round::Down).unwrap();
    let size = sol.sizes().snap(Size::from_raw(13_000_000), Round::Down).unwrap();
    assert_eq!(format!("{:?}", price("1.5")), "Price(1.5)");
    assert_eq!(format!("{:?}", Size::from_raw(1)), "Size(0.00000001)");
    assert_eq!(format!("{:?}", SignedSize::from_raw(-1)), "SignedSize(-0.00000001)");
    assert_eq!(format!("{:?}", Notional::whole(10)), "Notional(10)");
    let tick = legal.tick().ordinal();
    assert_eq!(format!("{legal:?}"), format!("OrderPrice(164.89, tick {tick})"));
    assert_eq!(format!("{size:?}"), "OrderSize(0.13)");
    assert_eq!(format!("{:?} {:?}", legal.to_text(), size.to_text()), "\"164.89\" \"0.13\"");
    assert_eq!((legal.to_string(), size.to_string()), ("164.89".into(), "0.13".into()));
    assert_eq!((Price::from(legal), Size::from(size)), (legal.get(), size.get()));
    assert_eq!((legal.to_text().as_ref(), size.to_text().as_ref()), ("164.89", "0.13"));
}

#[test]
fn sums_and_differences_stop_at_the_ends() {
    let (one, max) = (Size::from_raw(1), Size::MAX);
    assert_eq!((one.checked_add(one), max.checked_add(one)), (Some(Size::from_raw(2)), None));
    assert_eq!(
        (max.checked_sub(one), one.checked_sub(max)),
        (Some(Size::from_raw(u64::MAX - 1)), None)
    );
    assert_eq!((one.saturating_add(one), max.saturating_add(one)), (Size::from_raw(2), max));
    assert_eq!(
        (max.saturating_sub(one).raw(), one.saturating_sub(max)),
        (u64::MAX - 1, Size::ZERO)
    );
    assert!(Size::ZERO.is_zero() && !one.is_zero());
    let (ten, most) = (Notional::whole(10), Notional::from_raw(u128::MAX));
    assert_eq!((ten.saturating_add(ten), most.saturating_add(ten)), (Notional::whole(20), most));
    assert_eq!(
        (ten.saturating_sub(ten), ten.saturating_sub(most)),
        (Notional::ZERO, Notional::ZERO)
    );
    assert_eq!(Notional::whole(10).saturating_sub(Notional::whole(3)).raw(), 7 * 10_u128.pow(16));
    assert_eq!(Notional::whole(u32::MAX).to_string(), "4294967295");
    assert_eq!((Millis(5).plus(3), Millis(u64::MAX).plus(1)), (Millis(8), Millis(u64::MAX)));
    assert_eq!((Millis(5).since(Millis(3)), Millis(3).since(Millis(5))), (2, 0));
}

#[test]
fn a_position_has_a_side_and_reads_back_with_its_sign() {
    for (raw, side, text) in [
        (0, None, "0"),
        (1, Some(Side::Bid), "0.00000001"),
        (-1, Some(Side::Ask), "-0.00000001"),
        (i64::MIN, Some(Side::Ask), "-92233720368.54775808"),
        (i64::MAX, Some(Side::Bid), "92233720368.54775807"),
    ] {
        let position = SignedSize::from_raw(raw);
        assert_eq!((position.side(), position.to_string().as_str()), (side, text));
        assert_eq!(text.parse(), Ok(position));
        assert_eq!(position.magnitude().raw(), raw.unsigned_abs());
    }
    assert_eq!("-0".parse(), Ok(SignedSize::ZERO));
    assert_eq!("92233720368.54775808".parse::<SignedSize>(), Err(ParseError::TooLarge));
    assert_eq!("-92233720368.54775809".parse::<SignedSize>(), Err(ParseError::TooLarge));
    assert_eq!("-".parse::<SignedSize>(), Err(ParseError::Empty));
    assert_eq!(Side::Bid.opposite(), Side::Ask);
    assert_eq!(Side::Ask.opposite(), Side::Bid);
}

#[test]
fn wide_text_is_read_and_padded_like_any_other() {
    let text = wide::size(SzDecimals::new(2).unwrap(), "1.509", Round::Down).unwrap();
    assert_eq!((text.as_str(), text.as_ref()), ("1.5", "1.5"));
    assert_eq!(format!("{text}|{text:>6}|{text:?}"), "1.5|   1.5|\"1.5\"");
}
