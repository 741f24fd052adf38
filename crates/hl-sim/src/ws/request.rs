//! The frames that clients send.

use hl_quant::Millis;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::frames::{self, InfoPayload, PostResponse};
use super::{Streams, Subscription};
use crate::core::Core;
use crate::info::{self, InfoError, WRONG_SHAPE};
use crate::io::ConnId;

/// A client's frame as it arrives. Not a tagged enum, because a buffered one could not keep the
/// payload's text, which is what gets hashed.
#[derive(Deserialize)]
struct Frame<'a> {
    method: &'a str,
    #[serde(default)]
    subscription: Option<Subscription>,
    #[serde(default)]
    id: Option<u64>,
    #[serde(default)]
    request: Option<Posted>,
}

/// A client's frame.
enum Request {
    Subscribe(Subscription),
    Unsubscribe(Subscription),
    Ping,
    Post { id: u64, request: Posted },
}

impl Request {
    fn read(text: &str) -> Option<Self> {
        let frame: Frame<'_> = serde_json::from_str(text).ok()?;
        Some(match frame.method {
            "subscribe" => Self::Subscribe(frame.subscription?),
            "unsubscribe" => Self::Unsubscribe(frame.subscription?),
            "ping" => Self::Ping,
            "post" => Self::Post { id: frame.id?, request: frame.request? },
            _ => return None,
        })
    }
}

/// A request that could have gone over HTTP.
#[derive(Deserialize)]
struct Posted {
    #[serde(rename = "type")]
    kind: PostKind,
    payload: Box<RawValue>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum PostKind {
    Info,
    Action,
}

/// What a frame asks for that the streams cannot do themselves.
#[derive(Debug)]
pub(crate) enum Wanted {
    /// Execute a posted action.
    Action { id: u64, body: String },
}

impl Streams {
    /// Takes a client's frame; `in_flight` counts the connection's unanswered actions.
    pub(crate) fn receive(
        &mut self,
        core: &Core,
        conn: ConnId,
        text: &str,
        now: Millis,
        in_flight: usize,
    ) -> Option<Wanted> {
        if !self.count_frame(core, now, conn) {
            return None;
        }
        let Some(request) = Request::read(text) else {
            let complaint = format!("Error parsing JSON into valid websocket request: {text}");
            self.send(core, conn, frames::error(&complaint));
            return None;
        };
        match request {
            Request::Ping => self.send(core, conn, frames::PONG.to_owned()),
            Request::Subscribe(subscription) => self.subscribe(core, conn, subscription),
            Request::Unsubscribe(subscription) => self.unsubscribe(core, conn, &subscription),
            Request::Post { id, .. } if in_flight >= core.config.streams.max_posts => {
                let complaint = format!("too many pending post requests id={id}");
                self.send(core, conn, frames::error(&complaint));
            }
            Request::Post { id, request } if request.kind == PostKind::Action => {
                return Some(Wanted::Action { id, body: request.payload.get().to_owned() });
            }
            Request::Post { id, request } => self.post_info(core, conn, id, request.payload.get()),
        }
        None
    }

    fn post_info(&mut self, core: &Core, conn: ConnId, id: u64, question: &str) {
        let answer = info::read(question).and_then(|question| {
            let data = info::answer(core, &question)?;
            Ok((question.kind, RawValue::from_string(data).map_err(|_| InfoError::Server)?))
        });
        let text = match answer {
            Ok((kind, data)) => {
                frames::post(id, PostResponse::Info(InfoPayload { kind: &kind, data }))
            }
            Err(InfoError::Server) => frames::post(id, PostResponse::Error("null")),
            Err(InfoError::Shape) => frames::post(id, PostResponse::Error(WRONG_SHAPE)),
        };
        self.send(core, conn, text);
    }
}
