//! The last resort, and the last check: the venue's own list of our orders.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use hl_client::InfoError;
use hl_engine::CloidTag;
use hl_quant::{Price, Side, Size};
use hl_specs::Universe;
use hl_wire::info::OrderDoc;
use hl_wire::{AssetId, CancelByCloid, CancelByOid, Cloid, Fast, Oid, Outcome, TradingAction};
use tokio::time::Instant;

use super::tasks::Link;

/// Between two rounds: several blocks, so that what was in flight has landed.
const PAUSE: Duration = Duration::from_millis(500);
/// The longest pause after questions that were not answered; it doubles from [`PAUSE`].
const PAUSE_MAX: Duration = Duration::from_secs(2);
/// One question or one cancel takes no longer than this: a venue that hangs must leave time for
/// another try.
const PATIENCE: Duration = Duration::from_secs(3);
/// Cancels in one action: their weight stays at one unit ("Rate limits and user limits").
const CHUNK: usize = 39;

/// An order that may be open at the venue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Left {
    pub(crate) coin: String,
    /// `None` where the market is not known any more.
    pub(crate) asset: Option<AssetId>,
    pub(crate) side: Side,
    pub(crate) price: Price,
    pub(crate) size: Size,
    pub(crate) oid: Option<Oid>,
    pub(crate) cloid: Option<Cloid>,
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} at {}", self.coin, self.side, self.size, self.price)?;
        match (self.oid, self.cloid) {
            (Some(oid), _) => write!(f, " (oid {})", oid.0),
            (None, Some(cloid)) => write!(f, " ({cloid})"),
            (None, None) => Ok(()),
        }
    }
}

/// What the venue says at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Remaining {
    /// It was asked, and these are open.
    Confirmed(Vec<Left>),
    /// It could not be asked.
    Unknown {
        /// Why.
        why: String,
        /// What may be open, as far as we knew ourselves.
        known: Vec<Left>,
    },
}

impl Remaining {
    /// How many are open by the venue's list.
    pub(crate) fn count(&self) -> Option<usize> {
        match self {
            Self::Confirmed(left) => Some(left.len()),
            Self::Unknown { .. } => None,
        }
    }

    /// Whether the venue has confirmed that nothing is left.
    pub(crate) fn is_nothing(&self) -> bool {
        matches!(self, Self::Confirmed(left) if left.is_empty())
    }
}

/// What to do about orders that may be left.
pub(crate) const HINT: &str =
    "mm-bot cancel-all asks the venue and cancels what is left, as soon as it answers";

/// Names at most this many orders in one message.
const NAMED: usize = 20;

impl Remaining {
    /// What is not confirmed to be gone, by name; `None` if nothing is left.
    pub(crate) fn unconfirmed(&self) -> Option<String> {
        let named = |left: &[Left]| {
            let names: Vec<String> = left.iter().take(NAMED).map(ToString::to_string).collect();
            let more = left.len().saturating_sub(NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("{}{more}", names.join(", "))
        };
        match self {
            Self::Confirmed(left) if left.is_empty() => None,
            Self::Confirmed(left) => {
                let n = left.len();
                Some(format!("{n} of our orders are still open: {}", named(left)))
            }
            Self::Unknown { why, known } if known.is_empty() => Some(format!(
                "the venue could not be asked for open orders ({why}); we knew of none, and it has \
                 confirmed nothing"
            )),
            Self::Unknown { why, known } => Some(format!(
                "the venue could not be asked for open orders ({why}); not confirmed to be \
                 cancelled: {}",
                named(known)
            )),
        }
    }
}

/// What a sweep has done.
#[derive(Debug)]
pub(crate) struct Swept {
    pub(crate) remaining: Remaining,
    /// Every order that was on a list.
    pub(crate) found: BTreeSet<Oid>,
    /// Orders whose cancel the venue has accepted.
    pub(crate) cancelled: BTreeSet<Oid>,
    /// Orders of the account that were left alone, by the last list.
    pub(crate) foreign: usize,
    /// What the venue said last to a cancel that it refused.
    pub(crate) refused: Option<String>,
}

/// Whether an empty list can be believed at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// The engine has stopped in order: nothing is on its way.
    None,
    /// Requests may have been cut off half way: look twice.
    InFlight,
}

/// Which orders are swept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// Those that carry our mark. Those of a human, or of another bot, are not ours to cancel.
    Ours,
    /// Every order of the account.
    All,
}

/// One sweep: asks the venue for the open orders and cancels what there is, by the venue's ids,
/// again and again until none is left or the time is up.
pub(crate) struct Sweep<'a> {
    pub(crate) link: &'a Link,
    pub(crate) universe: &'a Universe,
    pub(crate) whose: Whose,
    /// Two empty answers in a row are wanted when requests may have been in flight.
    pub(crate) doubt: Doubt,
    pub(crate) until: Instant,
    /// What is cancelled by name, blindly, while the list cannot be had.
    pub(crate) known: Vec<Left>,
}

impl Sweep<'_> {
    /// Sweeps. Ends by its deadline, whatever the venue does.
    pub(crate) async fn run(&self) -> Swept {
        let mut swept = Swept {
            remaining: self.unknown("not asked".to_owned()),
            found: BTreeSet::new(),
            cancelled: BTreeSet::new(),
            foreign: 0,
            refused: None,
        };
        let (mut empty, mut pause) = (0, PAUSE);
        loop {
            match self.list().await {
                Ok((wanted, foreign)) => {
                    pause = PAUSE;
                    swept.foreign = foreign;
                    swept.found.extend(wanted.iter().filter_map(|order| order.oid));
                    empty = if wanted.is_empty() { empty + 1 } else { 0 };
                    swept.remaining = Remaining::Confirmed(wanted.clone());
                    if empty > usize::from(self.doubt == Doubt::InFlight) {
                        return swept;
                    }
                    self.cancel(&wanted, &mut swept).await;
                }
                Err(why) => {
                    // What the last list showed says nothing about now.
                    swept.remaining = self.unknown(why);
                    self.cancel_blindly().await;
                    pause = (pause * 2).min(PAUSE_MAX);
                }
            }
            if Instant::now() + pause >= self.until {
                return swept;
            }
            tokio::time::sleep(pause).await;
        }
    }

    fn unknown(&self, why: String) -> Remaining {
        Remaining::Unknown { why, known: self.known.clone() }
    }

    fn patience(&self) -> Instant {
        (Instant::now() + PATIENCE).min(self.until)
    }

    /// The orders to cancel, and how many others there are.
    async fn list(&self) -> Result<(Vec<Left>, usize), String> {
        let question = self.link.info.frontend_open_orders(self.link.account, None);
        let answer: Result<Vec<OrderDoc>, InfoError> =
            tokio::time::timeout_at(self.patience(), question)
                .await
                .map_err(|_| "no answer in time".to_owned())?;
        let all = answer.map_err(|error| error.to_string())?;
        let tag = CloidTag::default();
        let wanted = |order: &OrderDoc| {
            self.whose == Whose::All || order.cloid.is_some_and(|cloid| tag.owns(cloid))
        };
        let (wanted, foreign): (Vec<_>, Vec<_>) = all.into_iter().partition(wanted);
        Ok((wanted.into_iter().map(|order| self.left(order)).collect(), foreign.len()))
    }

    fn left(&self, order: OrderDoc) -> Left {
        let asset = self.universe.get(&order.coin).map(|market| market.asset);
        let OrderDoc { coin, side, limit_px, sz, oid, cloid, .. } = order;
        Left { coin, asset, side, price: limit_px, size: sz, oid: Some(oid), cloid }
    }

    async fn cancel(&self, orders: &[Left], swept: &mut Swept) {
        let cancels: Vec<CancelByOid> = orders
            .iter()
            .filter_map(|order| Some(CancelByOid { a: order.asset?, o: order.oid? }))
            .collect();
        for chunk in cancels.chunks(CHUNK) {
            let action = TradingAction::cancel(chunk.to_vec(), Fast::Yes);
            for (cancel, outcome) in chunk.iter().zip(self.send(&action).await) {
                match outcome {
                    Outcome::Accepted { .. } => drop(swept.cancelled.insert(cancel.o)),
                    Outcome::Rejected { text, .. } => swept.refused = Some(text.into()),
                    // The next round asks what is left.
                    Outcome::Unknown { .. } => {}
                }
            }
        }
    }

    /// A venue that answers no question may still take cancels. Nothing is believed for it.
    async fn cancel_blindly(&self) {
        let cancels: Vec<CancelByCloid> = self
            .known
            .iter()
            .filter_map(|order| Some(CancelByCloid { asset: order.asset?, cloid: order.cloid? }))
            .collect();
        for chunk in cancels.chunks(CHUNK) {
            let action = TradingAction::cancel_by_cloid(chunk.to_vec(), Fast::Yes);
            drop(self.send(&action).await);
        }
    }

    async fn send(&self, action: &TradingAction) -> Vec<Outcome> {
        let sending = self.link.exchange.send(action, None);
        match tokio::time::timeout_at(self.patience(), sending).await {
            Ok(Ok(receipt)) => receipt.outcome.outcomes,
            Ok(Err(_)) | Err(_) => Vec::new(),
        }
    }
}
