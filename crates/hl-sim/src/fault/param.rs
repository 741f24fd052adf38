//! The values that a fault's parameters take, each with one short text.

use std::fmt;
use std::str::FromStr;

use super::UnreadableFault;

/// A probability in parts per million; its text is a decimal between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Chance(u32);

impl Chance {
    /// It happens every time.
    pub const ALWAYS: Self = Self(1_000_000);

    /// A probability from parts per million; more than a million is certainty.
    #[must_use]
    pub const fn from_ppm(ppm: u32) -> Self {
        Self(if ppm > 1_000_000 { 1_000_000 } else { ppm })
    }

    /// A probability from whole percents; more than a hundred is certainty.
    #[must_use]
    pub const fn percent(percent: u32) -> Self {
        Self::from_ppm(percent.saturating_mul(10_000))
    }

    /// Parts per million, at most a million.
    #[must_use]
    pub const fn ppm(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Chance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 1_000_000, self.0 % 1_000_000);
        if rest == 0 {
            return write!(f, "{whole}");
        }
        let digits = format!("{rest:06}");
        write!(f, "{whole}.{}", digits.trim_end_matches('0'))
    }
}

impl FromStr for Chance {
    type Err = UnreadableFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || UnreadableFault::value("a probability from 0 to 1", text);
        let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() != 1 || rest.len() > 6 || !digits(whole) || !digits(rest) {
            return Err(bad());
        }
        let ppm: u32 = format!("{whole}{rest:0<6}").parse().map_err(|_| bad())?;
        if ppm > 1_000_000 { Err(bad()) } else { Ok(Self(ppm)) }
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident $text:literal)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$each])* $variant,)* }

        impl $name {
            /// Every value.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word that stands for it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnreadableFault;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let found = Self::ALL.iter().find(|value| value.as_str() == text);
                found.copied().ok_or_else(|| UnreadableFault::value(stringify!($name), text))
            }
        }
    };
}

words! {
    /// Which documents a JSON fault is about.
    Document {
        /// Answers to signed actions.
        Ack "ack"
        /// Answers to questions.
        Info "info"
        /// WebSocket frames that the venue sends.
        Frame "frame"
    }
}

words! {
    /// Whether a request that fails has been to the venue.
    Reach {
        /// It never got there.
        Before "before"
        /// The venue has taken it in, and executes it if it is an action.
        After "after"
    }
}

words! {
    /// Which of two answers to the same request the client gets.
    Which {
        /// That to the copy that arrived first.
        First "first"
        /// That to the copy that arrived second: for an action, a complaint about its nonce.
        Second "second"
    }
}

words! {
    /// How an error looks that hides an executed action.
    Disguise {
        /// A gateway's 502.
        Gateway "5xx"
        /// HTTP 200 with `status: err` and a sentence in no list.
        Sentence "text"
    }
}

words! {
    /// A WebSocket channel, or all of one kind.
    Channel {
        /// `l2Book`.
        L2Book "l2Book"
        /// `bbo`.
        Bbo "bbo"
        /// `trades`.
        Trades "trades"
        /// `activeAssetCtx`.
        ActiveAssetCtx "activeAssetCtx"
        /// `orderUpdates`.
        OrderUpdates "orderUpdates"
        /// `userFills`.
        UserFills "userFills"
        /// Every market channel.
        Market "market"
        /// Every account channel.
        User "user"
        /// Everything but `pong`.
        Data "data"
    }
}

words! {
    /// When a specification changes.
    Moment {
        /// At once.
        Now "now"
        /// Just before the next order of a client is executed, after it was quantized and sent.
        Send "send"
    }
}

words! {
    /// A side of a book.
    BookSide {
        /// Bids.
        Bid "bid"
        /// Asks.
        Ask "ask"
    }
}

words! {
    /// How a liquidation takes a position away (docs: "Liquidations").
    LiqMethod {
        /// By an order to the market.
        Market "market"
        /// By the backstop vault, with the margin.
        Backstop "backstop"
    }
}

words! {
    /// Which files a disk fault is about.
    Volume {
        /// The state: journal, lock, halt.
        State "state"
        /// The log.
        Log "log"
    }
}
