//! A TCP proxy between the bot and the exchange, whose line can be cut, stalled, slowed or made
//! one-way at any moment. It knows nothing of HTTP beyond telling a WebSocket by its first bytes.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{Builder, sleep};
use std::time::Duration;

/// What the line does to bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Carries them.
    Open,
    /// Cuts what is open and lets nobody in.
    Refuse,
    /// Half open: connections stay, and nothing moves in either direction.
    Hang,
    /// What the exchange says is lost; what it is told arrives.
    Deaf,
    /// What the exchange is told is lost.
    Mute,
    /// The connection breaks at the first byte of each answer: the request has arrived.
    BreakOnAnswer,
    /// Each piece takes this long, in milliseconds.
    Slow(u64),
    /// A byte at a time.
    Drip,
}

/// Which connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    All,
    Stream,
    Requests,
}

/// How long a read waits before the state is looked at again.
const LOOK: Duration = Duration::from_millis(20);
/// Between two bytes of [`Way::Drip`].
const DROP: Duration = Duration::from_millis(5);

#[derive(Debug)]
struct State {
    target: Mutex<SocketAddr>,
    stream: Mutex<Way>,
    requests: Mutex<Way>,
    /// Counts cuts; a connection of an earlier count ends.
    cuts: AtomicU64,
    stop: AtomicBool,
}

impl State {
    fn way(&self, is_stream: bool) -> Way {
        *if is_stream { &self.stream } else { &self.requests }.lock().unwrap()
    }
}

/// A running proxy on loopback.
#[derive(Debug)]
pub(crate) struct Proxy {
    address: SocketAddr,
    state: Arc<State>,
}

impl Proxy {
    pub(crate) fn start(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            target: Mutex::new(target),
            stream: Mutex::new(Way::Open),
            requests: Mutex::new(Way::Open),
            cuts: AtomicU64::new(0),
            stop: AtomicBool::new(false),
        });
        let shared = Arc::clone(&state);
        Builder::new().spawn(move || accept(&listener, &shared)).unwrap();
        Self { address, state }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn set(&self, which: Which, way: Way) {
        if which != Which::Requests {
            *self.state.stream.lock().unwrap() = way;
        }
        if which != Which::Stream {
            *self.state.requests.lock().unwrap() = way;
        }
        if way == Way::Refuse {
            self.cut();
        }
    }

    /// Ends every open connection; new ones are as the line is.
    pub(crate) fn cut(&self) {
        self.state.cuts.fetch_add(1, Ordering::SeqCst);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.stop.store(true, Ordering::SeqCst);
        self.cut();
        // Wakes the accepting thread.
        TcpStream::connect(self.address).ok();
    }
}

fn accept(listener: &TcpListener, state: &Arc<State>) {
    for client in listener.incoming() {
        if state.stop.load(Ordering::SeqCst) {
            return;
        }
        let Ok(client) = client else { continue };
        let state = Arc::clone(state);
        Builder::new().spawn(move || carry(client, &state)).ok();
    }
}

/// One connection, from its first bytes to its end.
fn carry(mut client: TcpStream, state: &Arc<State>) {
    let cuts = state.cuts.load(Ordering::SeqCst);
    let alive = || state.cuts.load(Ordering::SeqCst) == cuts;
    client.set_read_timeout(Some(LOOK)).ok();
    client.set_nodelay(true).ok();
    let mut first = [0_u8; 8_192];
    let n = loop {
        match client.read(&mut first) {
            Ok(0) => return,
            Ok(n) => break n,
            Err(error) if again(error.kind()) && alive() => {}
            Err(_) => return,
        }
    };
    let is_stream = first[..n].starts_with(b"GET /ws");
    // A refused connection is dropped with its request unread, which the peer sees as a reset.
    loop {
        match state.way(is_stream) {
            Way::Refuse => return,
            Way::Hang | Way::Mute if alive() => sleep(LOOK),
            _ if alive() => break,
            _ => return,
        }
    }
    let target = *state.target.lock().unwrap();
    let Ok(mut server) = TcpStream::connect_timeout(&target, Duration::from_secs(2)) else {
        return;
    };
    server.set_read_timeout(Some(LOOK)).ok();
    server.set_nodelay(true).ok();
    if let Way::Slow(ms) = state.way(is_stream) {
        sleep(Duration::from_millis(ms));
    }
    if server.write_all(&first[..n]).is_err() {
        return;
    }
    let (Ok(from), Ok(to)) = (client.try_clone(), server.try_clone()) else { return };
    let shared = Arc::clone(state);
    let up = Builder::new().spawn(move || pump(from, to, &shared, is_stream, cuts, true));
    pump(server, client, state, is_stream, cuts, false);
    if let Ok(up) = up {
        up.join().ok();
    }
}

fn again(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

fn pump(
    mut from: TcpStream,
    mut to: TcpStream,
    state: &State,
    is_stream: bool,
    cuts: u64,
    up: bool,
) {
    let mut buffer = [0_u8; 16_384];
    loop {
        if state.cuts.load(Ordering::SeqCst) != cuts {
            break;
        }
        let way = state.way(is_stream);
        if way == Way::Hang {
            sleep(LOOK);
            continue;
        }
        let n = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => n,
            Err(error) if again(error.kind()) => continue,
            Err(_) => break,
        };
        // Looked at again: the read may have waited through a change.
        if !deliver(&mut to, &buffer[..n], state.way(is_stream), up) {
            break;
        }
    }
    from.shutdown(Shutdown::Both).ok();
    to.shutdown(Shutdown::Both).ok();
}

/// Hands a piece on as the line does it; whether the connection goes on.
fn deliver(to: &mut TcpStream, piece: &[u8], way: Way, up: bool) -> bool {
    match way {
        Way::Open => to.write_all(piece).is_ok(),
        Way::Refuse => false,
        // Read before the line went dead: lost with it.
        Way::Hang => true,
        Way::Deaf => !up || to.write_all(piece).is_ok(),
        Way::Mute => up || to.write_all(piece).is_ok(),
        Way::BreakOnAnswer => up && to.write_all(piece).is_ok(),
        Way::Slow(ms) => {
            sleep(Duration::from_millis(ms));
            to.write_all(piece).is_ok()
        }
        Way::Drip => piece.iter().all(|byte| {
            sleep(DROP);
            to.write_all(&[*byte]).is_ok()
        }),
    }
}
