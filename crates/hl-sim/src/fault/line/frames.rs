//! What happens to the frames that the venue sends.

use std::collections::BTreeMap;

use hl_quant::Millis;

use super::json;
use super::message::{Delivery, Message, Order, Passed};
use super::{Conn, Life, Line};
use crate::ConnId;
use crate::fault::dice::Dice;
use crate::fault::kind::Kind;
use crate::fault::param::{Channel, Document};

/// The channel that a frame is on. Every frame of the venue begins with it.
fn channel_of(text: &str) -> Option<&str> {
    text.strip_prefix(r#"{"channel":""#)?.split('"').next()
}

/// The coin that a market frame is about.
fn coin_of(text: &str) -> Option<&str> {
    text.split_once(r#""coin":""#)?.1.split('"').next()
}

impl Channel {
    /// Whether a frame of the channel with this name belongs to it.
    fn covers(self, name: &str) -> bool {
        match self {
            Self::Market => {
                matches!(name, "l2Book" | "bbo" | "trades" | "activeAssetCtx" | "allMids")
            }
            Self::User => matches!(name, "orderUpdates" | "userFills" | "user" | "userFundings"),
            Self::Data => !matches!(name, "pong" | "subscriptionResponse" | "error"),
            one => one.as_str() == name,
        }
    }
}

/// How a frame fares.
struct Fate {
    copies: u64,
    late: u64,
    order: Order,
    /// The text instead of the frame's own.
    text: Option<String>,
    changed: bool,
}

/// That a frame is lost, or that its connection is.
enum End {
    Lost,
    Closed,
}

impl Line {
    pub(super) fn frame(&mut self, now: Millis, conn: ConnId, text: String) -> Passed {
        if self.is_dead(conn) {
            return Passed::Changed(Vec::new());
        }
        if self.active.is_empty() {
            return Passed::Untouched(Message::Down { conn, text });
        }
        let mut dice = self.dice();
        let mut fate = Fate { copies: 1, late: 0, order: Order::Kept, text: None, changed: false };
        let unseen = || Conn { opened: now, life: Life::Sound, books: BTreeMap::new() };
        let state = self.conns.entry(conn).or_insert_with(unseen);
        let name = channel_of(&text).unwrap_or_default();
        for kind in &self.active {
            match suffer(kind, now, name, &text, state, &mut fate, &mut dice) {
                Ok(()) => {}
                Err(End::Lost) => return Passed::Changed(Vec::new()),
                Err(End::Closed) => return Passed::Changed(self.cut(conn, 1006)),
            }
        }
        let Fate { copies, late: after_ms, order, text: rewritten, changed } = fate;
        let message = Message::Down { conn, text: rewritten.unwrap_or(text) };
        if !changed {
            return Passed::Untouched(message);
        }
        let one = Delivery { after_ms, ms_per_byte: 0, order, message };
        let mut all = Vec::new();
        for _ in 1..copies {
            all.push(one.clone());
        }
        all.push(one);
        Passed::Changed(all)
    }
}

fn suffer(
    kind: &Kind,
    now: Millis,
    name: &str,
    text: &str,
    conn: &mut Conn,
    fate: &mut Fate,
    dice: &mut Dice,
) -> Result<(), End> {
    match *kind {
        Kind::NetBlackhole {} => return Err(End::Lost),
        Kind::WsStall { chan } if chan.covers(name) => return Err(End::Lost),
        Kind::WsGap { prob, chan } if chan.covers(name) && dice.happens(prob) => {
            return Err(End::Lost);
        }
        Kind::WsNoSnapshot {} if is_snapshot(text) => return Err(End::Lost),
        Kind::WsClose1006OnBadSub {} if is_refusal(name, text) => return Err(End::Closed),
        Kind::WsCadence { every } if name == "l2Book" => {
            let coin = coin_of(text).unwrap_or_default().to_owned();
            let last = conn.books.entry(coin).or_default();
            if *last != Millis(0) && now.since(*last) < every {
                return Err(End::Lost);
            }
            *last = now;
        }
        Kind::WsStaleSnapshot { miss } if is_snapshot(text) => {
            fate.rewrite(json::without_newest(text, miss));
        }
        Kind::WsBurst { times } if Channel::Market.covers(name) => {
            fate.copies = fate.copies.saturating_mul(times.clamp(1, 1_000));
            fate.changed = true;
        }
        Kind::WsDup { prob } if dice.happens(prob) => {
            fate.copies = fate.copies.saturating_add(1);
            fate.changed = true;
        }
        Kind::WsReorder { ms } => {
            fate.late = fate.late.saturating_add(dice.below(ms));
            fate.order = Order::Free;
            fate.changed = true;
        }
        Kind::WsSlow { ms } => {
            fate.late = fate.late.saturating_add(ms);
            fate.changed = true;
        }
        ref other => {
            let current = fate.text.as_deref().unwrap_or(text);
            fate.rewrite(json::mutate(other, Document::Frame, current, dice));
        }
    }
    Ok(())
}

impl Fate {
    fn rewrite(&mut self, text: json::Mutated) {
        if text.is_some() {
            self.text = text;
            self.changed = true;
        }
    }
}

fn is_snapshot(text: &str) -> bool {
    text.contains(r#""isSnapshot":true"#)
}

fn is_refusal(name: &str, text: &str) -> bool {
    name == "error" && text.contains("Invalid subscription")
}
