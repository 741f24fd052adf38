//! `run`: the venue, the client, the engine and the loop that joins them.
//!
//! The embedded exchange is reached as any other: by the same client over HTTP and WebSocket. Only
//! the address differs, and who funds the account.

mod core;
mod driver;
mod embedded;
mod incoming;
mod keyfile;
mod log;
mod outgoing;
mod preflight;
mod setup;
mod status;
mod stop;
mod summary;
mod sweep;
mod tasks;
mod venue;

use std::io::Write;
use std::time::Duration;

use hl_client::{WsEvents, WsHandle, clock};
use hl_engine::{Engine, adapt::Adapter};
use hl_wire::session::{BookDepth, SessionConfig, Subscription};
use tokio::task::LocalSet;

use self::core::Core;
use self::driver::{Driver, Ending, Parts};
use self::log::Log;
use self::preflight::Ready;
use self::status::Screen;
use self::stop::Stops;
use self::summary::Summary;
use self::sweep::{Doubt, Remaining, sweep};
use self::tasks::Link;
use self::venue::Venue;
pub(crate) use self::venue::{reader, unreachable};
use crate::cli::RunArgs;
use crate::config::Settings;
use crate::exit::{Exit, Failed};
use crate::markets::min_notional;

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
    let summary = LocalSet::new().block_on(&runtime, whole(args, settings))?;
    if args.json {
        writeln!(out, "{:#}", summary.json())?;
    } else {
        summary.print(out)?;
    }
    Ok(summary.exit())
}

async fn whole(args: &RunArgs, settings: &Settings) -> Result<Summary, Failed> {
    let mut venue = Venue::open(args, settings).await?;
    let summary = Box::pin(session(args, settings, &venue)).await;
    if let Some(embedded) = venue.embedded.take() {
        embedded.shutdown().await;
    }
    summary
}

async fn session(args: &RunArgs, settings: &Settings, venue: &Venue) -> Result<Summary, Failed> {
    let link = Link {
        info: venue.info.clone(),
        exchange: std::sync::Arc::clone(&venue.exchange),
        account: venue.account,
    };
    // Listening for signals begins before the first order can exist.
    let stops = Stops::listen(args.duration)?;
    let taped = venue.embedded.as_ref().map_or(&[][..], |embedded| &embedded.taped);
    let ready = preflight::check(&link, settings, taped).await?;
    let universe = ready.universe.clone();
    let title = format!("mm-bot {} {}", venue.name, venue.endpoint.info().authority());
    let screen = Screen::new(title, Duration::from_secs(settings.status_interval_sec));
    let log = Log::open(args.log_file.as_deref(), screen.is_terminal())?;
    let (driver, handle, events) =
        assemble(args, settings, venue, link.clone(), ready, log, screen)?;

    // On a task of its own, so that a panic in it ends in an error here and not in silence.
    let started = clock::now();
    let ran = tokio::task::spawn_local(driver.run(events, stops)).await;
    handle.stop();
    let (mut driver, ending, doubt) = match ran {
        Ok((driver, ending)) => {
            let doubt = if driver.core.stopped == Some(0) { Doubt::None } else { Doubt::InFlight };
            (Some(driver), ending, doubt)
        }
        Err(error) => {
            (None, Ending::Broken(format!("the engine task ended: {error}")), Doubt::InFlight)
        }
    };
    let remaining = sweep(&link, &universe, doubt).await;
    if let (Some(driver), Some(embedded)) = (&mut driver, &venue.embedded) {
        for notice in embedded.notices().await {
            driver.log.line(&format!("sim_evt=notice text=\"{notice}\""));
        }
        driver.log.flush();
    }
    Ok(account(venue, driver, ending, remaining, started).await)
}

/// Sets the counts of the engine against those of the exchange.
async fn account(
    venue: &Venue,
    driver: Option<Driver>,
    ending: Ending,
    remaining: Remaining,
    started: hl_quant::Millis,
) -> Summary {
    let truth = match &venue.embedded {
        Some(embedded) => embedded.truth().await,
        None => None,
    };
    let engine = driver.as_ref().map(|driver| &driver.core.engine);
    Summary {
        venue: venue.name,
        elapsed: Duration::from_millis(clock::now().since(started)),
        seed: venue.embedded.as_ref().map(|embedded| embedded.seed),
        ending,
        total: engine.map(Engine::stats).unwrap_or_default(),
        markets: driver
            .as_ref()
            .map(|driver| summary::markets(&driver.core.engine, &driver.coins))
            .unwrap_or_default(),
        remaining,
        truth: truth.map(|mut truth| truth.accounts.remove(&venue.account).unwrap_or_default()),
        log_broken: driver.as_ref().and_then(|driver| driver.log.broken().map(str::to_owned)),
    }
}

fn assemble(
    args: &RunArgs,
    settings: &Settings,
    venue: &Venue,
    link: Link,
    ready: Ready,
    mut log: Log,
    screen: Screen,
) -> Result<(Driver, WsHandle, WsEvents), Failed> {
    for applied in &ready.applied {
        log.line(applied);
    }
    let seed = match (&venue.embedded, args.seed) {
        (Some(embedded), _) => embedded.seed,
        // Client order ids must differ from those of every earlier run on the account.
        (None, _) => embedded::random(),
    };
    let coins: Vec<String> = ready.markets.iter().map(|(coin, _)| coin.clone()).collect();
    let engine = Engine::new(setup::engine_config(settings, &coins), seed);
    let adapter = Adapter::new(ready.markets.iter().map(|(coin, asset)| (coin.as_str(), *asset)));
    let (handle, events, socket) = hl_client::connect(&venue.endpoint, SessionConfig::default())
        .map_err(|e| Failed::new(Exit::Failure, e.to_string()))?;
    for subscription in subscriptions(&coins, venue.account) {
        handle.subscribe(subscription).map_err(|e| Failed::new(Exit::Preflight, e.to_string()))?;
    }
    tokio::spawn(socket.run());
    let driver = Driver::new(Parts {
        core: Core::new(engine),
        adapter,
        cache: ready.cache,
        specs_at: ready.specs_at,
        coins,
        min_notional: min_notional(settings),
        link,
        log,
        screen,
    });
    Ok((driver, handle, events))
}

fn subscriptions(coins: &[String], account: hl_wire::Address) -> Vec<Subscription> {
    let mut all = vec![
        Subscription::OrderUpdates { user: account },
        Subscription::UserFills { user: account },
    ];
    for coin in coins {
        all.push(Subscription::L2Book { coin: coin.clone(), depth: BookDepth::Fast });
        all.push(Subscription::Bbo { coin: coin.clone() });
        all.push(Subscription::Trades { coin: coin.clone() });
    }
    all
}
