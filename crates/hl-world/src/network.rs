//! Messages on their way.

use std::collections::BTreeMap;

use hl_quant::Millis;
use hl_sim::{ConnId, Input, RequestId};

use crate::config::Latency;
use crate::dice::Dice;

/// What came of a request, as the client's socket sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// A whole answer.
    Reply { status: u16, body: Vec<u8> },
    /// The connection broke after the request was written: the venue may have seen it.
    Broken,
    /// No connection was made: the venue has not seen it.
    Refused,
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

/// Which stream of messages keeps its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Lane {
    Up(ConnId),
    Down(ConnId),
}

/// Delays messages; those of one connection arrive in the order in which they were sent.
#[derive(Debug)]
pub(crate) struct Network {
    latency: Latency,
    dice: Dice,
    sent: u64,
    flying: BTreeMap<(Millis, u64), Packet>,
    last: BTreeMap<Lane, Millis>,
}

impl Network {
    pub(crate) fn new(latency: Latency, seed: u64) -> Self {
        let dice = Dice::new(seed, "network");
        Self { latency, dice, sent: 0, flying: BTreeMap::new(), last: BTreeMap::new() }
    }

    /// When the next message arrives.
    pub(crate) fn next(&self) -> Option<Millis> {
        self.flying.first_key_value().map(|((at, _), _)| *at)
    }

    /// The next message that has arrived by now.
    pub(crate) fn take(&mut self, now: Millis) -> Option<Packet> {
        self.next().filter(|at| *at <= now)?;
        self.flying.pop_first().map(|(_, packet)| packet)
    }

    /// From the bot, leaving at `at`.
    pub(crate) fn send_up(&mut self, at: Millis, input: Input) {
        let lane = match &input {
            Input::WsOpen { conn } | Input::WsText { conn, .. } | Input::WsClose { conn } => {
                Some(Lane::Up(*conn))
            }
            Input::Http { .. } | Input::Tick => None,
        };
        let closed = match &input {
            Input::WsClose { conn } => Some(*conn),
            _ => None,
        };
        self.send(at, lane, Packet::ToVenue(input));
        if let Some(conn) = closed {
            self.forget(conn);
        }
    }

    /// To the bot, leaving the venue at `at`.
    pub(crate) fn send_down(&mut self, at: Millis, news: ToBot) {
        let lane = match &news {
            ToBot::Opened { conn } | ToBot::Text { conn, .. } | ToBot::Closed { conn } => {
                Some(Lane::Down(*conn))
            }
            ToBot::Http { .. } => None,
        };
        let closed = match &news {
            ToBot::Closed { conn } => Some(*conn),
            _ => None,
        };
        self.send(at, lane, Packet::ToBot(news));
        if let Some(conn) = closed {
            self.forget(conn);
        }
    }

    /// A connection is never used again; what is on its way arrives all the same.
    fn forget(&mut self, conn: ConnId) {
        self.last.remove(&Lane::Up(conn));
        self.last.remove(&Lane::Down(conn));
    }

    fn send(&mut self, at: Millis, lane: Option<Lane>, packet: Packet) {
        self.sent = self.sent.saturating_add(1);
        let mut at = at.plus(self.latency.draw(&mut self.dice));
        if let Some(lane) = lane {
            let last = self.last.entry(lane).or_default();
            at = at.max(*last);
            *last = at;
        }
        self.flying.insert((at, self.sent), packet);
    }
}
