//! Transport to the Hyperliquid exchange: the only library crate that opens a socket to it. Feeds of
//! others are asked with the same care ([`Feed`]).
//!
//! Everything that money depends on is decided elsewhere, in crates without sockets. What is decided
//! here is what a transport must not get wrong:
//!
//! - **An action is sent once.** No layer repeats a POST to `/exchange`: not this crate, not the HTTP
//!   library, not a redirect. A signed action is a value that sending consumes ([`Prepared`]).
//! - **Three outcomes, not two.** An order is accepted, rejected in a sentence that is known, or
//!   *unknown*. A timeout, a reset, an HTTP 502 and an unreadable body are all unknown, because the
//!   venue may have acted; only [`NotSent`] is a promise that it did not.
//! - **A nonce is used once**, across threads, crashes, and clocks that are set back
//!   ([`NonceAllocator`]).
//! - **Silence is noticed.** The WebSocket pings, expects something back, reconnects, subscribes again,
//!   and says when data stopped being contiguous ([`WsEvent::Down`], [`WsEvent::Ready`]).
//! - **Slowness is bounded.** Every wait has a limit, every answer a cap, every queue a length. A slow
//!   consumer gets the latest book instead of an old one, and loses no event of the account.
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use hl_client::{Endpoint, ExchangeClient, InfoClient, NonceAllocator, Transport, WsEvent};
//! use hl_wire::session::{SessionConfig, Subscription};
//! use hl_wire::{AgentKey, Network, TradingAction};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let endpoint = Endpoint::new("http://127.0.0.1:3001", Network::Testnet)?;
//! let transport = Transport::new(endpoint.clone())?;
//!
//! // Reads are typed, and tried again when the network fails.
//! let meta = InfoClient::new(transport.clone()).meta(None).await?;
//! println!("{} perpetuals", meta.universe.len());
//!
//! // Actions are signed by an agent's key and sent once.
//! let key = AgentKey::from_hex(&std::fs::read_to_string("agent.key")?)?;
//! let nonces = NonceAllocator::open("state/nonces".as_ref(), key.address())?;
//! let exchange = ExchangeClient::new(transport, key, Arc::new(nonces), None);
//! let receipt = exchange.send(&TradingAction::Noop, None).await?;
//! println!("{:?}", receipt.outcome);
//!
//! // Streams: a handle to subscribe with, events to read, a driver to spawn and supervise.
//! let (handle, mut events, driver) = hl_client::connect(&endpoint, SessionConfig::default())?;
//! let driver = tokio::spawn(driver.run());
//! handle.subscribe(Subscription::Bbo { coin: "BTC".into() })?;
//! while let Some(event) = events.next().await {
//!     if let WsEvent::Frame(frame) = event {
//!         println!("{}", frame.as_str());
//!     }
//! }
//! driver.await?;
//! # Ok(())
//! # }
//! ```
//!
//! # What it does not do
//!
//! It does not decide what to send or whether to send again: an unknown order is for the trading core to
//! reconcile, by cloid. It does not hold a book, a position or a balance. It cannot sign anything but
//! trading actions ([`hl_wire::AgentKey`]). It does not count the address's request budget, which depends
//! on what was traded; it does count the request weight of the IP address ([`limits`]).
//!
//! # Where the real world enters
//!
//! The wall clock is read in [`clock`] only, for nonces and for the time at which a frame came. Timeouts
//! and the session of the WebSocket run on the runtime's monotonic clock, which nobody can set back. The
//! one use of randomness is to spread pauses between attempts. TLS trusts the roots that are compiled in,
//! with *ring* as its provider; `http` and `ws` are for loopback only; no proxy of the environment is
//! used.

mod backoff;
mod budget;
pub mod clock;
mod endpoint;
mod error;
mod exchange;
mod feed;
mod http;
mod info;
mod latch;
pub mod limits;
mod nonce;
mod sync;
mod tls;
mod transport;
mod ws;

pub use backoff::RetryPolicy;
pub use endpoint::{BadEndpoint, Endpoint};
pub use error::{InfoError, TransportError};
pub use exchange::{ExchangeClient, NotSent, Prepared, Receipt};
pub use feed::{BadFeed, Feed, FeedError};
pub use http::{BuildError, Timeouts};
pub use info::{Aggregation, InfoClient};
pub use latch::{Latch, Passing};
pub use nonce::{MarkError, NONCE_BLOCK, NonceAllocator, NonceError};
pub use tls::TlsError;
pub use transport::Transport;
pub use ws::{Down, Frame, SubscribeError, WsDriver, WsEvent, WsEvents, WsHandle, connect};
