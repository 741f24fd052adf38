//! What is heard of markets that rotation enters and leaves.
//!
//! All markets are watched by their best prices and their trades, which is what statistics are made
//! of: two subscriptions each, sent only when something changes. Those that are quoted, or being left,
//! need the book and the oracle as well.

use std::collections::BTreeSet;

use hl_client::WsHandle;
use hl_engine::{Engine, MarketId};
use hl_journal::log::Quoted;
use hl_wire::session::{BookDepth, Subscription};

use super::log::Log;

/// The stream, and which markets are watched closely.
#[derive(Debug)]
pub(super) struct Watch {
    stream: WsHandle,
    /// The engine's count of changes, as last looked at.
    epoch: u64,
    close: BTreeSet<MarketId>,
}

impl Watch {
    pub(super) const fn new(stream: WsHandle) -> Self {
        Self { stream, epoch: 0, close: BTreeSet::new() }
    }

    /// Subscribes to what the engine needs since markets have changed their phase, and ends what it
    /// needs no more.
    pub(super) fn follow(&mut self, engine: &Engine, coins: &[String], log: &mut Log) {
        let epoch = engine.rotation_epoch();
        if std::mem::replace(&mut self.epoch, epoch) == epoch {
            return;
        }
        for (index, coin) in (0_u16..).zip(coins) {
            let market = MarketId(index);
            let needed = engine.rotation_phase(market).is_some_and(|phase| phase.is_watched());
            if needed && self.close.insert(market) {
                for subscription in close_up(coin) {
                    if let Err(error) = self.stream.subscribe(subscription) {
                        log.line(&format!(
                            "stream_evt=refused pair={coin} reason={}",
                            Quoted(error)
                        ));
                    }
                }
            } else if !needed && self.close.remove(&market) {
                close_up(coin).iter().for_each(|ended| self.stream.unsubscribe(ended));
            }
        }
    }
}

/// What is needed of a market that is quoted, beyond its best prices and its trades.
pub(super) fn close_up(coin: &str) -> [Subscription; 2] {
    let coin = coin.to_owned();
    [
        Subscription::L2Book { coin: coin.clone(), depth: BookDepth::Fast },
        Subscription::ActiveAssetCtx { coin },
    ]
}

/// What is heard of every market.
pub(super) fn from_afar(coin: &str) -> [Subscription; 2] {
    let coin = coin.to_owned();
    [Subscription::Bbo { coin: coin.clone() }, Subscription::Trades { coin }]
}
