//! From a source to the engine, and a line where something has changed.

use std::collections::BTreeMap;

use hl_client::clock;
use hl_engine::{Input, MarketId};
use hl_journal::log::Quoted;
use hl_signals::SourceId;

use super::News;
use crate::runtime::driver::Driver;

/// What was last said of each source in the log.
#[derive(Debug, Default)]
pub(in crate::runtime) struct Told(BTreeMap<SourceId, String>);

impl Told {
    /// Whether `line` says something else of `source` than the last one.
    fn changes(&mut self, source: SourceId, line: &str) -> bool {
        let last = self.0.entry(source).or_default();
        let changed = last != line;
        line.clone_into(last);
        changed
    }
}

impl Driver {
    /// Hands opinions to the engine. Markets that are not traded are counted and passed over.
    pub(in crate::runtime) fn brought(&mut self, news: News) {
        let source = news.source;
        let line = match news.what {
            Err(why) => format!("signal_evt=feed_failed source={source} reason={}", Quoted(why)),
            Ok(brought) => {
                let now = clock::now();
                let mut markets = 0_u32;
                let mut others = 0_u32;
                for (pair, opinion) in &brought.opinions {
                    let index = self.coins.iter().position(|coin| coin == pair.as_str());
                    let Some(index) = index.and_then(|index| u16::try_from(index).ok()) else {
                        others = others.saturating_add(1);
                        continue;
                    };
                    markets = markets.saturating_add(1);
                    let (market, signal) = (MarketId(index), opinion.heard(source, now));
                    self.core.feed(now, Input::Signal { market, signal });
                }
                let bad = brought.refused.iter().map(|(pair, why)| format!("{pair} {why}"));
                let bad: Vec<String> = bad.take(8).collect();
                let mut line = format!(
                    "signal_evt=feed source={source} markets={markets} others={others} refused={}",
                    brought.refused.len()
                );
                if !bad.is_empty() {
                    line.push_str(&format!(" reason={}", Quoted(bad.join("; "))));
                }
                line
            }
        };
        if self.feeds_told.changes(source, &line) {
            self.log.line(&line);
        }
    }
}
