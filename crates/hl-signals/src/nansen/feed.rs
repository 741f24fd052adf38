//! The document of the previous system's feed handlers.

use serde::Deserialize;

use super::{COMPLETE, Token};
use crate::document::{
    BadDocument, BadOpinion, Document, Named, Opinion, PairName, Stamp, shape, stamp,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    pair: Option<PairName>,
    smart_buy_ratio: f64,
    smart_money_netflow_24h: f64,
    whale_accumulation_score: f64,
    timestamp: Stamp,
}

impl Entry {
    fn opinion(&self, pair: PairName) -> Result<Opinion, BadOpinion> {
        if self.pair.is_some_and(|own| own != pair) {
            return Err(BadOpinion::OtherPair);
        }
        let token = Token::new(
            self.smart_buy_ratio,
            self.smart_money_netflow_24h,
            self.whale_accumulation_score,
        )?;
        Ok(Opinion {
            value: token.value(),
            confidence: COMPLETE,
            source_time: stamp(self.timestamp.0)?,
            content: token.content(),
        })
    }
}

pub(crate) fn document(bytes: &[u8]) -> Result<Document, BadDocument> {
    let entries: Named<Entry> = serde_json::from_slice(bytes).map_err(|e| shape(&e))?;
    let mut document = Document::default();
    for (pair, entry) in entries.0 {
        match entry.opinion(pair) {
            Ok(opinion) => document.opinions.push((pair, opinion)),
            Err(why) => document.refused.push((pair, why)),
        }
    }
    Ok(document)
}
