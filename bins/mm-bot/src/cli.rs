//! The command line, and the help that teaches it.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands::explain::ExplainArgs;
use crate::commands::fire_drill::FireDrillArgs;
use crate::commands::replay::ReplayArgs;
use crate::commands::report::ReportArgs;
use crate::commands::rotate_args::RotateArgs;
use crate::commands::world::WorldArgs;

const EXIT_CODES: &str = "\
Exit codes:
  0   done, and checked
  1   failure
  2   usage
  3   a check before the first order failed
  4   orders or positions remain, or a promise of the run was broken
  5   the venue cannot be reached
  6   stopped in order while halted: the next run begins halted too, until `mm-bot resume`
  7   nothing was done: --confirm is missing
  8   a report is no evidence: no attempts, or parts of its window are missing
  78  the configuration is wrong

Standard output is data, standard error is logs.";

/// A maker-only quoting bot for Hyperliquid.
///
/// Without arguments for it, `mm-bot run` needs nothing: it starts a local exchange inside the
/// process and quotes on it, with no account, no key and no network.
#[derive(Debug, Parser)]
#[command(name = "mm-bot", version, after_help = EXIT_CODES, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) sources: SourceArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where configuration is read from; the same for every command.
#[derive(Args, Debug)]
pub(crate) struct SourceArgs {
    /// Configuration file [default: mm-bot.toml, where there is one]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Variables file [default: .env, where there is one]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
    /// Set one configuration key, over the files and the environment
    #[arg(long = "set", global = true, value_name = "KEY=VALUE", value_parser = assignment)]
    pub(crate) set: Vec<(String, String)>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Run(RunArgs),
    Doctor(DoctorArgs),
    FireDrill(FireDrillArgs),
    CancelAll(CancelAllArgs),
    Flatten(FlattenArgs),
    Halt(HaltArgs),
    Resume(ResumeArgs),
    Report(ReportArgs),
    Replay(ReplayArgs),
    Explain(ExplainArgs),
    Quantize(QuantizeArgs),
    Specs(SpecsArgs),
    Rotate(RotateArgs),
    Sign(SignArgs),
    /// Try to break the bot: whole simulated worlds with faults, judged by ground truth
    World(WorldArgs),
    Metrics(MetricsArgs),
    Signals(SignalsArgs),
    /// Check or show the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
}

/// Quote until told to stop, then cancel everything and say what happened.
///
/// Both sides of each market are quoted, post-only. On Ctrl-C, SIGTERM, SIGHUP or at the end of `--for`, every order is cancelled, the exchange is
/// asked whether any is left, and a summary with denominators goes to standard output.
#[derive(Args, Debug, Default)]
#[command(after_help = "\
Examples:
  mm-bot run                            the local exchange, until Ctrl-C
  mm-bot run --for 60s --json           one minute, then the summary as JSON
  mm-bot run --markets BTC,SOL --seed 7 the same synthetic market every time
  mm-bot run --tape BTC.jsonl.zst       a recorded market in the background")]
pub(crate) struct RunArgs {
    /// sim, testnet or mainnet
    #[arg(long, value_name = "VENUE")]
    pub(crate) venue: Option<String>,
    /// Another address for the venue, such as a stand-alone hl-sim
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// Stop after this long: 90, 60s, 5m, 2h
    #[arg(long = "for", value_name = "DURATION", value_parser = duration)]
    pub(crate) duration: Option<Duration>,
    /// Markets to quote, separated by commas
    #[arg(long, value_name = "COINS")]
    pub(crate) markets: Option<String>,
    /// Play these recordings as the background market (venue sim)
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) tape: Vec<PathBuf>,
    /// Seed of the synthetic market and of the bot's order ids (venue sim) [default: random]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// List so many markets on the local exchange: the usual ones, then synthetic ones, of which each
    /// fifth is toxic and each fifth is good (venue sim)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) market_count: Option<u16>,
    /// Port of the local exchange on loopback; 0 lets the system choose (venue sim)
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(crate) port: u16,
    /// Append the event log to this file instead of standard error
    #[arg(long, value_name = "FILE")]
    pub(crate) log_file: Option<PathBuf>,
    /// Print the summary as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which venue, for commands that act on an account beside a bot.
#[derive(Args, Debug)]
pub(crate) struct VenueArgs {
    /// sim, testnet or mainnet
    #[arg(long, value_name = "VENUE")]
    pub(crate) venue: Option<String>,
    /// Another address for the venue, such as a stand-alone hl-sim
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Look at everything that must be right before real orders, and say how to mend what is not.
///
/// The key and what it may sign, the account, its money and its requests, clocks, disk, each market's
/// rules against the configured orders, and how often the streams speak. Nothing is sent but
/// questions. `mm-bot run` on testnet or mainnet looks at the same first and does not start on what
/// is wrong.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mm-bot doctor                         the embedded exchange, to see what it looks like
  mm-bot doctor --venue testnet --listen 30s
  mm-bot doctor --json | jq '.findings[] | select(.verdict != \"ok\")'

Exit codes: 0 nothing is wrong; 3 something is; 78 the configuration is.")]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    pub(crate) venue: VenueArgs,
    /// How long to listen to the streams
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "5s")]
    pub(crate) listen: Duration,
}

/// Cancel every order of ours on the account, whether a bot runs or not.
///
/// By the venue's own list, until it is empty twice in a row. Works while a bot runs, hangs or is down, with connections and nonces of its own. A bot that runs
/// for the account is halted first, or it would quote again a moment later: `mm-bot resume` lets it.
/// Ours are the orders that carry this program's mark; those placed by hand stay, unless `--foreign`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mm-bot cancel-all                     the account of mm-bot.toml
  mm-bot cancel-all --foreign --json    orders placed by hand too; the count as JSON
  mm-bot cancel-all --url http://127.0.0.1:3001

Exit codes: 0 the venue's list is empty; 4 orders remain, or could not be shown to be gone;
5 the venue never answered.")]
pub(crate) struct CancelAllArgs {
    #[command(flatten)]
    pub(crate) venue: VenueArgs,
    /// Also cancel orders that are not this program's
    #[arg(long)]
    pub(crate) foreign: bool,
    /// Give up after this long
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "30s")]
    pub(crate) within: Duration,
}

/// Close every position of the account by taking, with a worst price.
///
/// Orders are reduce-only, immediate or cancel, and no worse than a price. The price is `--slippage-bps` beyond the worse of book and oracle. Where the two disagree by more
/// than 5 %, or the book is empty, one-sided or crossed, the position is left and named. Our orders
/// are cancelled first, and a bot that runs for the account is halted, or it would open positions
/// again: `mm-bot resume` lets it. Without `--confirm` nothing is done but to show what would be.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mm-bot flatten                        what would be sent; exit code 7 if there is something
  mm-bot flatten --confirm              close everything
  mm-bot flatten --confirm --markets SOL --slippage-bps 30

Exit codes: 0 flat, by two answers of the venue; 4 positions or orders remain; 5 the venue did not
answer; 7 --confirm is missing.")]
pub(crate) struct FlattenArgs {
    #[command(flatten)]
    pub(crate) venue: VenueArgs,
    /// Do it
    #[arg(long)]
    pub(crate) confirm: bool,
    /// Only these markets, separated by commas
    #[arg(long, value_name = "COINS", value_delimiter = ',')]
    pub(crate) markets: Vec<String>,
    /// How much worse than the worse of book and oracle a price may be
    #[arg(long, value_name = "BPS", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) slippage_bps: u32,
    /// Give up after this long
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "60s")]
    pub(crate) within: Duration,
}

impl FlattenArgs {
    /// Whether a market is asked for.
    pub(crate) fn wants(&self, coin: &str) -> bool {
        self.markets.is_empty() || self.markets.iter().any(|wanted| wanted.trim() == coin)
    }
}

/// Cancel everything and quote nothing, until `mm-bot resume`.
///
/// A running bot obeys within a second and records it; one that is down starts halted. The halt
/// survives every restart. A bot that hangs does not answer: the word then waits for it, the exit code
/// is 1, and `mm-bot cancel-all` cancels without its help.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mm-bot halt --reason \"exchange upgrade\"
  mm-bot resume")]
pub(crate) struct HaltArgs {
    #[command(flatten)]
    pub(crate) venue: VenueArgs,
    /// Why, for whoever finds it halted
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
}

/// End a halt or safe mode.
///
/// A running bot reads everything back and quotes again; one that is down quotes when it is started.
/// A halt that came after this word is not ended by it.
#[derive(Args, Debug)]
pub(crate) struct ResumeArgs {
    #[command(flatten)]
    pub(crate) venue: VenueArgs,
}

/// Show what becomes of a price and a size on a market's grid, and why.
///
/// Prints the legal price and size, the legal neighbours, the tick at that price with the rule that
/// makes it, the value against the exchange's minimum, the strings that would be signed and sent,
/// and the quantities under the names of the log.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mm-bot quantize SOL buy 164.8951 0.137
  mm-bot quantize BTC sell 104250.5 0.001 --intent aggressive
  mm-bot quantize --jsonl < cases.jsonl

With --jsonl each line of standard input is
  {\"kind\":\"perp\"|\"spot\",\"sz_decimals\":2,\"side\":\"buy\"|\"sell\",
   \"intent\":\"passive\"|\"aggressive\",\"px\":\"164.8951\",\"sz\":\"0.137\"}
and each line of standard output
  {\"px\",\"sz\",\"px_dec\",\"step_dec\",\"ticks\",\"steps\",\"notional\",\"reject\"}
with px or sz null where no legal value exists, or {\"error\"}.")]
pub(crate) struct QuantizeArgs {
    /// The market, by the exchange's name
    #[arg(required_unless_present = "jsonl")]
    pub(crate) coin: Option<String>,
    /// buy or sell
    #[arg(required_unless_present = "jsonl")]
    pub(crate) side: Option<SideArg>,
    /// The price that is wanted
    #[arg(required_unless_present = "jsonl", allow_hyphen_values = true)]
    pub(crate) price: Option<String>,
    /// The size that is wanted, in coins
    #[arg(required_unless_present = "jsonl", allow_hyphen_values = true)]
    pub(crate) size: Option<String>,
    /// passive rounds away from the market, aggressive towards it
    #[arg(long, default_value = "passive")]
    pub(crate) intent: IntentArg,
    /// Ask the venue at this address for the market instead of the built-in universe
    #[arg(long, value_name = "URL", conflicts_with = "jsonl")]
    pub(crate) url: Option<String>,
    /// Print JSON
    #[arg(long, conflicts_with = "jsonl")]
    pub(crate) json: bool,
    /// Quantize each JSON line of standard input
    #[arg(long, conflicts_with_all = ["coin", "side", "price", "size"])]
    pub(crate) jsonl: bool,
}

/// Which side of the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SideArg {
    Buy,
    Sell,
}

/// Which way a price is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum IntentArg {
    Passive,
    Aggressive,
}

/// List the markets with their grid: size decimals, tick at the current price, lot, leverage.
#[derive(Args, Debug)]
pub(crate) struct SpecsArgs {
    /// Only this market
    pub(crate) coin: Option<String>,
    /// Ask the venue at this address [default: the embedded one]
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Sign L1 trading actions, to check signatures against other implementations.
///
/// Keys are hashed in the exchange's order, decimals as they are spelt; nothing is sent. Actions
/// that are not trading, such as transfers and withdrawals, are refused, and so is a key that an
/// action does not have. The private key is never printed.
#[derive(Args, Debug)]
#[command(after_help = "\
Each line of standard input is
  {\"private_key\",\"action\",\"nonce\",\"network\":\"mainnet\"|\"testnet\",\"vault_address\",\"expires_after\"}
and each line of standard output
  {\"action_hash\",\"r\",\"s\",\"v\",\"signer\"}
or {\"error\"}.")]
pub(crate) struct SignArgs {
    /// Sign each JSON line of standard input
    #[arg(long, required = true)]
    pub(crate) jsonl: bool,
}

/// Say what followed the opinions of each source, and what they were worth.
///
/// A run records how the price moved after each opinion. This reads the records in the state
/// directory, or those that are named, and prints for each source its information coefficient, how
/// often it was right, how often it had something to say and how old that was, and what the combined
/// opinion earned more with it than without it, on the same samples.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mm-bot signals --report                     every record in the state directory
  mm-bot signals --report --file bot.log      an event log
  mm-bot signals --report --json")]
pub(crate) struct SignalsArgs {
    /// Print the report
    #[arg(long, required = true)]
    pub(crate) report: bool,
    /// Read these records or event logs instead
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) file: Vec<PathBuf>,
    /// Print as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// List the metrics that a running bot tells Prometheus.
///
/// `mm-bot run --set metrics.listen=127.0.0.1:9464` answers at http://127.0.0.1:9464/metrics.
#[derive(Args, Debug)]
pub(crate) struct MetricsArgs {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Read every source and say what is wrong, or that nothing is
    Check,
    /// Print the effective configuration with the origin of each value, without secrets
    Show {
        /// Print JSON
        #[arg(long, conflicts_with = "example")]
        json: bool,
        /// Print the commented file that equals the built-in defaults
        #[arg(long)]
        example: bool,
    },
}

fn assignment(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("not KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}

/// Whole seconds, or a whole number with a unit.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = match text.strip_prefix(digits) {
        Some("" | "s") => 1,
        Some("m") => 60,
        Some("h") => 3_600,
        _ => return Err("write 90, 60s, 5m or 2h".to_owned()),
    };
    let number: u64 = digits.parse().map_err(|_| "write 90, 60s, 5m or 2h".to_owned())?;
    match number.checked_mul(unit) {
        Some(seconds @ 1..=31_536_000) => Ok(Duration::from_secs(seconds)),
        _ => Err("from 1 second to 365 days".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn durations_need_a_known_unit() {
        assert_eq!(duration("60s"), Ok(Duration::from_secs(60)));
        assert_eq!(duration("90"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("2h"), Ok(Duration::from_secs(7_200)));
        for bad in ["", "0", "s", "-1", "1.5s", "1d", "1 s", "99999999999999999999h", "366000h"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }
}
