//! The trading core: inputs and time in, commands and audit events out.
//!
//! [`Engine`] decides what a market maker on Hyperliquid shows, keeps account of every order from the
//! decision to send it to the last fill it can have, and holds the limits. It is a state machine
//! without clock, socket, thread or randomness of its own: the live shell, the simulated world and a
//! replay drive the same code, and the same inputs give the same outputs, bit for bit.
//!
//! ```
//! use hl_engine::{
//!     AccountMoney, Command, Connection, Engine, EngineConfig, Input, Level, MarketConfig, MarketId,
//!     MarketStatus, Output, Query, Usd,
//! };
//! use hl_quant::{MarketSpec, Millis, SzDecimals};
//!
//! let config = EngineConfig { markets: vec![MarketConfig::new("SOL")], ..Default::default() };
//! let mut engine = Engine::new(config, 42);
//! let (sol, now) = (MarketId(0), Millis(1_762_252_867_000));
//! let spec = MarketSpec::perp(SzDecimals::new(2).unwrap());
//! let level = |price: &str| Level { price: price.parse().unwrap(), size: "7".parse().unwrap() };
//!
//! // A shell: hand in what happens, then drain, answering each command with an input.
//! let mut orders = Vec::new();
//! let mut lines = Vec::new();
//! engine.handle(now, Input::Connection(Connection::Up));
//! let fair = Some("164.9".parse().unwrap());
//! engine.handle(now, Input::Reference { market: sol, mark: fair, oracle: fair });
//! engine.handle(now, Input::Book {
//!     market: sol, time: now, bids: &[level("164.89")], asks: &[level("164.91")],
//! });
//! loop {
//!     match engine.poll() {
//!         Output::Event(event) => lines.push(event.to_string()),
//!         Output::Command(Command::Place { orders: batch, .. }) => orders.extend(batch),
//!         Output::Command(Command::FetchSpecs { .. }) => engine.handle(now, Input::Spec {
//!             market: sol, spec: &spec, requested: now, status: MarketStatus::Trading,
//!         }),
//!         // An empty account.
//!         Output::Command(Command::Reconcile { request, query }) => engine.handle(now, match query {
//!             Query::OpenOrders => Input::OpenOrders { request, orders: &[] },
//!             Query::Account => {
//!                 let money = AccountMoney::idle(Usd::from_e8(1_000_000_000_000));
//!                 Input::Account { request, time: now, positions: &[], money }
//!             }
//!             Query::Ledger { .. } => Input::Ledger { request, transfers: &[] },
//!             _ => Input::Fills { request: Some(request), fills: &[] },
//!         }),
//!         Output::Command(other) => panic!("{other:?}"),
//!         Output::WaitUntil(_) => break,
//!     }
//! }
//! let quotes: Vec<_> = orders.iter().map(|o| format!("{} {} x {}", o.side, o.price, o.size)).collect();
//! assert_eq!(quotes, ["buy 164.73 x 0.9", "sell 165.07 x 0.9"]);
//! let attempt = lines.iter().find(|line| line.starts_with("quant_evt=attempt")).unwrap();
//! assert!(attempt.starts_with("quant_evt=attempt ts=2025-11-04T10:41:07.000Z tms=1762252867000 \
//!     seq=1 pair=SOL side=buy tif=Alo ro=0 cloid=0x6d6d686c"));
//! ```
//!
//! # The contract
//!
//! > **After every call of [`Engine::handle`], call [`Engine::poll`] until it returns
//! > [`Output::WaitUntil`]. Answer every [`Command`] with exactly one input that carries its request
//! > id, however late, and with an unknown outcome rather than none. Hand in [`Input::Timer`] at the
//! > moment of `WaitUntil` at the latest. All events of an input come before its commands: a shell
//! > that writes them down first has a record of every order before it is sent.**
//!
//! Time is an argument, in the venue's milliseconds. A step back of up to a second makes it stand still;
//! a larger one, and a wake-up that comes more than a second late, count as a lost connection. `seed`
//! names the run in every client order id, so it must differ from run to run.
//!
//! # What it holds
//!
//! - **An order is legal by construction and checked again.** [`PlaceOrder`] takes only numbers that a
//!   market's grid made, and has no time in force: it is post-only. The gate then checks the text that
//!   would be sent, with code of its own ([`Rule`] lists the rules in their order).
//! - **Four outcomes of a send**: accepted, rejected with a code, never sent, and *unknown*. An
//!   unknown order keeps its exposure reserved and its place in the quoting taken until evidence
//!   settles it: the venue's word about it, or two reads without it after its nonce is known to be
//!   dead, because a `noop` has taken it ([`Command::Burn`]) or because the venue's time has passed
//!   its expiry. Never a timer of ours. Every attempt has exactly one terminal event.
//! - **One logical order, two sends at most.** A refused tick or lot is made legal anew from what was
//!   wanted, once the venue's rules have been read again and have changed, and goes out once more
//!   under a new name and through the whole gate ([`RetryGuard`]). One place counts what leaves.
//! - **A post-only refusal is a race**: its words are the freshest quote, it is counted apart, and it
//!   is answered at a bounded rate ([`RaceLimit`]).
//! - **Budgets** ([`budget`]): IP weight, requests of the address and WebSocket messages are counted
//!   where commands leave, by importance: cancels, then questions, reducing orders, quotes, the rest.
//!   Quoting never spends what cancels need, a quote is moved only if that earns its request, and
//!   the runway is on the record.
//! - **What an earlier run left is settled before the first quote**: orders on its record without an
//!   end ([`Carry`]) are reserved like unknown ones, orders with our tag at the venue are cancelled.
//!   Orders of others count as exposure, are reported when they change, and are left alone.
//! - **The worst case counts.** Position, and everything that may still trade on one side: live, in
//!   flight, unknown, being cancelled, cancelled with fills still owed, and foreign. Whichever subset
//!   trades, the position stays within its limit, valued at the fair price of the moment. The side
//!   that reduces a position is never stopped by it.
//! - **A fill counts once**, by time and trade id, in whatever order it comes relative to
//!   acknowledgements, snapshots and account reports, hours late or under an earlier number of its
//!   order. One from before all that is remembered is reported and answered by reading the position,
//!   and neither dropped in silence nor counted twice. Acknowledgements move no position.
//! - **No quote from doubtful data.** Stale by either clock, empty, one-sided or crossed books, our own
//!   orders as the only market, an old spec, an account not read back since the last connection: the
//!   quotes are pulled and the reason is on the record ([`NoQuote`]).
//! - **A price has two witnesses.** Every order is near the venue's oracle price and near a slow average
//!   of the mid that the engine keeps itself ([`Collar`]); one missing, old, contradicted or just
//!   jumped means no quote.
//! - **Limits end in grades** ([`Grade`], [`RiskConfig`]): wider, one side, cancel only, flatten, halt,
//!   for one market or all, the worst of what losses, margin, markouts, refusals, clocks, journal
//!   and budget say. A harsher one comes at once, a milder one when it lasts. Losses are integers,
//!   measured on the account's value less what the venue's ledger says was transferred; a fall that
//!   is not explained stops the quotes, and halts if it stays so. What cannot be computed halts.
//! - **A halt is a latch.** Orders that no shell has fetched are taken back, the cancels leave in the
//!   same call, and only [`Operator::Resume`] ends it, in this run or in a later one ([`Carry`]).
//! - **One path takes, and only down.** While positions are flattened, [`Command::Exit`] sends
//!   reduce-only immediate-or-cancel orders, a bounded number, no worse than the slippage beyond the
//!   references. The quoting path cannot say such a thing.
//! - **The dead man's switch is a state.** Armed and pushed back where the venue allows it; where it
//!   refuses, does not answer or has used up its ten firings, our own limits are tighter
//!   ([`Watchdog`]) until it relents.
//! - **Rotation leaves nothing behind** ([`RotationConfig`]): of many markets only some are quoted. One
//!   that is left has its orders cancelled and confirmed, its position worked out by reduce-only
//!   orders, post-only first and then a bounded number that take, and only then is gone. What was
//!   selected, and when the next look is due, survives a restart.
//! - **Stopping is confirmed.** A halt or a stop cancels everything, again and again, and reports
//!   `remaining=0` only when the venue's own list says so.
//! - **Floats stay in the models.** Only [`AvellanedaStoikov`], [`Glft`] and the estimators compute in
//!   them. One door leads back, in a named direction, to a finite positive price or to nothing, and
//!   what comes through is a wish like any other. A model that lacks a number says so and quotes not.
//! - **No `HashMap`, no panic, and no heap allocation** in the steady state.
//!
//! # What it does not do
//!
//! - It writes no journal: it says what must be durable ([`Event::durable`]) and takes it back.
//! - It knows no nonce: the shell keeps which one it used for which command.
//! - It retries nothing but a refused tick or lot; every other wish is decided anew.
//! - It flattens on the operator's word, near liquidation, and where [`AtLimit::Flatten`] asks for it;
//!   a flatten that a restart interrupts is not taken up again: the next run is halted with what is
//!   left.
//! - It sets leverage only where rotation enters a market, and judges margin by the venue's report of
//!   the whole account.
//! - It speaks neither JSON nor HTTP; [`adapt`] turns documents into inputs and commands into actions.
//!
//! # Where things are
//!
//! `quote` are the models and `estimate` what they know beyond the messages; `float` is the door.
//! `market` is one market: `desire` says what should rest, `converge` the fewest steps to get there,
//! `send` takes them through the `gate`, `retry` once more; `answers`, `fills` and `listing` take the
//! venue's word. `engine` routes inputs, keeps time, reconciles and gathers evidence. `risk` is
//! what limits say, `reference` what prices are compared with, `carry` what the next run must know.
//! `book`, `guard`, `ledger`, `order` and `exposure` are the
//! small state machines under them.

#![deny(
    clippy::as_conversions,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

pub mod adapt;

mod book;
pub mod budget;
mod carry;
mod config;
mod engine;
mod estimate;
mod event;
mod exposure;
mod fair;
mod float;
mod gate;
mod guard;
mod ids;
mod input;
mod ledger;
mod lens;
mod market;
mod money;
mod order;
mod orders;
mod outbox;
mod output;
mod quote;
mod reference;
mod risk;
mod rotation;
mod stats;
mod sync;
mod view;

pub use budget::BudgetView;
pub use carry::{Carry, DayMark, Durable, Halt, Intent, Placed, SafeMode, Triggers, utc_day};
pub use config::{
    Batching, BudgetConfig, DeadMan, EngineConfig, FairKind, Layer, Limits, MAX_LAYERS, MAX_ORDERS,
    MarketConfig, RaceLimit, Replace, Requote, RetryGuard, Road, SignalConfig, SignalSource,
    SpreadConfig, Timing, Trust,
};
pub use engine::{Engine, SourceView};
pub use estimate::{
    Arrivals, ArrivalsConfig, ArrivalsEstimator, Cold, EstimateConfig, Volatility,
    VolatilityConfig, VolatilityEstimator,
};
pub use event::{
    Attempt, BelowMin, BudgetNews, BurnStage, CancelLine, CancelStage, ClockNews, DeadManLine,
    Doubt, Event, EventKind, ExitLine, Figure, FillLine, FlattenLine, FollowedLine, GateStop,
    GradeLine, GuardEnd, GuardLine, GuardStage, MarkLine, Move, RaceLine, RacePace, Real,
    ReconLine, RotationLine, ScoreLine, SignalLine, Submit, SubmitEnd, Switch, Timestamp, Wait,
    Warning,
};
pub use float::from_e8;
pub use gate::{Finding, Rule};
pub use ids::{CloidTag, IntentId, MarketId, Pair, RequestId};
pub use input::{
    AccountMoney, Connection, Fill, Found, Funding, Input, Journal, Level, Liquidity, MarketStatus,
    OpenOrder, Operator, OrderUpdate, Position, Reply, Transfer, VenueState,
};
pub use lens::{Judgement, Thought};
pub use money::{Ppm, Usd};
pub use output::{
    Batch, CancelOrder, Command, ExitOrder, Fetch, MAX_BATCH, ModifyOrder, Output, PlaceOrder,
    Query,
};
pub use quote::{
    AvellanedaStoikov, AvellanedaStoikovConfig, Glft, GlftConfig, Known, ModelConfig, NoQuote,
    QuoteModel, SpreadModel, Want, Wants,
};
pub use risk::{
    AtLimit, Cause, Channel, Collar, ExitConfig, Grade, LossLimits, MarginLimits, MarkoutLimits,
    RejectLimits, RiskConfig, Watchdog,
};
pub use rotation::{Leverage, MarginMode, Phase as RotationPhase, RotationConfig, RotationMark};
pub use stats::Stats;
pub use view::{BookLevel, DeadManView, Freshness, MarketView, OrderState, OrderView};
