//! The bot's machine: disk, clock, and what becomes of its processes.

use std::collections::VecDeque;

use hl_quant::Millis;
use hl_sim::fault::{Kind, Volume};

use crate::clock::Clock;
use crate::crash::CrashPoint;
use crate::dice::Dice;
use crate::disk::{Disk, Remains};
use crate::host::{Ids, Kill, Log};
use crate::network::ToBot;
use crate::observe::BotId;
use crate::report::Tally;

/// Longer than this the machine never stands still: a longer sleep teaches nothing new, and no hour
/// of a run is left after two of sleep.
const FREEZE_MAX_MS: u64 = 600_000;
/// Between two deaths of a crash loop.
const LOOP_MS: u64 = 500;
/// Longer than this a process in a crash loop does not live.
const LOOP_LIFE_MS: u64 = 3_000;

#[derive(Debug)]
pub(crate) struct Machine {
    pub(crate) disk: Disk,
    pub(crate) clock: Clock,
    pub(crate) kill: Kill,
    pub(crate) ids: Ids,
    pub(crate) tally: Tally,
    /// Who runs for the account; nobody else may.
    pub(crate) lock: Option<BotId>,
    /// What has arrived and waits for a process that stands still.
    pub(crate) inbox: VecDeque<ToBot>,
    /// The machine stands still until then, by the true time.
    pub(crate) frozen_until: Option<Millis>,
    /// A process is to be started then, by the true time.
    pub(crate) start_at: Option<Millis>,
    /// If the point of the death that is armed has not come by until then, it dies where it is.
    pub(crate) kill_by: Option<Millis>,
    /// How long the process stays down after the death that is armed.
    down_ms: u64,
    /// Deaths of a crash loop that are still to come.
    loop_left: u64,
    /// Bytes that survive of the last write, if a fault says so.
    torn: Option<u64>,
    pub(crate) log: Log,
    dice: Dice,
    started: u32,
}

impl Machine {
    pub(crate) fn new(seed: u64, start: Millis) -> Self {
        Self {
            disk: Disk::new(seed),
            clock: Clock::default(),
            kill: Kill::default(),
            ids: Ids::default(),
            tally: Tally::default(),
            lock: None,
            inbox: VecDeque::new(),
            frozen_until: None,
            start_at: Some(start),
            kill_by: None,
            down_ms: 0,
            loop_left: 0,
            torn: None,
            log: Log::default(),
            dice: Dice::new(seed, "machine"),
            started: 0,
        }
    }

    /// The number of the next process.
    pub(crate) const fn next_bot(&mut self) -> BotId {
        let bot = BotId(self.started);
        self.started = self.started.saturating_add(1);
        bot
    }

    /// Whether what arrives has to wait.
    pub(crate) fn is_frozen(&self, now: Millis) -> bool {
        self.frozen_until.is_some_and(|until| until > now)
    }

    /// A fault of clock, process or disk begins. Some end by themselves.
    pub(crate) fn begin(&mut self, now: Millis, kind: &Kind) {
        match *kind {
            Kind::TimeSkew { ms } => self.clock.skew_ms = ms,
            Kind::TimeJump { ms } => {
                self.clock.jumped_ms = self.clock.jumped_ms.saturating_add(ms);
            }
            Kind::TimeLeap {} => self.clock.jumped_ms = self.clock.jumped_ms.saturating_sub(1_000),
            Kind::TimeFreeze { ms } | Kind::ProcStop { ms } => {
                let until = now.plus(ms.min(FREEZE_MAX_MS));
                self.frozen_until = self.frozen_until.max(Some(until));
            }
            Kind::ProcKill9 { point, down } => {
                self.arm(usize::from(point), down);
            }
            Kind::ProcCrashloop { times } => {
                self.loop_left = times;
                self.crash_again(now);
            }
            Kind::DiskFull { on: Volume::State } => self.disk.trouble.full = true,
            Kind::DiskRo { on: Volume::State } => self.disk.trouble.read_only = true,
            Kind::DiskEio { on: Volume::State, prob } => {
                self.disk.trouble.eio_ppm = prob.ppm().into();
            }
            Kind::DiskSlow { on: Volume::State, ms } => self.disk.trouble.slow_ms = ms,
            Kind::DiskTorn { keep } => self.torn = Some(keep),
            Kind::DiskFull { .. } | Kind::DiskRo { .. } | Kind::DiskEio { .. } => {
                self.log = Log::Broken;
            }
            _ => {}
        }
    }

    /// A fault of clock, process or disk ends.
    pub(crate) fn end(&mut self, kind: &Kind) {
        let trouble = &mut self.disk.trouble;
        match *kind {
            Kind::TimeSkew { .. } => self.clock.skew_ms = 0,
            // Time is kept from outside; sooner or later it is put right.
            Kind::TimeJump { ms } => {
                self.clock.jumped_ms = self.clock.jumped_ms.saturating_sub(ms);
            }
            Kind::TimeLeap {} => self.clock.jumped_ms = self.clock.jumped_ms.saturating_add(1_000),
            Kind::DiskFull { on: Volume::State } => trouble.full = false,
            Kind::DiskRo { on: Volume::State } => trouble.read_only = false,
            Kind::DiskEio { on: Volume::State, .. } => trouble.eio_ppm = 0,
            Kind::DiskSlow { on: Volume::State, .. } => trouble.slow_ms = 0,
            Kind::DiskTorn { .. } => self.torn = None,
            Kind::DiskFull { .. } | Kind::DiskRo { .. } | Kind::DiskEio { .. } => {
                self.log = Log::Works;
            }
            _ => {}
        }
    }

    fn arm(&mut self, point: usize, down_ms: u64) {
        let all = CrashPoint::ALL;
        self.kill.armed = all.get(point.checked_rem(all.len()).unwrap_or(0)).copied();
        self.down_ms = down_ms;
    }

    /// The process has died here: what is left on the disk, and when the next one starts.
    pub(crate) fn died(&mut self, now: Millis, point: CrashPoint) {
        let count = self.tally.deaths.entry(point).or_default();
        *count = count.saturating_add(1);
        // A killed process leaves its writes in the kernel's hands; a machine without power takes
        // them along, up to any byte.
        let remains = match self.torn {
            Some(keep) => Remains::Bytes(keep),
            None if self.dice.one_in(2) => Remains::Everything,
            None => Remains::Bytes(self.dice.below(400)),
        };
        self.disk.crash(remains);
        self.lock = None;
        self.kill.armed = None;
        self.kill_by = None;
        self.start_at = Some(now.plus(self.down_ms));
        self.inbox.clear();
    }

    /// A process has started: the next death of a crash loop waits for it.
    pub(crate) fn started(&mut self, now: Millis) {
        self.start_at = None;
        self.crash_again(now);
    }

    /// The next death of a crash loop, somewhere in the first seconds of the process.
    fn crash_again(&mut self, now: Millis) {
        if let Some(left) = self.loop_left.checked_sub(1) {
            self.loop_left = left;
            let point = self.dice.below(1_000);
            self.arm(usize::try_from(point).unwrap_or(0), LOOP_MS);
            self.kill_by = Some(now.plus(LOOP_LIFE_MS));
        }
    }

    /// The process has ended by itself.
    pub(crate) fn exited(&mut self) {
        self.disk.crash(Remains::Everything);
        self.lock = None;
        self.inbox.clear();
    }

    /// Everything works again; a process that is down starts at once.
    pub(crate) fn heal(&mut self, now: Millis, running: bool) {
        self.clock = Clock::default();
        self.disk.trouble = Default::default();
        self.kill.armed = None;
        self.kill_by = None;
        self.loop_left = 0;
        self.torn = None;
        self.log = Log::Works;
        self.frozen_until = None;
        self.start_at = (!running).then_some(now);
    }
}
