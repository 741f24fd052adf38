//! The documents that answer an action.

use hl_wire::Cloid;
use serde::Serialize;

use crate::core::Core;
use crate::core::place::Reply;
use crate::info::average_px;
use crate::text;
use hl_wire::AssetId;

/// What an action is answered with: HTTP 200 in either case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The JSON of `response`.
    Ok(String),
    /// The text of `response`.
    Err(String),
}

/// The whole answer.
#[derive(Serialize)]
#[serde(tag = "status", content = "response", rename_all = "camelCase")]
enum AnswerDoc<'a> {
    Ok(Box<serde_json::value::RawValue>),
    Err(&'a str),
}

impl Answer {
    /// `{"type":"default"}`.
    pub(crate) fn default_ok() -> Self {
        Self::Ok(r#"{"type":"default"}"#.to_owned())
    }

    /// One status per item.
    pub(crate) fn statuses(kind: &'static str, statuses: Vec<StatusDoc>) -> Self {
        let document = ResponseDoc { kind, data: DataDoc { statuses } };
        Self::Ok(serde_json::to_string(&document).unwrap_or_default())
    }

    /// The body.
    pub(crate) fn to_json(&self) -> String {
        let document = match self {
            Self::Ok(json) => match serde_json::value::RawValue::from_string(json.clone()) {
                Ok(raw) => AnswerDoc::Ok(raw),
                Err(_) => AnswerDoc::Err(""),
            },
            Self::Err(text) => AnswerDoc::Err(text),
        };
        serde_json::to_string(&document).unwrap_or_default()
    }
}

#[derive(Serialize)]
struct ResponseDoc {
    #[serde(rename = "type")]
    kind: &'static str,
    data: DataDoc,
}

#[derive(Serialize)]
struct DataDoc {
    statuses: Vec<StatusDoc>,
}

/// One item's answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum StatusDoc {
    Resting(RestingDoc),
    Filled(FilledDoc),
    Error(String),
    Success,
}

#[derive(Debug, Serialize)]
pub(crate) struct RestingDoc {
    oid: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cloid: Option<Cloid>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FilledDoc {
    total_sz: String,
    avg_px: String,
    oid: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cloid: Option<Cloid>,
}

impl StatusDoc {
    pub(crate) fn new(core: &Core, asset: AssetId, reply: Reply) -> Self {
        match reply {
            Reply::Resting { oid, cloid } => Self::Resting(RestingDoc { oid: oid.0, cloid }),
            Reply::Filled { oid, cloid, size, value } => Self::Filled(FilledDoc {
                total_sz: text::sz(size),
                avg_px: core
                    .market(asset)
                    .map(|market| average_px(market, value, size.raw()))
                    .unwrap_or_default(),
                oid: oid.0,
                cloid,
            }),
            Reply::Error(text) => Self::Error(text),
        }
    }
}
