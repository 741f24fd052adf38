//! What holds for any bytes: also what the fuzz targets check.

use hl_quant::Millis;
use hl_signals::nansen::{Endpoint, Gathered};
use hl_signals::{Format, MAX_DOCUMENT_BYTES, MAX_DOCUMENT_PAIRS, read};

/// Bytes are a document or are refused; what comes out of one is in range, named once, and bounded.
pub(crate) fn a_document_is_in_range_or_refused(bytes: &[u8]) {
    for format in [Format::Nansen, Format::Plain] {
        match read(format, bytes) {
            Ok(document) => {
                let opinions = document.opinions.iter().map(|(pair, _)| *pair);
                let refused = document.refused.iter().map(|(pair, _)| *pair);
                let mut pairs: Vec<_> = opinions.chain(refused).collect();
                let all = pairs.len();
                assert!(all <= MAX_DOCUMENT_PAIRS && bytes.len() <= MAX_DOCUMENT_BYTES);
                pairs.sort();
                pairs.dedup();
                assert_eq!(pairs.len(), all, "a market twice");
                for (pair, opinion) in &document.opinions {
                    assert!((-1.0..=1.0).contains(&opinion.value.get()));
                    assert!((0.0..=1.0).contains(&opinion.confidence.get()));
                    assert!(
                        (1_000_000_000_000..100_000_000_000_000).contains(&opinion.source_time.0)
                    );
                    assert!(pair.as_str().bytes().all(|b| b.is_ascii_graphic()));
                }
            }
            Err(why) => {
                let text = why.to_string();
                assert!(text.len() <= 640 && !text.contains(['\n', '"']), "{text:?}");
            }
        }
    }
}

/// The same of an answer of the public API, for whichever endpoint it is said to be.
pub(crate) fn an_answer_is_in_range_or_refused(bytes: &[u8]) {
    let now = Millis(1_762_252_867_000);
    let mut gathered = Gathered::default();
    for endpoint in Endpoint::all() {
        let _ = gathered.take(endpoint, bytes);
    }
    for coin in ["BTC", "kPEPE", "SOL", "a"] {
        if let Some(opinion) = gathered.opinion(coin, now) {
            assert!((-1.0..=1.0).contains(&opinion.value.get()));
            assert!((0.0..=1.0).contains(&opinion.confidence.get()));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            super::a_document_is_in_range_or_refused(&bytes);
            super::an_answer_is_in_range_or_refused(&bytes);
        }

        #[test]
        fn almost_a_document(
            key in "[A-Za-z=\" ]{0,26}", ratio in any::<f64>(), flow in any::<f64>(),
            score in -10.0..110.0_f64, time in any::<f64>(),
        ) {
            let text = format!(
                r#"{{"{key}":{{"smart_buy_ratio":{ratio:e},"smart_money_netflow_24h":{flow:e},"whale_accumulation_score":{score},"timestamp":{time:e}}}}}"#
            );
            super::a_document_is_in_range_or_refused(text.as_bytes());
            let text = format!(
                r#"{{"signals":[{{"pair":"{key}","value":{ratio:e},"confidence":{score},"timestamp":{time:e}}}]}}"#
            );
            super::a_document_is_in_range_or_refused(text.as_bytes());
            let text = format!(
                r#"{{"data":[{{"chain":"a","token_address":"b","token_symbol":"SOL","net_flow_24h_usd":{flow:e},"market_cap_usd":1e9,"value_usd":{ratio:e},"balance_24h_percent_change":{score}}}]}}"#
            );
            super::an_answer_is_in_range_or_refused(text.as_bytes());
        }
    }
}
