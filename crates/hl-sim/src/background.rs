//! Synthetic traders: a two-sided market in every listed coin, from a seed.
//!
//! Each market has a **latent fair price** that nobody publishes: a random walk with changing
//! volatility, a slowly changing drift, and jumps. Three kinds of traders meet in the book:
//!
//! - **Providers** quote a ladder around the fair price as it was a moment ago. They differ in how
//!   late they are, how wide, how deep, and how often they look. A last one, the backstop, stands
//!   far away with size, so that no side of a book is ever empty.
//! - **Noise takers** arrive at random, buy or sell a random, heavy-tailed amount, and know nothing.
//!   Who rests near the touch earns the spread from them. Now and then one sweeps several levels.
//! - **Informed takers** know the fair price and take what is on the wrong side of it. Who rests at
//!   a stale price loses to them.
//!
//! So a maker gets good and toxic fills, in proportions that depend on how it quotes.
//!
//! # Determinism and cost
//!
//! All arithmetic is on integers: the fair price is a fixed-point number and a normal draw is a
//! count of random bits. It becomes a price through one rounding door, `Latent::fair`.
//! Every market has its own generator, seeded from the exchange's seed and the market's number, and
//! moves in steps of 100 ms of block time whatever the block interval is. Memory is bounded: the
//! providers' orders (a few dozen a market) and a short history of the fair price.
//!
//! # What it does not do
//!
//! No correlation between coins, no funding or liquidation behaviour, no reaction to the client's
//! orders other than not crossing them with a post-only order and taking the mispriced ones.

mod latent;
mod profile;
mod provider;
mod rng;
mod synthetic;
mod taker;

pub use profile::Flow;
pub use synthetic::Synthetic;
pub(crate) use synthetic::address;
