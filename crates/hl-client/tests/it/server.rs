//! A venue of few words: reads whole HTTP requests, counts them, and misbehaves as told.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What to do with one request.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Answer and keep the connection.
    Reply(u16, Vec<u8>),
    /// Answer, then close although the answer did not say so.
    ReplyThenClose(u16, Vec<u8>),
    /// Answer with these raw bytes, then close.
    Raw(Vec<u8>),
    /// Close without an answer, in order.
    Close,
    /// Close without an answer, with a reset.
    Reset,
    /// Never answer.
    Hang,
    /// Answer with a head that announces a body, then one byte of it at a time.
    Drip(Duration),
    /// Answer with a body of this many bytes whose length is not announced.
    Endless(usize),
}

impl Act {
    pub(crate) fn json(body: &str) -> Self {
        Self::Reply(200, body.as_bytes().to_vec())
    }
}

/// What the server saw.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// Requests read to their last byte.
    pub(crate) requests: Vec<Request>,
    pub(crate) connections: usize,
}

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) head: String,
    pub(crate) body: String,
}

#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

impl Server {
    /// Plays `acts` in turn, one per request, the last one for all that follow.
    pub(crate) async fn play(acts: impl IntoIterator<Item = Act>) -> Self {
        let acts: Vec<_> = acts.into_iter().collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let shared = Arc::clone(&seen);
        tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                shared.lock().unwrap().connections += 1;
                tokio::spawn(serve(socket, Arc::clone(&shared), acts.clone()));
            }
        });
        Self { address, seen }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn seen(&self) -> Seen {
        self.seen.lock().unwrap().clone()
    }
}

async fn serve(mut socket: TcpStream, seen: Arc<Mutex<Seen>>, acts: Vec<Act>) {
    while let Some(request) = read(&mut socket).await {
        let number = {
            let mut seen = seen.lock().unwrap();
            seen.requests.push(request);
            seen.requests.len() - 1
        };
        let act = acts.get(number).or_else(|| acts.last()).unwrap().clone();
        match act {
            Act::Reply(status, body) => {
                let _ = socket.write_all(&answer(status, &body)).await;
            }
            Act::ReplyThenClose(status, body) => {
                let _ = socket.write_all(&answer(status, &body)).await;
                return;
            }
            Act::Raw(bytes) => {
                let _ = socket.write_all(&bytes).await;
                return;
            }
            Act::Close => return,
            Act::Reset => {
                let _ = socket.set_zero_linger();
                return;
            }
            Act::Hang => std::future::pending().await,
            Act::Drip(pause) => {
                let head = "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n";
                let _ = socket.write_all(head.as_bytes()).await;
                while socket.write_all(b" ").await.is_ok() {
                    tokio::time::sleep(pause).await;
                }
                return;
            }
            Act::Endless(bytes) => {
                let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
                let _ = socket.write_all(head.as_bytes()).await;
                let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
                for _ in 0..bytes.div_ceil(0x10000) {
                    if socket.write_all(chunk.as_bytes()).await.is_err() {
                        return;
                    }
                }
                let _ = socket.write_all(b"0\r\n\r\n").await;
            }
        }
    }
}

fn answer(status: u16, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// One whole request; nothing when the peer is gone.
async fn read(socket: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
            let length = head
                .to_ascii_lowercase()
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ").map(str::to_owned))
                .map_or(0, |length| length.parse::<usize>().unwrap());
            if bytes.len() >= end + 4 + length {
                let body = String::from_utf8(bytes[end + 4..].to_vec()).unwrap();
                let path = head.split(' ').nth(1).unwrap().to_owned();
                return Some(Request { path, head, body });
            }
        }
        match socket.read(&mut piece).await {
            Ok(0) | Err(_) => return None,
            Ok(length) => bytes.extend_from_slice(&piece[..length]),
        }
    }
}
