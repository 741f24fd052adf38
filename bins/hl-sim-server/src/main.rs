//! `hl-sim`: a local Hyperliquid for any bot in any language.
//!
//! Prints its base URL on stdout once it listens, logs on stderr, and serves until interrupted.

mod build;
mod cli;
mod run;
mod trouble;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::Cli;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run::run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {:#}", failure.error);
            ExitCode::from(failure.code)
        }
    }
}
