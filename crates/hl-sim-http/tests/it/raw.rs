//! HTTP and WebSocket by hand, so that the front is not judged by its own libraries.

use std::time::Duration;

use hl_sim::background::Synthetic;
use hl_sim::{Exchange, ExchangeConfig, universe};
use hl_sim_http::{FrontConfig, Handle, spawn};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A front with the synthetic market.
pub(crate) async fn front(config: FrontConfig) -> Handle {
    let exchange = Exchange::new(ExchangeConfig::new(universe::markets()), 1)
        .with_background(Box::new(Synthetic::new(1)));
    spawn(exchange, config).await.unwrap()
}

/// Whatever takes longer than this has failed.
pub(crate) async fn soon<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), work).await.expect("within ten seconds")
}

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: String,
    pub(crate) body: String,
}

/// Sends bytes as they are and reads one response with a `content-length`.
pub(crate) async fn exchange_bytes(stream: &mut TcpStream, request: &[u8]) -> Response {
    // A server that has seen enough may answer and close before everything is sent.
    stream.write_all(request).await.ok();
    read_response(stream).await
}

pub(crate) async fn read_response(stream: &mut TcpStream) -> Response {
    let head = read_head(stream).await;
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let headers = head.to_ascii_lowercase();
    let length = headers
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |n| n.trim().parse().unwrap());
    let mut body = vec![0; length];
    soon(stream.read_exact(&mut body)).await.unwrap();
    Response { status, headers, body: String::from_utf8(body).unwrap() }
}

async fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(soon(stream.read_u8()).await.expect("a response"));
    }
    String::from_utf8(head).unwrap()
}

pub(crate) fn post(path: &str, kind: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

pub(crate) fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").into_bytes()
}

pub(crate) async fn connect(handle: &Handle) -> TcpStream {
    TcpStream::connect(handle.address()).await.unwrap()
}

/// One request on a connection of its own.
pub(crate) async fn once(handle: &Handle, request: &[u8]) -> Response {
    exchange_bytes(&mut connect(handle).await, request).await
}

/// A WebSocket connection after its handshake.
pub(crate) struct Socket(pub(crate) TcpStream);

/// What a server may send.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    Text(String),
    Close(Option<u16>),
    Other(u8),
}

impl Socket {
    pub(crate) async fn open(handle: &Handle) -> Self {
        let mut stream = connect(handle).await;
        let request = "GET /ws HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
            sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        stream.write_all(request.as_bytes()).await.unwrap();
        let head = read_head(&mut stream).await;
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        // The answer to the key of the example in RFC 6455.
        assert!(head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{head}");
        Self(stream)
    }

    pub(crate) async fn send(&mut self, text: &str) {
        self.0.write_all(&masked(0x81, text.as_bytes())).await.unwrap();
    }

    pub(crate) async fn next(&mut self) -> Frame {
        soon(self.read()).await
    }

    async fn read(&mut self) -> Frame {
        let stream = &mut self.0;
        let kind = stream.read_u8().await.unwrap();
        let length = match stream.read_u8().await.unwrap() {
            126 => usize::from(stream.read_u16().await.unwrap()),
            127 => usize::try_from(stream.read_u64().await.unwrap()).unwrap(),
            short => usize::from(short),
        };
        let mut payload = vec![0; length];
        stream.read_exact(&mut payload).await.unwrap();
        match kind {
            0x81 => Frame::Text(String::from_utf8(payload).unwrap()),
            0x88 => Frame::Close(payload.first_chunk().map(|code| u16::from_be_bytes(*code))),
            other => Frame::Other(other),
        }
    }

    /// The first text that contains all of these.
    pub(crate) async fn until(&mut self, parts: &[&str]) -> String {
        loop {
            match self.next().await {
                Frame::Text(text) if parts.iter().all(|part| text.contains(part)) => return text,
                Frame::Text(_) => {}
                other => panic!("{other:?} instead of {parts:?}"),
            }
        }
    }
}

/// A client's frame with an all-zero mask, which leaves the payload as it is.
pub(crate) fn masked(kind: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![kind];
    match u16::try_from(payload.len()) {
        Ok(short @ 0..126) => frame.push(0x80 | u8::try_from(short).unwrap()),
        Ok(length) => {
            frame.push(0x80 | 126);
            frame.extend(length.to_be_bytes());
        }
        Err(_) => {
            frame.push(0x80 | 127);
            frame.extend(u64::try_from(payload.len()).unwrap().to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}
