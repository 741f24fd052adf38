//! What an exchange is made of: markets, fees, limits, and the settings of behaviour that public
//! evidence does not decide.

mod open;

use hl_quant::{Price, SzDecimals};
use hl_wire::Network;

use crate::Usd;
use crate::exec::Signatures;
use crate::fault::dice::Dice;
use crate::universe::{ListingState, MARGIN_TABLES, MarginTable};

pub use open::{
    CancelPriority, DuplicateCloid, ErrorSuffix, NonceMemory, OpenQuestions, PartialAck,
    PartialUpdate, Resubscription,
};

/// Everything that [`Exchange::new`](crate::Exchange::new) needs besides the seed.
///
/// Times are milliseconds. [`ExchangeConfig::new`] fills in the documented values of the real
/// venue; fields are public so that a test changes one of them with struct update syntax.
#[derive(Clone, Debug)]
pub struct ExchangeConfig {
    /// Which network's signatures are accepted. Clients that are given an unknown base URL sign
    /// for the testnet, which is the default.
    pub network: Network,
    /// The first dex's universe in asset id order.
    pub markets: Vec<MarketConfig>,
    /// The margin tables that `marginTableId`s from 50 on refer to.
    pub margin_tables: &'static [MarginTable],
    /// Time between blocks (about 70 ms on the real venue).
    pub block_ms: u64,
    /// How many blocks later than cancels and post-only orders an action with a GTC or IOC order is
    /// executed; the venue's mempool favours makers, by an unpublished amount.
    pub taker_delay_blocks: u64,
    /// What counts as a signature.
    pub signatures: Signatures,
    /// What happens when a stranger's signature arrives.
    pub strangers: Strangers,
    /// Fee rates of the account tier that everybody is in.
    pub fees: FeeRates,
    /// Refusals that depend on numbers.
    pub limits: Limits,
    /// Push intervals of the streams.
    pub streams: StreamConfig,
    /// Behaviour that public evidence leaves open.
    pub open_questions: OpenQuestions,
}

impl ExchangeConfig {
    /// The documented values of the real venue for these markets.
    #[must_use]
    pub fn new(markets: Vec<MarketConfig>) -> Self {
        Self {
            network: Network::Testnet,
            markets,
            margin_tables: MARGIN_TABLES,
            block_ms: 70,
            taker_delay_blocks: 2,
            signatures: Signatures::Recovered,
            strangers: Strangers::Refused,
            fees: FeeRates::BASE,
            limits: Limits::default(),
            streams: StreamConfig::default(),
            open_questions: OpenQuestions::default(),
        }
    }

    /// The same with the real venue's limits on a network address in force: 1,200 of weight for
    /// REST, 10 WebSocket connections, 30 new ones and 2,000 frames in a minute (docs: "Rate limits
    /// and user limits").
    #[must_use]
    pub const fn with_network_limits(mut self) -> Self {
        self.limits.ip = IpLimit::Enforced { per_minute: 1_200 };
        self.streams.max_connections = 10;
        self.streams.max_opened = 30;
        self.streams.max_frames = 2_000;
        self
    }

    /// The same with everything that public evidence leaves open decided by a seed: the
    /// [`OpenQuestions`], and the numbers that have been seen with more than one value.
    #[must_use]
    pub fn with_open_questions(mut self, seed: u64) -> Self {
        self.open_questions = OpenQuestions::draw(seed);
        let mut dice = Dice::new(seed, 0x6_12);
        self.limits.price_band = dice.pick(PriceBand::Eighty, &[PriceBand::NinetyFive]);
        self.taker_delay_blocks = dice.pick(2, &[0, 3, 6]);
        self.streams.max_users = dice.pick(10, &[15]);
        self.streams.l2_ms = dice.pick(5_000, &[500, 2_000]);
        self
    }
}

/// One perpetual of the first dex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarketConfig {
    /// Name on the wire, case-sensitive.
    pub coin: String,
    /// Decimals of a size.
    pub sz_decimals: SzDecimals,
    /// Largest leverage, an integer from 1.
    pub max_leverage: u8,
    /// `marginTableId`: below 50 a single tier with that leverage.
    pub margin_table: u8,
    /// Which margin modes a position may use.
    pub margin_mode: MarginMode,
    /// Whether orders are accepted at all.
    pub listing: ListingState,
    /// Opening oracle price; the mark price starts equal to it.
    pub oracle_px: Price,
}

impl MarketConfig {
    /// A listed market with cross and isolated margin, the largest leverage as its only tier.
    #[must_use]
    pub fn new(
        coin: impl Into<String>,
        sz_decimals: SzDecimals,
        max_leverage: u8,
        oracle_px: Price,
    ) -> Self {
        Self {
            coin: coin.into(),
            sz_decimals,
            max_leverage,
            margin_table: max_leverage,
            margin_mode: MarginMode::Any,
            listing: ListingState::Live,
            oracle_px,
        }
    }
}

/// Which margin modes a market allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MarginMode {
    /// Cross or isolated.
    Any,
    /// `onlyIsolated` in `meta`.
    OnlyIsolated,
}

/// What a signature of an address without account leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Strangers {
    /// `User or API Wallet 0x... does not exist.`, as on the real venue.
    Refused,
    /// The address gets an account with this much in it, and the action goes on: for demonstrations
    /// with a client that has no way to deposit.
    Funded(Usd),
}

/// Fee rates in units of 10^-8 of the notional: 45,000 is 0.045 %. Negative is a rebate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FeeRates {
    /// Rate of the order that takes.
    pub taker: i32,
    /// Rate of the order that rested.
    pub maker: i32,
}

impl FeeRates {
    /// The perpetuals base tier (docs: "Fees").
    pub const BASE: Self = Self { taker: 45_000, maker: 15_000 };
}

/// Refusals that depend on numbers (docs: "Rate limits", "Contract specifications", "Error
/// responses").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest distance of a limit price from the mark price.
    pub price_band: PriceBand,
    /// Largest number of orders or cancels in one action.
    pub max_batch: usize,
    /// Open orders per account.
    pub max_open_orders: usize,
    /// Requests per address.
    pub address: AddressLimit,
    /// Volume that an account must have traded before `scheduleCancel` accepts a time; the real
    /// venue asks for $1,000,000.
    pub schedule_cancel_volume: Usd,
    /// How often per UTC day a scheduled cancel may fire.
    pub schedule_cancel_triggers: u32,
    /// REST requests per network address.
    pub ip: IpLimit,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            price_band: PriceBand::Eighty,
            max_batch: 200,
            max_open_orders: 1_000,
            address: AddressLimit::Enforced { initial: 10_000 },
            schedule_cancel_volume: Usd::ZERO,
            schedule_cancel_triggers: 10,
            ip: IpLimit::Counted,
        }
    }
}

/// How far from the reference a limit price may be; both values have been seen on the real venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PriceBand {
    /// `0.2 ref < px <= 5 ref`, "80%" in the error text.
    Eighty,
    /// `0.05 ref < px <= 20 ref`, "95%" in the error text.
    NinetyFive,
}

impl PriceBand {
    /// The percentage in the error text.
    #[must_use]
    pub const fn percent(self) -> u32 {
        match self {
            Self::Eighty => 80,
            Self::NinetyFive => 95,
        }
    }
}

/// The address-based request limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AddressLimit {
    /// Requests are counted and never refused.
    Counted,
    /// One request per dollar traded on top of the initial buffer (10,000 on the real venue), then
    /// one every ten seconds.
    Enforced {
        /// The initial buffer.
        initial: u64,
    },
}

impl AddressLimit {
    /// The initial buffer that `userRateLimit` reports.
    pub(crate) const fn initial(self) -> u64 {
        match self {
            Self::Counted => 10_000,
            Self::Enforced { initial } => initial,
        }
    }
}

/// The limit on REST requests, by weight: an action costs `1 + floor(items / 40)`, a question 2, 20
/// or 60 and something for each twenty entries of a list (docs: "Rate limits and user limits").
///
/// The exchange does not know addresses, so all of its clients share one. That is why nothing is
/// enforced unless it is asked for: a local exchange has all of its clients on one machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IpLimit {
    /// Requests are counted and never refused.
    Counted,
    /// What goes beyond is answered with status 429 and the body `null`, and not executed.
    Enforced {
        /// Weight within any 60 seconds; 1,200 on the real venue.
        per_minute: u64,
    },
}

/// Push intervals in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamConfig {
    /// `l2Book`, 20 levels.
    pub l2_ms: u64,
    /// `l2Book` with `fast`, 5 levels.
    pub l2_fast_ms: u64,
    /// `allMids` and `activeAssetCtx`.
    pub mids_ms: u64,
    /// A connection to which nothing was sent for this long is closed.
    pub silence_ms: u64,
    /// Subscriptions per connection.
    pub max_subscriptions: usize,
    /// Different users in one connection's subscriptions.
    pub max_users: usize,
    /// Posted requests that a connection may have in flight.
    pub max_posts: usize,
    /// Connections at one time; one more is closed with code 1008, like everything beyond the two
    /// limits below.
    pub max_connections: usize,
    /// Connections opened within any 60 seconds.
    pub max_opened: u64,
    /// Frames that clients send within any 60 seconds.
    pub max_frames: u64,
}

impl Default for StreamConfig {
    fn default() -> Self {
        Self {
            l2_ms: 5_000,
            l2_fast_ms: 500,
            mids_ms: 2_000,
            silence_ms: 60_000,
            max_subscriptions: 1_000,
            max_users: 10,
            max_posts: 100,
            max_connections: usize::MAX,
            max_opened: u64::MAX,
            max_frames: u64::MAX,
        }
    }
}
