//! Messages on their way.

use std::collections::BTreeMap;

use hl_quant::Millis;

use super::Latency;
use hl_sim::{ConnId, Input, RequestId, mix};

/// What reaches the bot.
#[derive(Debug)]
pub(crate) enum ToBot {
    /// A connection that was asked for is open.
    Opened {
        conn: ConnId,
    },
    Text {
        conn: ConnId,
        text: String,
    },
    Closed {
        conn: ConnId,
    },
    Http {
        id: RequestId,
        status: u16,
        body: Vec<u8>,
    },
}

#[derive(Debug)]
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
    seed: u64,
    sent: u64,
    flying: BTreeMap<(Millis, u64), Packet>,
    last: BTreeMap<Lane, Millis>,
}

impl Network {
    pub(crate) const fn new(latency: Latency, seed: u64) -> Self {
        Self { latency, seed, sent: 0, flying: BTreeMap::new(), last: BTreeMap::new() }
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

    pub(crate) fn send_up(&mut self, now: Millis, input: Input) {
        let lane = match &input {
            Input::WsOpen { conn } | Input::WsText { conn, .. } | Input::WsClose { conn } => {
                Some(Lane::Up(*conn))
            }
            Input::Http { .. } | Input::Tick => None,
        };
        let opened = match &input {
            Input::WsOpen { conn } => Some(*conn),
            _ => None,
        };
        let arrives = self.send(now, lane, Packet::ToVenue(input));
        if let Some(conn) = opened {
            self.send_down(arrives, ToBot::Opened { conn });
        }
    }

    pub(crate) fn send_down(&mut self, now: Millis, news: ToBot) {
        let lane = match &news {
            ToBot::Opened { conn } | ToBot::Text { conn, .. } | ToBot::Closed { conn } => {
                Some(Lane::Down(*conn))
            }
            ToBot::Http { .. } => None,
        };
        self.send(now, lane, Packet::ToBot(news));
    }

    fn send(&mut self, now: Millis, lane: Option<Lane>, packet: Packet) -> Millis {
        self.sent = self.sent.saturating_add(1);
        let jitter = mix(self.seed ^ mix(self.sent)) % self.latency.jitter_ms.saturating_add(1);
        let mut at = now.plus(self.latency.one_way_ms).plus(jitter);
        if let Some(lane) = lane {
            let last = self.last.entry(lane).or_default();
            at = at.max(*last);
            *last = at;
        }
        self.flying.insert((at, self.sent), packet);
        at
    }
}
