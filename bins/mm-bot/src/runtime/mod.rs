//! `run`: the venue, the client, the engine and the loop that joins them.
//!
//! The embedded exchange is reached as any other: by the same client over HTTP and WebSocket. Only
//! the address differs, and who funds the account.

mod board;
pub(crate) mod checkup;
mod core;
pub(crate) mod decisions;
mod desk;
mod driver;
mod durable;
mod embedded;
mod feeds;
pub(crate) mod home;
mod incoming;
mod keeper;
pub(crate) mod keyfile;
mod log;
mod messages;
mod metrics;
mod notify;
mod outgoing;
mod preflight;
mod session;
pub(crate) mod setup;
mod standing;
mod status;
mod stop;
mod summary;
pub(crate) mod survey;
pub(crate) mod sweep;
pub(crate) mod tasks;
pub(crate) mod venue;
mod watch;
mod watchdog;

use std::io::Write;

use tokio::task::LocalSet;

pub(crate) use self::embedded::random;
pub(crate) use self::messages::{Notice, Severity, send_one};
pub(crate) use self::metrics::metrics;
use self::session::Session;
use self::summary::Summary;
use self::venue::Venue;
pub(crate) use self::venue::{reader, unreachable};
use crate::cli::RunArgs;
use crate::config::Settings;
use crate::exit::{Exit, Failed};

/// Runs to the end and prints the summary.
///
/// # Errors
/// What kept it from starting. What goes wrong later is in the summary and in the exit code.
pub(crate) fn run(
    args: &RunArgs,
    settings: &Settings,
    out: &mut impl Write,
) -> Result<Exit, Failed> {
    // One thread: the engine decides in microseconds, and everything else waits for the network.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let summary = LocalSet::new().block_on(&runtime, whole(args, settings));
    // A write to a disk that hangs must not keep the process from ending.
    runtime.shutdown_background();
    let summary = summary?;
    if let Some(warning) = summary.warning() {
        // Nowhere to say it is no reason not to end: the exit code says it too.
        let _ = writeln!(std::io::stderr(), "{warning}");
    }
    if args.json {
        writeln!(out, "{:#}", summary.json())?;
    } else {
        summary.print(out)?;
    }
    Ok(summary.exit())
}

async fn whole(args: &RunArgs, settings: &Settings) -> Result<Summary, Failed> {
    let mut venue = Venue::open(args, settings).await?;
    let summary = Box::pin(async {
        checkup::before_orders(settings, &venue).await?;
        let session = Session::prepare(args, settings, &venue).await?;
        Ok(Box::pin(session.run()).await)
    })
    .await;
    if let Some(embedded) = venue.embedded.take() {
        embedded.shutdown().await;
    }
    summary
}

#[cfg(test)]
mod tests;
