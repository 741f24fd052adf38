//! Reading what a process believes and what the exchange holds, at the moments when rules judge.

use hl_engine::MarketId;

use super::record::{MarketTruth, Record, Rules, usd};
use super::seen::{Belief, MarketBelief, OrderBelief, Seen};
use crate::{BotScene, Scene};

/// What the process behind an observation believes, where rules compare it with the truth.
pub(super) fn of(scene: &Scene<'_>, seen: &Seen<'_>) -> Option<Belief> {
    let bot = match seen {
        Seen::Sent { bot, .. } | Seen::Settled { bot } | Seen::Command { bot, .. } => bot,
        Seen::Decided { bot, .. } => bot,
        _ => return None,
    };
    let acting = scene.bots.iter().find(|scene| scene.bot == *bot)?;
    Some(read(acting))
}

/// What a process believes.
pub(super) fn read(bot: &BotScene<'_>) -> Belief {
    let ids = (0_u16..).map(MarketId);
    let mut belief = Belief { now: bot.now, frozen: bot.frozen, ..Belief::default() };
    for (id, view) in ids.zip(bot.engine.markets()) {
        belief.markets.push(MarketBelief {
            position: view.position,
            fair: view.fair,
            touch: view.touch,
            why_not: view.why_not,
        });
        belief.orders.extend(bot.engine.orders(id).map(|order| OrderBelief {
            market: id.index(),
            cloid: order.cloid,
            state: order.state,
        }));
    }
    let strays = bot.engine.strays().map(|(id, order)| OrderBelief {
        market: id.index(),
        cloid: order.cloid,
        state: order.state,
    });
    belief.orders.extend(strays);
    belief
}

/// Puts the exchange's word on every market into the record.
pub(super) fn truth(scene: &Scene<'_>, record: &mut Record) {
    record.now = scene.now;
    record.account.value = Some(usd(scene.exchange.account_value(scene.account)));
    record.account.switch = scene.exchange.scheduled_cancel(scene.account);
    for place in 0..record.markets.len() {
        let Some(coin) = record.markets.get(place).map(|market| market.coin.as_str()) else {
            continue;
        };
        let Some(listed) = scene.exchange.listed(coin) else { continue };
        let truth = MarketTruth {
            rules: Rules { asset: listed.asset.0, sz_decimals: listed.sz_decimals.get() },
            position: scene.exchange.position(scene.account, coin),
            mark: Some(listed.mark),
            oracle: Some(listed.oracle),
        };
        record.truth(place, &truth);
    }
}
