//! The loop of a run: inputs to the engine, its commands to the venue, its events to the log.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use hl_client::{WsEvent, WsEvents, clock};
use hl_engine::{Input, Operator, RequestId, adapt::Adapter};
use hl_journal::log::Quoted;
use hl_quant::{Millis, Notional};
use hl_specs::SpecCache;
use hl_wire::{Nonce, stream::Scratch};
use tokio::sync::oneshot;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, Interval};

use super::core::Core;
use super::decisions::Decisions;
use super::desk::Desk;
use super::feeds::{Feeds, News, Told};
use super::keeper::{Disk, Keeper};
use super::log::Log;
use super::messages::{Messenger, Notice, Severity};
use super::metrics::{self, Pulse, Scrapes, Seen};
use super::notify::Supervisor;
use super::status::Screen;
use super::stop::{Stops, Word};
use super::tasks::{Answer, Link};
use super::watch::Watch;
use super::watchdog::Heart;
use crate::dashboard::{Ask, Dashboard};
use crate::state::{Lease, Recorder};

/// How often the request budget is asked for; the engine counts in between.
const BUDGET_EVERY: Duration = Duration::from_secs(30);
/// After the engine has stopped: how long to wait for fills that were on their way.
pub(super) const SETTLE: Duration = Duration::from_secs(2);
/// The engine gives up a stop by itself after ten seconds, and then fills are waited for. If even that
/// does not come, it is stuck.
const STOP_MAX: Duration = Duration::from_secs(13);

/// Why the run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// Somebody asked: a signal, or the time was up.
    Asked(&'static str),
    /// There was no connection for too long.
    Offline(u64),
    /// Something that must not end did.
    Broken(String),
}

/// Everything that the loop owns. It comes back from [`Driver::run`] for the summary.
pub(super) struct Driver {
    pub(super) core: Core,
    pub(super) adapter: Adapter,
    pub(super) cache: SpecCache,
    /// When the request for the cache's documents was sent.
    pub(super) specs_at: Millis,
    pub(super) coins: Vec<String>,
    pub(super) min_notional: Notional,
    pub(super) link: Link,
    pub(super) log: Log,
    pub(super) screen: Screen,
    pub(super) started: Millis,
    pub(super) tasks: JoinSet<Answer>,
    /// The nonces of the latest commands, should one have to be burnt.
    pub(super) nonces: BTreeMap<RequestId, Nonce>,
    pub(super) scratch: Scratch,
    pub(super) keeper: Keeper,
    /// What the engine has been told about the disk.
    pub(super) disk_told: Disk,
    /// What the log says about the journal's.
    pub(super) journal_told: Disk,
    lease: Arc<dyn Lease>,
    /// What an operator asks for with a command of its own.
    pub(super) desk: Desk,
    pub(super) heart: Heart,
    supervisor: Supervisor,
    pub(super) messenger: Messenger,
    pub(super) pulse: Pulse,
    scrapes: Scrapes,
    dashboard: Dashboard,
    feeds: Feeds,
    pub(super) feeds_told: Told,
    /// What followed the opinions of sources.
    pub(super) recorder: Recorder,
    /// Since when some stream is missing, and how long that may last.
    pub(super) offline: Option<Instant>,
    max_offline: Option<Duration>,
    /// Whether the list of markets has been asked for and has not come.
    pub(super) specs_asked: bool,
    ending: Option<Ending>,
    /// After the stop: the last fills have been asked for; and have come.
    pub(super) settling: Option<Settling>,
}

pub(super) enum Settling {
    Asked(Instant),
    Done,
}

/// What [`Driver::new`] is made of.
pub(super) struct Parts {
    pub(super) core: Core,
    pub(super) adapter: Adapter,
    pub(super) cache: SpecCache,
    pub(super) specs_at: Millis,
    pub(super) coins: Vec<String>,
    pub(super) min_notional: Notional,
    pub(super) link: Link,
    pub(super) log: Log,
    pub(super) screen: Screen,
    pub(super) keeper: Keeper,
    pub(super) lease: Arc<dyn Lease>,
    pub(super) desk: Desk,
    pub(super) heart: Heart,
    pub(super) messenger: Messenger,
    pub(super) pulse: Pulse,
    pub(super) scrapes: Scrapes,
    pub(super) dashboard: Dashboard,
    pub(super) feeds: Feeds,
    pub(super) recorder: Recorder,
    pub(super) max_offline: Option<Duration>,
}

/// What the loop listens to beside its own tasks.
struct Ears {
    events: WsEvents,
    stops: Stops,
    status: Interval,
    budget: Interval,
}

/// What it has heard.
enum Heard {
    Word(Word),
    Answer(Box<Result<Answer, JoinError>>),
    Stream(Option<WsEvent>),
    Timer,
    BudgetDue,
    StatusDue,
    Scrape(oneshot::Sender<String>),
    Feed(News),
    Dashboard(Ask),
}

/// Marks the last question for fills, which the engine did not ask. It counts its own from 1.
pub(super) const LAST: RequestId = RequestId::UNASKED;

impl Driver {
    pub(super) fn new(parts: Parts) -> Self {
        let Parts { core, adapter, cache, specs_at, coins, min_notional, .. } = parts;
        let Parts { link, log, screen, keeper, lease, desk, .. } = parts;
        let Parts { heart, messenger, pulse, scrapes, dashboard, .. } = parts;
        let Parts { feeds, recorder, max_offline, .. } = parts;
        let journal_told = keeper.disk();
        Self {
            core,
            adapter,
            cache,
            specs_at,
            coins,
            min_notional,
            link,
            log,
            screen,
            keeper,
            disk_told: Disk::Takes,
            journal_told,
            lease,
            desk,
            heart,
            supervisor: Supervisor::default(),
            messenger,
            pulse,
            scrapes,
            dashboard,
            feeds,
            feeds_told: Told::default(),
            recorder,
            offline: Some(Instant::now()),
            max_offline,
            started: clock::now(),
            tasks: JoinSet::new(),
            nonces: BTreeMap::new(),
            scratch: Scratch::default(),
            specs_asked: false,
            ending: None,
            settling: None,
        }
    }

    /// Runs until the engine has stopped and its last fills have been read.
    pub(super) async fn run(
        mut self,
        events: WsEvents,
        mut stops: Stops,
        mut watch: Watch,
    ) -> (Self, Ending) {
        stops.start_clock();
        self.tell_disk();
        self.messenger.tell(&Notice::new(Severity::Info, "started", "started"));
        self.core.feed(clock::now(), Input::Timer);
        let mut ears = Ears {
            events,
            stops,
            status: tokio::time::interval(self.screen.every()),
            budget: tokio::time::interval(BUDGET_EVERY),
        };
        let mut give_up: Option<Instant> = None;
        let mut began = Instant::now();
        loop {
            self.heart.beat();
            self.supervisor.alive();
            self.carry_out();
            watch.follow(&self.core.engine, &self.coins, &mut self.log);
            if self.is_finished() || give_up.is_some_and(|at| Instant::now() >= at) {
                break;
            }
            if self.ending.is_some() {
                give_up.get_or_insert_with(|| Instant::now() + STOP_MAX);
            }
            self.pulse.turn(began);
            let heard = self.listen(&mut ears).await;
            began = Instant::now();
            if self.turn(heard).is_break() {
                break;
            }
        }
        // Whatever the engine still wanted sent is not sent any more.
        self.withdraw_all();
        self.settle_journal().await;
        self.write_events();
        if let Err(error) = self.recorder.close().await {
            self.log.line(&format!("signal_evt=record_failed what=write reason={}", Quoted(error)));
        }
        let ending = self.ending.take().unwrap_or(Ending::Asked("end"));
        (self, ending)
    }

    /// Waits for the next thing to happen; what is most urgent first.
    async fn listen(&mut self, ears: &mut Ears) -> Heard {
        let wake = until(self.wake());
        tokio::select! {
            biased;
            word = ears.stops.next() => Heard::Word(word),
            Some(answer) = self.tasks.join_next(), if !self.tasks.is_empty() => {
                Heard::Answer(Box::new(answer))
            }
            event = ears.events.next() => Heard::Stream(event),
            () = tokio::time::sleep(wake) => Heard::Timer,
            _ = ears.budget.tick() => Heard::BudgetDue,
            _ = ears.status.tick() => Heard::StatusDue,
            scrape = self.scrapes.next() => Heard::Scrape(scrape),
            news = self.feeds.next() => Heard::Feed(news),
            ask = self.dashboard.next() => Heard::Dashboard(ask),
        }
    }

    /// Tells the engine of it. Breaks if there is nothing more to wait for.
    fn turn(&mut self, heard: Heard) -> ControlFlow<()> {
        match heard {
            // A second signal means at once: the caller cancels by the venue's own list.
            Heard::Word(Word::Stop(_)) if self.ending.is_some() => return ControlFlow::Break(()),
            Heard::Word(Word::Stop(why)) => self.end(Ending::Asked(why)),
            Heard::Word(Word::Halt) => self.operator(Operator::Halt),
            Heard::Word(Word::Resume) => self.operator(Operator::Resume),
            Heard::Answer(answer) => self.answered(*answer),
            Heard::Stream(Some(event)) => self.heard(event),
            Heard::Stream(None) => {
                self.end(Ending::Broken("the stream task ended".to_owned()));
                return ControlFlow::Break(());
            }
            Heard::Timer => self.core.feed(clock::now(), Input::Timer),
            Heard::BudgetDue => {
                self.tasks.spawn(self.link.clone().rate_limit());
            }
            Heard::StatusDue => {
                self.screen.draw(&self.core.engine, &self.coins, &mut self.log);
                self.look_around();
            }
            Heard::Feed(news) => self.brought(news),
            Heard::Dashboard(ask) => self.asked(ask),
            // Whoever asked may have gone; that is their affair.
            Heard::Scrape(answer) => drop(answer.send(metrics::render(&self.seen()))),
        }
        ControlFlow::Continue(())
    }

    /// What metrics are read from.
    fn seen(&self) -> Seen<'_> {
        Seen {
            now: clock::now(),
            engine: &self.core.engine,
            pulse: &self.pulse,
            specs_at: self.specs_at,
            failed_queries: self.core.failed_queries,
            journal_takes: self.keeper.disk() == Disk::Takes,
            journal_failures: self.keeper.failures,
            log_works: self.log.broken().is_none(),
            decisions: self.core.decisions.as_ref().map(Decisions::health),
            delivered: &self.messenger.delivered,
        }
    }

    /// What nobody tells: whether we are still the one bot of the account, and how long ago the
    /// last stream was heard.
    fn look_around(&mut self) {
        if let Err(why) = self.lease.check() {
            self.end(Ending::Broken(why));
        }
        self.read_desk();
        let lasts = self.offline.map(|since| since.elapsed());
        if let (Some(lasts), Some(max)) = (lasts, self.max_offline)
            && lasts >= max
        {
            self.end(Ending::Offline(lasts.as_secs()));
        }
    }

    /// When something is to be done without anybody asking.
    fn wake(&self) -> Millis {
        self.keeper.due().map_or(self.core.wake, |due| due.min(self.core.wake))
    }

    pub(super) fn end(&mut self, ending: Ending) {
        if self.ending.is_none() {
            self.log.line(&match &ending {
                Ending::Asked(why) => format!("shell_evt=stop reason={why}"),
                Ending::Offline(seconds) => format!("shell_evt=offline seconds={seconds}"),
                Ending::Broken(why) => format!("shell_evt=broken reason={}", Quoted(why)),
            });
            self.ending = Some(ending);
            self.supervisor.stopping();
            self.core.operator(clock::now(), Operator::Stop);
        }
    }

    /// Asks something that the engine has not asked for.
    pub(super) fn ask_last(&mut self, query: hl_engine::Query) {
        self.tasks.spawn(self.link.clone().ask(LAST, query));
    }

    /// After the engine's last word, fills that happened before the cancels may still be on their
    /// way; they are asked for once, between what the account is worth and what was transferred: so
    /// the record of the run accounts for everything.
    fn is_finished(&mut self) -> bool {
        if self.ending.is_none() || self.core.stopped.is_none() {
            return false;
        }
        match &self.settling {
            None => {
                self.ask_last(hl_engine::Query::Account);
                self.settling = Some(Settling::Asked(Instant::now()));
                // Wakes the loop when nothing else does.
                self.core.wake = clock::now().plus(100);
                false
            }
            Some(Settling::Asked(since)) => since.elapsed() >= SETTLE,
            Some(Settling::Done) => true,
        }
    }
}

/// How long to sleep until `at`, by the clock that the engine is fed with.
fn until(at: Millis) -> Duration {
    Duration::from_millis(at.since(clock::now()))
}
