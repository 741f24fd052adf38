//! The engine, with what it has said and not been heard.

use hl_engine::{Command, Engine, Event, EventKind, Input, Output};
use hl_quant::Millis;

use crate::host::Host;
use crate::observe::{BotId, Observation};

/// Feeds the engine one input at a time and collects its outputs, in their order.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) bot: BotId,
    pub(crate) engine: Engine,
    /// Events not yet written.
    pub(crate) events: Vec<Event>,
    /// Commands not yet carried out.
    pub(crate) commands: Vec<Command>,
    /// When the engine wants to be called at the latest.
    pub(crate) wake: Millis,
    /// Orders that may remain, once the engine has stopped or halted: its answer to the last word.
    pub(crate) stopped: Option<u32>,
}

impl Core {
    pub(crate) fn new(bot: BotId, engine: Engine) -> Self {
        let (events, commands) = (Vec::new(), Vec::new());
        Self { bot, engine, events, commands, wake: Millis(0), stopped: None }
    }

    /// One input, and everything that the engine says to it.
    pub(crate) fn feed(&mut self, host: &mut Host<'_, '_>, input: Input<'_>) {
        host.see(self.bot, &self.engine, &Observation::Told { bot: self.bot, input: &input });
        self.engine.handle(host.now, input);
        loop {
            match self.engine.poll() {
                Output::Command(command) => self.commands.push(command),
                Output::Event(event) => {
                    match &event.kind {
                        EventKind::Stopped { remaining } => self.stopped = Some(*remaining),
                        EventKind::Attempt(attempt) => {
                            let decided = Observation::Decided { bot: self.bot, attempt };
                            host.see(self.bot, &self.engine, &decided);
                        }
                        _ => {}
                    }
                    self.events.push(event);
                }
                Output::WaitUntil(at) => {
                    self.wake = at;
                    return;
                }
            }
        }
    }
}
