//! The common case of the two hottest frames, scanned by hand.
//!
//! The feed writes `l2Book` and `bbo` always in one way: these keys, in this order, without spaces.
//! Scanning for just that is several times faster than any general parser. Whatever deviates in a
//! single byte (another key, a space, an escape, more digits than fit) is left to the general parser,
//! which decides whether it is an error; so this one must only ever agree with it.

use hl_quant::{Millis, Price, Size};

use crate::info::Level;

/// Reads a book into the two vectors; gives its coin and time. `None` says nothing about the frame, and
/// leaves the vectors in any state.
pub(super) fn book<'a>(
    text: &'a str,
    bids: &mut Vec<Level>,
    asks: &mut Vec<Level>,
) -> Option<(&'a str, Millis)> {
    let text = text.strip_prefix("{\"channel\":\"l2Book\",\"data\":{\"coin\":\"")?;
    let (coin, time, rest) = coin_and_time(text)?;
    let rest = rest.strip_prefix(b",\"levels\":[[")?;
    let rest = levels(rest, bids)?.strip_prefix(b",[")?;
    match levels(rest, asks)? {
        b"]}}" | b"],\"fast\":true}}" => Some((coin, time)),
        _ => None,
    }
}

/// Reads the best bid and the best ask.
#[expect(clippy::type_complexity, reason = "the fields of a frame, in one place only")]
pub(super) fn touch(text: &str) -> Option<(&str, Millis, (Option<Level>, Option<Level>))> {
    let text = text.strip_prefix("{\"channel\":\"bbo\",\"data\":{\"coin\":\"")?;
    let (coin, time, rest) = coin_and_time(text)?;
    let rest = rest.strip_prefix(b",\"bbo\":[")?;
    let (bid, rest) = level_or_null(rest)?;
    let (ask, rest) = level_or_null(rest.strip_prefix(b",")?)?;
    (rest == b"]}}").then_some((coin, time, (bid, ask)))
}

/// `BTC","time":123`.
fn coin_and_time(text: &str) -> Option<(&str, Millis, &[u8])> {
    let (coin, rest) = text.split_once('"')?;
    // An escape means another coin than what is written; a control character is no JSON.
    if coin.bytes().any(|byte| byte == b'\\' || byte < b' ') {
        return None;
    }
    let (time, rest) = whole(rest.as_bytes().strip_prefix(b",\"time\":")?)?;
    Some((coin, Millis(time), rest))
}

/// Levels up to and including the closing bracket.
fn levels<'a>(text: &'a [u8], into: &mut Vec<Level>) -> Option<&'a [u8]> {
    into.clear();
    if let [b']', rest @ ..] = text {
        return Some(rest);
    }
    let mut text = text;
    loop {
        let (level, rest) = level(text)?;
        into.push(level);
        match rest {
            [b',', rest @ ..] => text = rest,
            [b']', rest @ ..] => return Some(rest),
            _ => return None,
        }
    }
}

fn level_or_null(text: &[u8]) -> Option<(Option<Level>, &[u8])> {
    match text.strip_prefix(b"null") {
        Some(rest) => Some((None, rest)),
        None => level(text).map(|(level, rest)| (Some(level), rest)),
    }
}

/// `{"px":"1.5","sz":"2","n":3}`.
fn level(text: &[u8]) -> Option<(Level, &[u8])> {
    let (px, rest) = decimal(text.strip_prefix(b"{\"px\":\"")?)?;
    let (sz, rest) = decimal(rest.strip_prefix(b",\"sz\":\"")?)?;
    let (n, rest) = whole(rest.strip_prefix(b",\"n\":")?)?;
    let rest = rest.strip_prefix(b"}")?;
    let px = Price::from_raw(px)?;
    Some((Level { px, sz: Size::from_raw(sz), n: u32::try_from(n).ok()? }, rest))
}

/// Digits that fit without overflow: eleven before the point, eight behind.
const BEFORE_POINT: u32 = 11;
const BEHIND_POINT: u32 = 8;

/// A decimal number at 10^-8 and its closing quote.
fn decimal(text: &[u8]) -> Option<(u64, &[u8])> {
    let (whole, count, rest) = digits(text, BEFORE_POINT);
    if count == 0 {
        return None;
    }
    match rest {
        [b'"', rest @ ..] => Some((whole * 100_000_000, rest)),
        [b'.', rest @ ..] => {
            let (fraction, count, rest) = digits(rest, BEHIND_POINT);
            let scale = match count {
                1 => 10_000_000,
                2 => 1_000_000,
                3 => 100_000,
                4 => 10_000,
                5 => 1_000,
                6 => 100,
                7 => 10,
                8 => 1,
                _ => return None,
            };
            let rest = rest.strip_prefix(b"\"")?;
            Some((whole * 100_000_000 + fraction * scale, rest))
        }
        _ => None,
    }
}

/// A whole number as JSON writes it: no leading zero.
fn whole(text: &[u8]) -> Option<(u64, &[u8])> {
    let (number, count, rest) = digits(text, 18);
    let leading_zero = count > 1 && text.first() == Some(&b'0');
    let ended = !matches!(rest, [b'0'..=b'9' | b'.' | b'e' | b'E', ..]);
    (count > 0 && !leading_zero && ended).then_some((number, rest))
}

/// Up to `most` digits, at most 18, so that the sum cannot overflow.
fn digits(text: &[u8], most: u32) -> (u64, u32, &[u8]) {
    let (mut number, mut count, mut rest) = (0u64, 0, text);
    while let [digit @ b'0'..=b'9', tail @ ..] = rest {
        if count == most {
            break;
        }
        number = number * 10 + u64::from(digit - b'0');
        count += 1;
        rest = tail;
    }
    (number, count, rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stream::{Bbo, Message, Scratch, frame};

    /// What the general parser makes of the same text.
    fn general<'a>(text: &'a str, scratch: &'a mut Scratch) -> Option<Message<'a>> {
        frame::general(text, scratch).ok()
    }

    /// Holds the scanner to its one promise: what it accepts, the general parser accepts with the same
    /// result. Says whether it accepted.
    fn agrees(text: &str) -> bool {
        let (mut bids, mut asks) = (Vec::new(), Vec::new());
        let mut scratch = Scratch::default();
        if let Some((coin, time)) = book(text, &mut bids, &mut asks) {
            let Some(Message::L2Book(slow)) = general(text, &mut scratch) else {
                panic!("accepted what is refused: {text}")
            };
            assert_eq!((slow.coin.as_ref(), slow.time), (coin, time), "{text}");
            assert_eq!((slow.bids, slow.asks), (&bids[..], &asks[..]), "{text}");
            return true;
        }
        if let Some((coin, time, bbo)) = touch(text) {
            let Some(Message::Bbo(slow)) = general(text, &mut scratch) else {
                panic!("accepted what is refused: {text}")
            };
            assert_eq!(slow, Bbo { coin: coin.into(), time, bbo }, "{text}");
            return true;
        }
        false
    }

    fn number() -> impl Strategy<Value = String> {
        prop_oneof![
            8 => (0u64..200_000, 1usize..=8).prop_map(|(n, w)| format!("{n}.{:0w$}", n % 10)),
            2 => "[0-9]{1,13}(\\.[0-9]{1,10})?",
            1 => "[-+0-9.eE]{0,6}",
        ]
    }

    fn a_level() -> impl Strategy<Value = String> {
        let n = prop_oneof![9 => "[1-9][0-9]{0,3}", 1 => "[0-9]{1,12}", 1 => "0[0-9]|1e3|1.0|-1"];
        (number(), number(), n)
            .prop_map(|(px, sz, n)| format!(r#"{{"px":"{px}","sz":"{sz}","n":{n}}}"#))
    }

    fn frame_text() -> impl Strategy<Value = String> {
        let coin = prop_oneof![8 => "[A-Za-z:@/0-9]{1,8}", 1 => ".{0,4}"];
        let side = || prop::collection::vec(a_level(), 0..4).prop_map(|levels| levels.join(","));
        let time = prop_oneof![8 => "1[0-9]{12}", 1 => "[0-9]{1,21}"];
        let tail = prop::sample::select(vec!["", "", ",\"fast\":true", ",\"spread\":\"1.0\""]);
        let books = (coin.clone(), time.clone(), side(), side(), tail).prop_map(
            |(coin, time, bids, asks, tail)| {
                format!(
                    r#"{{"channel":"l2Book","data":{{"coin":"{coin}","time":{time},"levels":[[{bids}],[{asks}]]{tail}}}}}"#
                )
            },
        );
        let end = || prop_oneof![3 => a_level(), 1 => Just("null".to_owned())];
        let touches = (coin, time, end(), end()).prop_map(|(coin, time, bid, ask)| {
            format!(
                r#"{{"channel":"bbo","data":{{"coin":"{coin}","time":{time},"bbo":[{bid},{ask}]}}}}"#
            )
        });
        prop_oneof![books, touches]
    }

    const PLAIN: &str = r#"{"channel":"l2Book","data":{"coin":"BTC","time":1785251521889,"levels":[[{"px":"63460.0","sz":"0.02666","n":2},{"px":"63457","sz":"0.00028","n":1}],[{"px":"63488.0","sz":"0.01246","n":2}]],"fast":true}}"#;

    #[test]
    fn the_frames_of_the_feed_take_the_fast_path() {
        assert!(agrees(PLAIN));
        assert!(agrees(&PLAIN.replace(",\"fast\":true", "")));
        assert!(agrees(
            r#"{"channel":"bbo","data":{"coin":"SOL","time":1,"bbo":[{"px":"128.5","sz":"36.93","n":2},null]}}"#
        ));
    }

    #[test]
    fn every_deviation_is_left_to_the_general_parser() {
        for (from, to) in [
            ("\"coin\":", " \"coin\":"),
            ("BTC", "B\\u0054C"),
            ("BTC", "B\u{1}C"),
            ("1785251521889", "01"),
            ("1785251521889", "1.0"),
            ("1785251521889", "9999999999999999999"),
            ("63460.0", "063460.000000000"),
            ("63460.0", "0"),
            ("63460.0", "63460."),
            ("63460.0", ".5"),
            ("63460.0", "1e5"),
            ("63460.0", "999999999999"),
            ("\"n\":2", "\"n\":4294967296"),
            ("\"n\":2", "\"n\":2,\"x\":1"),
            ("},{", "}, {"),
            ("]]", "],[]]"),
            ("true}}", "true}} "),
            ("true}}", "true}}x"),
        ] {
            let text = PLAIN.replace(from, to);
            assert_ne!(text, PLAIN);
            assert!(!agrees(&text), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn the_scanner_agrees_with_the_general_parser(text in frame_text()) {
            agrees(&text);
        }

        #[test]
        fn also_on_frames_with_a_few_bytes_changed(
            changes in prop::collection::vec((0..PLAIN.len(), any::<u8>()), 1..3),
            cut in prop::option::of(0..PLAIN.len()),
        ) {
            let mut bytes = PLAIN.as_bytes().to_vec();
            for (at, byte) in changes {
                bytes[at] = byte;
            }
            bytes.truncate(cut.unwrap_or(PLAIN.len()));
            if let Ok(text) = std::str::from_utf8(&bytes) {
                agrees(text);
            }
        }
    }
}
