//! The same inputs to the same engine: the same outputs, or the first that differ.

use std::fmt;
use std::io::Read;

use hl_engine::{Engine, Event, Output};
use hl_quant::Millis;

use super::{Asked, Encoder, End, Entry, Gap, Head, Item, Reader};

/// An engine that is told again what it was told.
#[derive(Debug)]
pub struct Replay {
    engine: Engine,
    encoder: Encoder,
    /// What the engine says to the present entry.
    events: Vec<Event>,
    commands: Vec<hl_engine::Command>,
    tally: Tally,
}

/// How much has been told and compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Inputs.
    pub entries: u64,
    /// Events, each of whose bytes was compared.
    pub events: u64,
    /// Commands, each of whose bytes was compared.
    pub commands: u64,
    /// Bytes of outputs that were compared.
    pub bytes: u64,
    /// The moments of the first input and of the last.
    pub span: Option<(Millis, Millis)>,
}

impl Tally {
    /// How long it took when it happened, in milliseconds.
    #[must_use]
    pub fn span_ms(&self) -> u64 {
        self.span.map_or(0, |(from, to)| to.since(from))
    }
}

/// The first output that is not what the journal says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The number of the input.
    pub seq: u64,
    /// When it came.
    pub now: Millis,
    /// Which input, as text.
    pub input: String,
    /// What the journal has, as text; nothing if it has nothing there.
    pub recorded: Option<String>,
    /// What the engine says now; nothing if it says nothing there.
    pub replayed: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |side: &Option<String>| side.clone().unwrap_or_else(|| "nothing".to_owned());
        write!(
            f,
            "entry {} at {}: the journal has {}, the engine says {}",
            self.seq,
            self.now.0,
            text(&self.recorded),
            text(&self.replayed)
        )
    }
}

impl std::error::Error for Difference {}

impl Replay {
    /// An engine as it was before the first input.
    #[must_use]
    pub fn new(head: &Head) -> Self {
        Self::of(head, head.engine())
    }

    /// Another engine than the one of the head: to see whether it would decide the same.
    #[must_use]
    pub fn of(head: &Head, engine: Engine) -> Self {
        let encoder = Encoder::new(head);
        Self { engine, encoder, events: Vec::new(), commands: Vec::new(), tally: Tally::default() }
    }

    /// The engine after the last entry.
    #[must_use]
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The engine, to be asked what it keeps no record of by itself.
    pub const fn engine_mut(&mut self) -> &mut Engine {
        &mut self.engine
    }

    /// What it said to the last entry.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// What it asked for at the last entry.
    #[must_use]
    pub fn commands(&self) -> &[hl_engine::Command] {
        &self.commands
    }

    /// How much has been compared.
    #[must_use]
    pub const fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Tells the engine the next input and compares what it says, byte for byte.
    ///
    /// # Errors
    /// The first output that differs. Going on is possible, and compares nothing of worth.
    pub fn step(&mut self, entry: &Entry<'_>) -> Result<(), Box<Difference>> {
        let (encoder, engine) = (&mut self.encoder, &mut self.engine);
        encoder.input(entry.now, &entry.input);
        self.events.clear();
        self.commands.clear();
        engine.handle(entry.now, entry.input);
        let wake = loop {
            match engine.poll() {
                Output::Event(event) => {
                    encoder.event(&event);
                    self.events.push(event);
                }
                Output::Command(command) => {
                    encoder.command(&command);
                    self.commands.push(command);
                }
                Output::WaitUntil(at) => break at,
            }
        };
        encoder.end(wake);
        let tally = &mut self.tally;
        tally.entries = tally.entries.saturating_add(1);
        tally.events = tally.events.saturating_add(count(&self.events));
        tally.commands = tally.commands.saturating_add(count(&self.commands));
        tally.bytes = tally.bytes.saturating_add(count(encoder.said()));
        let from = tally.span.map_or(entry.now, |(from, _)| from);
        tally.span = Some((from, entry.now));
        let same = encoder.said() == entry.said && wake == entry.wake;
        let result = if same { Ok(()) } else { Err(Box::new(self.difference(entry, wake))) };
        // The bytes have served; the buffer stays.
        let spare = self.encoder.take(Vec::new()).into_spare();
        drop(self.encoder.take(spare));
        result
    }

    fn difference(&self, entry: &Entry<'_>, wake: Millis) -> Difference {
        let recorded = texts(entry.events, entry.commands().unwrap_or_default(), entry.wake);
        let asked = self.commands.iter().map(Asked::from).collect();
        let replayed = texts(&self.events, asked, wake);
        let mut pairs = zip_all(recorded, replayed);
        let (recorded, replayed) = pairs.find(|(a, b)| a != b).unwrap_or_default();
        let input = format!("{:?}", entry.input);
        Difference { seq: entry.seq, now: entry.now, input, recorded, replayed }
    }
}

fn texts(events: &[Event], commands: Vec<Asked>, wake: Millis) -> Vec<String> {
    let events = events.iter().map(ToString::to_string);
    let commands = commands.into_iter().map(|command| format!("{command:?}"));
    let wake = core::iter::once(format!("WaitUntil({})", wake.0));
    events.chain(commands).chain(wake).collect()
}

fn zip_all(
    a: Vec<String>,
    b: Vec<String>,
) -> impl Iterator<Item = (Option<String>, Option<String>)> {
    let (mut a, mut b) = (a.into_iter(), b.into_iter());
    core::iter::from_fn(move || match (a.next(), b.next()) {
        (None, None) => None,
        both => Some(both),
    })
}

fn count<T>(items: &[T]) -> u64 {
    u64::try_from(items.len()).unwrap_or(u64::MAX)
}

/// How a replay ended.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// How much was compared.
    pub tally: Tally,
    /// Where the journal ended, and why; `None` if the replay ended before.
    pub end: Option<End>,
    /// What ended the replay before the journal did.
    pub stop: Option<Stop>,
}

impl Replayed {
    /// Whether every entry that there is was compared, and was the same.
    #[must_use]
    pub const fn is_identical(&self) -> bool {
        self.stop.is_none()
    }
}

/// What ends a replay.
#[derive(Clone, Debug)]
pub enum Stop {
    /// An output is not what it was.
    Differs(Box<Difference>),
    /// Inputs are missing: the engine cannot be what it was.
    Gap(Gap),
    /// The first file is not there: the number of the first input that is.
    Late(u64),
}

/// Replays a run from its first input on, and lets `look` see the engine after each.
pub fn replay<R: Read>(
    reader: &mut Reader<R>,
    mut look: impl FnMut(&Replay, &Entry<'_>),
) -> Replayed {
    let mut replay = Replay::new(reader.head());
    let mut stop = (reader.seq() > 0).then(|| Stop::Late(reader.seq()));
    while stop.is_none()
        && let Some(item) = reader.next()
    {
        match item {
            Item::Note(_) => {}
            Item::Gap(gap) => stop = Some(Stop::Gap(gap)),
            Item::Entry(entry) => match replay.step(&entry) {
                Ok(()) => look(&replay, &entry),
                Err(difference) => stop = Some(Stop::Differs(difference)),
            },
        }
    }
    Replayed { tally: *replay.tally(), end: reader.end().cloned(), stop }
}
