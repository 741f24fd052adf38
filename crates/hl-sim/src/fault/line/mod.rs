//! The way between a client and the venue, with everything that can happen on it.

mod frames;
mod json;
mod message;
mod requests;

use std::collections::{BTreeMap, BTreeSet};

use hl_quant::Millis;

use super::dice::Dice;
use super::kind::Kind;
use crate::{ConnId, RequestId};

pub use message::{Delivery, End, Message, Order, Passed};

use requests::Asked;

/// Names of requests that the line makes itself count down from here.
const FIRST_COPY: u64 = u64::MAX;

/// A state machine that is given every message between a client and the venue and says what is
/// delivered instead, and when.
///
/// It knows no socket and no clock: the world puts it into its network, the served exchange between
/// its routes and its exchange. What happens to a message follows from the seed, the faults that are
/// active and the number of messages before it. While nothing is wrong a message passes without
/// being looked at or copied.
///
/// ```
/// use hl_quant::Millis;
/// use hl_sim::fault::{Line, Message, Passed};
/// use hl_sim::{Path, RequestId};
///
/// let mut line = Line::new(7);
/// let request = |id| Message::Request { id: RequestId(id), path: Path::Exchange, body: vec![b'x'] };
/// assert_eq!(line.pass(Millis(0), request(1)), Passed::Untouched(request(1)));
///
/// line.inject(Millis(5), "req.drop prob=1".parse()?);
/// assert_eq!(line.pass(Millis(6), request(2)), Passed::Changed(vec![]));
/// line.heal("req.drop prob=1".parse()?);
/// assert_eq!(line.pass(Millis(7), request(3)), Passed::Untouched(request(3)));
/// # Ok::<(), hl_sim::fault::UnreadableFault>(())
/// ```
///
/// A copy of a request that the line makes (`req.dup`) has a name of its own, counted down from
/// `u64::MAX`; the carrier hands its answer to [`Line::pass`] like any other.
#[derive(Clone, Debug)]
pub struct Line {
    seed: u64,
    count: u64,
    active: Vec<Kind>,
    conns: BTreeMap<ConnId, Conn>,
    /// Requests that the venue has and has not answered.
    asked: BTreeMap<RequestId, Asked>,
    /// Requests whose answers nobody gets.
    unheard: BTreeSet<RequestId>,
    copies: u64,
}

/// One WebSocket connection.
#[derive(Clone, Debug)]
struct Conn {
    opened: Millis,
    life: Life,
    /// When a book of each coin was last let through.
    books: BTreeMap<String, Millis>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Life {
    Sound,
    /// Half open: nothing passes, and nobody knows.
    Dead,
}

impl Line {
    /// A line on which nothing is wrong.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self {
            seed,
            count: 0,
            active: Vec::new(),
            conns: BTreeMap::new(),
            asked: BTreeMap::new(),
            unheard: BTreeSet::new(),
            copies: 0,
        }
    }

    /// Begins a fault; what it does at once (closing connections) is delivered. Kinds of other
    /// layers change nothing.
    pub fn inject(&mut self, now: Millis, kind: Kind) -> Vec<Delivery> {
        if kind.layer() != super::Layer::Line {
            return Vec::new();
        }
        self.active.push(kind);
        match kind {
            Kind::WsClose { code } => {
                let open: Vec<ConnId> = self.conns.keys().copied().collect();
                open.into_iter().flat_map(|conn| self.cut(conn, code)).collect()
            }
            Kind::WsHalfOpen {} => {
                self.conns.values_mut().for_each(|conn| conn.life = Life::Dead);
                Vec::new()
            }
            _ => self.tick(now),
        }
    }

    /// Ends a fault that was begun with the same kind and parameters; the oldest one if there are
    /// several. A connection that was half open stays so.
    pub fn heal(&mut self, kind: Kind) {
        if let Some(place) = self.active.iter().position(|active| *active == kind) {
            self.active.remove(place);
        }
    }

    /// The faults that are active now.
    #[must_use]
    pub fn active(&self) -> &[Kind] {
        &self.active
    }

    /// When [`tick`](Self::tick) has something to do: a connection grows too old.
    #[must_use]
    pub fn wake(&self) -> Option<Millis> {
        let age = self.max_age()?;
        self.conns.values().map(|conn| conn.opened.plus(age)).min()
    }

    /// Closes the connections that are too old.
    pub fn tick(&mut self, now: Millis) -> Vec<Delivery> {
        let Some(age) = self.max_age() else { return Vec::new() };
        let old = self.conns.iter().filter(|(_, conn)| now.since(conn.opened) >= age);
        let old: Vec<ConnId> = old.map(|(conn, _)| *conn).collect();
        old.into_iter().flat_map(|conn| self.cut(conn, 1000)).collect()
    }

    fn max_age(&self) -> Option<u64> {
        let age = |kind: &Kind| match kind {
            Kind::WsExpire3h { age } => Some(*age),
            _ => None,
        };
        self.active.iter().filter_map(age).min()
    }

    /// Takes a message in; says what to deliver.
    pub fn pass(&mut self, now: Millis, message: Message) -> Passed {
        self.count = self.count.wrapping_add(1);
        match message {
            Message::Request { id, path, body } => self.request(id, path, body),
            Message::Answer { id, status, body } => self.answer(id, status, body),
            Message::Connect { conn } => {
                let opened = Conn { opened: now, life: Life::Sound, books: BTreeMap::new() };
                self.conns.insert(conn, opened);
                self.unless_dark(Message::Connect { conn })
            }
            Message::Up { conn, text } => {
                if self.is_dead(conn) {
                    return Passed::Changed(Vec::new());
                }
                self.unless_dark(Message::Up { conn, text })
            }
            Message::Down { conn, text } => self.frame(now, conn, text),
            Message::CloseUp { conn } => {
                self.conns.remove(&conn);
                Passed::Untouched(Message::CloseUp { conn })
            }
            Message::CloseDown { conn, code } => {
                let dead = self.is_dead(conn);
                self.conns.remove(&conn);
                if dead {
                    return Passed::Changed(Vec::new());
                }
                self.unless_dark(Message::CloseDown { conn, code })
            }
            reset @ Message::Reset { .. } => Passed::Untouched(reset),
        }
    }

    fn dice(&self) -> Dice {
        Dice::new(self.seed, self.count)
    }

    fn is_dead(&self, conn: ConnId) -> bool {
        self.conns.get(&conn).is_some_and(|conn| conn.life == Life::Dead)
    }

    fn is_dark(&self) -> bool {
        self.active.contains(&Kind::NetBlackhole {})
    }

    fn unless_dark(&self, message: Message) -> Passed {
        if self.is_dark() { Passed::Changed(Vec::new()) } else { Passed::Untouched(message) }
    }

    /// Closes a connection at both ends.
    fn cut(&mut self, conn: ConnId, code: u16) -> Vec<Delivery> {
        let dead = self.is_dead(conn);
        self.conns.remove(&conn);
        let mut ends = vec![Delivery::plain(Message::CloseUp { conn })];
        if !dead {
            ends.push(Delivery::plain(Message::CloseDown { conn, code }));
        }
        ends
    }
}
