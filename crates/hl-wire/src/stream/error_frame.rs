//! The `error` channel.

use std::borrow::Cow;

use crate::ordered::Value;

/// What the exchange says when it cannot do what a frame asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorFrame<'a> {
    /// Its words, often with the offending frame as JSON at the end.
    pub text: Cow<'a, str>,
}

/// What kind of complaint it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The subscription exists: as good as an acknowledgement.
    AlreadySubscribed,
    /// The subscription does not exist: as good as an acknowledgement of the end.
    AlreadyUnsubscribed,
    /// There is no such subscription. Do not ask again.
    InvalidSubscription,
    /// The frame was not understood: a defect on our side.
    NotUnderstood,
    /// Too many different users in subscriptions from this network address.
    TooManyUsers,
    /// Too many posted requests in flight; the one with this id was not admitted.
    TooManyPosts {
        /// Its id.
        id: u64,
    },
    /// Something else.
    Other,
}

impl ErrorFrame<'_> {
    /// What kind of complaint it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        let text = self.text.as_ref();
        if text.starts_with("Already subscribed") {
            ErrorKind::AlreadySubscribed
        } else if text.starts_with("Already unsubscribed") {
            ErrorKind::AlreadyUnsubscribed
        } else if text.starts_with("Invalid subscription") {
            ErrorKind::InvalidSubscription
        } else if text.starts_with("Error parsing JSON into valid websocket request") {
            ErrorKind::NotUnderstood
        } else if text.starts_with("Cannot track more than ") {
            ErrorKind::TooManyUsers
        } else {
            text.strip_prefix("too many pending post requests id=")
                .and_then(|id| id.parse().ok())
                .map_or(ErrorKind::Other, |id| ErrorKind::TooManyPosts { id })
        }
    }

    /// The subscription or the frame that the complaint is about, where it quotes one.
    #[must_use]
    pub fn subject(&self) -> Option<Value> {
        let at = self.text.find('{')?;
        let value: Value = serde_json::from_str(self.text.get(at..)?).ok()?;
        match value.get("subscription") {
            Some(subscription) => Some(subscription.clone()),
            None => Some(value),
        }
    }
}
