//! What happened, as values that print as one log line each.

mod line;
mod risk;
mod rotation;
mod signal;
mod time;
mod upkeep;

use std::fmt;

use hl_quant::{Millis, Notional, Price, QuantFields, Reject, Side, SignedSize, Size};
use hl_wire::{Cloid, Oid, ReduceOnly, RejectCode, Tif};

pub use risk::{DeadManLine, ExitLine, FlattenLine, GradeLine, Warning};
pub use rotation::{FollowedLine, Move, Real, RotationLine, ScoreLine, Wait};
pub use signal::{MarkLine, SignalLine, Switch};
pub use time::Timestamp;
pub use upkeep::{
    BudgetNews, BurnStage, ClockNews, GuardEnd, GuardLine, GuardStage, RaceLine, RacePace,
};

use crate::{
    BudgetView, DayMark, Halt, IntentId, Liquidity, NoQuote, Pair, Ppm, RequestId, Rule, Usd,
};

/// One thing that happened, and when. `Display` is its log line: `key=value` pairs separated by
/// single spaces, keys and order as the operators' scripts know them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When the engine saw it.
    pub at: Millis,
    /// What it was.
    pub kind: EventKind,
}

/// What happened. The name of each variant's line is given first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// `quant_evt=attempt`: an order passed the gate and is about to be sent.
    Attempt(Attempt),
    /// `quant_evt=submit`: the end of an attempt. Each attempt has exactly one.
    Submit(Submit),
    /// `quant_evt=below_min`: a wanted quote is too small for the venue. Once per change.
    BelowMin(BelowMin),
    /// `fill_evt=maker` or `fill_evt=taker`: a trade of ours, each once.
    Fill(FillLine),
    /// `cancel_evt=sent|ok|reject|unknown|venue`.
    Cancel(CancelLine),
    /// `order_evt=unknown`: an order's fate is not known; its exposure stays reserved.
    Unknown {
        /// Where.
        pair: Pair,
        /// Which order.
        cloid: Cloid,
        /// Why it is not known.
        why: Doubt,
    },
    /// `order_evt=gone`: an order that the venue took can trade no more, and all that it traded is
    /// known. A later run need not look for it.
    Gone {
        /// Where.
        pair: Pair,
        /// Which order.
        cloid: Cloid,
    },
    /// `burn_evt=sent|done|used|again`: an order's nonce is being used up, so that it cannot take
    /// effect any more.
    Burn {
        /// The command whose nonce it is.
        of: RequestId,
        /// How far that got.
        stage: BurnStage,
    },
    /// `retry_guard`, `retry_guard_success`, `retry_guard_exhausted`: a refused tick or lot and what
    /// came of the one retry. The first keys are the old system's.
    Guard(GuardLine),
    /// `race_evt=post_only`: the venue refused a post-only order because its book had moved.
    Race(RaceLine),
    /// `budget_evt=runway|throttled|free`: how long the requests last.
    Budget {
        /// Why now.
        news: BudgetNews,
        /// The figures.
        figures: BudgetView,
    },
    /// `clock_evt=pause|back`: time did not pass as announced. A pause counts as a reconnect.
    Clock {
        /// Which.
        news: ClockNews,
        /// By how many milliseconds.
        by_ms: u64,
    },
    /// `gate_evt=stop`: an order was stopped before it left.
    Gate(GateStop),
    /// `quote_evt=start`: a market begins to quote.
    QuoteStart {
        /// Where.
        pair: Pair,
        /// Around what.
        fair: Price,
        /// The market's own spread.
        spread: Ppm,
    },
    /// `quote_evt=stop`: a market does not quote, because. Once per change of reason.
    QuoteStop {
        /// Where.
        pair: Pair,
        /// Why.
        reason: NoQuote,
    },
    /// `recon_evt=...`: our state against the venue's.
    Recon(ReconLine),
    /// `spec_evt=change`: the venue changed a market's rules.
    SpecChange {
        /// Where.
        pair: Pair,
        /// The local tick around the fair price before, if known.
        lot_from: Size,
        /// The lot now.
        lot_to: Size,
    },
    /// `dead_man_evt=armed|refused|doubtful|fired|exhausted|cleared`.
    DeadMan(DeadManLine),
    /// `risk_evt=grade`: what the engine may do has changed, and by which number.
    Grade(GradeLine),
    /// `risk_evt=warn`: a number is worth a look.
    Warning(Warning),
    /// `risk_evt=exit`: the closing of a position has ended.
    Exit(ExitLine),
    /// `risk_evt=flatten`: the closing of all positions has begun or ended, restarts included.
    Flatten(FlattenLine),
    /// `risk_evt=day`: what losses are measured from has changed.
    DayMark(DayMark),
    /// `halt_evt=halt|resume|flatten|stop`: the operator's word was heard.
    Operator(crate::Operator),
    /// `halt_evt=latch`: nothing is quoted until the operator's word, restarts included.
    Halt(Halt),
    /// `halt_evt=stopped`: quoting has ended. `remaining=0` is confirmed by the venue.
    Stopped {
        /// Orders of ours that may still be live.
        remaining: u32,
    },
    /// `rotation_evt=...`: which markets are quoted, and why.
    Rotation(RotationLine),
    /// `signal_evt=heard|refused|marked|coverage|off|on|misleads`: opinions about markets and what followed.
    Signal(SignalLine),
    /// `audit_evt=...`: an input that made no sense was ignored.
    Audit {
        /// Where, if the input said so.
        pair: Option<Pair>,
        /// What was wrong with it, in a few fixed words joined by `_`.
        what: &'static str,
    },
}

/// An order about to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Counts the attempts of this run from 1.
    pub seq: u64,
    /// The wish that it serves: one logical order. A retry has the same.
    pub intent: IntentId,
    /// Where.
    pub pair: Pair,
    /// Which side.
    pub side: Side,
    /// `Alo`, except while positions are closed.
    pub tif: Tif,
    /// Whether it may open a position (`ro`).
    pub reduce_only: ReduceOnly,
    /// Its name.
    pub cloid: Cloid,
    /// At what price.
    pub price: Price,
    /// How much.
    pub size: Size,
    /// Price and size on the local tick and lot.
    pub quant: QuantFields,
    /// 1, or 2 for the one retry that a tick rejection allows.
    pub tries: u8,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submit {
    /// The attempt's number.
    pub seq: u64,
    /// The order's name.
    pub cloid: Cloid,
    /// Where.
    pub pair: Pair,
    /// Which side.
    pub side: Side,
    /// `Alo`, except while positions are closed.
    pub tif: Tif,
    /// Whether it may open a position (`ro`).
    pub reduce_only: ReduceOnly,
    /// Price and size on the local tick and lot.
    pub quant: QuantFields,
    /// How it ended.
    pub end: SubmitEnd,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubmitEnd {
    /// The venue took the order.
    Accepted,
    /// The venue refused it.
    Rejected(RejectCode),
    /// It never left this machine.
    NeverSent,
    /// Its outcome was unknown, and the venue then said repeatedly that there is no such order.
    NotFound,
    /// Its outcome was still unknown when the engine had to stop.
    Unresolved,
}

impl SubmitEnd {
    /// Whether there is no such order, so that nobody has to look for it later.
    pub(crate) const fn is_off_record(self) -> bool {
        matches!(self, Self::Rejected(_) | Self::NeverSent | Self::NotFound)
    }
}

/// A wanted quote that is too small.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BelowMin {
    /// Where.
    pub pair: Pair,
    /// Which side.
    pub side: Side,
    /// Price and size on the local tick and lot; the size is zero if not one lot fits.
    pub quant: QuantFields,
    /// What it would be worth.
    pub notional: Notional,
    /// What it must be worth.
    pub min: Notional,
    /// Which minimum.
    pub reject: Reject,
}

/// A trade of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FillLine {
    /// Where.
    pub pair: Pair,
    /// Our side.
    pub side: Side,
    /// At what price.
    pub price: Price,
    /// How much.
    pub size: Size,
    /// Our part in it.
    pub liquidity: Liquidity,
    /// What it cost.
    pub fee: Usd,
    /// The venue's id of the trade.
    pub tid: u64,
    /// The venue's id of the order.
    pub oid: Oid,
    /// Our order, if it is one of this run.
    pub cloid: Option<Cloid>,
    /// The position after it.
    pub position: SignedSize,
}

/// Something about a cancel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancelLine {
    /// Where.
    pub pair: Pair,
    /// Which order.
    pub cloid: Cloid,
    /// What about it.
    pub stage: CancelStage,
}

/// How far a cancel got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelStage {
    /// It is about to be sent.
    Sent,
    /// The venue confirmed it.
    Done,
    /// The venue refused it; the order's state is asked for.
    Rejected(RejectCode),
    /// Its outcome is not known; it is sent again.
    Unknown,
    /// The venue took the order off the book without being asked.
    ByVenue,
}

/// Why an order's fate is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The shell said so: an error that is no answer.
    Reply,
    /// There was no answer in time.
    Timeout,
    /// A cancel found no such order.
    CancelMissed,
    /// It is not in the venue's list of open orders.
    NotListed,
    /// The request was refused for a reason of its own: a used nonce, an expiry, a limit, a signer.
    TurnedAway(RejectCode),
}

/// An order that the gate stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateStop {
    /// Where.
    pub pair: Pair,
    /// Which side.
    pub side: Side,
    /// At what price.
    pub price: Price,
    /// How much.
    pub size: Size,
    /// The first rule that it broke.
    pub rule: Rule,
    /// What it has.
    pub have: Figure,
    /// What it may have.
    pub limit: Figure,
}

/// A number in an event, in its own unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// Nothing to say.
    None,
    /// A price.
    Price(Price),
    /// A size.
    Size(Size),
    /// A signed size.
    Signed(SignedSize),
    /// Money.
    Notional(Notional),
    /// A count.
    Count(u64),
    /// Milliseconds.
    Ms(u64),
    /// A ratio; printed in basis points.
    Ppm(Ppm),
    /// Signed money.
    Usd(Usd),
    /// A state, in a few fixed words joined by `_`.
    Word(&'static str),
}

/// Our state against the venue's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReconLine {
    /// `recon_evt=ok`: orders, positions and fills have been read; quoting may start.
    Ok {
        /// Our open orders that this run did not place; they are being cancelled.
        orphans: u32,
        /// Open orders that are not ours; they are left alone.
        foreign: u32,
    },
    /// `recon_evt=orphan`: an order of an earlier run was found live.
    Orphan {
        /// Where.
        pair: Pair,
        /// Which.
        cloid: Cloid,
    },
    /// `recon_evt=foreign`: what orders that are not ours offer has changed. They count as exposure
    /// and are left alone.
    Foreign {
        /// Where.
        pair: Pair,
        /// How many there are.
        orders: u32,
        /// What they may buy.
        bids: Size,
        /// What they may sell.
        asks: Size,
    },
    /// `recon_evt=carried`: an order of an earlier run whose end is not on record. It counts as
    /// exposure until the venue's word settles it.
    Carried {
        /// Where.
        pair: Pair,
        /// Which.
        cloid: Cloid,
    },
    /// `recon_evt=fills`: every fill before a moment has been counted.
    Fills {
        /// The moment.
        through: Millis,
    },
    /// `recon_evt=position`: the position was not what we thought. The venue's stands.
    Position {
        /// Where.
        pair: Pair,
        /// What we had counted.
        local: SignedSize,
        /// What the venue says.
        venue: SignedSize,
    },
    /// `recon_evt=overfill`: more traded than an order was for.
    Overfill {
        /// Where.
        pair: Pair,
        /// Which.
        cloid: Cloid,
        /// What it was for.
        original: Size,
        /// What has traded.
        filled: Size,
    },
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        line::write(self, f)
    }
}
