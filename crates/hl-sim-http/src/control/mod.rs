//! A door of its own through which faults come in and the truth goes out.
//!
//! It is not the exchange's port, so that no client under test can reach it by mistake; it is closed
//! unless asked for; and it wants a token first.

mod carry_out;
mod command;
mod token;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, BufReader, ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::actor::Exchanger;
use crate::config::Reach;
use crate::error::SpawnError;
use crate::handle::bind;

pub(crate) use carry_out::refusal;
pub(crate) use command::{Command, HELP};
pub use token::{BadToken, Token};

/// Connections at a time.
const CONNECTIONS_MAX: usize = 16;
/// Bytes of one line.
const LINE_MAX: usize = 64 * 1024;
/// For the token to come, and for an answer to be taken in.
const PATIENCE: Duration = Duration::from_secs(10);
/// A wrong token is answered after this, so that guessing takes long.
const WRONG: Duration = Duration::from_millis(500);

/// Where the control connection is offered, and to whom.
#[derive(Clone, Debug)]
pub struct ControlConfig {
    /// The address to listen on; port 0 asks the system for a free one.
    pub listen: SocketAddr,
    /// Whether `listen` may be other than loopback.
    pub reach: Reach,
    /// What a connection must say first: `token <TOKEN>`.
    pub token: Token,
}

/// A running control listener.
#[derive(Debug)]
pub(crate) struct Door {
    pub(crate) address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Door {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Listens and serves each connection.
pub(crate) async fn open(config: ControlConfig, exchanger: Exchanger) -> Result<Door, SpawnError> {
    let (listener, address) = bind(config.listen, config.reach).await?;
    let task = tokio::spawn(accept(listener, Arc::new(config.token), exchanger));
    Ok(Door { address, task })
}

async fn accept(listener: TcpListener, token: Arc<Token>, exchanger: Exchanger) {
    let permits = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut sessions = tokio::task::JoinSet::new();
    loop {
        // Never closed; a connection over the number waits to be accepted.
        let Ok(permit) = Arc::clone(&permits).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let (token, exchanger) = (Arc::clone(&token), exchanger.clone());
                sessions.spawn(async move {
                    // A client that goes away in the middle is no concern of anybody's.
                    session(stream, &token, &exchanger).await.ok();
                    drop(permit);
                });
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
        while sessions.try_join_next().is_some() {}
    }
}

/// One connection: the token, then commands until either end has enough.
async fn session(stream: TcpStream, token: &Token, exchanger: &Exchanger) -> std::io::Result<()> {
    let (read, mut write) = tokio::io::split(stream);
    let mut lines = Lines { read: BufReader::new(read), line: Vec::new() };
    let said = tokio::time::timeout(PATIENCE, lines.next()).await;
    let opened = match said {
        Ok(Ok(Some(Line::Text(line)))) => {
            line.trim().strip_prefix("token ").is_some_and(|said| token.opens(said.trim()))
        }
        _ => false,
    };
    if !opened {
        tokio::time::sleep(WRONG).await;
        return tell(&mut write, "error: the first line must be `token TOKEN`\n").await;
    }
    tell(&mut write, "ok hl-sim control; `help` lists the commands\n").await?;
    while let Some(line) = lines.next().await? {
        let answer = match line {
            Line::TooLong => format!("error: a line has at most {LINE_MAX} bytes\n"),
            Line::Binary => "error: a line is text in UTF-8\n".to_owned(),
            Line::Text(text) if text.trim().is_empty() => continue,
            Line::Text(text) => match text.parse() {
                Ok(Command::Quit) => return tell(&mut write, "ok\n").await,
                Ok(command) => match exchanger.control(command).await {
                    Ok(answer) => answer,
                    Err(gone) => format!("error: {gone}\n"),
                },
                Err(why) => format!("error: {}\n", why.replace(['\n', '\r'], " ")),
            },
        };
        tell(&mut write, &answer).await?;
    }
    Ok(())
}

async fn tell(write: &mut WriteHalf<TcpStream>, text: &str) -> std::io::Result<()> {
    tokio::time::timeout(PATIENCE, write.write_all(text.as_bytes())).await?
}

enum Line {
    Text(String),
    TooLong,
    Binary,
}

/// Lines of bounded length out of any bytes.
struct Lines {
    read: BufReader<ReadHalf<TcpStream>>,
    line: Vec<u8>,
}

impl Lines {
    /// The next line; nothing at the end.
    async fn next(&mut self) -> std::io::Result<Option<Line>> {
        next_line(&mut self.read, &mut self.line).await
    }
}

async fn next_line(
    read: &mut (impl AsyncRead + Unpin),
    line: &mut Vec<u8>,
) -> std::io::Result<Option<Line>> {
    line.clear();
    let mut too_long = false;
    loop {
        let byte = match read.read_u8().await {
            Ok(byte) => byte,
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                if line.is_empty() && !too_long {
                    return Ok(None);
                }
                break;
            }
            Err(error) => return Err(error),
        };
        if byte == b'\n' {
            break;
        }
        if line.len() < LINE_MAX {
            line.push(byte);
        } else {
            too_long = true;
        }
    }
    if too_long {
        return Ok(Some(Line::TooLong));
    }
    Ok(Some(String::from_utf8(line.clone()).map_or(Line::Binary, Line::Text)))
}
