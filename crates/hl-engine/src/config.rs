//! What the operator decides. Every number is an integer with its unit in the name.

use hl_quant::Notional;
use hl_signals::{Freshness, LedgerConfig, SourceId, VenueConfig};

use crate::{
    Channel, CloidTag, Collar, EstimateConfig, MarkoutLimits, ModelConfig, Pair, Ppm, RiskConfig,
    rotation::{Leverage, RotationConfig},
};

/// The most layers that a market quotes on one side.
pub const MAX_LAYERS: usize = 8;

/// The most orders that one market may have live or in flight.
pub const MAX_ORDERS: u16 = 56;

/// The configuration of one engine: fixed for its life.
#[derive(Clone, Debug, Default)]
pub struct EngineConfig {
    /// The first bits of every client order id of ours.
    pub cloid_tag: CloidTag,
    /// The markets; a [`MarketId`](crate::MarketId) is a position in this list.
    pub markets: Vec<MarketConfig>,
    /// Limits over all markets together.
    pub limits: Limits,
    /// How long things may take and how old they may be.
    pub timing: Timing,
    /// Which actions share one request.
    pub batching: Batching,
    /// The dead man's switch, where the venue allows it.
    pub dead_man: Option<DeadMan>,
    /// What happens after the venue refuses a tick or a lot.
    pub guard: RetryGuard,
    /// How the venue's request budgets are shared.
    pub budget: BudgetConfig,
    /// What may be lost, and how much doubt is allowed.
    pub risk: RiskConfig,
    /// Which of the markets are quoted at a time, if not all of them always.
    pub rotation: Option<RotationConfig>,
    /// Who is heard about markets, and how they are held to account.
    pub signals: SignalConfig,
}

/// Who is heard about markets, and how they are held to account.
#[derive(Clone, Debug, Default)]
pub struct SignalConfig {
    /// The sources; without any, nothing of it happens.
    pub sources: Vec<SignalSource>,
    /// The source, also among those, that is made from the venue's own data; and how.
    pub venue: Option<(SourceId, VenueConfig)>,
    /// How old an opinion may be.
    pub freshness: Freshness,
    /// How what followed is recorded and judged.
    pub ledger: LedgerConfig,
}

/// Somebody with opinions about markets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignalSource {
    /// Who.
    pub id: SourceId,
    /// Whether its record may switch it off.
    pub trust: Trust,
}

/// Whether the record of a source may switch it off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// It counts as long as its record does not say that it misleads.
    #[default]
    Judged,
    /// It counts whatever its record says; that it misleads is reported all the same.
    Pinned,
}

/// One market and how it is quoted.
#[derive(Clone, Debug)]
pub struct MarketConfig {
    /// The symbol in log lines.
    pub pair: Pair,
    /// The largest position that may ever come to be, long or short, valued at the fair price
    /// (`MAX_POSITION_USD`).
    pub max_position: Notional,
    /// The most orders that may be live or in flight at once, both sides together; at most
    /// [`MAX_ORDERS`]. Two more are allowed to the side that reduces the position.
    pub max_orders: u16,
    /// What the quotes are centred on.
    pub fair: FairKind,
    /// The built-in quoting model; see [`Engine::with_model`](crate::Engine::with_model) for others.
    pub model: ModelConfig,
    /// Sizes and layers of every model, and the distances of [`ModelConfig::Spread`].
    pub spread: SpreadConfig,
    /// How volatility and arrivals are estimated for the models that need them.
    pub estimate: EstimateConfig,
    /// When a resting order is worth replacing.
    pub requote: Requote,
    /// How often the market re-prices at once after a post-only refusal.
    pub races: RaceLimit,
    /// How far an order may be from the references.
    pub collar: Collar,
    /// What fills may cost afterwards.
    pub markout: MarkoutLimits,
    /// What is set at the venue before rotation enters the market; nothing if there is none.
    pub leverage: Option<Leverage>,
}

impl MarketConfig {
    /// The defaults for a market with this symbol.
    #[must_use]
    pub fn new(pair: &str) -> Self {
        Self {
            pair: Pair::new(pair),
            max_position: Notional::whole(1_000),
            max_orders: 32,
            fair: FairKind::default(),
            model: ModelConfig::default(),
            spread: SpreadConfig::default(),
            estimate: EstimateConfig::default(),
            requote: Requote::default(),
            races: RaceLimit::default(),
            collar: Collar::default(),
            markout: MarkoutLimits::default(),
            leverage: None,
        }
    }
}

/// What quotes are centred on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FairKind {
    /// Halfway between the best bid and the best ask.
    Mid,
    /// The touch weighted by size: closer to the side with less behind it, which is where the next
    /// trade is likelier to go.
    #[default]
    Micro,
}

/// The symmetric spread with inventory skew and layers: the operators' own names in brackets.
#[derive(Clone, Debug)]
pub struct SpreadConfig {
    /// Distance of the innermost quote from the fair price, on each side (`MAKER_SPREAD_BPS`). For
    /// the models that find their own, the least distance from their centre.
    pub spread: Ppm,
    /// The value of all layers of one side together (`BASE_ORDER_USD`).
    pub base_order: Notional,
    /// How far the quotes are shifted against a position at its limit (`SKEW_BPS`); in proportion
    /// below that.
    pub skew: Ppm,
    /// The layers, innermost first; only the first [`MAX_LAYERS`] are used (`ACTIVE_LAYERS`).
    pub layers: Vec<Layer>,
}

impl Default for SpreadConfig {
    fn default() -> Self {
        Self {
            spread: Ppm::from_bps(10),
            base_order: Notional::whole(150),
            skew: Ppm::from_bps(10),
            layers: vec![Layer { offset: Ppm(0), capital: Ppm::ONE }],
        }
    }
}

/// One quote a side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Distance beyond [`SpreadConfig::spread`] (`LAYER_OFFSETS_BPS`).
    pub offset: Ppm,
    /// Its part of [`SpreadConfig::base_order`] (`LAYER_CAPITAL_PCT`).
    pub capital: Ppm,
}

/// When a resting order is worth replacing. Every replacement costs a request of the address budget
/// and the place in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requote {
    /// An order within this distance of where it should be stays (`REQUOTE_TOLERANCE_BPS`).
    pub tolerance: Ppm,
    /// An order whose remaining size is within this part of what it should be stays.
    pub size_tolerance: Ppm,
    /// An order that became too timid waits until it is this old; one that became too generous
    /// moves at once. Milliseconds.
    pub min_lifetime_ms: u64,
    /// The least time between two rounds of placing and improving in one market; pulling and
    /// backing off never wait. Milliseconds.
    pub min_interval_ms: u64,
    /// How an order is moved.
    pub replace: Replace,
}

impl Default for Requote {
    fn default() -> Self {
        Self {
            tolerance: Ppm::from_bps(2),
            size_tolerance: Ppm(500_000),
            min_lifetime_ms: 1_000,
            min_interval_ms: 200,
            replace: Replace::default(),
        }
    }
}

/// How an order is moved to another price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Replace {
    /// One modify: one request, and the new order stands only if the old one was cancelled.
    #[default]
    Modify,
    /// A cancel, and a new order once the cancel is confirmed: two requests, and nothing quoted
    /// in between.
    CancelThenPlace,
}

/// Which actions share one request to the venue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Batching {
    /// One batch for all markets that act on the same input: the fewest requests.
    Across,
    /// A batch never spans markets, so that one market's fault cannot reject another's orders.
    #[default]
    PerMarket,
}

/// Limits over all markets together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest sum of worst-case positions over all markets, each valued at its fair price.
    pub max_gross: Notional,
    /// The most orders live or in flight. The venue's own default is 1,000 per account.
    pub max_orders: u16,
    /// Requests of our share that only cancels and reducing orders may spend, besides one for each
    /// live order, once the venue's count of what is left is known.
    pub cancel_reserve: u64,
    /// Rejections in a row (post-only races aside) after which a market rests for
    /// [`Timing::park_ms`].
    pub max_rejects: u16,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_gross: Notional::whole(10_000),
            max_orders: 200,
            cancel_reserve: 500,
            max_rejects: 5,
        }
    }
}

/// How long things may take and how old they may be. All in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// The stream that brings the books. It bounds [`Timing::book_max_age_ms`] from above.
    pub book_channel: Channel,
    /// A book older than this, by arrival or by the venue's own time, is not quoted on; nor is one
    /// older than its channel allows ([`Channel::max_age_ms`]).
    pub book_max_age_ms: u64,
    /// The same for `bbo`, which is silent while nothing changes: `None` lets the book alone vouch
    /// for the market being alive.
    pub bbo_max_age_ms: Option<u64>,
    /// How far venue time may be from our clock before quoting stops.
    pub max_skew_ms: u64,
    /// A spec older than this, counted from the request for it, makes a market cancel-only.
    pub spec_max_age_ms: u64,
    /// Specs are asked for again at this age.
    pub spec_refresh_ms: u64,
    /// Open orders, positions and fills are read back from the venue this often.
    pub reconcile_ms: u64,
    /// No quoting if the last complete reconciliation is older than this.
    pub reconcile_max_age_ms: u64,
    /// A request without an answer for this long has an unknown outcome.
    pub answer_timeout_ms: u64,
    /// The venue refuses a place or modify that reaches a block later than this after it was
    /// decided (`expiresAfter`). An order in doubt lives at least this long, and an expired action
    /// costs five requests, so it is neither short nor long.
    pub action_life_ms: u64,
    /// Between two attempts to cancel the same order, and two questions about the same order.
    pub retry_ms: u64,
    /// "No such order" counts as evidence only if it was asked for this long after the order's nonce
    /// was known to be dead: a node of the venue may lag behind the block that decided.
    pub unknown_settle_ms: u64,
    /// How long a stop may take before it reports what remains.
    pub stop_ms: u64,
    /// How long a market rests after too many rejections.
    pub park_ms: u64,
}

impl Timing {
    /// The defaults for books from `channel`.
    #[must_use]
    pub fn of(channel: Channel) -> Self {
        let book_max_age_ms = channel.max_age_ms();
        Self { book_channel: channel, book_max_age_ms, ..Self::default() }
    }

    /// The age at which a book is too old, by the operator's limit and by what its channel promises.
    pub(crate) fn book_limit_ms(&self) -> u64 {
        self.book_max_age_ms.min(self.book_channel.max_age_ms())
    }
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            book_channel: Channel::BookFast,
            book_max_age_ms: Channel::BookFast.max_age_ms(),
            bbo_max_age_ms: None,
            max_skew_ms: 2_000,
            spec_max_age_ms: 60_000,
            spec_refresh_ms: 30_000,
            reconcile_ms: 30_000,
            reconcile_max_age_ms: 60_000,
            answer_timeout_ms: 5_000,
            action_life_ms: 10_000,
            retry_ms: 1_000,
            unknown_settle_ms: 1_000,
            stop_ms: 10_000,
            park_ms: 60_000,
        }
    }
}

/// The venue's scheduled cancel: it cancels everything unless pushed back in time. Refused by the
/// venue below a traded volume; the refusal is an event and the engine goes on without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeadMan {
    /// How far ahead the cancel is scheduled; the venue wants at least 5,000.
    pub ahead_ms: u64,
    /// How often it is pushed back.
    pub every_ms: u64,
}

/// How often a market may answer a post-only refusal with a new price. A refusal is a race between
/// our picture of the book and the venue's next block; one that is lost again and again must not
/// become a stream of refused requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RaceLimit {
    /// Refusals that may be answered in one go.
    pub burst: u16,
    /// One more may be answered after each such span.
    pub every_ms: u64,
}

impl Default for RaceLimit {
    fn default() -> Self {
        Self { burst: 10, every_ms: 1_000 }
    }
}

/// The retry guard: what happens after the venue refuses the tick or the lot of an order
/// (`RETRY_GUARD_*`, the old system's names).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryGuard {
    /// Whether such an order is sent a second time at all (`RETRY_GUARD_ENABLED`).
    pub enabled: bool,
    /// How often; more than one counts as one (`RETRY_GUARD_MAX_RETRIES`).
    pub max_retries: u8,
    /// The oldest spec that an order may be made with, in milliseconds (`RETRY_GUARD_SPEC_TTL_MS`).
    /// Where [`Timing::spec_max_age_ms`] is shorter, that counts.
    pub spec_ttl_ms: u64,
    /// After this many guarded orders in a row that failed all the same, the market rests for
    /// [`Timing::park_ms`].
    pub park_after: u16,
}

impl Default for RetryGuard {
    fn default() -> Self {
        Self { enabled: true, max_retries: 1, spec_ttl_ms: 60_000, park_after: 2 }
    }
}

/// How the venue's budgets are shared. The limits themselves are constants of the venue
/// ([`crate::budget`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BudgetConfig {
    /// Over which road requests go: it decides which limits they count against.
    pub road: Road,
    /// The runway, in hours, below which a request gets dearer. With half of it left a request costs
    /// twice its price, with a tenth ten times.
    pub runway_hours: u64,
    /// How much of the money by which a quote is off is earned by moving it, on average: the chance
    /// that it trades there before it moves again.
    pub worth: Ppm,
}

impl Default for BudgetConfig {
    fn default() -> Self {
        Self { road: Road::Rest, runway_hours: 24, worth: Ppm(50_000) }
    }
}

/// Over which road requests reach the venue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Road {
    /// HTTP: requests have weight per IP address.
    #[default]
    Rest,
    /// `post` requests on the WebSocket: the same weight, and each is a message.
    WebSocket,
}
