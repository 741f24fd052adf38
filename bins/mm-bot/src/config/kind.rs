//! What a value may be: its shape and its range, checked before anything uses it.

use std::net::SocketAddr;

use hl_client::Feed;
use hl_quant::Decimal;

/// One whole unit of a [`Fixed`].
pub(crate) const UNIT: u64 = 100_000_000;

/// A non-negative decimal at 10^-8: dollars, basis points, percent.
pub(crate) type Fixed = u64;

/// The shape and the range of a key's value. Bounds are inclusive and in whole units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A decimal with at most eight fractional digits.
    Decimal { min: u64, max: u64 },
    /// Basis points from 0 with at most two decimals, the resolution of the quoting core.
    Bps { max: u64 },
    /// Those, separated by commas, at least one.
    BpsList { max: u64 },
    /// A whole number.
    Integer { min: u64, max: u64 },
    /// `true` or `false`.
    Flag,
    /// `true`; `false` is a known word that this bot refuses, with the reason.
    MustBeTrue { why: &'static str },
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Coin names, at least one, none twice.
    Coins,
    /// Coin names, none twice, or nothing.
    CoinsOrNone,
    /// A decimal that may be negative, no further from 0 than this.
    Signed { max: u64 },
    /// Decimals separated by commas, at least one.
    Decimals { min: u64, max: u64 },
    /// `0x` and 40 hexadecimal digits, or nothing.
    Address,
    /// A path, or nothing.
    Path,
    /// A chat of Telegram: its number, which may be negative, or the name of a channel; or nothing.
    Chat,
    /// `http://` or `https://`, a host, no path; or nothing.
    Url,
    /// An IP address and a port to listen at, or nothing.
    Listen,
    /// An address with a path, `https` or on loopback `http`; or nothing.
    FeedUrl,
    /// Some of these words, separated by commas, none twice; or none.
    Some(&'static [&'static str]),
}

/// No list of coins or layers is longer than this.
const LIST_MAX: usize = 64;

impl Kind {
    /// Says what is wrong with `text`, in words that name the range; `Ok` when nothing is.
    pub(crate) fn check(self, text: &str) -> Result<(), String> {
        match self {
            Self::Decimal { min, max } => decimal_within(text, min, max).map(drop),
            Self::Bps { max } => bps(text, max).map(drop),
            Self::BpsList { max } => list(text, |item| bps(item, max)).map(drop),
            Self::Integer { min, max } => integer_within(text, min, max).map(drop),
            Self::Flag if text == "true" || text == "false" => Ok(()),
            Self::Flag => Err("must be true or false".to_owned()),
            Self::MustBeTrue { why } => match text {
                "true" => Ok(()),
                "false" => Err(why.to_owned()),
                _ => Err("must be true".to_owned()),
            },
            Self::Choice(words) if words.contains(&text) => Ok(()),
            Self::Choice(words) => Err(format!("must be one of {}", words.join(", "))),
            Self::Coins => coins(text).map(drop),
            Self::CoinsOrNone => coins_or_none(text).map(drop),
            Self::Signed { max } => signed_within(text, max).map(drop),
            Self::Decimals { min, max } => {
                list(text, |item| decimal_within(item, min, max)).map(drop)
            }
            Self::Address if text.is_empty() || is_address(text) => Ok(()),
            Self::Address => Err("must be 0x and 40 hexadecimal digits".to_owned()),
            Self::Path => Ok(()),
            Self::Chat => check_chat(text),
            Self::Url => check_url(text),
            Self::Listen => listen(text).map(drop),
            Self::FeedUrl if text.is_empty() => Ok(()),
            // What would not be asked at the start is refused here.
            Self::FeedUrl => Feed::new(text, 0).map(drop).map_err(|e| e.to_string()),
            Self::Some(words) => some_of(text, words).map(drop),
        }
    }

    /// How the value is written in TOML.
    pub(crate) fn toml(self, text: &str) -> String {
        match self {
            Self::Decimal { .. }
            | Self::Bps { .. }
            | Self::Integer { .. }
            | Self::Signed { .. }
            | Self::Flag
            | Self::MustBeTrue { .. } => text.to_owned(),
            Self::CoinsOrNone if text.is_empty() => "[]".to_owned(),
            Self::Decimals { .. } | Self::BpsList { .. } => {
                format!("[{}]", text.replace(',', ", "))
            }
            Self::Coins | Self::CoinsOrNone => {
                let quoted: Vec<String> = text.split(',').map(|c| format!("{c:?}")).collect();
                format!("[{}]", quoted.join(", "))
            }
            Self::Choice(_)
            | Self::Address
            | Self::Path
            | Self::Chat
            | Self::Url
            | Self::Listen
            | Self::FeedUrl
            | Self::Some(_) => format!("{text:?}"),
        }
    }

    /// The allowed values in words, for the comment beside the key.
    pub(crate) fn range(self) -> String {
        match self {
            Self::Decimal { min, max }
            | Self::Integer { min, max }
            | Self::Decimals { min, max } => format!("{min} to {max}"),
            Self::Bps { max } | Self::BpsList { max } => format!("0 to {max}"),
            Self::Flag => "true or false".to_owned(),
            Self::MustBeTrue { .. } => "true".to_owned(),
            Self::Choice(words) => words.join(", "),
            Self::Coins | Self::CoinsOrNone => "coin names".to_owned(),
            Self::Signed { max } => format!("-{max} to {max}"),
            Self::Address => "0x and 40 hexadecimal digits".to_owned(),
            Self::Path => "a path".to_owned(),
            Self::Chat => "a number, or @name".to_owned(),
            Self::Url => "http(s)://host[:port]".to_owned(),
            Self::Listen => "address:port, such as 127.0.0.1:9464".to_owned(),
            Self::FeedUrl => "https://host[:port][/path]".to_owned(),
            Self::Some(words) => format!("any of {}", words.join(", ")),
        }
    }
}

/// A decimal at 10^-8 between `min` and `max` whole units.
pub(crate) fn decimal_within(text: &str, min: u64, max: u64) -> Result<Fixed, String> {
    let range = || format!("must be a plain decimal from {min} to {max}");
    let parsed = Decimal::parse(text).map_err(|e| format!("{e}; {}", range()))?;
    let raw = parsed.exact().ok_or_else(|| format!("more than 8 decimals; {}", range()))?;
    if raw < min.saturating_mul(UNIT) || raw > max.saturating_mul(UNIT) {
        return Err(format!("out of range; {}", range()));
    }
    Ok(raw)
}

/// A whole number between `min` and `max`.
pub(crate) fn integer_within(text: &str, min: u64, max: u64) -> Result<u64, String> {
    let range = || format!("must be a whole number from {min} to {max}");
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(range());
    }
    match text.parse() {
        Ok(n) if (min..=max).contains(&n) => Ok(n),
        _ => Err(format!("out of range; {}", range())),
    }
}

/// A decimal at 10^-8 between `-max` and `max` whole units.
pub(crate) fn signed_within(text: &str, max: u64) -> Result<i64, String> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let size = decimal_within(digits, 0, max)
        .map_err(|_| format!("must be a plain decimal from -{max} to {max}"))?;
    let size = i64::try_from(size).map_err(|_| "out of range".to_owned())?;
    Ok(if negative { size.saturating_neg() } else { size })
}

/// Coin names in the order given, or none.
pub(crate) fn coins_or_none(text: &str) -> Result<Vec<String>, String> {
    if text.is_empty() { Ok(Vec::new()) } else { coins(text) }
}

/// Coin names in the order given.
pub(crate) fn coins(text: &str) -> Result<Vec<String>, String> {
    let mut coins: Vec<String> = Vec::new();
    for coin in text.split(',') {
        if coin.is_empty() || !coin.bytes().all(is_coin_byte) {
            return Err(format!("{coin:?} is not a coin name; write them as BTC,ETH,SOL"));
        }
        if coins.iter().any(|c| c == coin) {
            return Err(format!("{coin} is listed twice"));
        }
        coins.push(coin.to_owned());
    }
    if coins.len() > LIST_MAX {
        return Err(format!("more than {LIST_MAX} coins"));
    }
    Ok(coins)
}

fn is_coin_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b':' | b'-' | b'/' | b'@')
}

/// The items of a comma-separated list, each read by `item`.
pub(crate) fn list<T>(
    text: &str,
    item: impl Fn(&str) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    let items: Vec<T> = text
        .split(',')
        .map(|part| item(part).map_err(|e| format!("{part:?}: {e}")))
        .collect::<Result<_, _>>()?;
    if items.len() > LIST_MAX {
        return Err(format!("more than {LIST_MAX} values"));
    }
    Ok(items)
}

/// Basis points up to `max`, with at most two decimals.
pub(crate) fn bps(text: &str, max: u64) -> Result<Fixed, String> {
    let raw = decimal_within(text, 0, max)?;
    if raw.is_multiple_of(UNIT / 100) {
        Ok(raw)
    } else {
        Err("more than 2 decimals of a basis point".to_owned())
    }
}

fn is_address(text: &str) -> bool {
    text.strip_prefix("0x")
        .is_some_and(|hex| hex.len() == 40 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn check_url(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Ok(());
    }
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && host.bytes().all(is_host_byte) => Ok(()),
        _ => Err("must be http://host[:port] or https://host[:port], without a path".to_owned()),
    }
}

/// Where to listen; `None` for nowhere.
pub(crate) fn listen(text: &str) -> Result<Option<SocketAddr>, String> {
    let why = || "must be an IP address and a port, such as 127.0.0.1:9464, or empty".to_owned();
    (!text.is_empty()).then(|| text.parse().map_err(|_| why())).transpose()
}

/// Some of `words`, in the order given.
pub(crate) fn some_of(text: &str, words: &[&str]) -> Result<Vec<String>, String> {
    let mut chosen: Vec<String> = Vec::new();
    for word in text.split(',').filter(|_| !text.is_empty()) {
        if !words.contains(&word) || chosen.iter().any(|known| known == word) {
            return Err(format!("must be any of {}, each once", words.join(", ")));
        }
        chosen.push(word.to_owned());
    }
    Ok(chosen)
}

fn check_chat(text: &str) -> Result<(), String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let name = text.strip_prefix('@').is_some_and(|name| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    });
    if text.is_empty() || number || name {
        return Ok(());
    }
    Err("must be the number of a chat, or @name of a channel".to_owned())
}

fn is_host_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_outside_their_range_or_not_plain_are_refused_with_the_range() {
        let kind = Kind::Decimal { min: 0, max: 500 };
        for bad in ["NaN", "nan", "inf", "-1", "+1", "1e3", "500.1", "1,5", "", " 1", "0x1"] {
            let why = kind.check(bad).unwrap_err();
            assert!(why.contains("from 0 to 500"), "{bad:?}: {why}");
        }
        for good in ["0", "12.5", "500", "500.00000000"] {
            assert_eq!(kind.check(good), Ok(()));
        }
    }

    #[test]
    fn whole_numbers_are_whole() {
        let kind = Kind::Integer { min: 1, max: 50 };
        for bad in ["0", "51", "1.0", "-1", "", "99999999999999999999999"] {
            assert!(kind.check(bad).is_err(), "{bad}");
        }
        assert_eq!(kind.check("50"), Ok(()));
    }

    #[test]
    fn lists_refuse_repetition_and_empty_items() {
        assert_eq!(coins("BTC,kPEPE"), Ok(vec!["BTC".to_owned(), "kPEPE".to_owned()]));
        for bad in ["", "BTC,", "BTC,BTC", "BTC ETH", "BTC, ETH"] {
            assert!(coins(bad).is_err(), "{bad}");
        }
        let kind = Kind::BpsList { max: 100 };
        assert_eq!(list("20,30.5", |i| bps(i, 100)), Ok(vec![20 * UNIT, 30 * UNIT + UNIT / 2]));
        for bad in ["20,,30", "", "20,101", "0.001", "20, 30"] {
            assert!(kind.check(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn weights_may_be_negative_and_lists_empty() {
        let kind = Kind::Signed { max: 100 };
        assert_eq!(signed_within("-0.6", 100), Ok(-60_000_000));
        assert_eq!(signed_within("100", 100), Ok(10_000_000_000));
        assert_eq!(signed_within("-0", 100), Ok(0));
        for bad in ["", "-", "--1", "NaN", "1e9", "-101", "+1", "on"] {
            assert!(kind.check(bad).unwrap_err().contains("-100 to 100"), "{bad}");
        }
        assert_eq!(Kind::CoinsOrNone.check(""), Ok(()));
        assert_eq!(Kind::CoinsOrNone.toml(""), "[]");
        assert_eq!(Kind::CoinsOrNone.toml("BTC,SOL"), "[\"BTC\", \"SOL\"]");
        assert!(Kind::CoinsOrNone.check("BTC,").is_err());
    }

    #[test]
    fn addresses_and_urls_are_checked_for_shape() {
        assert!(Kind::Address.check("0x14791697260e4c9a71f18484c9f997b308e59325").is_ok());
        assert!(Kind::Address.check("0x1479").is_err());
        assert!(Kind::Url.check("http://127.0.0.1:3001").is_ok());
        assert!(Kind::Url.check("ws://127.0.0.1").is_err());
        assert!(Kind::Url.check("https://host/info").is_err());
        for good in ["", "https://feed.example/a/b", "http://127.0.0.1:9/x", "http://localhost/x"] {
            assert!(Kind::FeedUrl.check(good).is_ok(), "{good}");
        }
        for bad in
            ["http://feed.example/x", "ftp://localhost/x", "https://u:p@h/", "https://h/?k=1"]
        {
            assert!(Kind::FeedUrl.check(bad).is_err(), "{bad}");
        }
        let some = Kind::Some(&["a", "b"]);
        assert!(some.check("").is_ok() && some.check("b,a").is_ok());
        assert!(
            some.check("a,a").is_err() && some.check("c").is_err() && some.check("a,").is_err()
        );
        assert!(Kind::Listen.check("").is_ok() && Kind::Listen.check("[::1]:9464").is_ok());
        for bad in ["localhost:9464", "9464", "127.0.0.1", "127.0.0.1:70000", "127.0.0.1:9464/x"] {
            assert!(Kind::Listen.check(bad).is_err(), "{bad}");
        }
    }
}
