//! The task that owns the socket: it does what the session says, and nothing of its own.

use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use hl_quant::Millis;
use hl_wire::session::{CloseReason, Output};
use hl_wire::stream::{Message as Said, Scratch};
use rustls::ClientConfig;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config,
};

use super::inbox::classify;
use super::posts::Post;
use super::{Down, Frame, Shared, WsEvent};
use crate::clock;
use crate::limits::MAX_BODY_BYTES;

/// How long writing one frame may take. The frames are small; a socket that does not take one in this
/// time is not read by the other side.
const WRITE_WITHIN: Duration = Duration::from_secs(5);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;
type Opening = Pin<Box<dyn Future<Output = Result<Box<Socket>, Error>> + Send>>;

/// Owns the socket. Spawn [`WsDriver::run`] and supervise it: when it returns, the stream is over.
#[must_use = "nothing happens until `run` is polled"]
pub struct WsDriver {
    pub(super) shared: Arc<Shared>,
    pub(super) url: String,
    pub(super) tls: Arc<ClientConfig>,
    pub(super) posts: mpsc::Receiver<Post>,
    pub(super) link: Link,
    pub(super) scratch: Scratch,
    /// The consumer was too slow, and has not caught up yet.
    pub(super) choked: bool,
}

pub(super) enum Link {
    Down,
    Opening(Opening),
    Open(Box<Socket>),
}

enum Happened {
    Opened(Result<Box<Socket>, Error>),
    Came(Option<Result<Message, Error>>),
    Posted(Post),
    Woken,
    Time,
}

impl std::fmt::Debug for WsDriver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WsDriver").field("url", &self.url).finish_non_exhaustive()
    }
}

impl WsDriver {
    /// Drives the socket until [`WsHandle::stop`](super::WsHandle::stop) is called or the events are
    /// not wanted any more.
    pub async fn run(mut self) {
        loop {
            if self.shared.inbox.is_closed() {
                self.shared.session().stop();
            }
            let now = self.shared.now();
            let output = self.shared.session().poll_output(now);
            match output {
                Output::Connect => self.connect(now),
                Output::Send(text) => self.write(text.into()).await,
                Output::Close(CloseReason::Stopped) => {
                    self.down(Down::Dropped(CloseReason::Stopped));
                    break;
                }
                Output::Close(reason) => self.down(Down::Dropped(reason)),
                Output::Ready => self.shared.inbox.push(WsEvent::Ready),
                // Stopped while down: there is nothing to close.
                Output::WaitUntil(Millis(u64::MAX)) => break,
                Output::WaitUntil(at) => {
                    let happened = self.wait(self.shared.instant(at)).await;
                    self.handle(happened).await;
                }
            }
        }
        self.posts.close();
        while let Some(post) = self.posts.recv().await {
            self.shared.posts.not_sent(post.id);
        }
        self.shared.inbox.close();
    }

    async fn wait(&mut self, until: Instant) -> Happened {
        let link = &mut self.link;
        let progress = async {
            match link {
                Link::Down => pending().await,
                Link::Opening(opening) => Happened::Opened(opening.await),
                Link::Open(socket) => Happened::Came(socket.next().await),
            }
        };
        // Each branch can be dropped half way without losing anything: the socket and the attempt to
        // open it keep their state, and a queue gives an item or nothing.
        tokio::select! {
            happened = progress => happened,
            Some(post) = self.posts.recv() => Happened::Posted(post),
            () = self.shared.wake.notified() => Happened::Woken,
            () = sleep_until(until) => Happened::Time,
        }
    }

    async fn handle(&mut self, happened: Happened) {
        match happened {
            Happened::Opened(Ok(socket)) => {
                self.link = Link::Open(socket);
                self.shared.session().handle_open(self.shared.now());
                self.shared.inbox.push(WsEvent::Up);
            }
            Happened::Opened(Err(error)) => self.lost(Down::Connect(error.to_string())),
            Happened::Came(Some(Ok(Message::Text(text)))) => self.read(text),
            Happened::Came(Some(Ok(Message::Close(frame)))) => {
                let why = frame.map_or_else(
                    || "closed by the venue".to_owned(),
                    |frame| format!("closed by the venue: {} {}", frame.code, frame.reason),
                );
                self.lost(Down::Lost(why));
            }
            // The library answers pings of the protocol itself; the venue does not send binary frames.
            Happened::Came(Some(Ok(_))) | Happened::Woken | Happened::Time => {}
            Happened::Came(Some(Err(error))) => self.lost(Down::Lost(error.to_string())),
            Happened::Came(None) => self.lost(Down::Lost("end of stream".to_owned())),
            Happened::Posted(post) if !self.shared.posts.is_awaited(post.id) => {}
            Happened::Posted(post) => match self.link {
                Link::Open(_) => self.write(post.text.into()).await,
                Link::Down | Link::Opening(_) => self.shared.posts.not_sent(post.id),
            },
        }
    }

    fn read(&mut self, text: Utf8Bytes) {
        let class = {
            let mut session = self.shared.session();
            match session.handle_text(self.shared.now(), &text, &mut self.scratch) {
                Ok(message) => {
                    match &message {
                        Said::Post(reply) => self.shared.posts.answered(reply),
                        Said::Error(frame) => self.shared.posts.complained(frame),
                        _ => {}
                    }
                    Ok(classify(&message))
                }
                Err(error) => Err(error.to_string()),
            }
        };
        match class {
            Ok(class) => self.shared.inbox.push_frame(Frame::new(text, clock::now()), class),
            Err(why) => self.shared.inbox.push(WsEvent::Unreadable { why }),
        }
        if let Some(overflow) = self.shared.inbox.overflow() {
            self.choked = true;
            self.lost(overflow);
        }
    }

    async fn write(&mut self, text: Utf8Bytes) {
        let Link::Open(socket) = &mut self.link else { return };
        self.shared.frames.charge(Instant::now(), 1);
        let why = match timeout(WRITE_WITHIN, socket.send(Message::Text(text))).await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.to_string(),
            Err(_) => "socket takes no data".to_owned(),
        };
        self.lost(Down::Lost(why));
    }

    /// The socket went by itself.
    fn lost(&mut self, why: Down) {
        self.shared.session().handle_closed(self.shared.now());
        self.down(why);
    }

    fn down(&mut self, why: Down) {
        self.link = Link::Down;
        // First what never left, then what did.
        while let Ok(post) = self.posts.try_recv() {
            self.shared.posts.not_sent(post.id);
        }
        self.shared.posts.lost(&why.to_string());
        self.shared.inbox.push(WsEvent::Down(why));
    }

    /// After an overflow the socket stays down until the consumer has caught up half way; the session
    /// takes that for a venue that cannot be reached, and paces the attempts.
    fn connect(&mut self, now: Millis) {
        let inbox = &self.shared.inbox;
        self.choked = (self.choked || inbox.overflow().is_some()) && !inbox.has_room();
        if self.choked {
            self.shared.session().handle_closed(now);
        } else {
            self.link = Link::Opening(self.open());
        }
    }

    fn open(&self) -> Opening {
        let config = WebSocketConfig::default()
            .max_message_size(Some(MAX_BODY_BYTES))
            .max_frame_size(Some(MAX_BODY_BYTES));
        let (url, tls) = (self.url.clone(), Connector::Rustls(Arc::clone(&self.tls)));
        Box::pin(async move {
            let no_delay = true;
            let opened = connect_async_tls_with_config(url, Some(config), no_delay, Some(tls));
            opened.await.map(|(socket, _)| Box::new(socket))
        })
    }
}
