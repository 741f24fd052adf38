//! The task that owns the exchange.

use std::collections::BTreeMap;

use hl_quant::Millis;
use hl_sim::{ConnId, Exchange, Input, Output, Path, RequestId};
use tokio::sync::{mpsc, oneshot};

use crate::clock::Clock;
use crate::error::Gone;

/// Requests that may wait for the exchange's task; senders wait beyond that.
const QUEUE: usize = 1_024;

/// A reply as the exchange gave it.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// What a connection's task is told to do.
pub(crate) enum Frame {
    Text(String),
    Close(u16),
}

/// Something to run with the exchange in hand.
type Job = Box<dyn FnOnce(&mut Exchange) + Send>;

enum Message {
    Http { path: Path, body: Vec<u8>, reply: oneshot::Sender<Reply> },
    WsOpen { frames: mpsc::Sender<Frame>, opened: oneshot::Sender<ConnId> },
    WsText { conn: ConnId, text: String },
    WsClose { conn: ConnId },
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

/// The exchange, its clock, and who waits for what.
pub(crate) struct Actor {
    exchange: Exchange,
    clock: Clock,
    queue: mpsc::Receiver<Message>,
    waiting: BTreeMap<RequestId, oneshot::Sender<Reply>>,
    connections: BTreeMap<ConnId, mpsc::Sender<Frame>>,
    next_request: u64,
    next_conn: u64,
}

impl Actor {
    pub(crate) fn new(exchange: Exchange) -> (Self, Exchanger) {
        let (sender, queue) = mpsc::channel(QUEUE);
        let actor = Self {
            exchange,
            clock: Clock::start(),
            queue,
            waiting: BTreeMap::new(),
            connections: BTreeMap::new(),
            next_request: 0,
            next_conn: 0,
        };
        (actor, Exchanger { queue: sender })
    }

    /// Runs until told to stop. Open connections are closed with code 1001 then, and unanswered
    /// requests get [`Gone`].
    pub(crate) async fn run(mut self, mut stop: oneshot::Receiver<()>) {
        self.feed(Input::Tick);
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
        for frames in self.connections.values() {
            frames.try_send(Frame::Close(1001)).ok();
        }
    }

    fn feed(&mut self, input: Input) {
        self.exchange.handle(self.clock.now(), input);
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Http { path, body, reply } => {
                let id = RequestId(self.next_request);
                self.next_request = self.next_request.saturating_add(1);
                self.waiting.insert(id, reply);
                self.feed(Input::Http { id, path, body });
            }
            Message::WsOpen { frames, opened } => {
                let conn = ConnId(self.next_conn);
                self.next_conn = self.next_conn.saturating_add(1);
                self.connections.insert(conn, frames);
                self.feed(Input::WsOpen { conn });
                opened.send(conn).ok();
            }
            Message::WsText { conn, text } => {
                if self.connections.contains_key(&conn) {
                    self.feed(Input::WsText { conn, text });
                }
            }
            Message::WsClose { conn } => self.forget(conn),
            Message::With(job) => {
                self.feed(Input::Tick);
                job(&mut self.exchange);
            }
        }
    }

    /// Carries out everything that the exchange wants done; when it wants to be called again.
    fn drain(&mut self) -> Millis {
        loop {
            match self.exchange.poll() {
                Output::WaitUntil(wake) => return wake,
                Output::HttpReply { id, status, body } => {
                    if let Some(waiting) = self.waiting.remove(&id) {
                        // A client that hung up does not want its answer.
                        waiting.send(Reply { status, body }).ok();
                    }
                }
                Output::WsText { conn, text } => self.send(conn, text),
                Output::WsClose { conn, code } => {
                    if let Some(frames) = self.connections.remove(&conn) {
                        frames.try_send(Frame::Close(code)).ok();
                    }
                }
            }
        }
    }

    fn send(&mut self, conn: ConnId, text: String) {
        let Some(frames) = self.connections.get(&conn) else { return };
        if frames.try_send(Frame::Text(text)).is_err() {
            // A full queue is a client that does not read. Dropping the queue closes the connection.
            self.forget(conn);
        }
    }

    fn forget(&mut self, conn: ConnId) {
        if self.connections.remove(&conn).is_some() {
            self.feed(Input::WsClose { conn });
        }
    }
}
