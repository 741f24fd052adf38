//! A local Hyperliquid exchange as a pure, seeded state machine.
//!
//! An [`Exchange`] takes bytes and time in and gives bytes out: REST bodies, WebSocket frames, and
//! the moment at which it wants to be called again. It opens no socket and reads no clock, so the
//! same inputs give the same outputs, byte for byte, and a day of trading runs in as long as it
//! takes to compute. `hl-sim-http` puts it behind a port; `hl-world` puts the trading engine, a
//! network and an exchange into one thread.
//!
//! Its shapes, sentences and rules are those of the venue's public documentation, of recorded
//! answers, and of third parties' measurements, so that a client written by others need not notice.
//! Signatures are recovered, nonces are used up, the grid is checked on the decimal text by code of
//! its own ([`is_legal_price`]), orders are matched by price and time, fills move whole
//! micro-dollars ([`Usd`]), and everything is counted in [`Truth`], which no client can see.
//!
//! ```
//! use hl_quant::{Millis, SzDecimals};
//! use hl_sim::{Exchange, ExchangeConfig, Input, MarketConfig, Output, Path, RequestId, Usd};
//! use hl_wire::{Address, AgentKey, Network, Nonce, TradingAction};
//!
//! let decimals = SzDecimals::new(2).ok_or("at most 8")?;
//! let sol = MarketConfig::new("SOL", decimals, 20, "164.89".parse()?);
//! let mut exchange = Exchange::new(ExchangeConfig::new(vec![sol]), 1);
//!
//! let agent = AgentKey::from_hex(&"5e".repeat(32))?;
//! let master = Address::new([1; 20]);
//! exchange.fund(master, Usd::dollars(1_000));
//! exchange.approve_agent(master, agent.address());
//!
//! let now = Millis(1_795_392_000_000);
//! let signed = agent.sign_trading(&TradingAction::Noop, Nonce(now.0), Network::Testnet, None, None)?;
//! let body = signed.to_json()?.into_bytes();
//! exchange.handle(now, Input::Http { id: RequestId(1), path: Path::Exchange, body });
//!
//! // An action is answered when its block has been built.
//! let Output::WaitUntil(block) = exchange.poll() else { return Err("answered too early".into()) };
//! exchange.handle(block, Input::Tick);
//! let Output::HttpReply { body, .. } = exchange.poll() else { return Err("no answer".into()) };
//! assert_eq!(body, br#"{"status":"ok","response":{"type":"default"}}"#);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A block
//!
//! Every 70 ms: scheduled cancels that are due; actions without an order that may take, then
//! cancels, in the order in which they came; fills that a fault wants; the [`Background`]; then the
//! actions that may take, which have waited two blocks longer. Answers go out, then what the streams
//! have to tell. A question (`/info`) is answered at once, from the state after the last block.
//!
//! # What it does
//!
//! Perpetuals of the first dex: post-only, IOC, GTC and market orders; reduce-only as measured on the
//! testnet; cancel by either name, modify, the dead man's switch; self-trade prevention; cross and
//! isolated margin with reserves for resting orders; maker and taker fees; the address-based request
//! limit and, if asked for, those of a network address ([`ExchangeConfig::with_network_limits`]);
//! agents; deposits, withdrawals and transfers, with their ledger. Where public evidence does not
//! decide, [`OpenQuestions`] lets a test have it either way, and
//! [`ExchangeConfig::with_open_questions`] lets a seed choose.
//!
//! # What goes wrong
//!
//! [`fault`] lists, as data, everything that is known to go wrong between a client and the venue.
//! What happens on the way is a [`fault::Line`]'s, for whoever carries the bytes. What the venue does
//! itself begins with [`Exchange::inject`] and ends with [`Exchange::heal`]: markets that halt,
//! vanish or change their decimals, books without people, fills at bad moments, refusals out of turn,
//! answers from the past, limits, positions that are liquidated, deleveraged or settled. Faults trade
//! like everybody else, by price and time, so that money and positions stay conserved under all of
//! them.
//!
//! # What nobody sees
//!
//! [`Truth`] has totals of every account and market. [`Exchange::witnessed`] turns on a record of
//! deeds ([`Deed`]): each action with its nonce and verdict, each order from its entry to the reason
//! of its end, each fill and payment. [`Exchange::take_deeds`] hands it over piece by piece, so that
//! a run of any length needs little memory. Checkers judge a client by it.
//!
//! # What it does not do
//!
//! Trigger orders, TWAPs, vaults, sub-accounts and the other actions are answered as the venue
//! answers an action that it does not know (HTTP 422). There is no spot trading and no builder dex;
//! `spotMeta` lists one pair because clients insist on one. Funding, liquidation, deleveraging and
//! settlement happen when a fault says so and at no other time, and open interest has no cap.
//! Questions that are posted over a WebSocket are always answered from the present state. A fault is
//! about every client's account: there is no way to aim one at a single account.

#![deny(clippy::as_conversions, clippy::float_arithmetic)]

pub mod background;
pub mod fault;
pub mod tape;
pub mod universe;

mod config;
mod core;
mod exchange;
mod exec;
mod grid;
mod info;
mod io;
mod refusal;
mod text;
mod trouble;
mod truth;
mod usd;
mod venue;
mod witness;
mod ws;

pub use config::{
    AddressLimit, CancelPriority, DuplicateCloid, ErrorSuffix, ExchangeConfig, FeeRates, IpLimit,
    Limits, MarginMode, MarketConfig, NonceMemory, OpenQuestions, PartialAck, PartialUpdate,
    PriceBand, Resubscription, Strangers, StreamConfig,
};
pub use core::account::AccountId;
pub use core::book::BookLevel;
pub use core::market::Trade;
pub use core::mix;
pub use exchange::Exchange;
pub use exec::{Signatures, stand_in};
pub use grid::{is_legal_price, is_legal_size};
pub use io::{ConnId, Input, Output, Path, RequestId};
pub use truth::{AccountMarketTruth, AccountTruth, Listed, MarketTruth, Truth};
pub use usd::Usd;
pub use venue::{Background, OrderSpec, Placed, Refused, Venue};
pub use witness::{Cause, Deed, DeedState, FillDeed, OrderDeed, Purpose, Verdict, Witnessed};

/// Body of the answer (HTTP 415) to a request whose content type is not JSON; the front gives it.
pub const UNSUPPORTED_MEDIA_TYPE: &str = "Expected request with `Content-Type: application/json`";
