//! The task that owns the exchange.

use std::collections::BTreeMap;

use hl_quant::Millis;
use hl_sim::fault::{Fault, Line};
use hl_sim::{ConnId, Exchange, Input, Path, RequestId};
use tokio::sync::{mpsc, oneshot};

use crate::clock::Clock;
use crate::control::Command;
use crate::error::Gone;
use crate::faults::Faults;
use crate::ledger::Ledger;
use crate::way::Later;

/// Requests that may wait for the exchange's task; senders wait beyond that.
const QUEUE: usize = 1_024;

/// What becomes of a request.
pub(crate) enum Reply {
    /// An answer. Each byte of its body takes so many milliseconds; 0 is all at once.
    Answer { status: u16, body: Vec<u8>, ms_per_byte: u64 },
    /// The connection is reset.
    Reset,
}

/// What a connection's task is told to do.
pub(crate) enum Frame {
    Text(String),
    Close(u16),
}

/// Something to run with the exchange in hand.
type Job = Box<dyn FnOnce(&mut Exchange) + Send>;

pub(crate) enum Message {
    Http { path: Path, body: Vec<u8>, reply: oneshot::Sender<Reply> },
    WsOpen { frames: mpsc::Sender<Frame>, opened: oneshot::Sender<ConnId> },
    WsText { conn: ConnId, text: String },
    WsClose { conn: ConnId },
    Control { command: Command, answer: oneshot::Sender<String> },
    With(Job),
}

/// How everybody else talks to the exchange's task.
#[derive(Clone, Debug)]
pub(crate) struct Exchanger {
    queue: mpsc::Sender<Message>,
}

impl Exchanger {
    pub(crate) async fn http(&self, path: Path, body: Vec<u8>) -> Result<Reply, Gone> {
        let (reply, answered) = oneshot::channel();
        self.send(Message::Http { path, body, reply }).await?;
        answered.await.map_err(|_| Gone)
    }

    pub(crate) async fn open(&self, frames: mpsc::Sender<Frame>) -> Result<ConnId, Gone> {
        let (opened, conn) = oneshot::channel();
        self.send(Message::WsOpen { frames, opened }).await?;
        conn.await.map_err(|_| Gone)
    }

    pub(crate) async fn text(&self, conn: ConnId, text: String) -> Result<(), Gone> {
        self.send(Message::WsText { conn, text }).await
    }

    pub(crate) async fn close(&self, conn: ConnId) {
        // After a shutdown there is nothing left that would have to know.
        self.send(Message::WsClose { conn }).await.ok();
    }

    pub(crate) async fn control(&self, command: Command) -> Result<String, Gone> {
        let (answer, answered) = oneshot::channel();
        self.send(Message::Control { command, answer }).await?;
        answered.await.map_err(|_| Gone)
    }

    pub(crate) async fn with<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Exchange) -> R + Send + 'static,
    ) -> Result<R, Gone> {
        let (done, result) = oneshot::channel();
        let job = move |exchange: &mut Exchange| {
            // A caller that has gone away does not want the result.
            done.send(job(exchange)).ok();
        };
        self.send(Message::With(Box::new(job))).await?;
        result.await.map_err(|_| Gone)
    }

    async fn send(&self, message: Message) -> Result<(), Gone> {
        self.queue.send(message).await.map_err(|_| Gone)
    }
}

/// A WebSocket connection, as its client's end sees it.
pub(crate) struct Conn {
    pub(crate) frames: mpsc::Sender<Frame>,
    /// Whether the exchange has it as well: a line can be dead at one end.
    pub(crate) known: bool,
}

/// The exchange, the line before it, its clock, and who waits for what.
pub(crate) struct Actor {
    pub(crate) exchange: Exchange,
    pub(crate) clock: Clock,
    queue: mpsc::Receiver<Message>,
    pub(crate) line: Line,
    pub(crate) later: Later,
    pub(crate) faults: Faults,
    /// Kept where a control connection can ask for it.
    pub(crate) ledger: Option<Ledger>,
    pub(crate) waiting: BTreeMap<RequestId, oneshot::Sender<Reply>>,
    /// Questions from the control connection, which do not go over the line.
    pub(crate) asked: BTreeMap<RequestId, oneshot::Sender<String>>,
    pub(crate) connections: BTreeMap<ConnId, Conn>,
    next_request: u64,
    next_conn: u64,
}

/// Requests that wait before those whose client has hung up are looked for.
const WAITING_MANY: usize = 1_024;

impl Actor {
    pub(crate) fn new(exchange: Exchange, seed: u64, ledger: Option<Ledger>) -> (Self, Exchanger) {
        let (sender, queue) = mpsc::channel(QUEUE);
        let actor = Self {
            exchange,
            clock: Clock::start(),
            queue,
            line: Line::new(seed),
            later: Later::default(),
            faults: Faults::default(),
            ledger,
            waiting: BTreeMap::new(),
            asked: BTreeMap::new(),
            connections: BTreeMap::new(),
            next_request: 0,
            next_conn: 0,
        };
        (actor, Exchanger { queue: sender })
    }

    /// Runs until told to stop. Open connections are closed with code 1001 then, and unanswered
    /// requests get [`Gone`].
    pub(crate) async fn run(mut self, plan: Vec<Fault>, mut stop: oneshot::Receiver<()>) {
        self.feed(Input::Tick);
        let begin = self.clock.now();
        for fault in &plan {
            // The front has checked that they are not too many.
            self.faults.plan(begin, fault).ok();
        }
        loop {
            let wake = self.drain();
            tokio::select! {
                biased;
                _ = &mut stop => break,
                // Requests first: taking one brings the exchange to the present time as well.
                message = self.queue.recv() => match message {
                    Some(message) => self.take(message),
                    None => break,
                },
                () = tokio::time::sleep(self.clock.until(wake)) => self.feed(Input::Tick),
            }
        }
        for conn in self.connections.values() {
            conn.frames.try_send(Frame::Close(1001)).ok();
        }
    }

    pub(crate) fn feed(&mut self, input: Input) {
        self.exchange.handle(self.clock.now(), input);
    }

    pub(crate) const fn request_id(&mut self) -> RequestId {
        let id = RequestId(self.next_request);
        self.next_request = self.next_request.saturating_add(1);
        id
    }

    fn take(&mut self, message: Message) {
        use hl_sim::fault::Message as Sent;
        match message {
            Message::Http { path, body, reply } => {
                let id = self.request_id();
                if self.waiting.len() >= WAITING_MANY {
                    self.waiting.retain(|_, reply| !reply.is_closed());
                }
                self.waiting.insert(id, reply);
                self.pass(Sent::Request { id, path, body });
            }
            Message::WsOpen { frames, opened } => {
                let conn = ConnId(self.next_conn);
                self.next_conn = self.next_conn.saturating_add(1);
                self.connections.insert(conn, Conn { frames, known: false });
                self.pass(Sent::Connect { conn });
                opened.send(conn).ok();
            }
            Message::WsText { conn, text } => self.pass(Sent::Up { conn, text }),
            Message::WsClose { conn } => self.hung_up(conn),
            Message::Control { command, answer } => self.command(command, answer),
            Message::With(job) => {
                self.feed(Input::Tick);
                job(&mut self.exchange);
            }
        }
    }

    /// The client's end of a connection is gone, or is to be.
    pub(crate) fn hung_up(&mut self, conn: ConnId) {
        let known = self.connections.remove(&conn).is_some_and(|conn| conn.known);
        // The line forgets it; the exchange is told whatever the line thinks of that.
        self.pass(hl_sim::fault::Message::CloseUp { conn });
        if known {
            self.feed(Input::WsClose { conn });
        }
    }

    /// The earliest time at which something is due.
    pub(crate) fn earliest(&self, exchange: Millis) -> Millis {
        let others = [self.faults.wake(), self.later.wake(), self.line.wake()];
        others.into_iter().flatten().fold(exchange, Millis::min)
    }
}
