//! Every key that configures this bot: its place in the file, its name in the environment, what it
//! may be and what it is when nobody says. The example file, `config show` and every check are made
//! from this one table.

use super::kind::Kind;

/// One configuration key.
#[derive(Debug)]
pub(crate) struct Key {
    /// `table.key` in the TOML file and for `--set`.
    pub(crate) path: &'static str,
    /// Names in `.env` and in the environment, the first being the usual one; none when the value
    /// must be written in the file.
    pub(crate) env: &'static [&'static str],
    /// Shape and range.
    pub(crate) kind: Kind,
    /// The built-in value.
    pub(crate) default: &'static str,
    /// What it does, for the example file; one or more sentences.
    pub(crate) doc: &'static str,
}

impl Key {
    /// The key at `path`.
    pub(crate) fn at(path: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.path == path)
    }

    /// The key that the environment knows as `name`.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.env.contains(&name))
    }
}

const POST_ONLY_WHY: &str = "this bot only makes: an order that could take is not expressible, \
                             so false cannot be honoured";

/// The table, in the order of the example file.
pub(crate) const KEYS: &[Key] = &[
    Key {
        path: "venue.name",
        env: &["HL_VENUE"],
        kind: Kind::Choice(&["sim", "testnet", "mainnet"]),
        default: "sim",
        doc: "Where to trade. sim is a local exchange inside this process: no account, no key, no \
              network. testnet and mainnet need account and agent_key_file; mainnet also \
              live.confirm.",
    },
    Key {
        path: "venue.url",
        env: &["HL_URL"],
        kind: Kind::Url,
        default: "",
        doc: "Another address for the venue, for example of a stand-alone hl-sim; empty means the \
              venue's own.",
    },
    Key {
        path: "venue.account",
        env: &["HL_ACCOUNT"],
        kind: Kind::Address,
        default: "",
        doc: "The account to trade for: the master address, not the agent's.",
    },
    Key {
        path: "venue.agent_key_file",
        env: &["HL_AGENT_KEY_FILE"],
        kind: Kind::Path,
        default: "",
        doc: "A file that holds the agent wallet's private key in hex, readable by its owner only \
              (mode 0600). The key itself is never read from here or from the environment.",
    },
    Key {
        path: "live.confirm",
        env: &[],
        kind: Kind::Address,
        default: "",
        doc: "Mainnet only: the account's address once more, typed by hand, as the statement that \
              real money is meant. This key is read from this file only.",
    },
    Key {
        path: "quote.pairs",
        env: &["ACTIVE_PAIRS"],
        kind: Kind::Coins,
        default: "BTC,ETH,SOL,ASTER,FARTCOIN",
        doc: "The markets to quote, by the exchange's names.",
    },
    Key {
        path: "quote.base_order_usd",
        env: &["BASE_ORDER_USD"],
        kind: Kind::Decimal { min: 10, max: 1_000_000 },
        default: "150",
        doc: "The value of all layers of one side together, in US dollars.",
    },
    Key {
        path: "quote.spread_bps",
        env: &["MAKER_SPREAD_BPS"],
        kind: Kind::Bps { max: 1_000 },
        default: "5",
        doc: "Distance of the innermost quote from the fair price on each side, in basis points; \
              above 0.",
    },
    Key {
        path: "quote.skew_bps",
        env: &["SKEW_BPS"],
        kind: Kind::Bps { max: 1_000 },
        default: "10",
        doc: "How far the quotes are shifted against a position at its limit, in basis points; in \
              proportion below that.",
    },
    Key {
        path: "quote.fair",
        env: &["MM_FAIR"],
        kind: Kind::Choice(&["micro", "mid"]),
        default: "micro",
        doc: "What quotes are centred on: the touch weighted by size, or its middle.",
    },
    Key {
        path: "quote.num_layers",
        env: &["NUM_LAYERS"],
        kind: Kind::Integer { min: 1, max: 8 },
        default: "5",
        doc: "How many layers the two lists below describe.",
    },
    Key {
        path: "quote.active_layers",
        env: &["ACTIVE_LAYERS"],
        kind: Kind::Integer { min: 1, max: 8 },
        default: "1",
        doc: "How many of them are quoted, innermost first.",
    },
    Key {
        path: "quote.layer_offsets_bps",
        env: &["LAYER_OFFSETS_BPS"],
        kind: Kind::BpsList { max: 1_000 },
        default: "5,10,20,35,60",
        doc: "Distance of each layer from the fair price, in basis points, ascending. The first \
              must be spread_bps: two numbers for one distance would leave one of them unused.",
    },
    Key {
        path: "quote.layer_capital_pct",
        env: &["LAYER_CAPITAL_PCT"],
        kind: Kind::Decimals { min: 0, max: 100 },
        default: "25,30,25,15,5",
        doc: "Each layer's share of the capital; together 100. The active layers share \
              base_order_usd in proportion to it.",
    },
    Key {
        path: "quote.requote_tolerance_bps",
        env: &["REQUOTE_TOLERANCE_BPS", "DRIFT_TRIGGER_BPS"],
        kind: Kind::Bps { max: 1_000 },
        default: "2",
        doc: "An order this close to where it should be stays, and keeps its place in the queue.",
    },
    Key {
        path: "quote.post_only",
        env: &["ENABLE_POST_ONLY"],
        kind: Kind::MustBeTrue { why: POST_ONLY_WHY },
        default: "true",
        doc: "Every order is post-only (tif Alo). The key exists so that a file that says \
              otherwise is refused instead of misread.",
    },
    Key {
        path: "quote.min_notional_usd",
        env: &["MIN_NOTIONAL_USD"],
        kind: Kind::Decimal { min: 10, max: 1_000_000 },
        default: "10",
        doc: "The smallest order to send, in US dollars. The exchange's own minimum is 10.",
    },
    Key {
        path: "status.interval_sec",
        env: &["MM_INTERVAL_SEC", "INTERVAL_SEC"],
        kind: Kind::Integer { min: 1, max: 3_600 },
        default: "5",
        doc: "Seconds between two status blocks where standard error is not a terminal. Quotes \
              do not wait for it: they follow every book.",
    },
    Key {
        path: "risk.max_position_usd",
        env: &["MAX_POSITION_USD"],
        kind: Kind::Decimal { min: 10, max: 10_000_000 },
        default: "700",
        doc: "The largest position in one market, in US dollars, under any subset of fills of the \
              orders that are or may be live.",
    },
    Key {
        path: "risk.max_gross_usd",
        env: &["MAX_GROSS_USD"],
        kind: Kind::Decimal { min: 10, max: 100_000_000 },
        default: "10000",
        doc: "The largest sum of worst-case positions over all markets, in US dollars.",
    },
    Key {
        path: "risk.leverage",
        env: &["LEVERAGE"],
        kind: Kind::Integer { min: 1, max: 50 },
        default: "1",
        doc: "Cross leverage to set for each quoted market at start.",
    },
    Key {
        path: "risk.max_stale_sec",
        env: &["MAX_STALE_SEC"],
        kind: Kind::Integer { min: 1, max: 300 },
        default: "5",
        doc: "Quotes are pulled when a market's book is older than this many seconds.",
    },
    Key {
        path: "risk.dead_man_sec",
        env: &["MM_DEAD_MAN_SEC"],
        kind: Kind::Integer { min: 0, max: 3_600 },
        default: "60",
        doc: "The venue is asked to cancel everything unless it hears from us within this many \
              seconds: 0 for never, otherwise at least 15. It is pushed back three times as often. \
              The venue refuses below a traded volume; that is reported and changes nothing else.",
    },
    Key {
        path: "risk.max_offline_sec",
        env: &["MM_MAX_OFFLINE_SEC"],
        kind: Kind::Integer { min: 0, max: 86_400 },
        default: "3600",
        doc: "A run that has had no complete connection for this many seconds ends, with exit code \
              5 if the venue confirms that nothing of ours is left and 4 otherwise. 0 waits for \
              ever. Quotes do not wait for it: they are pulled when a book is stale.",
    },
    Key {
        path: "state.dir",
        env: &["MM_STATE_DIR"],
        kind: Kind::Path,
        default: "",
        doc: "Where a run keeps what must survive a crash: its journal and the lock that allows one \
              bot per account. Empty means mm-bot in $XDG_STATE_HOME, else in ~/.local/state, else \
              mm-bot-state in the current directory; a run on the embedded exchange, whose \
              account ends with it, then uses a temporary directory.",
    },
    Key {
        path: "state.max_starts",
        env: &["MM_MAX_STARTS"],
        kind: Kind::Integer { min: 1, max: 32 },
        default: "5",
        doc: "Starts that did not end in order within start_window_sec. One more is safe mode: \
              everything of ours is cancelled and nothing is quoted until an operator resumes.",
    },
    Key {
        path: "state.start_window_sec",
        env: &["MM_START_WINDOW_SEC"],
        kind: Kind::Integer { min: 10, max: 86_400 },
        default: "600",
        doc: "Over how many seconds starts are counted.",
    },
];

/// Names that exist for the tests' sake and mean nothing to a running bot.
pub(crate) const TEST_NAMES: &[&str] = &["HL_SHARED", "HL_SIM_SEED"];
