//! Questions and answers, with what limits and faults make of them.

use hl_quant::Millis;
use hl_wire::Address;
use serde_json::Value;

use super::Exchange;
use crate::config::IpLimit;
use crate::exec::BadRequest;
use crate::fault::{Chance, Kind};
use crate::info::{self, InfoError, Question, weight::weight};
use crate::io::{Output, RequestId};

impl Exchange {
    /// Answers a question: at once, unless a fault holds the answer back.
    pub(super) fn ask(&mut self, id: RequestId, body: &[u8]) {
        let text = info::first_value(body).ok_or(BadRequest::NotJson);
        let question = text.and_then(|text| info::read(&text).map_err(|_| BadRequest::Shape));
        let (status, answer, lag) = match question {
            Ok(question) => self.consider(question),
            Err(bad) => {
                let (status, body) = bad.reply();
                (status, body, 0)
            }
        };
        self.reply(id, status, answer, lag);
    }

    fn consider(&mut self, mut question: Question) -> (u16, String, u64) {
        let null = || "null".to_owned();
        if !self.has_weight(weight(&question.kind, "")) {
            return (429, null(), 0);
        }
        let troubled = !self.core.trouble.is_quiet();
        let lag = if troubled { self.spec_lag(&question.kind) } else { Some(0) };
        let Some(lag) = lag else {
            self.use_weight(weight(&question.kind, ""));
            return (500, null(), 0);
        };
        let mut partial = false;
        let mut behind = false;
        if troubled && question.user.is_some() {
            let trouble = &mut self.core.trouble;
            if trouble.strikes(empty) {
                question.user = Some(Address::ZERO);
            }
            partial = trouble.strikes(in_part);
        }
        if troubled {
            behind = self.core.trouble.strikes(inconsistent);
        }
        let core = self.memory.recall(&self.core, behind);
        let (status, answer) = match info::answer(core, &question) {
            Ok(json) if partial => (200, every_other(&json)),
            Ok(json) => (200, json),
            Err(InfoError::Shape) => BadRequest::Shape.reply(),
            Err(InfoError::Server) => (500, null()),
        };
        self.use_weight(weight(&question.kind, &answer));
        (status, answer, lag)
    }

    /// How late a question about specifications is answered; nothing when it is not.
    fn spec_lag(&self, kind: &str) -> Option<u64> {
        if !matches!(kind, "meta" | "metaAndAssetCtxs" | "spotMeta" | "spotMetaAndAssetCtxs") {
            return Some(0);
        }
        let trouble = &self.core.trouble;
        if trouble.has(|kind| matches!(kind, Kind::MetaUnavailable {})) {
            return None;
        }
        let slow = |kind: &Kind| match kind {
            Kind::MetaSlow { ms } => Some(*ms),
            _ => None,
        };
        Some(trouble.find(slow).unwrap_or(0))
    }

    /// Gives an answer, now or so much later.
    pub(super) fn reply(&mut self, id: RequestId, status: u16, body: String, lag: u64) {
        let output = Output::HttpReply { id, status, body: body.into_bytes() };
        if lag == 0 {
            self.outputs.push_back(output);
        } else {
            self.serial = self.serial.saturating_add(1);
            self.late.insert((self.clock.plus(lag), self.serial), output);
        }
    }

    /// Whether so much weight is left to the clients' network address.
    pub(super) fn has_weight(&mut self, weight: u64) -> bool {
        let configured = match self.core.config.limits.ip {
            IpLimit::Counted => u64::MAX,
            IpLimit::Enforced { per_minute } => per_minute,
        };
        let fault = |kind: &Kind| match kind {
            Kind::LimitsIp { weight } => Some(*weight),
            _ => None,
        };
        let limit = self.core.trouble.find(fault).unwrap_or(u64::MAX).min(configured);
        self.ip.admits(self.clock, weight, limit)
    }

    pub(super) fn use_weight(&mut self, weight: u64) {
        self.ip.add(self.clock, weight);
    }

    /// When the next answer that was held back goes out.
    pub(super) fn next_late(&self) -> Option<Millis> {
        self.late.first_key_value().map(|((at, _), _)| *at)
    }

    /// Sends out what was held back until now.
    pub(super) fn release(&mut self) {
        while self.next_late().is_some_and(|at| at <= self.clock) {
            let Some((_, output)) = self.late.pop_first() else { return };
            self.outputs.push_back(output);
        }
    }
}

fn empty(kind: &Kind) -> Option<Chance> {
    match kind {
        Kind::InfoEmpty { prob } => Some(*prob),
        _ => None,
    }
}

fn in_part(kind: &Kind) -> Option<Chance> {
    match kind {
        Kind::InfoPartial { prob } => Some(*prob),
        _ => None,
    }
}

fn inconsistent(kind: &Kind) -> Option<Chance> {
    match kind {
        Kind::InfoInconsistentNodes { .. } => Some(Chance::percent(50)),
        _ => None,
    }
}

/// An answer whose lists lack the first and every other entry after it.
fn every_other(json: &str) -> String {
    let thin = |list: &mut Vec<Value>| {
        let mut keep = false;
        list.retain(|_| {
            keep = !keep;
            !keep
        });
    };
    let Ok(mut document) = serde_json::from_str::<Value>(json) else { return json.to_owned() };
    match &mut document {
        Value::Array(list) => thin(list),
        Value::Object(map) => {
            map.get_mut("assetPositions").and_then(Value::as_array_mut).into_iter().for_each(thin);
        }
        _ => {}
    }
    document.to_string()
}
