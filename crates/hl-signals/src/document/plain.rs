//! Opinions as they are, from whoever has some.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{
    BadDocument, BadOpinion, Document, List, Opinion, PairName, Stamp, shape, stamp, within,
};
use crate::{Confidence, Fingerprint, Value};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    signals: List<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    pair: PairName,
    value: f64,
    #[serde(default = "full")]
    confidence: f64,
    timestamp: Stamp,
}

const fn full() -> f64 {
    1.0
}

impl Entry {
    fn opinion(&self) -> Result<Opinion, BadOpinion> {
        let value = within("value", self.value, -1.0, 1.0)?;
        let confidence = within("confidence", self.confidence, 0.0, 1.0)?;
        Ok(Opinion {
            value: Value::new(value).unwrap_or_default(),
            confidence: Confidence::new(confidence).unwrap_or(Confidence::NONE),
            source_time: stamp(self.timestamp.0)?,
            content: Fingerprint::of(&[value, confidence]),
        })
    }
}

pub(super) fn document(bytes: &[u8]) -> Result<Document, BadDocument> {
    let whole: Whole = serde_json::from_slice(bytes).map_err(|e| shape(&e))?;
    let mut document = Document::default();
    let mut seen: BTreeSet<PairName> = BTreeSet::new();
    for entry in &whole.signals.0 {
        if !seen.insert(entry.pair) {
            return Err(BadDocument::Shape(format!("{} twice", entry.pair)));
        }
        match entry.opinion() {
            Ok(opinion) => document.opinions.push((entry.pair, opinion)),
            Err(why) => document.refused.push((entry.pair, why)),
        }
    }
    Ok(document)
}
