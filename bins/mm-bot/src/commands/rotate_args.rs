//! The command line of `rotate`.

use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::world::range;

/// Show which markets rotation would choose, and why, beside the old system's order.
///
/// Watches best prices and trades of every market for a while, scores them with the configured
/// weights and filters, and prints each factor's part in each score. Nothing is traded.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mm-bot rotate --explain                       the local exchange, watched for 20 seconds
  mm-bot rotate --explain --market-count 200    200 markets with a known truth
  mm-bot rotate --explain --venue mainnet --for 5m --json
  mm-bot rotate --explain --from stats.json     numbers that you give; `-` is standard input
  mm-bot rotate --proof --seeds 0..100          does it earn more than not rotating? simulated worlds
  mm-bot rotate --report run.log                what did it earn against not rotating?
  ROTATE_W_VOL=0 mm-bot rotate --proof          and with other weights?

The file is an array of objects: pair, vol, spread_bps, depth_usd, and where known fees_bps, nansen,
flow, toxicity_bps, funding_bps, profit_bps, correlation.")]
pub(crate) struct RotateArgs {
    /// Print every factor's part in every score
    #[arg(long)]
    pub(crate) explain: bool,
    /// sim, testnet or mainnet
    #[arg(long, value_name = "VENUE")]
    pub(crate) venue: Option<String>,
    /// Another address for the venue, such as a stand-alone hl-sim
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// Watch for this long: 90, 60s, 5m
    #[arg(long = "for", value_name = "DURATION", value_parser = crate::cli::duration, default_value = "20s")]
    pub(crate) duration: Duration,
    /// Markets to choose among, separated by commas [default: all]
    #[arg(long, value_name = "COINS")]
    pub(crate) markets: Option<String>,
    /// Markets of the local exchange (venue sim)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) market_count: Option<u16>,
    /// Seed of the synthetic market (venue sim) [default: random]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Draw the scores of the best markets into this file
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
    /// Print from these logs what rotation earned against not rotating; `-` is standard input
    #[arg(long, value_name = "LOG", num_args = 1.., conflicts_with_all = ["explain", "venue", "url", "markets", "market_count", "seed", "svg", "from", "proof"])]
    pub(crate) report: Vec<PathBuf>,
    /// Compare rotating with a fixed and a random choice of markets, and with signals of three kinds, in
    /// simulated worlds whose truth is known: paired differences with their intervals
    #[arg(long, conflicts_with_all = ["explain", "venue", "url", "markets", "market_count", "seed", "svg", "from"])]
    pub(crate) proof: bool,
    /// Run these seeds, the last one left out
    #[arg(long, value_name = "A..B", value_parser = range, default_value = "0..20", requires = "proof")]
    pub(crate) seeds: Range<u64>,
    /// Simulated minutes of each seed
    #[arg(long, value_name = "N", default_value_t = 30, requires = "proof")]
    pub(crate) minutes: u64,
    /// Quote at this distance everywhere instead of one that fits the kind of market
    #[arg(long, value_name = "BPS", requires = "proof")]
    pub(crate) distance_bps: Option<i64>,
    /// Threads
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=64), requires = "proof")]
    pub(crate) jobs: u8,
    /// Read the numbers from this file instead of a venue
    #[arg(long, value_name = "FILE", conflicts_with_all = ["venue", "url", "markets", "market_count"])]
    pub(crate) from: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
