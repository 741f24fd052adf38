//! ISO 8601 back to a moment.

use hl_quant::Millis;

/// Reads `2025-11-04T10:41:07.123Z`: UTC, with or without the fraction. Anything else, and any day
/// that is in no calendar, is `None`.
#[must_use]
pub fn parse_iso(text: &str) -> Option<Millis> {
    let text = text.strip_suffix('Z')?;
    let (date, clock) = text.split_once('T')?;
    let [year, month, day] = three(date, '-', [4, 2, 2])?;
    let (clock, ms) = match clock.split_once('.') {
        Some((clock, ms)) => (clock, digits(ms, 3)?),
        None => (clock, 0),
    };
    let [hour, minute, second] = three(clock, ':', [2, 2, 2])?;
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let length = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if year < 1970 || !(1..=length).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": years begin in March.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (y / 400, y % 400);
    let of_year = (153 * m + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some(Millis((((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000 + ms))
}

/// Exactly `n` decimal digits.
fn digits(text: &str, n: usize) -> Option<u64> {
    let whole = text.len() == n && text.bytes().all(|byte| byte.is_ascii_digit());
    whole.then(|| text.parse().ok())?
}

fn three(text: &str, separator: char, lengths: [usize; 3]) -> Option<[u64; 3]> {
    let mut parts = text.split(separator);
    let [a, b, c] = lengths;
    let found = [digits(parts.next()?, a)?, digits(parts.next()?, b)?, digits(parts.next()?, c)?];
    parts.next().is_none().then_some(found)
}
