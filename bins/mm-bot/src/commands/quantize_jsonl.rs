//! `quantize --jsonl`: the grid for scripts, one JSON case per line.

use std::io::{Read, Write};

use hl_quant::{
    Decimal, Intent, MarketKind, MarketSpec, ParseError, Reject, Round, Side, Size, SzDecimals,
    wide,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::jsonl;
use crate::cli::{IntentArg, SideArg};

/// One case. Numbers may be strings or bare JSON numbers; their literal text is what counts.
#[derive(Deserialize)]
struct Case<'a> {
    kind: KindName,
    sz_decimals: u8,
    side: SideArg,
    intent: IntentArg,
    #[serde(borrow)]
    px: &'a RawValue,
    #[serde(borrow)]
    sz: &'a RawValue,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum KindName {
    Perp,
    Spot,
}

/// One answer: what is legal, in the log's quantities, and why it could not be an order. The
/// numbers of ticks and steps are JSON numbers of any length.
#[derive(Debug, Serialize)]
struct Answer {
    px: Option<String>,
    sz: Option<String>,
    px_dec: Option<u32>,
    step_dec: u32,
    ticks: Option<Box<RawValue>>,
    steps: Option<Box<RawValue>>,
    notional: Option<String>,
    reject: Option<&'static str>,
}

/// Answers each line of `input` on `output`.
pub(crate) fn run(input: impl Read, output: impl Write) -> std::io::Result<()> {
    jsonl::answer_lines(input, output, |line| match answer(line) {
        Ok(answer) => {
            serde_json::to_string(&answer).unwrap_or_else(|error| jsonl::error(&error.to_string()))
        }
        Err(what) => jsonl::error(&what),
    })
}

fn answer(line: &[u8]) -> Result<Answer, String> {
    let case: Case<'_> = serde_json::from_slice(line).map_err(|e| format!("not a case: {e}"))?;
    let decimals = SzDecimals::new(case.sz_decimals)
        .ok_or_else(|| format!("sz_decimals {} is above 8", case.sz_decimals))?;
    let kind = match case.kind {
        KindName::Perp => MarketKind::Perp,
        KindName::Spot => MarketKind::Spot,
    };
    let (side, intent) = (side(case.side), intent(case.intent));
    let (px, sz) = (number_text(case.px)?, number_text(case.sz)?);
    // The types that orders are made of answer wherever they can: this command is how they are
    // checked from outside. What no order can hold is answered on decimal text.
    let narrow = narrow(&MarketSpec::of(kind, decimals), &px, &sz, intent.round(side));
    match narrow.map_err(|e| e.to_string())? {
        Some(answer) => Ok(answer),
        None => wide(wide::quantize(kind, decimals, side, intent, &px, &sz)),
    }
}

/// The answer of the order types, or `None` where a number is beyond them.
fn narrow(
    spec: &MarketSpec,
    px: &str,
    sz: &str,
    round: Round,
) -> Result<Option<Answer>, ParseError> {
    let (price, size) = match (Decimal::parse(px), Decimal::parse(sz)) {
        (Ok(price), Ok(size)) => (price, size),
        // A price that is too large does not excuse a size that is no number.
        (Err(ParseError::TooLarge), Ok(_) | Err(ParseError::TooLarge))
        | (Ok(_), Err(ParseError::TooLarge)) => return Ok(None),
        (Err(error), _) if error != ParseError::TooLarge => return Err(error),
        (_, Err(error)) | (Err(error), _) => return Err(error),
    };
    let price = spec.prices().snap(price, round);
    let size = spec.sizes().snap(size, Round::Down);
    if price == Err(Reject::TooLarge) || size == Err(Reject::TooLarge) {
        return Ok(None);
    }
    let local = price.ok().zip(spec.sizes().check(spec.sizes().lot()).ok());
    let fields = local.map(|(price, lot)| spec.log_fields(price, lot));
    let lots = size.map_or(0, |size| size.get().raw()).checked_div(spec.sizes().lot().raw());
    let value = size.map_or(Size::from_raw(0), |size| size.get());
    let reject = match (price, size) {
        (Ok(price), Ok(size)) => spec.order(price, size).err(),
        (Err(reject), _) | (_, Err(reject)) => Some(reject),
    };
    Ok(Some(Answer {
        px: price.ok().map(|price| price.to_string()),
        sz: size.ok().map(|size| size.to_string()),
        px_dec: fields.map(|fields| fields.px_dec),
        step_dec: spec.sz_decimals().get().into(),
        ticks: fields.and_then(|fields| raw_number(&fields.ticks.to_string())),
        steps: lots.and_then(|lots| raw_number(&lots.to_string())),
        notional: price.ok().map(|price| (price.get() * value).to_string()),
        reject: reject.map(|reject| reject.code()),
    }))
}

fn wide(answer: Result<wide::WideQuantized, ParseError>) -> Result<Answer, String> {
    let answer = answer.map_err(|e| e.to_string())?;
    Ok(Answer {
        px: answer.px.map(|px| px.as_str().to_owned()),
        sz: answer.sz.map(|sz| sz.as_str().to_owned()),
        px_dec: answer.px_dec,
        step_dec: answer.step_dec,
        ticks: answer.ticks.and_then(|ticks| raw_number(ticks.as_str())),
        steps: raw_number(answer.steps.as_str()),
        notional: answer.notional.map(|notional| notional.as_str().to_owned()),
        reject: answer.reject,
    })
}

fn raw_number(digits: &str) -> Option<Box<RawValue>> {
    RawValue::from_string(digits.to_owned()).ok()
}

pub(super) const fn side(side: SideArg) -> Side {
    match side {
        SideArg::Buy => Side::Bid,
        SideArg::Sell => Side::Ask,
    }
}

pub(super) const fn intent(intent: IntentArg) -> Intent {
    match intent {
        IntentArg::Passive => Intent::Passive,
        IntentArg::Aggressive => Intent::Aggressive,
    }
}

/// The text inside a JSON string without escapes, or the literal text of a JSON number.
fn number_text(raw: &RawValue) -> Result<String, String> {
    let text = raw.get();
    if text.starts_with('"') {
        return serde_json::from_str(text).map_err(|e| e.to_string());
    }
    match text.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        true => Ok(text.to_owned()),
        false => Err("px and sz are decimal strings".to_owned()),
    }
}
