//! One run, from the checks before it to the account after it.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use hl_client::{Latch, RetryPolicy, WsEvents, WsHandle, clock};
use hl_engine::{Carry, MarketId, OrderState, SafeMode, adapt::Adapter};
use hl_journal::decisions::Head;
use hl_journal::log::Quoted;
use hl_specs::Universe;
use hl_wire::Address;
use hl_wire::session::{SessionConfig, Subscription};
use tokio::time::Instant;

use super::core::Core;
use super::decisions::Decisions;
use super::desk::Desk;
use super::driver::{Driver, Ending, Parts};
use super::feeds::{self, Feeds};
use super::keeper::{Disk, Keeper};
use super::log::{Log, Plan};
use super::messages::{self, Courier, Messenger, Notice, Severity};
use super::metrics::{self, Pulse, Scrapes};
use super::preflight::{self, Ready};
use super::standing::Standing;
use super::status::Screen;
use super::stop::Stops;
use super::summary::{self, Summary};
use super::sweep::{Doubt, Left, Sweep, Whose};
use super::tasks::Link;
use super::venue::Venue;
use super::watch::{Watch, close_up, from_afar};
use super::watchdog::{self, Heart, Spare, Watchdog, last_words};
use super::{embedded, setup};
use crate::cli::RunArgs;
use crate::config::Settings;
use crate::dashboard::{self, Dashboard};
use crate::exit::{Exit, Failed};
use crate::markets::min_notional;
use crate::state::{Opened, Recorder};

/// Everything that is ready before the first order.
pub(super) struct Session<'v> {
    venue: &'v Venue,
    link: Link,
    universe: Universe,
    pub(super) driver: Driver,
    stream: WsHandle,
    events: WsEvents,
    stops: Stops,
    watchdog: Watchdog,
    courier: Courier,
}

impl<'v> Session<'v> {
    /// Checks everything that can be checked, and subscribes.
    ///
    /// # Errors
    /// The reason not to start.
    pub(super) async fn prepare(
        args: &RunArgs,
        settings: &Settings,
        venue: &'v Venue,
    ) -> Result<Self, Failed> {
        let patient = Link {
            info: venue.info.clone(),
            exchange: Arc::clone(&venue.exchange),
            account: venue.account,
            latch: Arc::new(Latch::new()),
        };
        // The engine counts what it asks for and asks again by itself; retries below it would spend
        // the minute's weight behind its back.
        let info = patient.info.with_retries(RetryPolicy::once());
        let link = Link { info, ..patient.clone() };
        // Listening for signals begins before the first order can exist.
        let stops = Stops::listen(args.duration)?;
        let taped = venue.embedded.as_ref().map_or(&[][..], |embedded| &embedded.taped);
        let ready = preflight::check(&patient, settings, taped).await?;
        let universe = ready.universe.clone();
        let title = format!("mm-bot {} {}", venue.name, venue.endpoint.info().authority());
        let screen = Screen::new(title, Duration::from_secs(settings.status_interval_sec));
        let run = run_id();
        let mut log = Log::open(Plan {
            file: args.log_file.clone(),
            settings: settings.log.clone(),
            terminal: screen.is_terminal(),
            run,
        })?;
        log.line(&format!(
            "log_evt=open version={} config={} venue={} every_sec={}",
            env!("CARGO_PKG_VERSION"),
            settings.fingerprint,
            venue.name,
            settings.log.alive_sec
        ));
        let coins: Vec<String> = ready.markets.iter().map(|(coin, _)| coin.clone()).collect();
        let dashboard = serve_dashboard(settings, venue, run, &mut log)?;
        let (stream, events) = connect(venue, &coins, settings.rotate.enabled)?;
        let scrapes = metrics::serve(settings.metrics_listen, &mut log).await?;
        let feeds = feeds::start(&settings.signals, &coins, &mut log).await?;
        let who = format!("mm-bot {} {}", venue.name, venue.account);
        let (messenger, courier) = messages::start(&settings.messages, who, &mut log)?;
        let ears = (scrapes, feeds, messenger, dashboard);
        let driver = driver(settings, venue, link.clone(), ready, log, screen, ears)?;
        let spare = Spare { link: venue.spare_link(), universe: universe.clone() };
        let (heart, latch) = (driver.heart.clone(), Arc::clone(&link.latch));
        let watchdog = Watchdog::start(heart, latch, watchdog::PATIENCE, spare, last_words)?;
        Ok(Self { venue, link, universe, driver, stream, events, stops, watchdog, courier })
    }

    /// Trades until told to stop. Whatever ends it, the venue is asked what is left of ours, and
    /// what is left is cancelled.
    pub(super) async fn run(self) -> Summary {
        let Self { venue, link, universe, driver, stream, events, stops, watchdog, courier } = self;
        let started = clock::now();
        // On a task of its own, so that a panic in it ends in an error here and not in silence.
        let watch = Watch::new(stream.clone());
        let ran = tokio::task::spawn_local(driver.run(events, stops, watch)).await;
        stream.stop();
        drop(watchdog);
        let (mut driver, ending, doubt) = match ran {
            Ok((driver, ending)) => {
                let clean = driver.core.stopped == Some(0);
                (Some(driver), ending, if clean { Doubt::None } else { Doubt::InFlight })
            }
            Err(error) => {
                let ending = Ending::Broken(format!("the engine task ended: {error}"));
                (None, ending, Doubt::InFlight)
            }
        };
        let known = driver.as_ref().map_or_else(Vec::new, known);
        let until = Instant::now() + SWEEP_MAX;
        let sweep =
            Sweep { link: &link, universe: &universe, whose: Whose::Ours, doubt, until, known };
        let remaining = sweep.run().await.remaining;
        let in_order = matches!(ending, Ending::Asked(_)) && remaining.is_nothing();
        if let Some(driver) = &mut driver {
            driver.close_journal(in_order);
        }
        if let (Some(driver), Some(embedded)) = (&mut driver, &venue.embedded) {
            for notice in embedded.notices().await {
                driver.log.line(&format!("sim_evt=notice text={}", Quoted(notice)));
            }
        }
        if let Some(driver) = &mut driver {
            driver.close_decisions();
            driver.log.close();
        }
        let truth = match &venue.embedded {
            Some(embedded) => embedded.truth().await,
            None => None,
        };
        if let Some(driver) = &mut driver {
            driver.messenger.end();
        }
        courier.last_words(&last_notice(&ending, remaining.unconfirmed())).await;
        Summary {
            venue: venue.name,
            elapsed: Duration::from_millis(clock::now().since(started)),
            seed: venue.embedded.as_ref().map(|embedded| embedded.seed),
            ending,
            total: driver.as_ref().map(|driver| driver.core.engine.stats()),
            markets: driver.as_ref().map_or_else(Vec::new, |driver| {
                summary::markets(&driver.core.engine, &driver.coins)
            }),
            standing: driver.as_ref().map(|driver| Standing::of(&driver.core.engine)),
            remaining,
            truth: truth.map(|mut t| t.accounts.remove(&venue.account).unwrap_or_default()),
            halted: driver.as_ref().and_then(|driver| driver.core.engine.halted()),
            journal_failures: driver.as_ref().map_or(0, |driver| driver.keeper.failures),
            log_broken: driver.as_ref().and_then(|d| d.log.broken()),
            decisions_lost: driver
                .as_ref()
                .and_then(|driver| driver.core.decisions.as_ref())
                .map_or(0, |decisions| decisions.health().dropped()),
        }
    }
}

/// What people are told at the end.
fn last_notice(ending: &Ending, left: Option<String>) -> Notice {
    let why = match ending {
        Ending::Asked(why) => (*why).to_owned(),
        Ending::Offline(seconds) => format!("offline for {seconds} s"),
        Ending::Broken(why) => why.clone(),
    };
    let asked = matches!(ending, Ending::Asked(_));
    match left {
        Some(left) => Notice::new(Severity::Page, "ended", format!("ended ({why}); {left}")),
        None if asked => {
            Notice::new(Severity::Info, "ended", format!("ended ({why}); no order left"))
        }
        None => Notice::new(Severity::Page, "ended", format!("ended ({why}); no order left")),
    }
}

/// How long the venue is asked at the end. With what the engine takes to stop, and its last fills,
/// the whole exit stays within half a minute.
const SWEEP_MAX: Duration = Duration::from_secs(10);

/// The orders that may rest as far as the engine knows.
fn known(driver: &Driver) -> Vec<Left> {
    let mut all = Vec::new();
    for (index, coin) in (0_u16..).zip(&driver.coins) {
        let market = MarketId(index);
        let orders = driver.core.engine.orders(market);
        all.extend(orders.filter(|order| order.state != OrderState::Closed).map(|order| Left {
            coin: coin.clone(),
            asset: driver.adapter.asset(market),
            side: order.side,
            price: order.price,
            size: order.remaining,
            oid: None,
            cloid: Some(order.cloid),
        }));
    }
    all
}

fn driver(
    settings: &Settings,
    venue: &Venue,
    link: Link,
    ready: Ready,
    mut log: Log,
    screen: Screen,
    (scrapes, feeds, messenger, dashboard): (Scrapes, Feeds, Messenger, Dashboard),
) -> Result<Driver, Failed> {
    for applied in &ready.applied {
        log.line(applied);
    }
    // Client order ids must differ from those of every earlier run on the account.
    let seed = venue.embedded.as_ref().map_or_else(embedded::random, |embedded| embedded.seed);
    let opened = venue.home.journal(settings, venue.name, venue.account, seed)?;
    let coins: Vec<String> = ready.markets.iter().map(|(coin, _)| coin.clone()).collect();
    let carry = opened.journal.state().carry();
    tell(&opened, &carry, &mut log);
    let mut config = setup::engine_config(settings, &coins);
    if let Some((rotation, fees)) = config.rotation.as_mut().zip(ready.fees.as_ref()) {
        setup::with_fees(rotation, fees);
        log.line(&format!(
            "rotation_evt=universe markets={} top_n={} maker_bps={} taker_bps={}",
            coins.len(),
            rotation.filters.top_n,
            rotation.maker_fee,
            rotation.taker_fee
        ));
    }
    let (recorder, record, notes) = Recorder::open(&venue.home.signals());
    notes.iter().for_each(|note| log.line(note));
    let assets = ready.markets.iter().map(|(_, asset)| asset.0).collect();
    let head = Head {
        run: log.run().into(),
        seed,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        fingerprint: settings.fingerprint.clone(),
        account: format!("{} {}", venue.name, venue.account),
        started: clock::now(),
        assets,
        config,
        carry,
        samples: record.samples,
    };
    let engine = head.engine();
    let decisions = record_decisions(settings, venue, head)?;
    let markets = ready.markets.iter().map(|(coin, asset)| (coin.as_str(), *asset));
    let adapter = Adapter::new(markets).watching(engine.config().cloid_tag);
    let mut core = Core::new(engine, decisions);
    if settings.dashboard.listen.is_some() {
        core.keep_profit();
    }
    let disk = if opened.broken.is_some() { Disk::Refuses } else { Disk::Takes };
    Ok(Driver::new(Parts {
        core,
        adapter,
        cache: ready.cache,
        specs_at: ready.specs_at,
        coins,
        min_notional: min_notional(settings),
        link,
        log,
        screen,
        keeper: Keeper::new(Box::new(opened.journal), disk),
        lease: venue.home.lease(),
        desk: Desk::new(venue.home.word()),
        heart: Heart::default(),
        messenger,
        pulse: Pulse::new(venue.name, &settings.fingerprint),
        scrapes,
        dashboard,
        feeds,
        recorder,
        max_offline: (settings.max_offline_sec > 0)
            .then(|| Duration::from_secs(settings.max_offline_sec)),
    }))
}

/// Serves the dashboard, if there is to be one, and lets it see every line of the log.
fn serve_dashboard(
    settings: &Settings,
    venue: &Venue,
    run: u32,
    log: &mut Log,
) -> Result<Dashboard, Failed> {
    let plan = dashboard::Plan {
        settings: &settings.dashboard,
        run: dashboard::Run {
            id: format!("{run:08x}"),
            bot: env!("CARGO_PKG_VERSION").to_owned(),
            venue: venue.name.to_owned(),
            account: venue.account.to_string(),
            config: settings.fingerprint.clone(),
            started: clock::now().0,
            ..dashboard::Run::default()
        },
        desk: venue.home.word(),
        journal: settings.journal.record.then(|| dashboard::Place {
            dir: journal_dir(settings, venue),
            run: format!("{run:08x}"),
        }),
    };
    let (dashboard, served) = dashboard::start(plan)?;
    if let Some((tap, address)) = served {
        log.tap(tap);
        log.line(&format!("dashboard_evt=listening url=http://{address}/"));
    }
    Ok(dashboard)
}

/// Begins the record of every input and decision, unless somebody wants none.
fn record_decisions(
    settings: &Settings,
    venue: &Venue,
    head: Head,
) -> Result<Option<Decisions>, Failed> {
    let journal = &settings.journal;
    if !journal.record {
        return Ok(None);
    }
    Decisions::open(head, journal_dir(settings, venue), journal).map(Some)
}

/// Where the journal of decisions is.
fn journal_dir(settings: &Settings, venue: &Venue) -> PathBuf {
    settings.journal.dir.clone().unwrap_or_else(|| venue.home.decisions())
}

/// The name of a run in its log: with `seq` it names an attempt for ever. Not the seed, which may be
/// given twice.
fn run_id() -> u32 {
    let [a, b, c, d, ..] = embedded::random().to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

/// Says what earlier runs left, and what to do about it.
fn tell(opened: &Opened, carry: &Carry, log: &mut Log) {
    for note in &opened.notes {
        log.line(note);
    }
    if let Some(error) = &opened.broken {
        log.line(&format!("state_evt=journal_failed reason={}", Quoted(error)));
    }
    let state = opened.journal.state();
    log.line(&format!(
        "state_evt=carry intents={} starts={} day={} fills_through={}",
        carry.intents.len(),
        state.starts.len(),
        carry.day.map_or_else(|| "-".to_owned(), |day| day.day.to_string()),
        carry.fills_through.map_or_else(|| "-".to_owned(), |at| at.0.to_string()),
    ));
    let held = match (&state.halt, carry.safe_mode) {
        (Some(halt), _) => format!("since={} reason={}", halt.at.0, Quoted(&halt.why)),
        (None, SafeMode::On) => "reason=safe_mode".to_owned(),
        (None, SafeMode::Off) => return,
    };
    let line = format!("state_evt=halted {held} resume=\"mm-bot resume\"");
    log.line(&line);
    if log.is_hidden() {
        // Where the log does not go to the screen, somebody may wonder why nothing is quoted.
        drop(writeln!(std::io::stderr(), "{line}"));
    }
}

/// Opens the stream and asks for what the engine listens to.
fn connect(venue: &Venue, coins: &[String], rotates: bool) -> Result<(WsHandle, WsEvents), Failed> {
    let (handle, events, socket) = hl_client::connect(&venue.endpoint, SessionConfig::default())
        .map_err(|e| Failed::new(Exit::Failure, e.to_string()))?;
    for subscription in subscriptions(coins, venue.account, rotates) {
        let subscribed = handle.subscribe(subscription);
        subscribed.map_err(|e| Failed::new(Exit::Preflight, e.to_string()))?;
    }
    tokio::spawn(socket.run());
    Ok((handle, events))
}

/// With rotation, markets that are not quoted are watched by their best prices and trades alone; see
/// [`super::watch`].
fn subscriptions(coins: &[String], account: Address, rotates: bool) -> Vec<Subscription> {
    let mut all = vec![
        Subscription::OrderUpdates { user: account },
        Subscription::UserFills { user: account },
        Subscription::UserFundings { user: account },
    ];
    for coin in coins {
        all.extend(from_afar(coin));
        if !rotates {
            all.extend(close_up(coin));
        }
    }
    all
}
