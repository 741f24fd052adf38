//! The venue's rule on decimal text, sharing no code and no representation with the crate.
//!
//! Everything here is done on strings of digits: a legal number is recognised by counting its
//! characters, rounding down is cutting the string, and a step up is adding one to its last
//! character by hand. There is no integer at 10^-8, no table of decades and no upper bound.

use std::cmp::Ordering;

/// Whether `text` is a plain decimal: digits, then optionally a point and digits.
pub(crate) fn is_number(text: &[u8]) -> bool {
    let mut parts = text.split(|byte| *byte == b'.');
    let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    parts.next().is_some_and(digits) && parts.next().is_none_or(digits) && parts.next().is_none()
}

/// The digits before the point without leading zeros, and those behind it without trailing ones.
fn parts(text: &str) -> (&str, &str) {
    let (int, fraction) = text.split_once('.').unwrap_or((text, ""));
    (int.trim_start_matches('0'), fraction.trim_end_matches('0'))
}

/// The text as the venue writes it: no leading zero but one before the point, no trailing zero.
pub(crate) fn canonical(text: &str) -> String {
    let (int, fraction) = parts(text);
    let int = if int.is_empty() { "0" } else { int };
    if fraction.is_empty() { int.to_owned() } else { format!("{int}.{fraction}") }
}

pub(crate) fn is_zero(text: &str) -> bool {
    parts(text) == ("", "")
}

/// Integer, or at most five significant figures and `max_decimals` decimals; not zero.
pub(crate) fn is_legal_price(text: &str, max_decimals: usize) -> bool {
    let (int, fraction) = parts(text);
    if fraction.is_empty() {
        return !int.is_empty();
    }
    let figures = if int.is_empty() {
        fraction.trim_start_matches('0').len()
    } else {
        int.len() + fraction.len()
    };
    figures <= 5 && fraction.len() <= max_decimals
}

/// At most `decimals` decimals; not zero.
pub(crate) fn is_legal_size(text: &str, decimals: usize) -> bool {
    !is_zero(text) && parts(text).1.len() <= decimals
}

/// How many decimals a price of this magnitude may have.
pub(crate) fn price_decimals(text: &str, max_decimals: usize) -> usize {
    let (int, fraction) = parts(text);
    let by_figures = if !int.is_empty() {
        5_usize.saturating_sub(int.len())
    } else if fraction.is_empty() {
        max_decimals
    } else {
        let zeros = fraction.len() - fraction.trim_start_matches('0').len();
        zeros + 5
    };
    by_figures.min(max_decimals)
}

/// Rounds down by cutting the text behind this many decimals.
pub(crate) fn floor(text: &str, decimals: usize) -> String {
    let (int, fraction) = parts(text);
    canonical(&format!("{int}.{}", &fraction[..fraction.len().min(decimals)]))
}

/// Rounds up: adds one to the last kept digit if a digit other than zero was cut.
pub(crate) fn ceil(text: &str, decimals: usize) -> String {
    let floor = floor(text, decimals);
    if parts(text).1.len() > decimals { step_up(&floor, decimals) } else { floor }
}

/// Rounds to the closest; the first digit that is cut decides, and a tie goes up.
pub(crate) fn nearest(text: &str, decimals: usize) -> String {
    match parts(text).1.as_bytes().get(decimals) {
        Some(b'5'..=b'9') => step_up(&floor(text, decimals), decimals),
        _ => floor(text, decimals),
    }
}

pub(crate) fn price_floor(text: &str, max_decimals: usize) -> Option<String> {
    let floor = floor(text, price_decimals(text, max_decimals));
    (!is_zero(&floor)).then_some(floor)
}

pub(crate) fn price_ceil(text: &str, max_decimals: usize) -> Option<String> {
    let ceil = ceil(text, price_decimals(text, max_decimals));
    (!is_zero(&ceil)).then_some(ceil)
}

/// Below the smallest legal price, that price.
pub(crate) fn price_nearest(text: &str, max_decimals: usize) -> Option<String> {
    let nearest = nearest(text, price_decimals(text, max_decimals));
    if is_zero(&nearest) { price_ceil(text, max_decimals) } else { Some(nearest) }
}

/// The legal price after a legal one.
pub(crate) fn price_above(text: &str, max_decimals: usize) -> String {
    step_up(text, price_decimals(text, max_decimals))
}

/// The legal price before a legal one: below a power of ten the digits of the lower decade apply.
pub(crate) fn price_below(text: &str, max_decimals: usize) -> Option<String> {
    let (int, fraction) = parts(text);
    let is_power = format!("{int}{fraction}").trim_matches('0') == "1";
    let decimals = match int.len() {
        _ if !is_power => price_decimals(text, max_decimals),
        0 => price_decimals(&format!("0.0{fraction}"), max_decimals),
        1 => price_decimals("0.1", max_decimals),
        len => price_decimals(&int[..len - 1], max_decimals),
    };
    let below = step_down(text, decimals);
    (!is_zero(&below)).then_some(below)
}

/// The number with `decimals` decimals, all its digits in one string.
fn digits(text: &str, decimals: usize) -> Vec<u8> {
    let (int, fraction) = parts(text);
    assert!(fraction.len() <= decimals, "{text} has more than {decimals} decimals");
    format!("0{int}{fraction:0<decimals$}").into_bytes()
}

fn with_point(digits: Vec<u8>, decimals: usize) -> String {
    let mut text = String::from_utf8(digits).unwrap();
    text.insert(text.len() - decimals, '.');
    canonical(&text)
}

/// Adds one to the last of `decimals` decimals.
fn step_up(text: &str, decimals: usize) -> String {
    let mut digits = digits(text, decimals);
    for digit in digits.iter_mut().rev() {
        if *digit == b'9' {
            *digit = b'0';
        } else {
            *digit += 1;
            break;
        }
    }
    with_point(digits, decimals)
}

/// Takes one from the last of `decimals` decimals of a number that is not zero.
fn step_down(text: &str, decimals: usize) -> String {
    let mut digits = digits(text, decimals);
    for digit in digits.iter_mut().rev() {
        if *digit == b'0' {
            *digit = b'9';
        } else {
            *digit -= 1;
            break;
        }
    }
    with_point(digits, decimals)
}

/// Which of two numbers is larger.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    let ((int_a, fraction_a), (int_b, fraction_b)) = (parts(a), parts(b));
    let by_length = int_a.len().cmp(&int_b.len());
    by_length.then_with(|| int_a.cmp(int_b)).then_with(|| fraction_a.cmp(fraction_b))
}

/// The exact product, by long multiplication.
pub(crate) fn product(a: &str, b: &str) -> String {
    let decimals = parts(a).1.len() + parts(b).1.len();
    let (a, b) = (digits(a, parts(a).1.len()), digits(b, parts(b).1.len()));
    let mut sum = vec![0_u32; a.len() + b.len()];
    for (i, x) in a.iter().rev().enumerate() {
        for (j, y) in b.iter().rev().enumerate() {
            sum[i + j] += u32::from(x - b'0') * u32::from(y - b'0');
        }
    }
    let mut carry = 0;
    for place in &mut sum {
        carry += *place;
        *place = carry % 10;
        carry /= 10;
    }
    let text = sum.iter().rev().map(|digit| char::from_digit(*digit, 10).unwrap()).collect();
    with_point(String::into_bytes(text), decimals)
}

/// The number in units of its last decimal, for a number of at most `decimals` decimals.
pub(crate) fn in_units(text: &str, decimals: usize) -> String {
    canonical(&String::from_utf8(digits(text, decimals)).unwrap())
}

#[test]
fn the_oracle_agrees_with_the_examples_of_the_exchange() {
    // Hyperliquid docs, "Tick and lot size".
    for (text, max_decimals, legal) in [
        ("1234.5", 6, true),
        ("1234.56", 6, false),
        ("0.001234", 6, true),
        ("0.0012345", 6, false),
        ("0.01234", 5, true),
        ("0.012345", 5, false),
        ("0.0001234", 8, true),
        ("0.0001234", 7, true),
        ("0.0001234", 6, false),
        ("123456", 6, true),
        ("123456.0", 6, true),
        ("12345.6", 6, false),
        ("0", 6, false),
        ("0.000", 6, false),
    ] {
        assert_eq!(is_legal_price(text, max_decimals), legal, "{text} with {max_decimals}");
    }
    assert!(is_legal_size("1.001", 3) && !is_legal_size("1.0001", 3) && !is_legal_size("0.0", 3));
}

#[test]
fn the_oracle_steps_across_powers_of_ten() {
    for (below, text, above) in [
        ("9999.9", "10000", "10001"),
        ("99999", "100000", "100001"),
        ("99.999", "100", "100.01"),
        ("9.9999", "10", "10.001"),
        ("0.99999", "1", "1.0001"),
        ("0.099999", "0.1", "0.10001"),
        ("0.009999", "0.01", "0.010001"),
        ("12.344", "12.345", "12.346"),
    ] {
        assert_eq!(price_above(text, 6), above);
        assert_eq!(price_above(below, 6), text);
        assert_eq!(price_below(text, 6).as_deref(), Some(below));
        assert_eq!(price_below(above, 6).as_deref(), Some(text));
    }
    assert_eq!(price_below("0.000001", 6), None);
    assert_eq!(price_below("1", 0), None);
    assert_eq!(product("1.5", "0.04"), "0.06");
    assert_eq!(product("164.89", "0.1"), "16.489");
    assert_eq!(compare("10", "9.99"), Ordering::Greater);
    assert_eq!(compare("0.1", "0.09"), Ordering::Greater);
    assert_eq!(compare("1.0", "1"), Ordering::Equal);
    assert_eq!(in_units("164.89", 2), "16489");
}
