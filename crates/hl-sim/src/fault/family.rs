//! What kinds have in common: families, who carries them out, and their text.

use std::fmt;
use std::str::FromStr;

use super::Kind;
use super::text::{Params, UnreadableFault};

/// What a kind is about; the part of its name before the dot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Requests on their way to the venue.
    Req,
    /// Answers to signed actions.
    Ack,
    /// What HTTP adds to it.
    Http,
    /// The text of documents.
    Json,
    /// WebSocket connections and frames.
    Ws,
    /// The whole network.
    Net,
    /// Answers to questions about accounts.
    Info,
    /// Specifications.
    Meta,
    /// Books.
    Book,
    /// The oracle price.
    Oracle,
    /// Fills and how they are told.
    Fill,
    /// Cancels.
    Cancel,
    /// Positions and money that move without an order.
    Account,
    /// Refusals out of turn.
    Reject,
    /// The hours after a network upgrade.
    Upgrade,
    /// Limits.
    Limits,
    /// The dead man's switch.
    Deadman,
    /// The agent's approval.
    Agent,
    /// The client's clock.
    Time,
    /// The client's process.
    Proc,
    /// The client's disk.
    Disk,
}

/// Who carries a kind out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// A [`Line`](super::Line) between client and venue.
    Line,
    /// The exchange: [`Exchange::inject`](crate::Exchange::inject).
    Venue,
    /// Whoever owns the client's clock.
    Clock,
    /// Whoever owns the client's process.
    Process,
    /// Whoever owns the client's disk.
    Disk,
}

impl Kind {
    /// Who carries it out.
    #[must_use]
    pub const fn layer(&self) -> Layer {
        match self.family() {
            Family::Req | Family::Ack | Family::Http | Family::Json | Family::Ws | Family::Net => {
                Layer::Line
            }
            Family::Info
            | Family::Meta
            | Family::Book
            | Family::Oracle
            | Family::Fill
            | Family::Cancel
            | Family::Account
            | Family::Reject
            | Family::Upgrade
            | Family::Limits
            | Family::Deadman
            | Family::Agent => Layer::Venue,
            Family::Time => Layer::Clock,
            Family::Proc => Layer::Process,
            Family::Disk => Layer::Disk,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        self.write_params(f)
    }
}

impl FromStr for Kind {
    type Err = UnreadableFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut words = text.split_whitespace();
        let wanted = words.next().unwrap_or_default();
        let name = Self::ALL_NAMES.iter().find(|name| **name == wanted);
        let name = name.ok_or_else(|| UnreadableFault::Name(wanted.to_owned()))?;
        let mut params = Params::new(name, words);
        let kind = Self::read_params(name, &mut params)?;
        params.finish().map(|()| kind)
    }
}
