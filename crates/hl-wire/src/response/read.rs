//! Reading the answer to an action. The rule: an error is a rejection only if its sentence is known.

use serde::Deserialize;
use serde_json::value::RawValue;

use hl_quant::{Decimal, Price, Size};

use super::{Accepted, ActionOutcome, Outcome, Unsure};
use crate::error::{ErrorText, RejectCode};
use crate::ids::{Cloid, Oid, excerpt, lenient_cloid};

/// Reads the HTTP answer to an action of `n` orders, cancels or modifies (1 for any other action).
///
/// - HTTP 200 with `status: "ok"` gives one outcome per entry. A single error of a kind that judges
///   the whole payload ([`ErrorText::speaks_for_batch`]) stands for all `n`; any other difference in
///   number makes all of them unknown.
/// - HTTP 200 with `status: "err"` and a known sentence rejects all `n`: the action was refused as a
///   whole.
/// - HTTP 400, 415 and 422 with the exchange's own body, and 429 with `null` or nothing, reject all
///   `n`: the request was not admitted.
/// - Everything else is unknown: other statuses, HTML, truncated or foreign bodies, unlisted
///   sentences. On 2025-07-29 the exchange answered errors for orders that it had accepted.
///
/// ```
/// use hl_wire::{Outcome, RejectCode, parse_exchange_response};
///
/// let body = br#"{"status":"ok","response":{"type":"order","data":{"statuses":[
///     {"resting":{"oid":77738308}},
///     {"error":"Post only order would have immediately matched, bbo was 2440.1@2440.2. asset=1"}
/// ]}}}"#;
/// let outcomes = parse_exchange_response(200, body, 2).outcomes;
/// assert!(outcomes[0].is_accepted());
/// assert_eq!(outcomes[1].code(), Some("E_ALO"));
/// ```
#[must_use]
pub fn parse_exchange_response(http_status: u16, body: &[u8], n: usize) -> ActionOutcome {
    let Ok(text) = core::str::from_utf8(body) else {
        let lossy = String::from_utf8_lossy(body.get(..64).unwrap_or(body));
        return ActionOutcome::unknown(Unsure::Body(excerpt(&lossy)), n);
    };
    match http_status {
        200 => parse_post_payload(text, n),
        429 if matches!(text.trim(), "" | "null") => {
            let text = "http status 429".into();
            ActionOutcome::all(&Outcome::Rejected { code: RejectCode::IpRate, text, bbo: None }, n)
        }
        400 | 415 | 422 => not_admitted(http_status, text, n),
        other => ActionOutcome::unknown(Unsure::HttpStatus(other), n),
    }
}

/// An HTTP status that means "not admitted", if the exchange's own words come with it.
fn not_admitted(http_status: u16, text: &str, n: usize) -> ActionOutcome {
    let text = text.trim().trim_matches('"');
    match ErrorText::parse(text) {
        Some((
            ErrorText::NotJson | ErrorText::NotTheSchema | ErrorText::NotTheContentType,
            None,
        )) => {
            let code = RejectCode::Request;
            ActionOutcome::all(&Outcome::Rejected { code, text: text.into(), bbo: None }, n)
        }
        _ => ActionOutcome::unknown(Unsure::HttpStatus(http_status), n),
    }
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    status: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    response: &'a RawValue,
}

#[derive(Deserialize)]
struct Success<'a> {
    #[serde(rename = "type", borrow)]
    kind: std::borrow::Cow<'a, str>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow, default)]
    statuses: Option<Vec<&'a RawValue>>,
    #[serde(borrow, default)]
    status: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Status {
    Resting(Resting),
    Filled(Filled),
    Error(String),
    Success,
    WaitingForFill,
    WaitingForTrigger,
    Running(serde::de::IgnoredAny),
}

#[derive(Deserialize)]
struct Resting {
    oid: Oid,
    #[serde(default, deserialize_with = "lenient_cloid")]
    cloid: Option<Cloid>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Filled {
    total_sz: String,
    avg_px: String,
    oid: Oid,
    #[serde(default, deserialize_with = "lenient_cloid")]
    cloid: Option<Cloid>,
}

/// Reads an action's answer that came over HTTP 200 or as the payload of a WebSocket `post` answer.
#[must_use]
pub fn parse_post_payload(text: &str, n: usize) -> ActionOutcome {
    let unreadable = || ActionOutcome::unknown(Unsure::Body(excerpt(text)), n);
    let Ok(answer) = serde_json::from_str::<Answer<'_>>(text) else { return unreadable() };
    match answer.status.as_ref() {
        "ok" => match serde_json::from_str::<Success<'_>>(answer.response.get()) {
            Ok(success) => succeeded(&success, n),
            Err(_) => unreadable(),
        },
        "err" => match serde_json::from_str::<String>(answer.response.get()) {
            Ok(sentence) => ActionOutcome::all(&refused(&sentence), n),
            Err(_) => unreadable(),
        },
        _ => unreadable(),
    }
}

fn succeeded(success: &Success<'_>, n: usize) -> ActionOutcome {
    // Data that is not an object, such as the address of a new sub-account, says nothing of orders.
    let data = success.data.and_then(|raw| serde_json::from_str::<Data<'_>>(raw.get()).ok());
    match data {
        Some(Data { statuses: Some(statuses), .. }) => batch(&statuses, n),
        Some(Data { status: Some(status), .. }) if n == 1 => ActionOutcome::all(&one(status), n),
        // `{"type":"default"}` and the few kinds whose data says nothing about orders.
        None | Some(Data { status: None, .. })
            if n == 1 && !matches!(success.kind.as_ref(), "order" | "cancel") =>
        {
            ActionOutcome::all(&Outcome::DONE, n)
        }
        _ => ActionOutcome::unknown(Unsure::Count { sent: n, answered: 0 }, n),
    }
}

fn batch(statuses: &[&RawValue], n: usize) -> ActionOutcome {
    let answered = statuses.len();
    if answered == n {
        return ActionOutcome { outcomes: statuses.iter().map(|status| one(status)).collect() };
    }
    if let [only] = statuses
        && let Ok(Status::Error(sentence)) = serde_json::from_str(only.get())
        && ErrorText::parse(&sentence).is_some_and(|(known, _)| known.speaks_for_batch())
    {
        return ActionOutcome::all(&refused(&sentence), n);
    }
    ActionOutcome::unknown(Unsure::Count { sent: n, answered }, n)
}

/// The outcome of one entry; one that cannot be read does not spoil its neighbours.
fn one(status: &RawValue) -> Outcome {
    let unreadable = || Outcome::unknown(Unsure::Body(excerpt(status.get())));
    let Ok(parsed) = serde_json::from_str::<Status>(status.get()) else { return unreadable() };
    match parsed {
        Status::Resting(Resting { oid, cloid }) => {
            Outcome::Accepted { oid: Some(oid), cloid, state: Accepted::Resting }
        }
        Status::Filled(filled) => match amounts(&filled) {
            Some((total_sz, avg_px)) => Outcome::Accepted {
                oid: Some(filled.oid),
                cloid: filled.cloid,
                state: Accepted::Filled { total_sz, avg_px },
            },
            None => unreadable(),
        },
        Status::Error(sentence) => refused(&sentence),
        Status::Success | Status::Running(_) => Outcome::DONE,
        Status::WaitingForFill | Status::WaitingForTrigger => {
            Outcome::Accepted { oid: None, cloid: None, state: Accepted::Waiting }
        }
    }
}

fn amounts(filled: &Filled) -> Option<(Size, Price)> {
    let total_sz = filled.total_sz.parse().ok()?;
    let avg_px = Price::from_raw(Decimal::parse(&filled.avg_px).ok()?.floor_raw())?;
    Some((total_sz, avg_px))
}

fn refused(sentence: &str) -> Outcome {
    match ErrorText::parse(sentence) {
        Some((known, _)) => Outcome::Rejected {
            code: known.code(),
            text: excerpt_long(sentence),
            bbo: match known.about_new_order() {
                ErrorText::PostOnly { bbo } => bbo,
                _ => None,
            },
        },
        None => Outcome::unknown(Unsure::Text(excerpt_long(sentence))),
    }
}

/// A whole sentence of the exchange, but not more than one.
fn excerpt_long(text: &str) -> Box<str> {
    text.chars().take(256).collect::<String>().into_boxed_str()
}
