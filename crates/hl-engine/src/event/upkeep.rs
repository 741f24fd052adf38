//! The lines about the work behind the quotes: burnt nonces, retries, races, budgets, the clock.

use std::fmt::{self, Formatter};

use hl_quant::{Millis, Price, Side};
use hl_wire::{Cloid, RejectCode};

use super::line::{Stamp, label};
use crate::{BudgetView, IntentId, Pair, RequestId, Rule};

/// How far the burning of a nonce got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BurnStage {
    /// The `noop` is about to be sent.
    Sent,
    /// It was accepted: the command can never execute.
    Done,
    /// The nonce was used already: the command reached a block, or an earlier burn did.
    Used,
    /// No answer, or one that says nothing: it is sent again.
    Again,
}

/// A refused tick or lot, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuardLine {
    /// Where.
    pub pair: Pair,
    /// The logical order.
    pub intent: IntentId,
    /// The order that was refused, or the one that was sent in its place.
    pub cloid: Cloid,
    /// How far the guard got.
    pub stage: GuardStage,
}

/// How far the retry guard got with a refused order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuardStage {
    /// The venue refused the order; the spec is being fetched anew.
    Retry(RejectCode),
    /// The second order was accepted.
    Success,
    /// There will be no (further) second order, because.
    Exhausted(GuardEnd),
}

/// Why the retry guard gave an order up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuardEnd {
    /// The second order was refused too, with this code.
    Rejected(RejectCode),
    /// The second order's outcome was unknown and it was never found, or it never left.
    Lost,
    /// The venue's rules are the same as before: the same order would be refused again.
    SpecUnchanged,
    /// No new rules came in time.
    NoSpec,
    /// The wish is not legal under the new rules: too small, or no price behind the touch.
    NotLegal,
    /// A rule of the gate stopped the second order.
    Gate(Rule),
    /// The market does not quote any more.
    NotQuoting,
    /// The order that it was to replace is still in doubt.
    OldInDoubt,
    /// It has been sent as often as it may be.
    Spent,
}

/// A lost race for the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RaceLine {
    /// Where.
    pub pair: Pair,
    /// Which order.
    pub cloid: Cloid,
    /// Its side.
    pub side: Side,
    /// Its price.
    pub price: Price,
    /// The best bid and ask in the venue's words, if it told them.
    pub told: Option<(Price, Price)>,
    /// Whether the market re-prices at once or has to wait.
    pub pace: RacePace,
}

/// What a lost race is followed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RacePace {
    /// A new price, as soon as the market's own interval allows.
    Free,
    /// Too many lost races: nothing is placed before this moment.
    Until(Millis),
}

/// Why the state of the budget is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BudgetNews {
    /// The venue has told the count, at most once a minute.
    Runway,
    /// The address has used up its requests: quoting stops, cancels go on.
    Throttled,
    /// It has requests again.
    Free,
}

/// What was wrong with the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockNews {
    /// More than a second passed without an input: the machine slept, or the process was stopped.
    Pause,
    /// A moment before the last one was told.
    Back,
}

/// The old system's three lines with their keys in their order; ours follow behind.
pub(super) fn guard(g: &GuardLine, at: &Stamp<'_>, f: &mut Formatter<'_>) -> fmt::Result {
    let pair = &g.pair;
    match g.stage {
        GuardStage::Retry(code) => {
            // Without the code: it stands in the attempt's terminal line and nowhere else, so that
            // `grep -c E_TICK` counts refused orders.
            write!(f, "retry_guard pair={pair} attempt=1/1 reason={}", label(code))?;
        }
        GuardStage::Success => {
            write!(f, "retry_guard_success pair={pair} attempt=1 result=success")?;
        }
        GuardStage::Exhausted(end) => {
            let attempts = u8::from(end.was_sent());
            write!(
                f,
                "retry_guard_exhausted pair={pair} attempts={attempts} result=failed why={}",
                end.code()
            )?;
            match end {
                GuardEnd::Rejected(code) => write!(f, " err={}", label(code))?,
                GuardEnd::Gate(rule) => write!(f, " rule={}", rule.code())?,
                _ => {}
            }
        }
    }
    write!(f, " {at} intent={} cloid={}", g.intent, g.cloid)
}

pub(super) fn burn(
    of: RequestId,
    stage: BurnStage,
    at: &Stamp<'_>,
    f: &mut Formatter<'_>,
) -> fmt::Result {
    let word = match stage {
        BurnStage::Sent => "sent",
        BurnStage::Done => "done",
        BurnStage::Used => "used",
        BurnStage::Again => "again",
    };
    write!(f, "burn_evt={word} {at} of={of}")
}

pub(super) fn clock(
    news: ClockNews,
    by_ms: u64,
    at: &Stamp<'_>,
    f: &mut Formatter<'_>,
) -> fmt::Result {
    let word = match news {
        ClockNews::Pause => "pause",
        ClockNews::Back => "back",
    };
    write!(f, "clock_evt={word} {at} by={by_ms}ms")
}

pub(super) fn race(r: &RaceLine, at: &Stamp<'_>, f: &mut Formatter<'_>) -> fmt::Result {
    let RaceLine { pair, cloid, side, price, told, pace } = r;
    write!(f, "race_evt=post_only {at} cloid={cloid} pair={pair} side={side} px={price}")?;
    match told {
        Some((bid, ask)) => write!(f, " bid={bid} ask={ask}")?,
        None => f.write_str(" bid=none ask=none")?,
    }
    match pace {
        RacePace::Free => f.write_str(" wait=none"),
        RacePace::Until(until) => write!(f, " wait={until}"),
    }
}

pub(super) fn budget(
    news: BudgetNews,
    view: &BudgetView,
    at: &Stamp<'_>,
    f: &mut Formatter<'_>,
) -> fmt::Result {
    let word = match news {
        BudgetNews::Runway => "runway",
        BudgetNews::Throttled => "throttled",
        BudgetNews::Free => "free",
    };
    write!(f, "budget_evt={word} {at}")?;
    match view.left {
        Some(left) => write!(f, " left={left}")?,
        None => f.write_str(" left=unknown")?,
    }
    match view.cap {
        Some(cap) => write!(f, " cap={cap}")?,
        None => f.write_str(" cap=unknown")?,
    }
    write!(f, " per_hour={}", view.per_hour)?;
    match view.runway_hours() {
        Some(hours) => write!(f, " runway_h={hours}")?,
        None => f.write_str(" runway_h=endless")?,
    }
    write!(f, " price={} weight={}", view.price, view.weight_left)
}

impl GuardEnd {
    /// The word in log lines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Rejected(_) => "rejected",
            Self::Lost => "lost",
            Self::SpecUnchanged => "spec_unchanged",
            Self::NoSpec => "no_spec",
            Self::NotLegal => "not_legal",
            Self::Gate(_) => "gate",
            Self::NotQuoting => "not_quoting",
            Self::OldInDoubt => "old_in_doubt",
            Self::Spent => "spent",
        }
    }

    /// Whether the second order was sent.
    #[must_use]
    pub const fn was_sent(self) -> bool {
        matches!(self, Self::Rejected(_) | Self::Lost)
    }
}
