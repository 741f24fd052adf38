//! A run as lines of text: what a checker sees, for eyes.

use std::fmt::{self, Write as _};

use hl_engine::{Command, Input};
use hl_sim::Deed;

use crate::observe::{Breach, Checker, Observation, Scene};

/// Writes every observation as one line of `key=value` pairs: `t=` is milliseconds since the run
/// began by the true clock, `see=` the kind of the observation. Equal runs give equal lines, byte for
/// byte.
///
/// ```
/// use hl_world::{RunConfig, Trace, run_seed};
///
/// let mut lines = Vec::new();
/// let config = RunConfig { faults_ms: 2_000, heal_ms: 0, ..RunConfig::hours(1) };
/// run_seed(&config, 7, &mut Trace::new(|line| lines.push(line.to_owned())))?;
/// assert!(lines.iter().any(|line| line.starts_with("t=0 see=started bot=0 ")));
/// assert!(lines.iter().any(|line| line.contains("see=event") && line.contains("recon_evt=ok")));
/// # Ok::<(), hl_world::WorldError>(())
/// ```
pub struct Trace<F> {
    write: F,
    line: String,
}

impl<F: FnMut(&str)> Trace<F> {
    /// Hands each line, without its end, to `write`.
    pub const fn new(write: F) -> Self {
        Self { write, line: String::new() }
    }
}

impl<F> fmt::Debug for Trace<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trace").field("line", &self.line).finish_non_exhaustive()
    }
}

impl<F: FnMut(&str)> Checker for Trace<F> {
    fn name(&self) -> &'static str {
        "trace"
    }

    fn see(&mut self, scene: &Scene<'_>, seen: &Observation<'_>, _: &mut Vec<Breach>) {
        self.line.clear();
        // Writing into a string cannot fail.
        let _ = write(&mut self.line, scene, seen);
        if !self.line.is_empty() {
            (self.write)(&self.line);
        }
    }

    fn end(&mut self, scene: &Scene<'_>, breaches: &mut Vec<Breach>) {
        for breach in breaches.iter() {
            (self.write)(&breach.to_string());
        }
        (self.write)(&format!("t={} see=end breaches={}", scene.since_start_ms, breaches.len()));
    }
}

fn write(line: &mut String, scene: &Scene<'_>, seen: &Observation<'_>) -> fmt::Result {
    // The end of a turn says nothing that its lines have not said.
    if matches!(seen, Observation::Settled { .. } | Observation::Decided { .. }) {
        return Ok(());
    }
    write!(line, "t={} see=", scene.since_start_ms)?;
    match seen {
        Observation::Phase(phase) => write!(line, "phase is={}", phase.as_str()),
        Observation::FaultOn(fault) => write!(line, "fault on \"{fault}\""),
        Observation::FaultOff(fault) => write!(line, "fault off \"{fault}\""),
        Observation::Started(started) => write!(
            line,
            "started bot={} intents={} halt={} safe={:?}",
            started.bot,
            started.carry.intents.len(),
            started.carry.halt.map_or("none", |halt| halt.cause.code()),
            started.carry.safe_mode,
        ),
        Observation::Died { bot, how } => write!(line, "died bot={bot} how=\"{how}\""),
        Observation::Operator { bot, word } => write!(line, "operator bot={bot} word={word:?}"),
        Observation::Event { bot, event } => write!(line, "event bot={bot} {event}"),
        Observation::Journal { bot, ok } => write!(line, "journal bot={bot} ok={ok}"),
        Observation::Command { bot, command } => {
            write!(line, "command bot={bot} ")?;
            self::command(line, command)
        }
        Observation::Asked { bot, question } => {
            write!(line, "asked bot={bot} weight={} {question:?}", question.weight())
        }
        Observation::Sent(sent) => write!(
            line,
            "sent bot={} request={} nonce={} body={}",
            sent.bot,
            sent.request,
            sent.nonce.0,
            String::from_utf8_lossy(sent.body),
        ),
        Observation::Told { bot, input } => {
            write!(line, "told bot={bot} ")?;
            told(line, input)
        }
        Observation::Deed(witnessed) => match &witnessed.deed {
            Deed::Order(order) => write!(line, "deed order {order:?}"),
            Deed::Fill(fill) => write!(line, "deed fill {fill:?}"),
            other => write!(line, "deed {other:?}"),
        },
        Observation::Settled { .. } | Observation::Decided { .. } => Ok(()),
    }
}

fn command(line: &mut String, command: &Command) -> fmt::Result {
    let request = command.request();
    match command {
        Command::Place { orders, .. } => write!(line, "place={request} orders={}", orders.len()),
        Command::Modify { orders, .. } => write!(line, "modify={request} orders={}", orders.len()),
        Command::Cancel { orders, .. } => {
            write!(line, "cancel={request} cloids=")?;
            for (place, order) in orders.iter().enumerate() {
                let comma = if place == 0 { "" } else { "," };
                write!(line, "{comma}{}", order.cloid)?;
            }
            Ok(())
        }
        other => write!(line, "{other:?}"),
    }
}

/// Books are many and long: their times and tops say enough.
fn told(line: &mut String, input: &Input<'_>) -> fmt::Result {
    match input {
        Input::Book { market, time, bids, asks } => {
            let top = |levels: &[hl_engine::Level]| levels.first().map(|level| level.price);
            write!(line, "book market={} time={} ", market.index(), time.0)?;
            write!(line, "bid={:?} ask={:?}", top(bids), top(asks))
        }
        other => write!(line, "{other:?}"),
    }
}
