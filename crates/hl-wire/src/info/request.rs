//! What asks for the documents.

use serde::{Deserialize, Serialize};

use crate::ids::{Address, OrderRef};

/// Body of a POST to `/info`. Addresses are those of the account, never of its agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
#[expect(missing_docs, reason = "the fields are the exchange's own words")]
pub enum InfoRequest {
    /// Perpetuals of a dex; absent is the first.
    Meta {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        dex: Option<String>,
    },
    /// The same with their state.
    MetaAndAssetCtxs {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        dex: Option<String>,
    },
    /// Spot tokens and pairs.
    SpotMeta,
    /// The same with their state.
    SpotMetaAndAssetCtxs,
    /// Builder dexes.
    PerpDexs,
    /// Mid prices of a dex.
    AllMids {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        dex: Option<String>,
    },
    /// A book, optionally aggregated to 2..=5 significant figures.
    L2Book {
        coin: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        n_sig_figs: Option<u8>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mantissa: Option<u8>,
    },
    /// Latest trades.
    RecentTrades { coin: String },
    /// Candles.
    CandleSnapshot { req: CandleRequest },
    /// Hourly funding rates.
    FundingHistory {
        coin: String,
        start_time: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        end_time: Option<u64>,
    },
    /// Positions and margin on a dex.
    ClearinghouseState {
        user: Address,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        dex: Option<String>,
    },
    /// Tokens held.
    SpotClearinghouseState { user: Address },
    /// Open orders on a dex.
    OpenOrders {
        user: Address,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        dex: Option<String>,
    },
    /// The same with more fields.
    FrontendOpenOrders {
        user: Address,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        dex: Option<String>,
    },
    /// One order, by either id.
    OrderStatus { user: Address, oid: OrderRef },
    /// Past orders.
    HistoricalOrders { user: Address },
    /// Latest fills, newest first.
    UserFills {
        user: Address,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        aggregate_by_time: Option<bool>,
    },
    /// Fills from a moment on, oldest first.
    UserFillsByTime {
        user: Address,
        start_time: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        end_time: Option<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        aggregate_by_time: Option<bool>,
    },
    /// Deposits, withdrawals, transfers and the like from a moment on, oldest first; 500 at most.
    UserNonFundingLedgerUpdates {
        user: Address,
        start_time: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        end_time: Option<u64>,
    },
    /// The address limit.
    UserRateLimit { user: Address },
    /// Fee rates.
    UserFees { user: Address },
    /// What an address is; works for agents.
    UserRole { user: Address },
    /// Named agents.
    ExtraAgents { user: Address },
    /// Whether the exchange is in a special state.
    ExchangeStatus,
}

/// Which candles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CandleRequest {
    /// Which market.
    pub coin: String,
    /// `1m` to `1M`.
    pub interval: String,
    /// From, in milliseconds.
    pub start_time: u64,
    /// To, in milliseconds.
    pub end_time: u64,
}

impl InfoRequest {
    /// Units of the 1,200 per minute that one network address has (the docs' "Rate limits and user
    /// limits" page), before what is added per returned item.
    #[must_use]
    pub const fn weight(&self) -> u32 {
        match self {
            Self::L2Book { .. }
            | Self::AllMids { .. }
            | Self::ClearinghouseState { .. }
            | Self::OrderStatus { .. }
            | Self::SpotClearinghouseState { .. }
            | Self::ExchangeStatus => 2,
            Self::UserRole { .. } => 60,
            _ => 20,
        }
    }
}
