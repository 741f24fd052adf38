//! Trading actions that somebody else wrote.

use serde::Serialize;

use crate::action::Action;

/// A trading action as a foreign document: kept literally, its numbers not checked against any grid.
///
/// The same kinds as [`crate::TradingAction`], and the forms of them that it cannot express: trigger
/// orders, grouped orders, TWAP orders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ForeignTrading(Action);

/// An action that is not trading: it moves money, or changes who controls the account. Do not retry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a trading action: {kind:?}")]
pub struct NotTrading {
    /// Its `type`.
    pub kind: Box<str>,
}

impl ForeignTrading {
    /// The action.
    #[must_use]
    pub const fn action(&self) -> &Action {
        &self.0
    }
}

impl TryFrom<Action> for ForeignTrading {
    type Error = NotTrading;

    fn try_from(action: Action) -> Result<Self, NotTrading> {
        match action {
            Action::Order(_)
            | Action::Cancel(_)
            | Action::CancelByCloid(_)
            | Action::Modify(_)
            | Action::BatchModify(_)
            | Action::ScheduleCancel(_)
            | Action::UpdateLeverage(_)
            | Action::UpdateIsolatedMargin(_)
            | Action::TopUpIsolatedOnlyMargin(_)
            | Action::Noop
            | Action::ReserveRequestWeight(_)
            | Action::TwapOrder(_)
            | Action::TwapCancel(_) => Ok(Self(action)),
            other => Err(NotTrading { kind: crate::ids::excerpt(other.kind()) }),
        }
    }
}
