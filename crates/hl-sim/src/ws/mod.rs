//! The WebSocket side: connections, subscriptions and pushes.

mod block;
mod frames;
mod request;
mod subscription;

use std::collections::{BTreeMap, BTreeSet};

use hl_quant::Millis;

pub(crate) use request::Wanted;
pub(crate) use subscription::Subscription;

use crate::config::Resubscription;
use crate::core::{Core, Event};
use crate::exchange::window::Window;
use crate::exec::Answer;
use crate::fault::Kind;
use crate::io::{ConnId, Output};
use block::BlockFrames;

/// Close code of a connection that goes beyond a limit (policy violation). What the venue sends is
/// not documented.
const OVER_LIMIT: u16 = 1008;

/// One connection.
#[derive(Debug, Default)]
struct Conn {
    /// Each subscription with the time of its next push, if it is pushed by the clock.
    subscriptions: BTreeMap<Subscription, Option<Millis>>,
    last_sent: Millis,
}

/// All connections, and the frames that wait to be taken.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    conns: BTreeMap<ConnId, Conn>,
    /// Subscriptions that somebody has made before.
    known: BTreeSet<Subscription>,
    opened: Window,
    frames: Window,
    out: Vec<Output>,
}

impl Streams {
    /// The frames and closes since the last call, in order.
    pub(crate) fn take_output(&mut self) -> Vec<Output> {
        std::mem::take(&mut self.out)
    }

    /// The largest number of frames that clients sent within a minute.
    pub(crate) const fn most_frames(&self) -> u64 {
        self.frames.most
    }

    pub(crate) fn open(&mut self, core: &mut Core, now: Millis, conn: ConnId) {
        let limits = core.config.streams;
        let fits = self.opened.admits(now, 1, limits.max_opened);
        self.opened.add(now, 1);
        if !fits || self.conns.len() >= limits.max_connections {
            self.out.push(Output::WsClose { conn, code: OVER_LIMIT });
            return;
        }
        if self.conns.is_empty() {
            // Nobody has been watching: what changes from here on is news, what stands is not.
            for market in &mut core.markets {
                market.shown = Some(market.book.bbo());
            }
        }
        self.conns.insert(conn, Conn { last_sent: core.now, ..Conn::default() });
        // Real servers may begin with this line, which is not JSON; clients must get over it.
        self.send(core, conn, "Websocket connection established.".to_owned());
    }

    pub(crate) fn close(&mut self, conn: ConnId) {
        self.conns.remove(&conn);
    }

    /// Counts a frame from a client; false when it was one too many and the connection is closed.
    pub(super) fn count_frame(&mut self, core: &Core, now: Millis, conn: ConnId) -> bool {
        let fault = |kind: &Kind| match kind {
            Kind::LimitsWs { messages } => Some(*messages),
            _ => None,
        };
        let limit = core.trouble.find(fault).unwrap_or(u64::MAX);
        let fits = self.frames.admits(now, 1, limit.min(core.config.streams.max_frames));
        self.frames.add(now, 1);
        if !fits && self.conns.remove(&conn).is_some() {
            self.out.push(Output::WsClose { conn, code: OVER_LIMIT });
        }
        fits
    }

    fn send(&mut self, core: &Core, conn: ConnId, text: String) {
        if let Some(state) = self.conns.get_mut(&conn) {
            state.last_sent = core.now;
            self.out.push(Output::WsText { conn, text });
        }
    }

    /// Answers a posted action.
    pub(crate) fn answer_post(&mut self, core: &Core, conn: ConnId, id: u64, answer: &Answer) {
        if let Ok(raw) = serde_json::value::RawValue::from_string(answer.to_json()) {
            self.send(core, conn, frames::post(id, frames::PostResponse::Action(raw)));
        }
    }

    /// Answers a posted request that is not an action at all.
    pub(crate) fn refuse_post(&mut self, core: &Core, conn: ConnId, id: u64, why: &str) {
        self.send(core, conn, frames::post(id, frames::PostResponse::Error(why)));
    }

    fn subscribe(&mut self, core: &Core, conn: ConnId, subscription: Subscription) {
        let limits = core.config.streams;
        let Some(state) = self.conns.get(&conn) else { return };
        let echo = subscription.echo();
        let users: BTreeSet<_> = state
            .subscriptions
            .keys()
            .chain([&subscription])
            .filter_map(Subscription::user)
            .collect();
        let refusal = if !subscription.is_valid(core) {
            Some(format!("Invalid subscription {echo}"))
        } else if state.subscriptions.contains_key(&subscription) {
            Some(format!("Already subscribed: {echo}"))
        } else if users.len() > limits.max_users {
            Some(format!("Cannot track more than {} total users.", limits.max_users))
        } else if state.subscriptions.len() >= limits.max_subscriptions {
            Some(format!("Cannot have more than {} subscriptions.", limits.max_subscriptions))
        } else {
            None
        };
        if let Some(text) = refusal {
            self.send(core, conn, frames::error(&text));
            return;
        }
        self.send(core, conn, frames::acknowledgement("subscribe", &subscription));
        let silent = core.config.open_questions.resubscription == Resubscription::Silent;
        let again = silent && subscription.has_history() && self.known.contains(&subscription);
        if !again && let Some(text) = snapshot(core, &subscription) {
            self.send(core, conn, text);
        }
        if silent && subscription.has_history() {
            self.known.insert(subscription.clone());
        }
        let next = subscription.interval(core).map(|interval| core.now.plus(interval));
        if let Some(state) = self.conns.get_mut(&conn) {
            state.subscriptions.insert(subscription, next);
        }
    }

    fn unsubscribe(&mut self, core: &Core, conn: ConnId, subscription: &Subscription) {
        let Some(state) = self.conns.get_mut(&conn) else { return };
        let text = match state.subscriptions.remove(subscription) {
            Some(_) => frames::acknowledgement("unsubscribe", subscription),
            None => frames::error(&format!("Already unsubscribed: {}", subscription.echo())),
        };
        self.send(core, conn, text);
    }

    /// Sends what a block has to tell, what is due by the clock, and closes silent connections.
    pub(crate) fn publish(&mut self, core: &mut Core, events: Vec<Event>) {
        if self.conns.is_empty() {
            return;
        }
        let frames = BlockFrames::gather(core, events);
        let now = core.now;
        let mut sends: Vec<(ConnId, String)> = Vec::new();
        for (conn, state) in &mut self.conns {
            for (subscription, next) in &mut state.subscriptions {
                match next {
                    None => frames.collect(subscription, |text| sends.push((*conn, text))),
                    Some(due) if *due <= now => {
                        sends.extend(snapshot(core, subscription).map(|text| (*conn, text)));
                        *due = now.plus(subscription.interval(core).unwrap_or(1).max(1));
                    }
                    Some(_) => {}
                }
            }
        }
        for (conn, text) in sends {
            self.send(core, conn, text);
        }
        self.close_silent(core);
    }

    fn close_silent(&mut self, core: &Core) {
        let limit = core.config.streams.silence_ms;
        let silent = |state: &Conn| core.now.since(state.last_sent) >= limit;
        let gone: Vec<ConnId> =
            self.conns.iter().filter(|(_, state)| silent(state)).map(|(conn, _)| *conn).collect();
        for conn in gone {
            self.conns.remove(&conn);
            self.out.push(Output::WsClose { conn, code: 1000 });
        }
    }
}

impl BlockFrames {
    /// Hands the frames that belong to a subscription to `send`.
    fn collect(&self, subscription: &Subscription, mut send: impl FnMut(String)) {
        let one = match subscription {
            Subscription::OrderUpdates { user } => self.order_updates.get(user),
            Subscription::UserFills { user, .. } => self.user_fills.get(user),
            Subscription::UserEvents { user } => {
                self.user_events.get(user).into_iter().flatten().cloned().for_each(send);
                return;
            }
            Subscription::UserFundings { user } => self.user_fundings.get(user),
            Subscription::UserNonFundingLedgerUpdates { user } => self.user_ledgers.get(user),
            Subscription::Bbo { coin } => self.bbo.get(coin),
            Subscription::Trades { coin } => self.trades.get(coin),
            _ => None,
        };
        if let Some(text) = one {
            send(text.clone());
        }
    }
}

/// The message that a subscription begins with, and that a timed one repeats.
fn snapshot(core: &Core, subscription: &Subscription) -> Option<String> {
    let market = subscription.coin().and_then(|coin| core.market_by_coin(coin));
    Some(match subscription {
        Subscription::L2Book { .. } => frames::l2_book(core, market?, subscription.style()?),
        Subscription::Bbo { .. } => frames::bbo(core, market?),
        Subscription::Trades { .. } => frames::trades(core, market?.trades.iter()),
        Subscription::ActiveAssetCtx { .. } => frames::context(core, market?),
        Subscription::AllMids { .. } => frames::mids(core),
        Subscription::UserFills { user, .. } => frames::user_fills_snapshot(core, *user),
        Subscription::UserFundings { user } => frames::user_fundings_snapshot(core, *user),
        Subscription::UserNonFundingLedgerUpdates { user } => {
            frames::user_ledger_snapshot(core, *user)
        }
        Subscription::OrderUpdates { .. }
        | Subscription::UserEvents { .. }
        | Subscription::Notification { .. } => return None,
    })
}
