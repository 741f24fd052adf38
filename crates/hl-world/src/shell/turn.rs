//! One turn: what the engine said is made durable, then carried out, and the process can die at
//! every step of it.

use hl_engine::{Command, Connection, Input, Reply};
use hl_sim::ConnId;
use hl_wire::session;

use super::Shell;
use super::journal::Written;
use crate::crash::{CrashPoint, Death};
use crate::host::Host;
use crate::observe::Observation;

impl Shell {
    /// Goes on until neither the engine nor the session wants anything more.
    pub(super) fn turn(&mut self, host: &mut Host<'_, '_>) {
        loop {
            if self.is_dead() || self.busy_until.is_some() {
                return;
            }
            let again = self.journal.again().is_some_and(|at| at <= host.steady);
            if again || !self.core.events.is_empty() || !self.core.commands.is_empty() {
                self.carry_out(host);
            } else if self.boot.is_some() || self.drive_session(host) {
                break;
            }
        }
        let bot = self.bot();
        host.see(bot, &self.core.engine, &Observation::Settled { bot });
        if let (true, Some(remaining)) = (self.stopping, self.core.stopped) {
            self.journal.close(host, remaining);
            self.death = Some(Death::Exited { remaining });
        }
    }

    /// Writes the events, then carries out the commands: an order that is sent is on record.
    fn carry_out(&mut self, host: &mut Host<'_, '_>) {
        if self.dies(host, CrashPoint::BeforeWrite) {
            return;
        }
        // Only what these events speak of goes out with them: whatever the engine asks for meanwhile
        // has events of its own, and waits for them to be written.
        let commands = core::mem::take(&mut self.core.commands);
        self.batch.extend(commands);
        let written = self.write(host);
        if self.is_dead() {
            return;
        }
        let bot = self.bot();
        match written {
            None => {}
            Some(Written::Failed) => {
                host.see(bot, &self.core.engine, &Observation::Journal { bot, ok: false });
                self.withhold(host);
                if !self.failing {
                    self.failing = true;
                    self.core.feed(host, Input::Journal(hl_engine::Journal::Failed));
                }
            }
            Some(Written::Cached | Written::Safe { .. }) => {
                host.see(bot, &self.core.engine, &Observation::Journal { bot, ok: true });
                if self.failing {
                    self.failing = false;
                    self.core.feed(host, Input::Journal(hl_engine::Journal::Written));
                }
                if let Some(Written::Safe { took_ms: took @ 1.. }) = written {
                    self.busy_until = Some(host.steady.plus(took));
                    return;
                }
            }
        }
        self.execute(host);
    }

    /// Makes the events' records durable, if they have any, and sends the events to the log.
    fn write(&mut self, host: &mut Host<'_, '_>) -> Option<Written> {
        let bot = self.bot();
        let events = core::mem::take(&mut self.core.events);
        let written = self.journal.append(host, &events);
        for event in &events {
            host.log(event);
            host.see(bot, &self.core.engine, &Observation::Event { bot, event });
        }
        match written {
            Some(Written::Cached) if !self.dies(host, CrashPoint::BeforeSync) => {
                Some(self.journal.sync(host))
            }
            written => written,
        }
    }

    /// What adds risk is not sent when the journal does not know of it.
    fn withhold(&mut self, host: &mut Host<'_, '_>) {
        let commands = core::mem::take(&mut self.batch);
        for command in commands {
            let orders = match &command {
                Command::Place { orders, .. } => orders.len(),
                Command::Modify { orders, .. } => orders.len(),
                Command::Exit { orders, .. } => orders.len(),
                _ => {
                    self.batch.push(command);
                    continue;
                }
            };
            self.never_sent(host, command.request(), orders);
        }
    }

    /// Carries out what the engine has asked for; what it asks for in return waits for another round.
    pub(super) fn execute(&mut self, host: &mut Host<'_, '_>) {
        let commands = core::mem::take(&mut self.batch);
        if commands.is_empty() || self.dies(host, CrashPoint::BeforeSend) {
            return;
        }
        let last = commands.len().saturating_sub(1);
        for (place, command) in commands.iter().enumerate() {
            let bot = self.bot();
            host.see(bot, &self.core.engine, &Observation::Command { bot, command });
            self.carry_out_one(host, command);
            let point =
                if place == last { CrashPoint::AfterSend } else { CrashPoint::BetweenSends };
            if self.dies(host, point) {
                return;
            }
        }
    }

    /// One step of the session; true when it waits.
    fn drive_session(&mut self, host: &mut Host<'_, '_>) -> bool {
        match self.session.poll_output(host.now) {
            session::Output::WaitUntil(at) => {
                self.session_wake = at;
                return true;
            }
            session::Output::Connect => {
                self.conn = host.ids.conn();
                self.out.push(hl_sim::Input::WsOpen { conn: self.conn });
            }
            session::Output::Send(text) => {
                self.out.push(hl_sim::Input::WsText { conn: self.conn, text });
            }
            session::Output::Close(_) => {
                // Nothing that the old socket still says is heard.
                let conn = std::mem::replace(&mut self.conn, ConnId(0));
                self.out.push(hl_sim::Input::WsClose { conn });
                self.core.feed(host, Input::Connection(Connection::Down));
            }
            session::Output::Ready => self.core.feed(host, Input::Connection(Connection::Up)),
        }
        false
    }

    /// Comes by a point at which the process may have to die.
    pub(super) fn dies(&mut self, host: &mut Host<'_, '_>, point: CrashPoint) -> bool {
        if host.kill.passes(point) {
            self.death = Some(Death::Killed(point));
        }
        self.is_dead()
    }

    pub(super) fn never_sent(
        &mut self,
        host: &mut Host<'_, '_>,
        request: hl_engine::RequestId,
        orders: usize,
    ) {
        let replies = vec![Reply::NeverSent; orders];
        self.core.feed(host, Input::Outcome { request, replies: &replies });
    }
}
