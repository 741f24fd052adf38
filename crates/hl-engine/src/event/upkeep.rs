//! The lines about the work behind the quotes: retries, races, budgets.

use std::fmt::{self, Formatter};

use super::{
    BudgetNews, GuardEnd, GuardLine, GuardStage, RaceLine, RacePace,
    line::{Refusal, Stamp, label},
};
use crate::BudgetView;

/// The old system's three lines with their keys in their order; ours follow behind.
pub(super) fn guard(g: &GuardLine, at: &Stamp<'_>, f: &mut Formatter<'_>) -> fmt::Result {
    let pair = &g.pair;
    match g.stage {
        GuardStage::Retry(code) => {
            let (word, code) = (label(code), code.code());
            write!(f, "retry_guard pair={pair} attempt=1/1 reason=\"{word} {code}\"")?;
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
                GuardEnd::Rejected(code) => write!(f, " {}", Refusal(code))?,
                GuardEnd::Gate(rule) => write!(f, " rule={}", rule.code())?,
                _ => {}
            }
        }
    }
    write!(f, " {at} intent={} cloid={}", g.intent, g.cloid)
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
