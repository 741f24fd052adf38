//! From one moment at which anything happens to the next.

use hl_engine::Operator;
use hl_quant::Millis;
use hl_sim::{Input, Output, mix};

use super::{World, bot_scenes, stage};
use crate::crash::Death;
use crate::host::{Host, scene};
use crate::network::Packet;
use crate::observe::Observation;
use crate::shell::Shell;
use crate::{WorldError, observe::BotId};

impl<'c> World<'c> {
    /// Goes to the next moment at which anything happens, if that is not after `end`.
    pub(super) fn step(&mut self, end: Millis) -> bool {
        let times = [
            Some(self.venue_wake),
            self.network.next(),
            self.schedule.next(),
            self.machine.start_at,
            self.machine.kill_by,
            self.bot_wake(),
        ];
        let next = times.into_iter().flatten().min().unwrap_or(end).max(self.now);
        if next > end {
            return false;
        }
        self.now = next;
        while let Some((due, fault)) = self.schedule.take(self.now) {
            self.come_due(&due, fault.as_ref());
        }
        while let Some(packet) = self.network.take(self.now) {
            packet.digest(&mut self.digest);
            match packet {
                Packet::ToVenue(input) => self.tell_venue(input),
                Packet::ToBot(news) => self.machine.inbox.push_back(news),
            }
        }
        if self.venue_wake <= self.now {
            self.tell_venue(Input::Tick);
        }
        if self.machine.kill_by.is_some_and(|at| at <= self.now) {
            self.kill_at_last();
        }
        if self.machine.start_at.is_some_and(|at| at <= self.now) {
            self.start_process();
        }
        self.run_processes();
        true
    }

    /// When a process wants to be called, by the true time.
    fn bot_wake(&self) -> Option<Millis> {
        if self.machine.is_frozen(self.now) {
            return self.machine.frozen_until;
        }
        let wakes = self.processes.iter().map(|process| {
            if process.busy().is_none() && !self.machine.inbox.is_empty() {
                return self.now;
            }
            let shown = self.machine.clock.when(process.wake());
            shown.min(process.wake_steady())
        });
        wakes.min()
    }

    /// Hands out what has arrived, then the time.
    fn run_processes(&mut self) {
        if self.machine.is_frozen(self.now) {
            return;
        }
        self.machine.frozen_until = None;
        if self.processes.is_empty() {
            self.machine.inbox.clear();
        }
        let now = self.now;
        let busy = |process: &Shell| process.busy().is_some_and(|at| at > now);
        while !self.processes.iter().any(busy)
            && let Some(news) = self.machine.inbox.pop_front()
        {
            self.each(|shell, host| shell.hear(host, news.clone()));
        }
        self.each(|shell, host| {
            if shell.wake() <= host.now || shell.wake_steady() <= host.steady {
                shell.timer(host);
            }
        });
    }

    /// Gives every process a turn, then sends what it wants sent and buries it if it has died.
    pub(super) fn each(&mut self, mut work: impl FnMut(&mut Shell, &mut Host<'_, 'c>)) {
        let Self { exchange, machine, processes, eyes, now, phase, digest, network, .. } = self;
        let now = *now;
        for shell in processes.iter_mut() {
            let mut host = Host {
                now: machine.clock.shows(now),
                steady: now,
                disk: &mut machine.disk,
                kill: &mut machine.kill,
                ids: &mut machine.ids,
                tally: &mut machine.tally,
                log: machine.log,
                eyes: &mut *eyes,
                stage: stage(exchange, now, *phase),
                digest: &mut *digest,
            };
            work(shell, &mut host);
            for input in shell.take_out() {
                network.send_up(now, input);
            }
        }
        self.bury();
    }

    /// Starts a process, if the lock is free.
    pub(super) fn start_process(&mut self) {
        self.machine.start_at = None;
        let bot = self.machine.next_bot();
        if self.machine.lock.is_some() {
            self.machine.tally.locked_out = self.machine.tally.locked_out.saturating_add(1);
            self.digest.add_line(&Death::Locked);
            return self.see(&Observation::Died { bot, how: &Death::Locked });
        }
        let run = mix(self.seed ^ mix(u64::from(bot.0)));
        // The first start has shown that the configuration is sound.
        if let Ok(shell) = self.launch(bot, run) {
            self.machine.lock = Some(bot);
            self.machine.tally.starts = self.machine.tally.starts.saturating_add(1);
            self.processes.push(shell);
            self.machine.started(self.now);
            self.each(|_, _| {});
        }
    }

    fn launch(&mut self, bot: BotId, run: u64) -> Result<Shell, WorldError> {
        let Self { exchange, machine, eyes, now, phase, digest, me, .. } = self;
        let mut host = Host {
            now: machine.clock.shows(*now),
            steady: *now,
            disk: &mut machine.disk,
            kill: &mut machine.kill,
            ids: &mut machine.ids,
            tally: &mut machine.tally,
            log: machine.log,
            eyes,
            stage: stage(exchange, *now, *phase),
            digest,
        };
        Shell::start(bot, me, run, &mut host)
    }

    /// Processes that have died are gone, with their connections.
    pub(super) fn bury(&mut self) {
        let dead = |process: &Shell| process.death.is_some();
        while let Some(place) = self.processes.iter().position(dead) {
            let process = self.processes.swap_remove(place);
            let Some(how) = process.death else { return };
            let bot = process.bot();
            self.digest.add_line(&how);
            self.believed.add(&process.stats());
            self.network.send_up(self.now, Input::WsClose { conn: process.conn() });
            match how {
                Death::Killed(point) => self.machine.died(self.now, point),
                Death::Exited { remaining } => {
                    self.remaining = Some(remaining);
                    self.machine.exited();
                }
                Death::Locked => {}
            }
            self.see(&Observation::Died { bot, how: &how });
        }
    }

    /// The operator says something to whoever runs.
    pub(super) fn word(&mut self, word: Operator) {
        self.machine.tally.operator_words = self.machine.tally.operator_words.saturating_add(1);
        if self.machine.is_frozen(self.now) {
            return;
        }
        self.each(|shell, host| shell.operator(host, word));
    }

    fn tell_venue(&mut self, input: Input) {
        let opened = match &input {
            Input::WsOpen { conn } => Some(*conn),
            _ => None,
        };
        self.exchange.handle(self.now, input);
        if let Some(conn) = opened {
            self.network.opened(self.now, conn);
        }
        loop {
            let output = self.exchange.poll();
            if let Output::WaitUntil(at) = output {
                self.venue_wake = at;
                break;
            }
            self.network.send_down(self.now, output);
        }
        if !self.eyes.closed {
            for deed in self.exchange.take_deeds() {
                self.see(&Observation::Deed(&deed));
            }
        }
    }

    pub(super) fn see(&mut self, seen: &Observation<'_>) {
        if self.eyes.closed {
            return;
        }
        let Self { exchange, machine, processes, eyes, now, phase, .. } = self;
        let bots = bot_scenes(processes, machine, *now);
        let scene = scene(stage(exchange, *now, *phase), &bots);
        eyes.checker.see(&scene, seen, &mut eyes.breaches);
    }
}
