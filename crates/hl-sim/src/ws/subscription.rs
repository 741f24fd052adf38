//! What a client can subscribe to.

use hl_wire::Address;
use serde::{Deserialize, Serialize};

use crate::core::Core;
use crate::info::market::BookStyle;

/// A subscription as it is asked for and, with its defaults filled in, as it is echoed.
///
/// The order of the variants is the order in which a block's messages go out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum Subscription {
    OrderUpdates {
        user: Address,
    },
    UserFills {
        user: Address,
        #[serde(default)]
        aggregate_by_time: bool,
    },
    UserEvents {
        user: Address,
    },
    UserFundings {
        user: Address,
    },
    UserNonFundingLedgerUpdates {
        user: Address,
    },
    Notification {
        user: Address,
    },
    Bbo {
        coin: String,
    },
    L2Book {
        coin: String,
        #[serde(default)]
        n_sig_figs: Option<u32>,
        #[serde(default)]
        mantissa: Option<u32>,
        #[serde(default, skip_serializing_if = "is_false")]
        fast: bool,
    },
    Trades {
        coin: String,
    },
    ActiveAssetCtx {
        coin: String,
    },
    AllMids {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        dex: Option<String>,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

impl Subscription {
    /// The account it is about.
    pub(crate) const fn user(&self) -> Option<Address> {
        match self {
            Self::OrderUpdates { user }
            | Self::UserFills { user, .. }
            | Self::UserEvents { user }
            | Self::UserFundings { user }
            | Self::UserNonFundingLedgerUpdates { user }
            | Self::Notification { user } => Some(*user),
            Self::Bbo { .. }
            | Self::L2Book { .. }
            | Self::Trades { .. }
            | Self::ActiveAssetCtx { .. }
            | Self::AllMids { .. } => None,
        }
    }

    /// Whether it begins with a snapshot of what has happened (`isSnapshot`).
    pub(crate) const fn has_history(&self) -> bool {
        matches!(
            self,
            Self::UserFills { .. }
                | Self::UserFundings { .. }
                | Self::UserNonFundingLedgerUpdates { .. }
        )
    }

    /// The market it is about.
    pub(crate) fn coin(&self) -> Option<&str> {
        match self {
            Self::Bbo { coin }
            | Self::L2Book { coin, .. }
            | Self::Trades { coin }
            | Self::ActiveAssetCtx { coin } => Some(coin),
            _ => None,
        }
    }

    /// How a book subscriber wants the book.
    pub(crate) const fn style(&self) -> Option<BookStyle> {
        match self {
            Self::L2Book { n_sig_figs, mantissa, fast, .. } => {
                Some(BookStyle { n_sig_figs: *n_sig_figs, mantissa: *mantissa, fast: *fast })
            }
            _ => None,
        }
    }

    /// Whether the exchange has what is asked for.
    pub(crate) fn is_valid(&self, core: &Core) -> bool {
        let market = self.coin().is_none_or(|coin| core.market_by_coin(coin).is_some());
        let style = self.style().is_none_or(BookStyle::is_valid);
        let dex = !matches!(self, Self::AllMids { dex: Some(dex) } if !dex.is_empty());
        market && style && dex
    }

    /// Milliseconds between pushes, for those that are pushed by the clock.
    pub(crate) const fn interval(&self, core: &Core) -> Option<u64> {
        let streams = core.config.streams;
        match self {
            Self::L2Book { fast: true, .. } => Some(streams.l2_fast_ms),
            Self::L2Book { fast: false, .. } => Some(streams.l2_ms),
            Self::AllMids { .. } | Self::ActiveAssetCtx { .. } => Some(streams.mids_ms),
            _ => None,
        }
    }

    /// The JSON that the exchange echoes.
    pub(crate) fn echo(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Subscription;

    #[test]
    fn the_echo_fills_in_the_defaults() {
        for (asked, echoed) in [
            (
                r#"{"coin":"BTC","type":"l2Book"}"#,
                r#"{"type":"l2Book","coin":"BTC","nSigFigs":null,"mantissa":null}"#,
            ),
            (
                r#"{"type":"userFills","user":"0x70997970C51812DC3A010C7D01B50E0D17DC79C8"}"#,
                r#"{"type":"userFills","user":"0x70997970c51812dc3a010c7d01b50e0d17dc79c8","aggregateByTime":false}"#,
            ),
            (r#"{"type":"allMids"}"#, r#"{"type":"allMids"}"#),
        ] {
            let subscription: Subscription = serde_json::from_str(asked).unwrap();
            assert_eq!(subscription.echo(), echoed);
        }
    }
}
