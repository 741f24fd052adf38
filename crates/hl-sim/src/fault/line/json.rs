//! Documents that are not as they should be.

use serde_json::Value;

use crate::fault::dice::Dice;
use crate::fault::kind::Kind;
use crate::fault::param::Document;

/// A document's new text; nothing when it stays as it is.
pub(super) type Mutated = Option<String>;

/// Words of closed lists, each with one that is in none.
const WORDS: [(&str, &str); 9] = [
    (r#""status":"ok""#, r#""status":"perhaps""#),
    (r#""status":"open""#, r#""status":"slumbering""#),
    (r#""resting""#, r#""parked""#),
    (r#""success""#, r#""understood""#),
    (r#""side":"B""#, r#""side":"X""#),
    (r#""type":"cross""#, r#""type":"pooled""#),
    (r#""type":"oneWay""#, r#""type":"hedged""#),
    (r#""type":"order""#, r#""type":"orderV2""#),
    (r#""channel":"bbo""#, r#""channel":"bboV2""#),
];

/// What a kind of `json.*` that is about this sort of document makes of one.
pub(super) fn mutate(kind: &Kind, on: Document, text: &str, dice: &mut Dice) -> Mutated {
    let mut strikes = |prob, about| about == on && dice.happens(prob);
    match *kind {
        Kind::JsonTrunc { prob, on } if strikes(prob, on) => truncated(text, dice),
        Kind::JsonExtra { prob, on } if strikes(prob, on) => {
            first_field(text, r#""zzUnasked":{"v":[1,"2",null]},"#)
        }
        Kind::JsonNewEnum { prob, on } if strikes(prob, on) => new_word(text, dice),
        Kind::JsonDupKey { prob, on } if strikes(prob, on) => duplicate_key(text),
        Kind::JsonHuge { prob, on, bytes } if strikes(prob, on) => huge(text, bytes),
        Kind::JsonDeep { prob, on, levels } if strikes(prob, on) => deep(text, levels),
        Kind::JsonNan { prob, on } if strikes(prob, on) => {
            let word = dice.pick("NaN", &["Infinity", "-Infinity"]);
            number(text, dice, |_| word.to_owned())
        }
        Kind::JsonExp { prob, on } if strikes(prob, on) => {
            number(text, dice, |digits| format!("{}e-2", hundredfold(digits)))
        }
        Kind::JsonMissing { prob, on } if strikes(prob, on) => field(text, dice, false),
        Kind::JsonNull { prob, on } if strikes(prob, on) => field(text, dice, true),
        _ => None,
    }
}

/// The document up to somewhere in its middle.
fn truncated(text: &str, dice: &mut Dice) -> Mutated {
    let length = u64::try_from(text.len()).ok()?.checked_sub(2)?;
    let mut end = usize::try_from(dice.below(length)).ok()?.saturating_add(1);
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    text.get(..end).map(str::to_owned)
}

/// The document with something before the first field of its first object.
fn first_field(text: &str, field: &str) -> Mutated {
    let (before, after) = text.split_once('{')?;
    let field = if after.starts_with('}') { field.trim_end_matches(',') } else { field };
    Some(format!("{before}{{{field}{after}"))
}

fn new_word(text: &str, dice: &mut Dice) -> Mutated {
    let known: Vec<_> = WORDS.into_iter().filter(|(word, _)| text.contains(word)).collect();
    let (first, rest) = known.split_first()?;
    let (word, other) = dice.pick(*first, rest);
    Some(text.replacen(word, other, 1))
}

/// The first key of the document again, with a value of another type.
fn duplicate_key(text: &str) -> Mutated {
    let key = text.split_once('{')?.1.strip_prefix('"')?.split('"').next()?;
    first_field(text, &format!(r#""{key}":[false],"#))
}

fn huge(text: &str, bytes: u64) -> Mutated {
    let padding = usize::try_from(bytes.min(64_000_000)).ok()?;
    let padding = "z".repeat(padding);
    first_field(text, &format!(r#""zzHuge":"{padding}","#))
        .or_else(|| Some(format!("{text}{}", padding.replace('z', " "))))
}

fn deep(text: &str, levels: u64) -> Mutated {
    let levels = usize::try_from(levels.min(1_000_000)).ok()?;
    let nested = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    first_field(text, &format!(r#""zzDeep":{nested},"#)).or(Some(nested))
}

/// Replaces one number, with or without quotes.
fn number(text: &str, dice: &mut Dice, change: impl FnOnce(&str) -> String) -> Mutated {
    let spans = numbers(text);
    let count = u64::try_from(spans.len()).ok()?;
    let (start, end) = *spans.get(usize::try_from(dice.below(count)).ok()?)?;
    let (before, digits, after) = (text.get(..start)?, text.get(start..end)?, text.get(end..)?);
    Some(format!("{before}{}{after}", change(digits)))
}

/// Where the document's numbers are: runs of digits between quotes, or between marks.
fn numbers(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let in_number = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    let mut spans = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let length = bytes.iter().skip(at).take_while(|byte| in_number(**byte)).count();
        let end = at.saturating_add(length);
        let before = at.checked_sub(1).and_then(|place| bytes.get(place)).copied();
        let after = bytes.get(end).copied();
        let quoted = before == Some(b'"') && after == Some(b'"');
        let bare =
            matches!(before, Some(b':' | b',' | b'[')) && matches!(after, Some(b',' | b'}' | b']'));
        let first = bytes.get(at).copied();
        if length > 0 && (quoted || bare) && first.is_some_and(|byte| byte != b'.') {
            spans.push((at, end));
        }
        at = end.saturating_add(1);
    }
    spans
}

/// A number times a hundred, as text, so that an exponent of -2 makes it what it was.
fn hundredfold(digits: &str) -> String {
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
    let moved: String = rest.chars().chain("00".chars()).take(2).collect();
    match rest.get(2..).filter(|left| !left.is_empty()) {
        Some(left) => format!("{whole}{moved}.{left}"),
        None => format!("{whole}{moved}"),
    }
}

/// Takes one field out of the document, or makes it `null`.
fn field(text: &str, dice: &mut Dice, keep_as_null: bool) -> Mutated {
    let mut document: Value = serde_json::from_str(text).ok()?;
    let mut left = dice.below(u64::try_from(fields(&document)).ok()?);
    strike(&mut document, &mut left, keep_as_null);
    serde_json::to_string(&document).ok()
}

fn fields(document: &Value) -> usize {
    match document {
        Value::Object(map) => map.values().map(|value| fields(value).saturating_add(1)).sum(),
        Value::Array(list) => list.iter().map(fields).sum(),
        _ => 0,
    }
}

/// Strikes the field that `left` counts down to; true when it has been found.
fn strike(document: &mut Value, left: &mut u64, keep_as_null: bool) -> bool {
    match document {
        Value::Object(map) => {
            let mut struck = None;
            for (key, value) in map.iter_mut() {
                if *left == 0 {
                    struck = Some(key.clone());
                    break;
                }
                *left = left.saturating_sub(1);
                if strike(value, left, keep_as_null) {
                    return true;
                }
            }
            let Some(key) = struck else { return false };
            if keep_as_null {
                map.insert(key, Value::Null);
            } else {
                map.remove(&key);
            }
            true
        }
        Value::Array(list) => list.iter_mut().any(|value| strike(value, left, keep_as_null)),
        _ => false,
    }
}

/// Size and price of every order that an action carries.
pub(super) fn orders(body: &[u8]) -> Vec<(String, String)> {
    let Ok(request) = serde_json::from_slice::<Value>(body) else { return Vec::new() };
    let text = |order: &Value, key| order.get(key).and_then(Value::as_str).map(str::to_owned);
    let list = |key: &str| request.get("action")?.get(key)?.as_array();
    let orders = list("orders").into_iter().flatten();
    let modified = list("modifies").into_iter().flatten().filter_map(|modify| modify.get("order"));
    orders
        .chain(modified)
        .filter_map(|order| Some((text(order, "s")?, text(order, "p")?)))
        .collect()
}

/// The statuses of an answer.
fn statuses(document: &mut Value) -> Option<&mut Vec<Value>> {
    document.pointer_mut("/response/data/statuses")?.as_array_mut()
}

/// The answer with every resting order called filled.
pub(super) fn lie_filled(body: &[u8], orders: &[(String, String)]) -> Mutated {
    let mut document: Value = serde_json::from_slice(body).ok()?;
    let mut lied = false;
    for (status, (size, price)) in statuses(&mut document)?.iter_mut().zip(orders) {
        let Some(resting) = status.get("resting").cloned() else { continue };
        let mut filled = resting;
        let map = filled.as_object_mut()?;
        map.insert("totalSz".to_owned(), Value::String(size.clone()));
        map.insert("avgPx".to_owned(), Value::String(price.clone()));
        *status = serde_json::json!({ "filled": filled });
        lied = true;
    }
    lied.then(|| serde_json::to_string(&document).ok()).flatten()
}

/// The answer with statuses of a kind that no client knows.
pub(super) fn variant(body: &[u8]) -> Mutated {
    let mut document: Value = serde_json::from_slice(body).ok()?;
    match statuses(&mut document) {
        Some(statuses) => {
            for status in statuses {
                *status = serde_json::json!({ "deferred": { "batch": 1 } });
            }
        }
        None => *document.get_mut("status")? = Value::String("deferred".to_owned()),
    }
    serde_json::to_string(&document).ok()
}

/// A snapshot without its newest entries, which come first.
pub(super) fn without_newest(text: &str, miss: u64) -> Mutated {
    let mut document: Value = serde_json::from_str(text).ok()?;
    let lists = document.get_mut("data")?.as_object_mut()?.values_mut();
    for list in lists.filter_map(Value::as_array_mut) {
        let gone = usize::try_from(miss).unwrap_or(usize::MAX).min(list.len());
        list.drain(..gone);
    }
    serde_json::to_string(&document).ok()
}
