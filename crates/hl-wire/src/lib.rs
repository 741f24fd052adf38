//! The language of the Hyperliquid exchange: what is sent, how it is signed, what comes back.
//!
//! Everything that crosses the wire is here as types, in both directions, so that a client and a
//! simulated exchange are held to the same words. Nothing here opens a socket or reads a clock.
//!
//! ```
//! use hl_quant::{Decimal, Intent, MarketSpec, Side, SzDecimals};
//! use hl_wire::{
//!     AgentKey, AssetId, Cloid, Network, Nonce, Order, Outcome, ReduceOnly, Tif, TradingAction,
//!     parse_exchange_response,
//! };
//!
//! // A legal order: only a market's grid makes the price and the size.
//! let sol = MarketSpec::perp(SzDecimals::new(2).unwrap());
//! let (price, size) = (Decimal::parse("164.8951")?, Decimal::parse("0.137")?);
//! let legal = sol.quantize(Side::Bid, price, size, Intent::Passive)?;
//! let order = Order {
//!     asset: AssetId(5),
//!     side: Side::Bid,
//!     price: legal.price,
//!     size: legal.size,
//!     tif: Tif::Alo,
//!     reduce_only: ReduceOnly::No,
//!     cloid: Some(Cloid(7)),
//! };
//!
//! // Signed with a key that can do nothing but trade, and checked before it is sent.
//! let key = AgentKey::from_hex(&"07".repeat(32))?;
//! let action = TradingAction::place(vec![order]);
//! let request = key.sign_trading(&action, Nonce(1_758_000_000_000), Network::Testnet, None, None)?;
//! assert_eq!(request.recover(Network::Testnet)?, key.address());
//! let body = request.to_json()?; // the body of the POST
//! assert!(body.contains(r#""p":"164.89","s":"0.13""#));
//!
//! // Accepted, rejected with a code, or unknown: an answer that is not understood is no rejection.
//! let answer = br#"{"status":"ok","response":{"type":"order","data":{"statuses":[
//!     {"error":"Price must be divisible by tick size. asset=5"}]}}}"#;
//! let outcomes = parse_exchange_response(200, answer, action.batch_len()).outcomes;
//! assert_eq!(outcomes[0].code(), Some("E_TICK"));
//! let outcomes = parse_exchange_response(502, b"<html>", action.batch_len()).outcomes;
//! assert!(matches!(outcomes[0], Outcome::Unknown { .. }));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is here
//!
//! - **Actions.** [`Action`] is any L1 action as a document, its decimals as they were written;
//!   [`TradingAction`] is what a bot may sign. Both serialise, to MessagePack and to JSON, in the order
//!   in which the exchange hashes.
//! - **Signatures.** [`AgentKey`] signs, [`recover_l1`] and [`recover_user_signed`] tell who signed,
//!   [`ReceivedRequest`] reads a request as the exchange does: typed and canonicalised before hashing.
//! - **Answers.** [`parse_exchange_response`] gives an [`Outcome`] per order. [`ErrorText`] is the one
//!   table of the exchange's sentences, to recognise and to write; [`RejectCode`] the closed set of
//!   codes behind it.
//! - **Documents.** [`info`] has requests and answers of `/info`.
//! - **Streams.** [`stream::Message`] parses frames from borrowed text to integers; books, touches and
//!   trades without allocating. [`session::Session`] is the connection as a state machine.
//!
//! # What holds
//!
//! - An off-grid number cannot be signed by a bot, and neither can a withdrawal, a transfer or the
//!   approval of an agent: none of them has a type that [`AgentKey::sign_trading`] takes. The one door
//!   for foreign numbers, [`ForeignTrading`], has its own name and takes trading actions only.
//! - An optional field that is not set is absent, never null and never false.
//! - A sentence that is not on the list makes an outcome unknown. A truncated, foreign or garbled answer
//!   does too, and so does a wrong number of answers.
//! - A number from the exchange becomes an integer or an error that names it. There is no floating-point
//!   number in this crate.
//! - A key that comes twice in an object is refused. Unknown keys are ignored and unknown texts of
//!   enumerations kept, because the exchange adds both without notice.
//! - No input panics: random bytes, mutated frames, a million brackets.
//!
//! # What it does not do
//!
//! It does not choose nonces, keep time, retry or limit rates. It knows no market: which grid belongs to
//! which asset id is for `hl-specs` to say. It does not sign user-signed actions, and it makes no
//! multi-signature: it reads and verifies both. It does not parse every channel and document of the
//! exchange; what it does not know is handed over as raw JSON ([`stream::Message::Other`]).
//!
//! # How it is proved
//!
//! 120 signing vectors, 50 of them published, are checked byte for byte in every intermediate step:
//! MessagePack, preimage, action hash, struct hash, signing hash, signature, signer. Every sentence of
//! the documentation has its code. Recorded documents, frames and market data of the real exchange are
//! read where they are present. The hand-written scanner of the two hottest frames is held to the
//! general parser by property tests, and an allocation counter to its promise.

#![deny(clippy::as_conversions, clippy::float_arithmetic)]

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
