//! What a journal says about one order.

use std::collections::BTreeMap;
use std::io::Read;
use std::str::FromStr;

use hl_engine::{EventKind, Fill, Found, Input, Level, MarketId, Pair, Reply, RequestId};
use hl_quant::{Millis, Price, Round, Side, Size};
use hl_wire::{Cloid, Oid};

use crate::decisions::{Asked, AskedOrder, Entry, Item, Note, Reader};
use crate::profit::HORIZONS_MS;

/// How somebody names an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// By our name for it.
    Cloid(Cloid),
    /// By the venue's.
    Oid(Oid),
}

impl FromStr for Name {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let cloid = text.parse().map(Self::Cloid);
        cloid
            .or_else(|_| text.parse().map(|oid| Self::Oid(Oid(oid))))
            .map_err(|_| "neither 0x and 32 hexadecimal digits nor a number")
    }
}

/// A trade of the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FillSeen {
    /// When we heard of it.
    pub at: Millis,
    /// Our side.
    pub side: Side,
    /// At what price.
    pub price: Price,
    /// How much.
    pub size: Size,
    /// The venue's number of the trade.
    pub tid: u64,
    /// The mid of others' and our orders at that moment, if there was one.
    pub mid: Option<Price>,
    /// The mid at each of [`HORIZONS_MS`] after it, as far as the journal goes.
    pub later: [Option<Price>; HORIZONS_MS.len()],
}

impl FillSeen {
    /// How far the mid had moved our way by then, in units of 10^-8 of the price.
    #[must_use]
    pub fn markout(&self, horizon: usize) -> Option<i64> {
        let later = i128::from(self.later.get(horizon).copied().flatten()?.raw());
        let moved = later.saturating_sub(i128::from(self.price.raw()));
        let moved = if self.side == Side::Bid { moved } else { moved.saturating_neg() };
        i64::try_from(moved).ok()
    }
}

/// What became of one order.
#[derive(Clone, Debug)]
pub struct Life {
    /// Its name.
    pub cloid: Cloid,
    /// The venue's name for it, once told.
    pub oid: Option<Oid>,
    /// Where.
    pub pair: Pair,
    /// Its place in the configuration.
    pub market: MarketId,
    /// The number of the input at which it was decided.
    pub seq: u64,
    /// When.
    pub at: Millis,
    /// The command that carries it.
    pub request: Option<RequestId>,
    /// The nonce with which that was signed.
    pub nonce: Option<u64>,
    /// What the engine said about it, as lines of the log.
    pub events: Vec<(Millis, String)>,
    /// What it was told about it.
    pub heard: Vec<(Millis, String)>,
    /// Its trades.
    pub fills: Vec<FillSeen>,
}

/// Our name for the order that the venue calls `oid`, if the journal has it.
pub fn find<R: Read>(reader: &mut Reader<R>, oid: Oid) -> Option<Cloid> {
    let mut asked: BTreeMap<RequestId, Vec<Cloid>> = BTreeMap::new();
    while let Some(item) = reader.next() {
        let Item::Entry(entry) = item else { continue };
        if let Some(cloid) = named(&entry.input, oid, &mut asked) {
            return Some(cloid);
        }
        if entry.has_commands() {
            for command in entry.commands().unwrap_or_default() {
                let names: Vec<Cloid> = orders(&command).map(|order| order.cloid).collect();
                if let (Some(request), false) = (request_of(&command), names.is_empty()) {
                    asked.insert(request, names);
                }
            }
        }
    }
    None
}

fn named(
    input: &Input<'_>,
    oid: Oid,
    asked: &mut BTreeMap<RequestId, Vec<Cloid>>,
) -> Option<Cloid> {
    let of = |fill: &Fill| fill.cloid.filter(|_| fill.oid == oid);
    match input {
        Input::Order(update) => update.cloid.filter(|_| update.oid == oid),
        Input::Fill(fill) => of(fill),
        Input::Fills { fills, .. } => fills.iter().find_map(of),
        Input::OpenOrders { orders, .. } => {
            orders.iter().find(|order| order.oid == oid).and_then(|order| order.cloid)
        }
        Input::Outcome { request, replies } => {
            let names = asked.remove(request)?;
            let is_it = |reply: &&Reply| matches!(reply, Reply::Accepted { oid: Some(given), .. } if *given == oid);
            let mut pairs = names.into_iter().zip(replies.iter());
            pairs.find(|(_, reply)| is_it(reply)).map(|(cloid, _)| cloid)
        }
        _ => None,
    }
}

/// What the journal says about `cloid`; `None` if this run did not decide to send it.
pub fn life<R: Read>(reader: &mut Reader<R>, cloid: Cloid) -> Option<Life> {
    let head = reader.head();
    if u128::from(head.config.cloid_tag.prefix(head.seed)) != cloid.0 >> 64 {
        return None;
    }
    let pairs: Vec<Pair> = head.pairs().cloned().collect();
    let mut found: Option<Watch> = None;
    while let Some(item) = reader.next() {
        match (item, &mut found) {
            (Item::Entry(entry), None) => found = Watch::begin(&entry, cloid, &pairs),
            (Item::Entry(entry), Some(watch)) => watch.see(&entry),
            (Item::Note(Note::Sent { request, nonce }), Some(watch))
                if watch.life.request == Some(request) =>
            {
                watch.life.nonce.get_or_insert(nonce);
            }
            _ => {}
        }
    }
    found.map(|watch| watch.life)
}

/// Follows one order.
struct Watch {
    life: Life,
    text: String,
    mid: Option<Price>,
    /// Commands about the order, with its place in each.
    requests: BTreeMap<RequestId, usize>,
}

impl Watch {
    fn begin(entry: &Entry<'_>, cloid: Cloid, pairs: &[Pair]) -> Option<Self> {
        let attempt = entry.events.iter().find_map(|event| match &event.kind {
            EventKind::Attempt(attempt) if attempt.cloid == cloid => Some(attempt),
            _ => None,
        })?;
        let place = pairs.iter().position(|pair| *pair == attempt.pair)?;
        let life = Life {
            cloid,
            oid: None,
            pair: attempt.pair.clone(),
            market: MarketId(u16::try_from(place).ok()?),
            seq: entry.seq,
            at: entry.now,
            request: None,
            nonce: None,
            events: Vec::new(),
            heard: Vec::new(),
            fills: Vec::new(),
        };
        let text = cloid.to_string();
        let mut watch = Self { life, text, mid: None, requests: BTreeMap::new() };
        watch.see(entry);
        watch.life.request = watch.requests.keys().next().copied();
        Some(watch)
    }

    fn see(&mut self, entry: &Entry<'_>) {
        self.mark(entry.now);
        self.hear(entry);
        for event in entry.events {
            let line = event.to_string();
            if line.contains(&self.text) {
                self.life.events.push((event.at, line));
            }
            if let EventKind::Fill(fill) = &event.kind
                && fill.cloid == Some(self.life.cloid)
            {
                self.life.fills.push(FillSeen {
                    at: entry.now,
                    side: fill.side,
                    price: fill.price,
                    size: fill.size,
                    tid: fill.tid,
                    mid: self.mid,
                    later: [None; HORIZONS_MS.len()],
                });
            }
        }
        if entry.has_commands() {
            for command in entry.commands().unwrap_or_default() {
                self.asked(&command);
            }
        }
    }

    /// The mid that was known until now is the one of every horizon that has passed.
    fn mark(&mut self, now: Millis) {
        let mid = self.mid;
        for fill in &mut self.life.fills {
            for (later, horizon) in fill.later.iter_mut().zip(HORIZONS_MS) {
                if later.is_none() && now > fill.at.plus(horizon) {
                    *later = mid;
                }
            }
        }
    }

    fn asked(&mut self, command: &Asked) {
        let Some(request) = request_of(command) else { return };
        let cloid = self.life.cloid;
        let place = match command {
            Asked::Cancel { orders, .. } => orders.iter().position(|(_, name)| *name == cloid),
            Asked::Modify { orders, .. } => {
                orders.iter().position(|modify| modify.old == cloid || modify.new.cloid == cloid)
            }
            other => orders(other).position(|order| order.cloid == cloid),
        };
        if let Some(place) = place {
            self.requests.insert(request, place);
        }
    }

    fn hear(&mut self, entry: &Entry<'_>) {
        let (now, cloid) = (entry.now, self.life.cloid);
        let is_it = |name: Option<Cloid>, oid: Oid, known: Option<Oid>| {
            name == Some(cloid) || (known == Some(oid) && name.is_none())
        };
        let known = self.life.oid;
        let mut say = Vec::new();
        match &entry.input {
            Input::Book { market, bids, asks, .. } if *market == self.life.market => {
                self.touch(bids.first(), asks.first());
            }
            Input::Bbo { market, bid, ask, .. } if *market == self.life.market => {
                self.touch(bid.as_ref(), ask.as_ref());
            }
            Input::Outcome { request, replies } => {
                if let Some(place) = self.requests.get(request) {
                    let reply = replies.get(*place).copied().unwrap_or(Reply::Unknown);
                    if let (Reply::Accepted { oid: Some(oid), .. }, true) =
                        (reply, self.life.request == Some(*request))
                    {
                        self.life.oid.get_or_insert(oid);
                    }
                    say.push(format!("reply request={request} {reply:?}"));
                }
            }
            Input::Order(update) if is_it(update.cloid, update.oid, known) => {
                self.life.oid.get_or_insert(update.oid);
                let (oid, left, state) = (update.oid, update.remaining, update.state);
                say.push(format!("order oid={oid} remaining={left} state={state:?}"));
            }
            Input::OrderStatus { cloid: name, found, .. } if *name == cloid => {
                say.push(match found {
                    Found::Yes(update) => format!("status state={:?}", update.state),
                    Found::No => "status state=not_found".to_owned(),
                });
            }
            Input::Fill(fill) if is_it(fill.cloid, fill.oid, known) => say.push(heard_of(fill)),
            Input::Fills { fills, .. } => {
                let ours = fills.iter().filter(|fill| is_it(fill.cloid, fill.oid, known));
                say.extend(ours.map(heard_of));
            }
            _ => {}
        }
        self.life.heard.extend(say.into_iter().map(|line| (now, line)));
    }

    fn touch(&mut self, bid: Option<&Level>, ask: Option<&Level>) {
        if let (Some(bid), Some(ask)) = (bid, ask) {
            self.mid = Some(bid.price.midpoint(ask.price, Round::Down));
        }
    }
}

fn heard_of(fill: &Fill) -> String {
    let Fill { time, tid, price, size, fee, liquidity, .. } = fill;
    format!("fill time={} tid={tid} px={price} sz={size} fee={fee} {liquidity:?}", time.0)
}

fn request_of(command: &Asked) -> Option<RequestId> {
    match command {
        Asked::Place { request, .. }
        | Asked::Modify { request, .. }
        | Asked::Cancel { request, .. }
        | Asked::Exit { request, .. } => Some(*request),
        _ => None,
    }
}

/// The orders that a command would bring into the book.
fn orders(command: &Asked) -> Box<dyn Iterator<Item = AskedOrder> + '_> {
    match command {
        Asked::Place { orders, .. } | Asked::Exit { orders, .. } => {
            Box::new(orders.iter().copied())
        }
        Asked::Modify { orders, .. } => Box::new(orders.iter().map(|modify| modify.new)),
        _ => Box::new(core::iter::empty()),
    }
}
