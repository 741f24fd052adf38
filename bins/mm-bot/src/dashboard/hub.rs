//! The task that knows the present document: asks the loop, remembers, and tells those who look.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hl_client::clock;
use serde_json::{Value, json};
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use super::frame::Records;
use super::memory::{Memory, Note};
use super::patch;
use super::snapshot::{Growth, Run, Snapshot, Told, Whole};
use super::{Ask, Look, Want};

/// How often the loop is asked.
pub(super) const EVERY: Duration = Duration::from_millis(250);
/// How often records of sources and the statement of profit are computed while somebody looks.
const RECORDS_EVERY: Duration = Duration::from_secs(5);
/// A loop that has not answered by then is not running as it should.
const PATIENCE: Duration = Duration::from_secs(2);
/// Changes that may wait for a client; one that is further behind begins anew.
const BEHIND: usize = 32;

/// One message of the stream, as it goes over the wire.
pub(super) type Message = Arc<str>;

/// A wish of somebody who looks.
#[derive(Debug)]
pub(super) enum Wish {
    /// The document.
    Snapshot(oneshot::Sender<Option<String>>),
    /// The document as a message, and its changes from then on.
    Stream(oneshot::Sender<(Message, broadcast::Receiver<Message>)>),
}

/// Everything that the task owns.
pub(super) struct Hub {
    pub(super) run: Run,
    pub(super) asks: mpsc::Sender<Ask>,
    pub(super) notes: mpsc::Receiver<Note>,
    pub(super) lost: Arc<AtomicU64>,
    pub(super) wishes: mpsc::Receiver<Wish>,
    pub(super) memory: Memory,
    changes: broadcast::Sender<Message>,
    /// The document as last told, and its number.
    last: Option<Value>,
    number: u64,
    told: Told,
    sources: Option<Vec<hl_engine::SourceView>>,
    statement: Option<Box<hl_journal::profit::Statement>>,
    records_at: Option<Instant>,
    /// When the loop answered last.
    answered: u64,
}

impl Hub {
    pub(super) fn new(
        run: Run,
        asks: mpsc::Sender<Ask>,
        notes: mpsc::Receiver<Note>,
        lost: Arc<AtomicU64>,
        wishes: mpsc::Receiver<Wish>,
    ) -> Self {
        Self {
            run,
            asks,
            notes,
            lost,
            wishes,
            memory: Memory::default(),
            changes: broadcast::Sender::new(BEHIND),
            last: None,
            number: 0,
            told: Told::default(),
            sources: None,
            statement: None,
            records_at: None,
            answered: clock::now().0,
        }
    }

    /// Until nobody can wish for anything any more.
    pub(super) async fn run(mut self) {
        let mut tick = interval(EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                wish = self.wishes.recv() => match wish {
                    Some(wish) => self.grant(wish).await,
                    None => return,
                },
                _ = tick.tick() => self.turn().await,
            }
        }
    }

    async fn turn(&mut self) {
        if self.changes.receiver_count() == 0 {
            // What was told is of no use to whoever comes next.
            self.last = None;
            if let Ok(look) = self.look(Want::Glance).await {
                self.memory.glance(&look.glance);
            }
            return;
        }
        if let Some(change) = self.refresh().await {
            // Nobody there is no failure.
            let _ = self.changes.send(change);
        }
    }

    async fn grant(&mut self, wish: Wish) {
        match wish {
            Wish::Snapshot(answer) => {
                let text = match self.whole().await {
                    Ok(snapshot) => Some(document(snapshot, &self.memory, &mut Told::default())),
                    Err(_) => None,
                };
                // Whoever asked may have gone; that is their affair.
                let _ = answer.send(text.map(|value| value.to_string()));
            }
            Wish::Stream(answer) => {
                if let Some(change) = self.refresh().await {
                    let _ = self.changes.send(change);
                }
                let _ = answer.send((self.first(), self.changes.subscribe()));
            }
        }
    }

    /// The document as last told, whole; or that the loop does not answer.
    fn first(&self) -> Message {
        let Some(last) = &self.last else { return self.silent() };
        let growth = Growth::since(&self.memory, &mut Told::default());
        let mut value = last.clone();
        merge(&mut value, json!(growth));
        self.message("snapshot", &value)
    }

    /// Asks the loop for everything; the message that says what has changed, if anybody can make use
    /// of it.
    async fn refresh(&mut self) -> Option<Message> {
        let snapshot = match self.whole().await {
            Ok(snapshot) => snapshot,
            Err(Silence::Slow) => return Some(self.silent()),
            Err(Silence::Gone) => return Some(self.message("ended", &json!({}))),
        };
        let mut value = json!(snapshot);
        patch::without_nulls(&mut value);
        let growth = json!(Growth::since(&self.memory, &mut self.told));
        self.number = self.number.saturating_add(1);
        let before = self.last.replace(value);
        let (before, now) = (before?, self.last.as_ref()?);
        let mut change = patch::between(&before, now).unwrap_or_else(|| json!({}));
        merge(&mut change, growth);
        Some(self.message("patch", &change))
    }

    async fn whole(&mut self) -> Result<Snapshot, Silence> {
        let due = self.records_at.is_none_or(|at| at.elapsed() >= RECORDS_EVERY);
        let records = if due { Records::With } else { Records::Without };
        let look = self.look(Want::Whole(records)).await?;
        self.memory.glance(&look.glance);
        let mut frame = look.frame.ok_or(Silence::Slow)?;
        if due {
            self.records_at = Some(Instant::now());
            self.sources = frame.sources.take();
            self.statement = frame.statement.take();
        }
        frame.sources.clone_from(&self.sources);
        frame.statement.clone_from(&self.statement);
        Ok(Snapshot::of(&self.run, &frame, Some(&look.shell), &mut self.memory))
    }

    /// What the loop says, after everything that it has said before.
    async fn look(&mut self, want: Want) -> Result<Look, Silence> {
        let (answer, look) = oneshot::channel();
        self.asks.try_send(Ask::Look(want, answer)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Silence::Slow,
            mpsc::error::TrySendError::Closed(_) => Silence::Gone,
        })?;
        let look = match timeout(PATIENCE, look).await {
            Ok(Ok(look)) => look,
            Ok(Err(_)) => return Err(Silence::Gone),
            Err(_) => return Err(Silence::Slow),
        };
        while let Ok(note) = self.notes.try_recv() {
            self.memory.note(note);
        }
        self.memory.lost = self.lost.load(Ordering::Relaxed);
        self.answered = look.glance.at.0;
        Ok(look)
    }

    fn silent(&self) -> Message {
        self.message("silent", &json!({ "since": self.answered }))
    }

    fn message(&self, event: &str, data: &Value) -> Message {
        let (run, number) = (&self.run.id, self.number);
        Arc::from(format!("id: {run}-{number}\nevent: {event}\ndata: {data}\n\n"))
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Silence {
    /// The loop does not answer in time.
    Slow,
    /// The loop has ended.
    Gone,
}

/// The whole document, nothing in it `null`.
pub(super) fn document(snapshot: Snapshot, memory: &Memory, told: &mut Told) -> Value {
    let mut value = json!(Whole { snapshot, growth: Growth::since(memory, told) });
    patch::without_nulls(&mut value);
    value
}

/// Puts the members of one object into another; those of the second stand.
fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}
