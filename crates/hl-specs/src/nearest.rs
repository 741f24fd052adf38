//! Which names an unknown one may have meant.

use std::cmp::Reverse;

use crate::{COIN_MAX_BYTES, Listing, Market};

/// How many names a refusal suggests.
const SUGGESTIONS: usize = 3;

/// Up to three names that resemble `asked`, best first.
///
/// A spot pair is also found by its title, so that `HYPE/USDC` leads to `@107`. Markets that trade
/// come before delisted ones that resemble it as much.
pub(crate) fn nearest(asked: &str, markets: &[Market]) -> Vec<String> {
    // The name may be hostile, and the comparison below is quadratic in its length.
    let wanted: String = asked.chars().take(COIN_MAX_BYTES).collect();
    let wanted = wanted.to_ascii_uppercase();
    let mut found: Vec<_> = markets
        .iter()
        .filter_map(|market| {
            let title = market.title();
            let by_coin = similarity(&wanted, market.coin.as_str());
            let by_title = similarity(&wanted, &title);
            let score = by_coin.max(by_title)?;
            let name = if title == market.coin.as_str() {
                title
            } else {
                format!("{} ({title})", market.coin)
            };
            let delisted = market.listing == Listing::Delisted;
            Some((Reverse(score), delisted, market.asset, name))
        })
        .collect();
    found.sort();
    found.into_iter().take(SUGGESTIONS).map(|(_, _, _, name)| name).collect()
}

/// Thousandths of likeness, or nothing where the two have too little in common to be worth saying.
fn similarity(wanted: &str, name: &str) -> Option<u64> {
    let name = name.to_ascii_uppercase();
    if wanted == name {
        return Some(1000);
    }
    let distance = strsim::osa_distance(wanted, &name);
    let length = wanted.chars().count().max(name.chars().count());
    let close = distance <= 1 + length / 4;
    // `PEPE` for `kPEPE`, `AAPL` for `xyz:AAPL`; shorter fragments are in everything.
    let part = wanted.len().min(name.len()) >= 3
        && (name.contains(wanted) || wanted.contains(name.as_str()));
    let kept = u64::try_from(length.saturating_sub(distance)).unwrap_or(0);
    let length = u64::try_from(length).unwrap_or(u64::MAX).max(1);
    (close || part).then_some(kept * 999 / length)
}

/// `; nearest: SOL, SOLV`, or nothing.
pub(crate) fn hint(nearest: &[String]) -> String {
    if nearest.is_empty() {
        return String::new();
    }
    format!("; nearest: {}", nearest.join(", "))
}
