//! Recognising a sentence of the exchange: exactly, or not at all.

use super::ErrorText;
use super::text::PLAIN;
use crate::ids::AssetId;

impl<'a> ErrorText<'a> {
    /// Recognises a text, with or without the ` asset=N` that live answers carry and with or without
    /// the full stop that differs between documentation and live answers.
    ///
    /// `None` for everything else: a sentence that is not on the list is not a rejection.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<(Self, Option<AssetId>)> {
        // Newer texts say it without, older ones put the kind of action in front.
        let text = text.strip_prefix("L1 error: ").unwrap_or(text);
        let (sentence, asset) = match text.rsplit_once(" asset=") {
            Some((sentence, asset)) => (sentence, Some(AssetId(number(asset)?))),
            None => (text, None),
        };
        Some((sentence_of(sentence)?, asset))
    }
}

fn sentence_of(text: &str) -> Option<ErrorText<'_>> {
    let bare = text.strip_suffix('.').unwrap_or(text);
    PLAIN
        .iter()
        .find(|(_, sentence)| sentence.strip_suffix('.').unwrap_or(sentence) == bare)
        .map(|(known, _)| *known)
        .or_else(|| about_order(bare))
        .or_else(|| about_account(bare))
        .or_else(|| about_nonce(bare))
}

/// What lies between `before` and `after`; the latter may be empty.
fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.strip_prefix(before)?.strip_suffix(after)
}

/// A plain whole number: digits only.
fn number<T: core::str::FromStr>(text: &str) -> Option<T> {
    if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

/// A word: something, and no space in it.
fn word(text: &str) -> Option<&str> {
    (!text.is_empty() && !text.contains(char::is_whitespace)).then_some(text)
}

fn about_order(text: &str) -> Option<ErrorText<'_>> {
    if let Some(token) = text.strip_prefix("Order must have minimum value of 10 ") {
        return Some(ErrorText::MinValueSpot { token: word(token)? });
    }
    if let Some(bbo) = text.strip_prefix("Post only order would have immediately matched, bbo was ")
    {
        let bbo = bbo.split_once('@').and_then(|(bid, ask)| bid.parse().ok().zip(ask.parse().ok()));
        return Some(ErrorText::PostOnly { bbo });
    }
    let band = between(text, "Order price cannot be more than ", "% away from the reference price");
    if let Some(percent) = band {
        return Some(ErrorText::PriceBand { percent: number(percent)? });
    }
    if let Some(max) = text.strip_prefix("Order value too large. Max is $") {
        return Some(ErrorText::TooLarge { max: number(max)? });
    }
    if let Some(reason) = text.strip_prefix("Error placing new order during modify: ") {
        return Some(ErrorText::ModifyPlacement { reason });
    }
    let minutes = between(text, "Invalid TWAP duration: ", " min(s)")?;
    Some(ErrorText::TwapDuration { minutes: number(minutes)? })
}

fn about_account(text: &str) -> Option<ErrorText<'_>> {
    if let Some(address) = between(text, "User or API Wallet ", " does not exist") {
        return Some(ErrorText::UnknownSigner { address: address.parse().ok()? });
    }
    if let Some(address) = text.strip_prefix("Must deposit before performing actions. User: ") {
        return Some(ErrorText::MustDeposit { address: address.parse().ok()? });
    }
    if let Some(address) = text.strip_prefix("Vault not registered: ") {
        return Some(ErrorText::VaultUnknown { address: address.parse().ok()? });
    }
    if let Some(limit) = text.strip_prefix("Signed action over weight limit of ") {
        return Some(ErrorText::OverWeight { limit: number(limit)? });
    }
    if let Some(token) = text.strip_prefix("Unknown token ") {
        return Some(ErrorText::UnknownToken { token: word(token)? });
    }
    if let Some(limit) =
        text.strip_prefix("Too many extra agents for cumulative volume traded. Current limit is ")
    {
        return Some(ErrorText::AgentCount { limit: number(limit)? });
    }
    if let Some(parties) = text.strip_prefix("Invalid sub-account transfer from ") {
        let (from, to) = parties.split_once(" to ")?;
        return Some(ErrorText::SubAccountTransfer { from: word(from)?, to: word(to)? });
    }
    about_volume(text)
}

fn about_volume(text: &str) -> Option<ErrorText<'_>> {
    if let Some(volumes) = text
        .strip_prefix("Cannot set scheduled cancel time until enough volume traded. Required: $")
    {
        let (required, traded) = volumes.split_once(". Traded: $")?;
        return Some(ErrorText::ScheduleVolume {
            required: word(required)?,
            traded: word(traded)?,
        });
    }
    if let Some(required) =
        text.strip_prefix("Cannot create sub-accounts until enough volume traded. Required: $")
    {
        return Some(ErrorText::SubAccountVolume { required });
    }
    let inner = between(
        text,
        "Too many cumulative requests sent (",
        ". Place taker orders to free up 1 request per USDC traded",
    )?;
    let (counts, volume) = inner.split_once(") for cumulative volume traded $")?;
    let (used, cap) = counts.split_once(" > ")?;
    Some(ErrorText::TooManyRequests {
        used: number(used)?,
        cap: number(cap)?,
        volume: word(volume)?,
    })
}

fn about_nonce(text: &str) -> Option<ErrorText<'_>> {
    let text = text.strip_prefix("Invalid nonce: ")?;
    if let Some(nonce) = text.strip_prefix("duplicate nonce ") {
        return Some(ErrorText::NonceDuplicate { nonce: number(nonce)? });
    }
    if let Some(pair) = text.strip_prefix("nonce too low ") {
        let (nonce, floor) = pair.split_once(" < ")?;
        return Some(ErrorText::NonceTooLow { nonce: number(nonce)?, floor: number(floor)? });
    }
    let (nonce, ceiling) = text.strip_prefix("nonce too high ")?.split_once(" > ")?;
    Some(ErrorText::NonceTooHigh { nonce: number(nonce)?, ceiling: number(ceiling)? })
}
