//! The language of the Hyperliquid exchange.

mod action;
mod decimal;
mod error;
mod hex;
mod ids;
pub mod info;
mod num;
mod open_enum;
mod ordered;
mod response;
pub mod stream;
mod trading;

pub use action::{
    Action, ActionError, AgentSendAsset, AgentSetAbstraction, AlwaysPlace, BatchModifyAction,
    BuilderFee, CancelAction, CancelByCloid, CancelByCloidAction, CancelByOid, CreateSubAccount,
    EvmUserModify, Fast, GossipPriorityBid, Grouping, ModifyAction, ModifyWire, OrderAction,
    OrderType, OrderWire, ReserveRequestWeight, ScheduleCancel, SetReferrer,
    SubAccountSpotTransfer, SubAccountTransfer, TopUpIsolatedOnlyMargin, TpSl, TwapCancelAction,
    TwapDetails, TwapOrderAction, TwapTrigger, TwapWire, UpdateIsolatedMargin, UpdateLeverage,
    UserOutcome, VaultTransfer,
};
pub use decimal::{Amount, DecimalError, WireDecimal};
pub use error::{ErrorText, RejectCode, WithAsset};
pub use ids::{Address, AssetId, AssetKind, Cloid, IdError, Network, Nonce, Oid, OrderRef, Tif};
pub use ordered::Value;
pub use response::{
    Accepted, ActionOutcome, Outcome, Unsure, parse_exchange_response, parse_post_payload,
};
pub use trading::{BatchModify, Modify, ModifyOne, Order, PlaceOrders, ReduceOnly, TradingAction};
