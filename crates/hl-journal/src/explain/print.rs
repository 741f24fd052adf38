//! The life of an order for people, and as JSON.

use std::fmt::Write as _;

use hl_engine::{Cold, Judgement, ModelConfig, Ppm, Thought, Timestamp, Want};
use hl_quant::{Side, Size};
use serde_json::{Value, json};

use super::{Decision, FillSeen, Life};
use crate::profit::HORIZONS_MS;

impl Life {
    /// As text, with what was decided if that is known.
    #[must_use]
    pub fn text(&self, decision: Option<&Decision>) -> String {
        let mut out = String::new();
        // Writing into a string cannot fail, here and below.
        let oid = self.oid.map_or_else(|| "-".to_owned(), |oid| oid.to_string());
        let _ = writeln!(out, "order {} oid {oid} {}", self.cloid, self.pair);
        let _ = writeln!(out, "decided {} at input {}", Timestamp(self.at), self.seq);
        if let Some(decision) = decision {
            decision.write(&mut out);
        }
        section(&mut out, "heard", &self.heard);
        section(&mut out, "said", &self.events);
        let _ = writeln!(out, "\nfills: {}", self.fills.len());
        for fill in &self.fills {
            fill.write(&mut out);
        }
        out
    }

    /// The same as JSON; prices and sizes are decimal text.
    #[must_use]
    pub fn json(&self, decision: Option<&Decision>) -> Value {
        let lines = |all: &[(hl_quant::Millis, String)]| -> Vec<Value> {
            all.iter().map(|(at, line)| json!({ "at": at.0, "line": line })).collect()
        };
        json!({
            "cloid": self.cloid.to_string(),
            "oid": self.oid.map(|oid| oid.0),
            "pair": self.pair.as_str(),
            "seq": self.seq,
            "at": self.at.0,
            "nonce": self.nonce,
            "decision": decision.map(Decision::json),
            "heard": lines(&self.heard),
            "said": lines(&self.events),
            "fills": self.fills.iter().map(FillSeen::json).collect::<Vec<_>>(),
        })
    }
}

fn section(out: &mut String, title: &str, lines: &[(hl_quant::Millis, String)]) {
    let _ = writeln!(out, "\n{title}:");
    for (at, line) in lines {
        let _ = writeln!(out, "  {} {line}", Timestamp(*at));
    }
}

/// A signed number at 10^-8 as text.
fn e8(raw: i64) -> String {
    let sign = if raw < 0 { "-" } else { "+" };
    format!("{sign}{}", Size::from_raw(raw.unsigned_abs()))
}

impl FillSeen {
    /// The markout in basis points of the price, as far as that can be said.
    fn bps(&self, horizon: usize) -> Option<Ppm> {
        Ppm::ratio(self.markout(horizon)?.into(), self.price.raw().into())
    }

    fn write(&self, out: &mut String) {
        let at = Timestamp(self.at);
        let mid = self.mid.map_or_else(|| "-".to_owned(), |mid| mid.to_string());
        let _ = write!(out, "  {at} {} {} x {} mid {mid}", self.side, self.price, self.size);
        for (n, ms) in HORIZONS_MS.into_iter().enumerate() {
            let text = match (self.markout(n), self.bps(n)) {
                (Some(raw), Some(bps)) => format!("{} ({bps} bps)", e8(raw)),
                _ => "-".to_owned(),
            };
            let _ = write!(out, " {}s {text}", ms / 1_000);
        }
        let _ = writeln!(out, " tid {}", self.tid);
    }

    fn json(&self) -> Value {
        let markouts: Vec<Value> = HORIZONS_MS
            .into_iter()
            .enumerate()
            .map(|(n, ms)| {
                json!({
                    "ms": ms,
                    "mid": self.later.get(n).copied().flatten().map(|mid| mid.to_string()),
                    "moved": self.markout(n).map(e8),
                    "bps": self.bps(n).map(|bps| bps.to_string()),
                })
            })
            .collect();
        json!({
            "at": self.at.0,
            "side": self.side.to_string(),
            "price": self.price.to_string(),
            "size": self.size.to_string(),
            "tid": self.tid,
            "mid": self.mid.map(|mid| mid.to_string()),
            "markouts": markouts,
        })
    }
}

impl Decision {
    fn write(&self, out: &mut String) {
        let _ = writeln!(out, "\nbecause of: {}", self.input);
        if let Some(thought) = &self.thought {
            known(thought, out);
        }
        let (grade, cause) = self.account;
        let _ = writeln!(out, "  account may {grade} ({})", cause.code());
        if let Some((grade, cause)) = self.market {
            let _ = writeln!(out, "  market may {grade} ({})", cause.code());
        }
        let left = self.budget.left.map_or_else(|| "-".to_owned(), |left| left.to_string());
        let _ = writeln!(out, "  requests left {left}, weight left {}", self.budget.weight_left);
        let _ = writeln!(out, "  other orders of ours: {}", self.orders.len());
        for order in &self.orders {
            let (side, price, left) = (order.side, order.price, order.remaining);
            let _ = writeln!(out, "    {side} {price} x {left} {:?} {}", order.state, order.cloid);
        }
        if let Some(thought) = &self.thought {
            self.model(thought, out);
        }
        if let Some(judgement) = &self.judgement {
            gate(judgement, out);
        }
        if let Some(wire) = &self.wire {
            let _ = writeln!(out, "\nwire:\n  {wire}");
        }
    }

    fn model(&self, thought: &Thought, out: &mut String) {
        let _ = writeln!(out, "\nmodel: {}", model(thought.model));
        if let Some(spread) = &self.spread {
            let (distance, skew) = (spread.spread, spread.skew);
            let _ = writeln!(out, "  spread {distance} bps, skew {skew} bps");
        }
        for (title, wants) in [("wished", &thought.wished), ("allowed", &thought.allowed)] {
            for side in Side::BOTH {
                let _ = writeln!(out, "  {title} {side}: {}", list(wants.side(side)));
            }
        }
        if let Some(judgement) = &self.judgement {
            let (want, price, size) = (judgement.want, judgement.price, judgement.size);
            let (side, from) = (judgement.side, want.price);
            let _ = writeln!(out, "  became {side} {price} x {size}, from {from} x {}", want.size);
        }
    }

    fn json(&self) -> Value {
        let wants = |all: &[Want]| -> Vec<Value> {
            let text =
                |w: &Want| json!({ "price": w.price.to_string(), "size": w.size.to_string() });
            all.iter().map(text).collect()
        };
        let thought = self.thought.as_ref().map(|it| {
            json!({
                "fair": it.fair.to_string(),
                "bid": it.bid.price.to_string(),
                "ask": it.ask.price.to_string(),
                "touch": [it.touch.0.to_string(), it.touch.1.to_string()],
                "oracle": it.references.ok().map(|(oracle, _)| oracle.to_string()),
                "slow": it.references.ok().map(|(_, slow)| slow.to_string()),
                "position": it.position.to_string(),
                "inventory_ppm": it.inventory.0,
                "volatility": it.volatility.ok().map(|it| it.0),
                "arrival_rate": it.arrivals.ok().map(|it| it.rate),
                "arrival_decay": it.arrivals.ok().map(|it| it.decay),
                "model": model(it.model),
                "wished": { "buy": wants(&it.wished.bids), "sell": wants(&it.wished.asks) },
                "allowed": { "buy": wants(&it.allowed.bids), "sell": wants(&it.allowed.asks) },
            })
        });
        let rules = self.judgement.iter().flat_map(|it| &it.findings).map(|it| {
            let (have, limit) = (it.have.to_string(), it.limit.to_string());
            json!({ "rule": it.rule.code(), "passed": it.passed, "have": have, "limit": limit })
        });
        json!({
            "input": self.input,
            "knew": thought,
            "account_grade": self.account.0.to_string(),
            "requests_left": self.budget.left,
            "orders": self.orders.len(),
            "gate": rules.collect::<Vec<_>>(),
            "wire": self.wire.as_deref().and_then(|wire| serde_json::from_str::<Value>(wire).ok()),
        })
    }
}

fn known(thought: &Thought, out: &mut String) {
    let Thought { fair, bid, ask, touch, position, inventory, max_position, .. } = thought;
    let _ = writeln!(out, "\nknown:");
    let _ = writeln!(out, "  touch {} / {} with ours", touch.0, touch.1);
    let _ = writeln!(
        out,
        "  others {} x {} / {} x {}, fair {fair}",
        bid.price, bid.size, ask.price, ask.size
    );
    let _ = match thought.references {
        Ok((oracle, slow)) => writeln!(out, "  references oracle {oracle}, slow mid {slow}"),
        Err(why) => writeln!(out, "  references none: {why}"),
    };
    let part = inventory.0 / 10_000;
    let _ = writeln!(out, "  position {position}, {part} % of {max_position}");
    let cold = |why: Cold| format!("not known: {why:?}");
    let sigma = thought.volatility.map_or_else(cold, |it| format!("{}", it.0));
    let arrivals =
        thought.arrivals.map_or_else(cold, |it| format!("rate {} decay {}", it.rate, it.decay));
    let _ = writeln!(out, "  volatility {sigma}; arrivals {arrivals}");
}

fn model(model: ModelConfig) -> String {
    match model {
        ModelConfig::Spread => "spread".to_owned(),
        ModelConfig::AvellanedaStoikov(it) => {
            format!("avellaneda_stoikov gamma {} horizon {} s", it.gamma, it.horizon)
        }
        ModelConfig::Glft(it) => format!("glft gamma {}", it.gamma),
    }
}

fn list(wants: &[Want]) -> String {
    let text: Vec<String> = wants.iter().map(|w| format!("{} x {}", w.price, w.size)).collect();
    if text.is_empty() { "nothing".to_owned() } else { text.join(", ") }
}

fn gate(judgement: &Judgement, out: &mut String) {
    let _ = writeln!(out, "\ngate:");
    for finding in &judgement.findings {
        let word = if finding.passed { "passed" } else { "stopped" };
        let (rule, have, limit) = (finding.rule.code(), finding.have, finding.limit);
        let _ = writeln!(out, "  {word} {rule:<13} have {have} limit {limit}");
    }
}
