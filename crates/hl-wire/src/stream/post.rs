//! Answers to requests that were posted on the socket.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::ErrorText;
use crate::ids::excerpt;
use crate::response::{ActionOutcome, Outcome, Unsure, parse_post_payload};

/// The answer to one posted request.
#[derive(Debug)]
pub struct PostReply<'a> {
    /// The id that the request had.
    pub id: u64,
    /// What came back.
    pub body: PostBody<'a>,
}

/// What came back for a posted request.
#[derive(Debug)]
pub enum PostBody<'a> {
    /// An info document: `{"type","data"}`.
    Info(&'a RawValue),
    /// The answer to an action, as its HTTP body would be.
    Action(&'a RawValue),
    /// The request failed; what an HTTP status line and body would have said.
    Error(Cow<'a, str>),
}

#[derive(Deserialize)]
pub(super) struct PostFields<'a> {
    id: u64,
    #[serde(borrow)]
    response: ResponseFields<'a>,
}

#[derive(Deserialize)]
struct ResponseFields<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    payload: &'a RawValue,
}

impl<'a> PostFields<'a> {
    pub(super) fn into_reply(self) -> Result<PostReply<'a>, serde_json::Error> {
        let ResponseFields { kind, payload } = self.response;
        let body = match kind.as_ref() {
            "info" => PostBody::Info(payload),
            "action" => PostBody::Action(payload),
            "error" => {
                PostBody::Error(serde_json::from_str::<super::seed::CowStr<'a>>(payload.get())?.0)
            }
            other => {
                let other = excerpt(other);
                return Err(serde::de::Error::custom(format_args!("unknown response {other:?}")));
            }
        };
        Ok(PostReply { id: self.id, body })
    }
}

impl PostReply<'_> {
    /// What became of the action of `n` entries that this answers. A failed post is a rejection only
    /// if its sentence is known, as over HTTP.
    #[must_use]
    pub fn outcomes(&self, n: usize) -> ActionOutcome {
        match &self.body {
            PostBody::Action(payload) => parse_post_payload(payload.get(), n),
            PostBody::Info(payload) => {
                ActionOutcome::unknown(Unsure::Body(excerpt(payload.get())), n)
            }
            PostBody::Error(text) => {
                let outcome = match ErrorText::parse(text) {
                    Some((known, _)) => Outcome::Rejected {
                        code: known.code(),
                        text: text.as_ref().into(),
                        bbo: None,
                    },
                    None => Outcome::unknown(Unsure::Text(excerpt(text))),
                };
                ActionOutcome::all(&outcome, n)
            }
        }
    }
}
