//! How much of its freedom the engine has left, and why.

use std::fmt;

use crate::Ppm;

/// How much the engine may do, in one market or in all of them. The worst of all that apply counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// Quote.
    #[default]
    Normal,
    /// Quote this much further from the fair price.
    Widen(Ppm),
    /// Only the side that reduces the position quotes, and no more than the position.
    OneSided,
    /// Nothing new; what rests is cancelled.
    CancelOnly,
    /// The same, and positions are closed.
    Flatten,
    /// The same without closing, until the operator's word. It survives a restart.
    Halt,
}

impl Grade {
    /// The word in log lines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Widen(_) => "widen",
            Self::OneSided => "one_sided",
            Self::CancelOnly => "cancel_only",
            Self::Flatten => "flatten",
            Self::Halt => "halt",
        }
    }
}

impl fmt::Display for Grade {
    /// The word; a widening with its distance in basis points: `widen:10`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Widen(by) => write!(f, "widen:{by}"),
            other => f.write_str(other.code()),
        }
    }
}

/// Why a grade is what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// Nothing is wrong.
    Clear,
    /// The operator said so.
    Operator,
    /// The shell started too often in a short time.
    SafeMode,
    /// The journal of an earlier run was damaged: a halt may have stood there.
    JournalDamaged,
    /// An earlier run halted for a reason that this version does not know.
    Earlier,
    /// The loss since the day began.
    DailyLoss,
    /// The loss since the best moment.
    Drawdown,
    /// The account fell, and nobody has said yet why.
    Unexplained,
    /// A number that a limit needs is missing or out of range.
    NotComputable,
    /// Free margin, or the distance to liquidation.
    Margin,
    /// What fills were worth a little later.
    Markout,
    /// Refusals that are not races.
    Rejects,
    /// The venue's clock and ours.
    Skew,
    /// The journal takes no records.
    Journal,
    /// The request budget: what is left is kept for cancels and for what reduces.
    Budget,
    /// The positions have been closed, on somebody's word.
    Flattened,
    /// Rotation is leaving the market.
    Rotation,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Self; 17] = [
        Self::Clear,
        Self::Operator,
        Self::SafeMode,
        Self::JournalDamaged,
        Self::Earlier,
        Self::DailyLoss,
        Self::Drawdown,
        Self::Unexplained,
        Self::NotComputable,
        Self::Margin,
        Self::Markout,
        Self::Rejects,
        Self::Skew,
        Self::Journal,
        Self::Budget,
        Self::Flattened,
        Self::Rotation,
    ];

    /// The word in log lines and in the journal.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Operator => "operator",
            Self::SafeMode => "safe_mode",
            Self::JournalDamaged => "journal_damaged",
            Self::Earlier => "earlier",
            Self::DailyLoss => "daily_loss",
            Self::Drawdown => "drawdown",
            Self::Unexplained => "unexplained",
            Self::NotComputable => "not_computable",
            Self::Margin => "margin",
            Self::Markout => "markout",
            Self::Rejects => "rejects",
            Self::Skew => "skew",
            Self::Journal => "journal",
            Self::Budget => "budget",
            Self::Flattened => "flattened",
            Self::Rotation => "rotation",
        }
    }

    /// Whether it is a number that can hover around its limit. The others are states: they are over
    /// when they are over.
    pub(crate) const fn lingers(self) -> bool {
        match self {
            Self::DailyLoss
            | Self::Drawdown
            | Self::Margin
            | Self::Markout
            | Self::Rejects
            | Self::Skew
            | Self::Budget => true,
            Self::Clear
            | Self::Operator
            | Self::SafeMode
            | Self::JournalDamaged
            | Self::Earlier
            | Self::Unexplained
            | Self::NotComputable
            | Self::Journal
            | Self::Flattened
            | Self::Rotation => false,
        }
    }

    /// The cause of that word; `None` for a word of another version.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.code() == code)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
