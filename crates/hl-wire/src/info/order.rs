//! Orders as documents describe them.

use serde::{Deserialize, Serialize};

use hl_quant::{Millis, Price, Side, Size};

use crate::error::RejectCode;
use crate::ids::{Cloid, Oid, lenient_cloid, side};
use crate::num;
use crate::open_enum::open_enum;

open_enum! {
    /// What kind of order the web interface would call it.
    OrderKind {
        /// A limit order.
        Limit = "Limit",
        /// A market order.
        Market = "Market",
        /// A stop that becomes a market order.
        StopMarket = "Stop Market",
        /// A stop that becomes a limit order.
        StopLimit = "Stop Limit",
        /// A take profit that becomes a market order.
        TakeProfitMarket = "Take Profit Market",
        /// A take profit that becomes a limit order.
        TakeProfitLimit = "Take Profit Limit",
    }
}

open_enum! {
    /// How long it may live, as documents say it.
    OrderTif {
        /// Good until cancelled.
        Gtc = "Gtc",
        /// Immediate or cancel.
        Ioc = "Ioc",
        /// Add liquidity only.
        Alo = "Alo",
        /// The web interface's market order.
        FrontendMarket = "FrontendMarket",
        /// A liquidation.
        LiquidationMarket = "LiquidationMarket",
    }
}

open_enum! {
    /// What became of an order (the docs' "Info endpoint" page, "Query order status").
    OrderState {
        /// In the book, or waiting for its trigger.
        Open = "open",
        /// Filled.
        Filled = "filled",
        /// Cancelled by its owner.
        Canceled = "canceled",
        /// A trigger order fired.
        Triggered = "triggered",
        /// Refused when it was placed.
        Rejected = "rejected",
        /// Cancelled for lack of margin.
        MarginCanceled = "marginCanceled",
        /// Cancelled by a withdrawal from the vault.
        VaultWithdrawalCanceled = "vaultWithdrawalCanceled",
        /// Cancelled at the open-interest cap.
        OpenInterestCapCanceled = "openInterestCapCanceled",
        /// Cancelled because it met an order of its own account.
        SelfTradeCanceled = "selfTradeCanceled",
        /// Cancelled because there is nothing left to reduce.
        ReduceOnlyCanceled = "reduceOnlyCanceled",
        /// Cancelled because its sibling filled.
        SiblingFilledCanceled = "siblingFilledCanceled",
        /// Cancelled because the market was delisted.
        DelistedCanceled = "delistedCanceled",
        /// Cancelled by a liquidation.
        LiquidatedCanceled = "liquidatedCanceled",
        /// Cancelled by the dead man's switch.
        ScheduledCancel = "scheduledCancel",
        /// Off the grid.
        TickRejected = "tickRejected",
        /// Below the minimum value.
        MinTradeNtlRejected = "minTradeNtlRejected",
        /// Not enough margin.
        PerpMarginRejected = "perpMarginRejected",
        /// Would not reduce.
        ReduceOnlyRejected = "reduceOnlyRejected",
        /// Post-only and would have matched.
        BadAloPxRejected = "badAloPxRejected",
        /// Immediate-or-cancel and matched nothing.
        IocCancelRejected = "iocCancelRejected",
        /// Would trigger at once.
        BadTriggerPxRejected = "badTriggerPxRejected",
        /// Market order into an empty book.
        MarketOrderNoLiquidityRejected = "marketOrderNoLiquidityRejected",
        /// At the open-interest cap.
        PositionIncreaseAtOpenInterestCapRejected = "positionIncreaseAtOpenInterestCapRejected",
        /// At the open-interest cap.
        PositionFlipAtOpenInterestCapRejected = "positionFlipAtOpenInterestCapRejected",
        /// At the open-interest cap.
        TooAggressiveAtOpenInterestCapRejected = "tooAggressiveAtOpenInterestCapRejected",
        /// Open interest grows too fast.
        OpenInterestIncreaseRejected = "openInterestIncreaseRejected",
        /// Not enough of a token.
        InsufficientSpotBalanceRejected = "insufficientSpotBalanceRejected",
        /// Too far from the oracle.
        OracleRejected = "oracleRejected",
        /// Too large a position for the leverage.
        PerpMaxPositionRejected = "perpMaxPositionRejected",
        /// The outcome was settled.
        OutcomeSettledCanceled = "outcomeSettledCanceled",
        /// Cancelled by the exchange.
        InternalCancel = "internalCancel",
        /// Too many open orders.
        TooManyOpenOrdersRejected = "tooManyOpenOrdersRejected",
    }
}

impl OrderState {
    /// Whether nothing more can happen to the order. An unknown text is judged by its ending, which
    /// every terminal state has had so far; without it, the order may be live.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        match self {
            Self::Open | Self::Triggered => false,
            Self::Filled | Self::Canceled | Self::Rejected => true,
            known_or_not => {
                let text = known_or_not.as_str();
                ["Canceled", "Rejected", "Cancel"].iter().any(|ending| text.ends_with(ending))
            }
        }
    }

    /// The code of a refusal; `None` if the state is not one.
    #[must_use]
    pub fn reject_code(&self) -> Option<RejectCode> {
        Some(match self {
            Self::TickRejected => RejectCode::Tick,
            Self::MinTradeNtlRejected => RejectCode::MinNotional,
            Self::PerpMarginRejected => RejectCode::Margin,
            Self::ReduceOnlyRejected => RejectCode::ReduceOnly,
            Self::BadAloPxRejected => RejectCode::Alo,
            Self::IocCancelRejected => RejectCode::IocNoMatch,
            Self::BadTriggerPxRejected => RejectCode::Trigger,
            Self::MarketOrderNoLiquidityRejected => RejectCode::NoLiquidity,
            Self::PositionIncreaseAtOpenInterestCapRejected
            | Self::PositionFlipAtOpenInterestCapRejected
            | Self::TooAggressiveAtOpenInterestCapRejected
            | Self::OpenInterestIncreaseRejected => RejectCode::OpenInterestCap,
            Self::InsufficientSpotBalanceRejected => RejectCode::Balance,
            Self::OracleRejected => RejectCode::Oracle,
            Self::PerpMaxPositionRejected => RejectCode::MarginTier,
            Self::Rejected | Self::TooManyOpenOrdersRejected => RejectCode::Unknown,
            Self::Other(text) if text.ends_with("Rejected") => RejectCode::Unknown,
            _ => return None,
        })
    }
}

/// An order, as `openOrders`, `frontendOpenOrders`, `orderStatus` and `orderUpdates` describe it.
/// Fields that not all of them have are optional.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderDoc {
    /// Which market.
    pub coin: String,
    /// Buy or sell.
    #[serde(with = "side")]
    pub side: Side,
    /// Limit price.
    #[serde(with = "num::exact")]
    pub limit_px: Price,
    /// Remaining size in `openOrders`; elsewhere, as of the last change of state.
    #[serde(with = "num::exact")]
    pub sz: Size,
    /// The exchange's id.
    pub oid: Oid,
    /// When it was placed.
    #[serde(with = "num::millis")]
    pub timestamp: Millis,
    /// Size when placed.
    #[serde(with = "num::exact_option", default, skip_serializing_if = "Option::is_none")]
    pub orig_sz: Option<Size>,
    /// Our id; one that is not of our shape reads as none.
    #[serde(deserialize_with = "lenient_cloid", default, skip_serializing_if = "Option::is_none")]
    pub cloid: Option<Cloid>,
    /// Whether it may only reduce.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub reduce_only: bool,
    /// Kind of order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_type: Option<OrderKind>,
    /// How long it may live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tif: Option<OrderTif>,
    /// Whether it waits for a trigger.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub is_trigger: bool,
    /// Where it triggers.
    #[serde(with = "num::informative", default, skip_serializing_if = "Option::is_none")]
    pub trigger_px: Option<Price>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger_condition: Option<String>,
    /// Whether it follows the size of the position.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub is_position_tpsl: bool,
    /// Orders that wait for this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Self>,
}

/// An order and what became of it: `historicalOrders`, `orderStatus`, `orderUpdates`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoricalOrder {
    /// The order.
    pub order: OrderDoc,
    /// What became of it.
    pub status: OrderState,
    /// When.
    #[serde(with = "num::millis")]
    pub status_timestamp: Millis,
}

/// `orderStatus`. Just after an acknowledgement the order may not be found yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", content = "order", rename_all = "camelCase")]
pub enum OrderStatus {
    /// Found.
    Order(Box<HistoricalOrder>),
    /// Not found: not evidence that it never was.
    UnknownOid,
}
