//! The language of the Hyperliquid exchange.

mod action;
mod decimal;
mod envelope;
mod error;
mod hex;
mod ids;
pub mod info;
mod num;
mod open_enum;
mod ordered;
mod response;
pub mod session;
mod sign;
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
pub use envelope::{ReceivedRequest, SignedRequest};
pub use error::{ErrorText, RejectCode, WithAsset};
pub use ids::{Address, AssetId, AssetKind, Cloid, IdError, Network, Nonce, Oid, OrderRef, Tif};
pub use ordered::Value;
pub use response::{
    Accepted, ActionOutcome, Outcome, Unsure, parse_exchange_response, parse_post_payload,
};
pub use sign::{
    ActionHasher, AgentKey, ForeignTrading, Hash, HashError, KeyError, NotTrading, RecoverError,
    Signature, SignatureError, UserSigned, UserSignedError, UserSignedType, WhoError,
    exchange_domain, l1_action_hash, l1_signing_hash, l1_struct_hash, multi_sig_hash, recover,
    recover_l1, recover_multi_sig, recover_user_signed, user_domain, user_signed_hash,
};
pub use trading::{BatchModify, Modify, ModifyOne, Order, PlaceOrders, ReduceOnly, TradingAction};
