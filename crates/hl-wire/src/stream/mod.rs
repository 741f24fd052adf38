//! Frames of the WebSocket (the docs' "Websocket" pages), parsed from borrowed text to integers.
//!
//! No channel carries sequence numbers, none promises order against another, and `orderUpdates` and
//! `user` do not even say whose they are: what a frame means is for its reader to decide.

mod error_frame;
mod fast;
mod frame;
mod post;
mod private;
mod public;
mod seed;

pub use error_frame::{ErrorFrame, ErrorKind};
pub use frame::StreamError;
pub use post::{PostBody, PostReply};
pub use private::{Liquidation, NonUserCancel, UserEvents, UserFills, UserFunding, UserFundings};
pub use public::{ActiveAssetCtx, ActiveSpotAssetCtx, Bbo, Book, Scratch, Trade, Trades, TxHash};

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::info::{AllMids, Candle, HistoricalOrder};
use crate::ordered::Value;

/// One frame from the exchange.
#[derive(Debug)]
#[non_exhaustive]
pub enum Message<'a> {
    /// A whole book: each frame replaces the one before.
    L2Book(Book<'a>),
    /// Best bid and offer, after each block that changed them.
    Bbo(Bbo<'a>),
    /// Trades. The first frame after subscribing repeats recent ones: deduplicate by `tid`.
    Trades(Trades<'a>),
    /// Mid prices of a dex.
    AllMids(AllMids),
    /// State of a perpetual.
    ActiveAssetCtx(Box<ActiveAssetCtx>),
    /// State of a spot pair.
    ActiveSpotAssetCtx(Box<ActiveSpotAssetCtx>),
    /// A candle, also while it is forming.
    Candle(Box<Candle>),
    /// Changes of state of the user's orders. No snapshot comes first, and partial fills do not show.
    OrderUpdates(Vec<HistoricalOrder>),
    /// Fills of the user; the first frame is a snapshot of past ones.
    UserFills(UserFills),
    /// Funding payments of the user; the first frame is a snapshot of past ones.
    UserFundings(UserFundings),
    /// Events of the user.
    User(UserEvents),
    /// The answer to a request that was posted on the socket.
    Post(PostReply<'a>),
    /// A subscription was made or ended. The exchange adds defaults to what was asked for: compare
    /// structurally ([`crate::session::covers`]).
    SubscriptionResponse {
        /// `subscribe` or `unsubscribe`.
        method: Cow<'a, str>,
        /// The subscription as the exchange understood it.
        subscription: Value,
    },
    /// The exchange could not do what the last frame asked for.
    Error(ErrorFrame<'a>),
    /// The answer to a ping.
    Pong,
    /// The greeting, which is not JSON.
    Connected,
    /// A channel that this crate does not parse.
    Other {
        /// Its name.
        channel: Cow<'a, str>,
        /// What it carries.
        data: Option<&'a RawValue>,
    },
}

impl<'a> Message<'a> {
    /// Parses one text frame. Levels and trades go into `scratch`, which is cleared first and whose
    /// memory is used again: once it is large enough, `l2Book`, `bbo` and `trades` frames need no
    /// heap allocation.
    ///
    /// ```
    /// use hl_wire::stream::{Message, Scratch};
    ///
    /// let mut scratch = Scratch::default();
    /// let text = r#"{"channel":"l2Book","data":{"coin":"SOL","time":1,
    ///     "levels":[[{"px":"83.141","sz":"18.41","n":1}],[{"px":"83.158","sz":"9.04","n":2}]]}}"#;
    /// let Message::L2Book(book) = Message::parse(text, &mut scratch)? else { panic!() };
    /// assert_eq!(book.coin, "SOL");
    /// assert_eq!(book.bids[0].px.raw(), 8_314_100_000);
    /// # Ok::<(), hl_wire::stream::StreamError>(())
    /// ```
    ///
    /// # Errors
    /// [`StreamError`] names the channel and the value that is wrong. The frame is lost; the next one
    /// may be fine.
    pub fn parse(text: &'a str, scratch: &'a mut Scratch) -> Result<Self, StreamError> {
        frame::parse(text, scratch)
    }
}
