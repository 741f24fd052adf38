//! The HTTP and WebSocket front of the local Hyperliquid.
//!
//! [`hl_sim::Exchange`] is a state machine without a socket; this crate gives it one. One task owns
//! the exchange, feeds it requests and the passing of time, and carries its answers back. The
//! front decides nothing about trading and knows no wire format beyond HTTP and WebSocket framing.
//!
//! ```
//! use hl_sim::{Exchange, ExchangeConfig, universe};
//! use hl_sim_http::{FrontConfig, spawn};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let exchange = Exchange::new(ExchangeConfig::new(universe::markets()), 7);
//! let handle = spawn(exchange, FrontConfig::default()).await?; // a free port on loopback
//! assert!(handle.base_url().starts_with("http://127.0.0.1:"));
//! assert!(handle.ws_url().ends_with("/ws"));
//!
//! let blocks = handle.with_exchange(|exchange| exchange.truth().blocks).await?;
//! assert!(blocks < 1_000);
//! handle.shutdown().await;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What it serves
//!
//! | request | answer |
//! |---|---|
//! | `POST /info`, `POST /exchange` | the exchange's |
//! | `GET /ws` | the exchange's streams |
//! | `GET /sim/truth?user=0x..` | what really happened, as JSON; all accounts without `user` |
//! | `GET /sim/status` | what the background market does, as text |
//! | `GET /` | that this is a simulator |
//!
//! Every answer carries the header `x-simulator: hl-sim`, so that nobody takes it for the real
//! exchange. The two `/sim` paths exist nowhere else.
//!
//! # Limits
//!
//! It listens on loopback; another address must be allowed by name ([`Reach::Anywhere`]), because
//! whoever reaches it can trade and read everything. Bodies, frames, connections, queues, and the
//! time to send a request or to take in an answer are bounded by [`FrontConfig`]; a client that does not read is
//! disconnected, as the real venue does, rather than waited for.
//!
//! # Faults
//!
//! Between the routes and the exchange stands a [`hl_sim::fault::Line`]: what it makes of a message
//! happens to real sockets. Answers are lost, late, doubled, cut short, replaced by pages and
//! redirects or sent a byte at a time; connections are reset, closed with any code, half open, or
//! silent on one channel. Faults of the exchange itself go to [`hl_sim::Exchange::inject`]. They come
//! from a plan ([`FrontConfig::faults`]), or one by one through a control connection
//! ([`FrontConfig::control`]): a listener of its own on which each line is a command.
//!
//! ```text
//! token 0123456789abcdef            first of all; anything else ends the connection
//! fault ack.drop prob=0.5           begins now; `ok 1` is its number
//! fault http.429 prob=1 @0+60000    a minute of them
//! list                              `ok 2` and two lines
//! heal 1                            or `heal all`
//! truth 0x1111..                    `ok {..}`, the account as it really is, with every order
//! ```
//!
//! A line begins with `ok` or with `error: ` and the reason; `help` lists the commands. Where there
//! is no control connection nothing is kept for its sake.
//!
//! # What it does not do
//!
//! No TLS, no second exchange behind one port. Limits by network address exist as a fault only
//! (`limits.ip`).

mod actor;
mod carry;
mod clock;
mod config;
mod control;
mod error;
mod faults;
mod handle;
mod ledger;
mod listener;
mod routes;
mod slow;
mod socket;
mod truth;
mod way;

pub use config::{FrontConfig, Reach};
pub use control::{BadToken, ControlConfig, Token};
pub use error::{Gone, SpawnError};
pub use handle::{Handle, spawn};
pub use truth::{account as account_truth, whole as whole_truth};
