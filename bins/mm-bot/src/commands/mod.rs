//! One module per command. Each writes data to the `out` it is given and returns how to exit.

pub(crate) mod account;
pub(crate) mod config;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod fire_drill;
mod jsonl;
pub(crate) mod metrics;
pub(crate) mod quantize;
mod quantize_jsonl;
mod recorded;
pub(crate) mod replay;
pub(crate) mod report;
pub(crate) mod rotate;
pub(crate) mod rotate_args;
mod rotate_proof;
mod rotate_report;
mod rotate_svg;
pub(crate) mod sign;
pub(crate) mod signals;
pub(crate) mod specs;
pub(crate) mod world;

use std::io::Write as _;

use hl_wire::Network;

use crate::cli::{Cli, Command};
use crate::config::{Settings, Sources, Venue};
use crate::exit::Failed;
use crate::markets::Markets;
use crate::runtime;

/// The markets of the venue at `url`, or the built-in ones.
///
/// # Errors
/// The venue cannot be asked, or an override does not fit its list.
pub(crate) fn markets(url: Option<&str>, settings: &Settings) -> Result<Markets, Failed> {
    let markets = match url {
        None => Markets::embedded(settings),
        Some(url) => asked(url, settings),
    }?;
    for applied in &markets.applied {
        writeln!(std::io::stderr(), "{applied}")?;
    }
    Ok(markets)
}

fn asked(url: &str, settings: &Settings) -> Result<Markets, Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let network = match settings.venue {
            Venue::Mainnet => Network::Mainnet,
            Venue::Sim | Venue::Testnet => Network::Testnet,
        };
        let info = runtime::reader(url, network)?;
        let meta = info.meta(None).await.map_err(runtime::unreachable)?;
        let mids = info.all_mids(None).await.map_err(runtime::unreachable)?;
        let prices = mids.0.iter().map(|(coin, price)| (coin.to_string(), *price)).collect();
        Markets::new(&meta, prices, settings)
    })
}

/// Where this invocation reads its configuration. The environment is read here and nowhere else.
pub(crate) fn sources(cli: &Cli) -> Sources {
    let mut flags: Vec<(String, String, String)> = cli
        .sources
        .set
        .iter()
        .map(|(key, value)| (key.clone(), value.clone(), format!("--set {key}")))
        .collect();
    let (venue, url, markets) = match &cli.command {
        Command::Run(run) => (&run.venue, &run.url, &run.markets),
        Command::Doctor(args) => (&args.venue.venue, &args.venue.url, &None),
        Command::Rotate(args) => (&args.venue, &args.url, &args.markets),
        Command::CancelAll(args) => (&args.venue.venue, &args.venue.url, &None),
        Command::Flatten(args) => (&args.venue.venue, &args.venue.url, &None),
        Command::Halt(args) => (&args.venue.venue, &args.venue.url, &None),
        Command::Resume(args) => (&args.venue.venue, &args.venue.url, &None),
        _ => (&None, &None, &None),
    };
    let named = [
        ("venue.name", venue, "--venue"),
        ("venue.url", url, "--url"),
        ("quote.pairs", markets, "--markets"),
    ];
    for (key, value, flag) in named {
        if let Some(value) = value {
            flags.push((key.to_owned(), value.clone(), flag.to_owned()));
        }
    }
    Sources {
        file: cli.sources.config.clone(),
        dotenv: cli.sources.env_file.clone(),
        environment: environment(),
        flags,
    }
}

/// The environment's pairs that are text. One that is not can be none of ours.
fn environment() -> Vec<(String, String)> {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().unwrap_or_default()))
    };
    let mut pairs: Vec<(String, String)> = std::env::vars_os().filter_map(text).collect();
    pairs.sort();
    pairs
}
