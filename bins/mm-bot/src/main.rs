//! `mm-bot`: a maker-only quoting bot for Hyperliquid.
//!
//! A thin shell around the libraries of this workspace: the command line, the configuration, the
//! wiring of the runtime and the exit codes. It decides nothing about trading; that is
//! `hl-engine`'s part.

mod cli;
mod commands;
mod config;
mod dashboard;
mod doctor;
mod drill;
mod exit;
mod markets;
mod runtime;
mod state;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use cli::{Cli, Command};
use exit::{Exit, Failed};

fn main() -> ExitCode {
    match dispatch(Cli::parse()) {
        Ok(exit) => exit.into(),
        Err(failed) if failed.exit == Exit::Ok => Exit::Ok.into(),
        Err(failed) => {
            // A closed standard error leaves nobody to tell; the exit code still speaks.
            let _ = writeln!(std::io::stderr(), "{failed}");
            failed.exit.into()
        }
    }
}

fn dispatch(cli: Cli) -> Result<Exit, Failed> {
    let mut out = std::io::stdout().lock();
    let sources = commands::sources(&cli);
    match &cli.command {
        Command::Config(command) => commands::config::run(command, &sources, &mut out),
        Command::Quantize(args) if args.jsonl => commands::quantize::stream(&mut out),
        Command::Quantize(args) => {
            let (_, settings) = config::load(&sources)?;
            let markets = commands::markets(args.url.as_deref(), &settings)?;
            let coin = markets.find(args.coin.as_deref().unwrap_or_default())?;
            let spec = coin.spec.with_min_notional(markets::min_notional(&settings));
            commands::quantize::explain(args, spec, &mut out)
        }
        Command::Specs(args) => {
            let (_, settings) = config::load(&sources)?;
            let markets = commands::markets(args.url.as_deref(), &settings)?;
            commands::specs::run(args, &markets, &mut out)
        }
        Command::Rotate(args) => {
            let (_, settings) = config::load(&sources)?;
            commands::rotate::run(args, &settings, &mut out)
        }
        Command::Sign(_) => {
            commands::sign::run(std::io::stdin().lock(), &mut out)?;
            Ok(Exit::Ok)
        }
        Command::Metrics(args) => commands::metrics::run(args, &mut out),
        Command::Signals(args) => {
            let (_, settings) = config::load(&sources)?;
            commands::signals::run(args, &settings, &mut out)
        }
        Command::World(args) => commands::world::run(args, &mut out),
        Command::Doctor(args) => {
            let (_, settings) = config::load(&sources)?;
            commands::doctor::run(args, &settings, &mut out)
        }
        Command::FireDrill(args) => {
            let (_, settings) = config::load(&sources)?;
            commands::fire_drill::run(args, &settings, &mut out)
        }
        Command::CancelAll(args) => {
            let (_, settings) = config::load(&sources)?;
            commands::account::cancel_all::run(args, &settings, &mut out)
        }
        Command::Flatten(args) => {
            let (_, settings) = config::load(&sources)?;
            commands::account::flatten::run(args, &settings, &mut out)
        }
        Command::Halt(args) => {
            let (_, settings) = config::load(&sources)?;
            commands::account::halt::halt(args, &settings, &mut out)
        }
        Command::Resume(args) => {
            let (_, settings) = config::load(&sources)?;
            commands::account::halt::resume(args, &settings, &mut out)
        }
        Command::Report(args) => {
            let (_, settings) = config::load(&sources)?;
            commands::report::run(args, &settings, &mut out)
        }
        Command::Explain(args) => {
            let (_, settings) = config::load(&sources)?;
            commands::explain::run(args, &settings, &mut out)
        }
        Command::Replay(args) => commands::replay::run(args, &mut out),
        Command::Run(args) => {
            let (_, settings) = config::load(&sources)?;
            runtime::run(args, &settings, &mut out)
        }
    }
}
