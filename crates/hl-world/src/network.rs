//! Messages on their way: how long they take, and what the [`Line`] does to them.

use std::collections::BTreeMap;

use hl_quant::Millis;
use hl_sim::fault::{Delivery, Kind, Line, Message, Order};
use hl_sim::{ConnId, Input, Output, RequestId};

use crate::config::Latency;
use crate::dice::Dice;
use crate::host::Digest;

/// What came of a request, as the client's socket sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// A whole answer.
    Reply { status: u16, body: Vec<u8> },
    /// The connection broke after the request was written: the venue may have seen it.
    Broken,
}

/// What reaches the bot.
#[derive(Clone, Debug)]
pub(crate) enum ToBot {
    /// A connection that was asked for is open.
    Opened { conn: ConnId },
    /// A frame.
    Text { conn: ConnId, text: String },
    /// A connection is gone.
    Closed { conn: ConnId },
    /// A request has ended.
    Http { id: RequestId, answer: Answer },
}

#[derive(Clone, Debug)]
pub(crate) enum Packet {
    ToVenue(Input),
    ToBot(ToBot),
}

impl Packet {
    /// Adds what arrives to a digest.
    pub(crate) fn digest(&self, digest: &mut Digest) {
        match self {
            Self::ToVenue(Input::Http { body, .. }) => digest.add(body),
            Self::ToVenue(Input::WsText { text, .. }) => digest.add(text.as_bytes()),
            Self::ToBot(ToBot::Text { text, .. }) => digest.add(text.as_bytes()),
            Self::ToBot(ToBot::Http { answer: Answer::Reply { status, body }, .. }) => {
                digest.add(&status.to_le_bytes());
                digest.add(body);
            }
            Self::ToBot(ToBot::Http { answer: Answer::Broken, .. }) => digest.add(b"broken"),
            Self::ToVenue(_) | Self::ToBot(_) => digest.add(b"connection"),
        }
    }
}

/// Which stream of messages keeps its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Lane {
    Up(ConnId),
    Down(ConnId),
}

/// Delays messages; those of one connection arrive in the order in which they were sent, unless the
/// line lets them overtake each other.
#[derive(Debug)]
pub(crate) struct Network {
    line: Line,
    latency: Latency,
    dice: Dice,
    sent: u64,
    flying: BTreeMap<(Millis, u64), Packet>,
    last: BTreeMap<Lane, Millis>,
}

impl Network {
    pub(crate) fn new(latency: Latency, seed: u64) -> Self {
        let (line, dice) = (Line::new(seed), Dice::new(seed, "network"));
        Self { line, latency, dice, sent: 0, flying: BTreeMap::new(), last: BTreeMap::new() }
    }

    /// When the next thing happens on the way.
    pub(crate) fn next(&self) -> Option<Millis> {
        let first = self.flying.first_key_value().map(|((at, _), _)| *at);
        match (first, self.line.wake()) {
            (Some(first), Some(wake)) => Some(first.min(wake)),
            (first, wake) => first.or(wake),
        }
    }

    /// The next message that has arrived by now.
    pub(crate) fn take(&mut self, now: Millis) -> Option<Packet> {
        if self.line.wake().is_some_and(|at| at <= now) {
            let deliveries = self.line.tick(now);
            self.deliver(now, deliveries);
        }
        self.flying.first_key_value().filter(|((at, _), _)| *at <= now)?;
        self.flying.pop_first().map(|(_, packet)| packet)
    }

    /// A fault of the line begins.
    pub(crate) fn inject(&mut self, now: Millis, kind: Kind) {
        let deliveries = self.line.inject(now, kind);
        self.deliver(now, deliveries);
    }

    /// A fault of the line ends.
    pub(crate) fn heal(&mut self, kind: Kind) {
        self.line.heal(kind);
    }

    /// From the bot.
    pub(crate) fn send_up(&mut self, now: Millis, input: Input) {
        let message = match input {
            Input::Http { id, path, body } => Message::Request { id, path, body },
            Input::WsOpen { conn } => Message::Connect { conn },
            Input::WsText { conn, text } => Message::Up { conn, text },
            Input::WsClose { conn } => Message::CloseUp { conn },
            Input::Tick => return,
        };
        self.pass(now, message);
    }

    /// From the venue.
    pub(crate) fn send_down(&mut self, now: Millis, output: Output) {
        let message = match output {
            Output::HttpReply { id, status, body } => Message::Answer { id, status, body },
            Output::WsText { conn, text } => Message::Down { conn, text },
            Output::WsClose { conn, code } => Message::CloseDown { conn, code },
            Output::WaitUntil(_) => return,
        };
        self.pass(now, message);
    }

    /// A connection has reached the venue: the bot hears of it, in its turn.
    pub(crate) fn opened(&mut self, now: Millis, conn: ConnId) {
        let at = self.arrival(now, Some(Lane::Down(conn)));
        self.put(at, Packet::ToBot(ToBot::Opened { conn }));
    }

    fn pass(&mut self, now: Millis, message: Message) {
        let passed = self.line.pass(now, message);
        self.deliver(now, passed);
    }

    fn deliver(&mut self, now: Millis, deliveries: impl IntoIterator<Item = Delivery>) {
        for Delivery { after_ms, ms_per_byte, order, message } in deliveries {
            let (packet, lane, bytes) = packet(message);
            let per_byte = ms_per_byte.saturating_mul(u64::try_from(bytes).unwrap_or(u64::MAX));
            let from = now.plus(after_ms).plus(per_byte);
            let at = self.arrival(from, lane.filter(|_| order == Order::Kept));
            let over = match &packet {
                Packet::ToVenue(Input::WsClose { conn })
                | Packet::ToBot(ToBot::Closed { conn }) => Some(*conn),
                _ => None,
            };
            self.put(at, packet);
            // A connection is never used again; what is on its way arrives all the same.
            if let Some(conn) = over {
                self.last.remove(&Lane::Up(conn));
                self.last.remove(&Lane::Down(conn));
            }
        }
    }

    fn arrival(&mut self, from: Millis, lane: Option<Lane>) -> Millis {
        let at = from.plus(self.latency.draw(&mut self.dice));
        let Some(lane) = lane else { return at };
        let last = self.last.entry(lane).or_default();
        *last = at.max(*last);
        *last
    }

    fn put(&mut self, at: Millis, packet: Packet) {
        self.sent = self.sent.saturating_add(1);
        self.flying.insert((at, self.sent), packet);
    }
}

/// What a message is at its receiver, the lane that it keeps to, and how long it is.
fn packet(message: Message) -> (Packet, Option<Lane>, usize) {
    let bot = |news, lane, bytes| (Packet::ToBot(news), lane, bytes);
    match message {
        Message::Request { id, path, body } => {
            let bytes = body.len();
            (Packet::ToVenue(Input::Http { id, path, body }), None, bytes)
        }
        Message::Connect { conn } => {
            (Packet::ToVenue(Input::WsOpen { conn }), Some(Lane::Up(conn)), 0)
        }
        Message::Up { conn, text } => {
            let bytes = text.len();
            (Packet::ToVenue(Input::WsText { conn, text }), Some(Lane::Up(conn)), bytes)
        }
        Message::CloseUp { conn } => {
            (Packet::ToVenue(Input::WsClose { conn }), Some(Lane::Up(conn)), 0)
        }
        Message::Answer { id, status, body } => {
            let bytes = body.len();
            bot(ToBot::Http { id, answer: Answer::Reply { status, body } }, None, bytes)
        }
        Message::Reset { id } => bot(ToBot::Http { id, answer: Answer::Broken }, None, 0),
        Message::Down { conn, text } => {
            let bytes = text.len();
            bot(ToBot::Text { conn, text }, Some(Lane::Down(conn)), bytes)
        }
        Message::CloseDown { conn, .. } => bot(ToBot::Closed { conn }, Some(Lane::Down(conn)), 0),
    }
}
