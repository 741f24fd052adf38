//! Lines out of Loki: `query_range` in pages, with times in nanoseconds.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use hl_quant::Millis;
use serde::Deserialize;

use crate::exit::{Exit, Failed};

/// The most lines of one answer: Loki's own default limit (`limits_config`:
/// `max_entries_limit_per_query`).
const PAGE: usize = 5_000;
/// No answer is longer. Bytes.
const ANSWER_MAX: u64 = 256 << 20;
const PATIENCE: Duration = Duration::from_secs(30);
/// What the report counts: orders, trades, and that somebody was there.
const FILTER: &str = " |~ `quant_evt=|fill_evt=|log_evt=`";
const NANOS: u64 = 1_000_000;

/// A Loki at an address.
pub(super) struct Loki {
    host: String,
    query: String,
}

#[derive(Deserialize)]
struct Answer {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    result: Vec<Stream>,
}

/// The lines of one set of labels: pairs of nanoseconds, as text, and line.
#[derive(Deserialize)]
struct Stream {
    values: Vec<(String, String)>,
}

impl Loki {
    /// # Errors
    /// An address or a selector that Loki would not take.
    pub(super) fn new(url: &str, selector: &str) -> Result<Self, Failed> {
        let usage = |what: String, hint: &str| Failed::new(Exit::Preflight, what).hint(hint);
        let host = url.strip_prefix("http://").map(|host| host.trim_end_matches('/'));
        let host = host.filter(|host| !host.is_empty() && !host.contains('/')).ok_or_else(|| {
            let hint = "beyond this machine: logcli query --limit 0 ... -o raw | mm-bot report --log -";
            usage(format!("{url}: must be http://host:port"), hint)
        })?;
        // An empty one selects nothing, and Loki refuses it.
        let inner = selector.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        if !inner.is_some_and(|inner| inner.contains('=')) {
            let hint = "write it as {job=\"mm-bot\"}";
            return Err(usage(format!("{selector:?} is no selector"), hint));
        }
        let host = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
        Ok(Self { host, query: format!("{selector}{FILTER}") })
    }

    /// Hands every line between two moments to `each`, oldest first.
    ///
    /// # Errors
    /// It does not answer, or not with lines.
    pub(super) fn lines(
        &self,
        from: Millis,
        to: Millis,
        each: &mut dyn FnMut(&str),
    ) -> Result<(), Failed> {
        let end = to.0.saturating_mul(NANOS).saturating_add(NANOS);
        let mut start = from.0.saturating_mul(NANOS);
        // Lines of the last nanosecond that have been handed on: the next page begins with them.
        let mut seen: Vec<String> = Vec::new();
        loop {
            let page = self.page(start, end)?;
            let (full, last) = (page.len() >= PAGE, page.last().map(|(at, _)| *at));
            let mut at_last = Vec::new();
            for (at, line) in page {
                // Equal lines of one moment are two, and each is skipped once.
                let again = seen.iter().position(|old| at == start && *old == line);
                if let Some(index) = again {
                    seen.swap_remove(index);
                } else {
                    each(&line);
                }
                if Some(at) == last {
                    at_last.push(line);
                }
            }
            let Some(last) = last.filter(|_| full) else { return Ok(()) };
            if last == start {
                let what = format!("more than {PAGE} lines in one nanosecond, at {last}");
                return Err(Failed::new(Exit::Failure, what));
            }
            (start, seen) = (last, at_last);
        }
    }

    /// One page, oldest first, of all sets of labels together.
    fn page(&self, start: u64, end: u64) -> Result<Vec<(u64, String)>, Failed> {
        let query = encoded(&self.query);
        let path = format!(
            "/loki/api/v1/query_range?query={query}&start={start}&end={end}&limit={PAGE}\
             &direction=forward"
        );
        let body = self.get(&path).map_err(|error| {
            Failed::new(Exit::Unreachable, format!("Loki at {}: {error}", self.host))
        })?;
        let answer: Answer = serde_json::from_slice(&body).map_err(|error| {
            let begin: String = String::from_utf8_lossy(&body).chars().take(120).collect();
            Failed::new(Exit::Failure, format!("Loki at {}: {error}: {begin:?}", self.host))
        })?;
        let mut lines = Vec::new();
        for (at, line) in answer.data.result.into_iter().flat_map(|stream| stream.values) {
            let at = at.parse().map_err(|_| {
                Failed::new(Exit::Failure, format!("Loki at {}: {at:?} is no time", self.host))
            })?;
            lines.push((at, line));
        }
        lines.sort_by_key(|(at, _)| *at);
        Ok(lines)
    }

    /// A GET over HTTP/1.1, on a connection of its own.
    fn get(&self, path: &str) -> std::io::Result<Vec<u8>> {
        let nowhere = || std::io::Error::other("no such host");
        let address = self.host.to_socket_addrs()?.next().ok_or_else(nowhere)?;
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nAccept: application/json\r\nConnection: close\r\n\r\n",
            self.host
        );
        stream.write_all(request.as_bytes())?;
        let mut answer = BufReader::new(stream.take(ANSWER_MAX));
        let mut status = String::new();
        answer.read_line(&mut status)?;
        let mut chunked = false;
        let mut length = None;
        loop {
            let mut header = String::new();
            if answer.read_line(&mut header)? == 0 || header.trim().is_empty() {
                break;
            }
            let header = header.to_ascii_lowercase();
            chunked |= header.starts_with("transfer-encoding:") && header.contains("chunked");
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse::<u64>().ok();
            }
        }
        let body = body(&mut answer, chunked, length)?;
        if status.split(' ').nth(1) != Some("200") {
            let said: String = String::from_utf8_lossy(&body).chars().take(200).collect();
            return Err(std::io::Error::other(format!("{} {said:?}", status.trim())));
        }
        Ok(body)
    }
}

fn body(
    answer: &mut BufReader<std::io::Take<TcpStream>>,
    chunked: bool,
    length: Option<u64>,
) -> std::io::Result<Vec<u8>> {
    let mut body = Vec::new();
    let short = || std::io::Error::other("the answer breaks off");
    if !chunked {
        match length {
            Some(length) => answer.take(length).read_to_end(&mut body)?,
            None => answer.read_to_end(&mut body)?,
        };
        let whole = length.is_none_or(|length| u64::try_from(body.len()) == Ok(length));
        return if whole { Ok(body) } else { Err(short()) };
    }
    loop {
        let mut size = String::new();
        answer.read_line(&mut size)?;
        let digits = size.trim().split(';').next().unwrap_or_default();
        let size = u64::from_str_radix(digits, 16).map_err(|_| short())?;
        if size == 0 {
            return Ok(body);
        }
        let before = body.len();
        answer.take(size).read_to_end(&mut body)?;
        if u64::try_from(body.len().saturating_sub(before)) != Ok(size) {
            return Err(short());
        }
        answer.read_line(&mut String::new())?;
    }
}

/// For a query string: everything but letters, digits and `-_.~` as `%` and two digits.
fn encoded(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}
