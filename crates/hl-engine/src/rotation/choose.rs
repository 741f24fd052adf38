//! From what was measured to candidates.
#![expect(clippy::float_arithmetic, reason = "scores; what comes back are names and shares")]

use hl_quant::{Millis, Notional, Price, SignedSize};
use hl_rotation::{
    Candidate, Costs, Factors, Filter, MarketStats, Previous, Reason, Round, Selection, Status,
    expected_fills, select,
};

use super::Rotation;
use crate::{
    FollowedLine, Ppm, Real, Usd, Wait,
    float::{from_e8, of_notional},
};

/// What the engine knows of one market when it chooses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sight {
    pub(crate) status: Status,
    pub(crate) position: SignedSize,
    pub(crate) mark: Option<Price>,
    /// The value of one side's orders.
    pub(crate) order: Notional,
    /// What was made and traded since the last rotation.
    pub(crate) made: Usd,
    pub(crate) traded: Notional,
    /// A fresh opinion in [-1, 1], if there is one.
    pub(crate) signal: Option<f64>,
}

/// Chooses, or says what it waits for: a market that is held cannot be measured, or the first choice
/// would be made among a part of the markets only.
pub(crate) fn choose(
    rotation: &mut Rotation,
    now: Millis,
    sights: &[Sight],
) -> Result<Selection, Wait> {
    let candidates = candidates(rotation, now, sights);
    let held = rotation
        .pairs
        .iter()
        .filter_map(|pair| pair.held.map(|since| (pair.name.as_str().to_owned(), since)));
    let previous = Previous {
        held: held.collect(),
        entered: rotation.entered.clone(),
        round: if rotation.last.is_some() { Round::Later } else { Round::First },
    };
    let filters = &rotation.config.filters;
    let selection = select(&candidates, &rotation.config.weights, filters, &previous, now);
    let unmeasured =
        |explained: &hl_rotation::Explained| explained.reason == Reason::Filtered(Filter::Measured);
    let blind = selection.explained.iter().any(|explained| {
        unmeasured(explained) && previous.held.iter().any(|(name, _)| *name == explained.name)
    });
    let early = previous.round == Round::First
        && selection.chosen.len() < filters.top_n
        && selection.explained.iter().any(unmeasured);
    let since = *rotation.waits.get_or_insert(now);
    if (blind || early) && now.since(since) < rotation.config.patience_ms {
        return Err(if blind { Wait::Held } else { Wait::Crowd });
    }
    // Nobody at all, and nobody before: there is nothing to write down.
    if selection.chosen.is_empty() && previous.round == Round::First {
        return Err(Wait::Nobody);
    }
    Ok(selection)
}

fn candidates(rotation: &mut Rotation, now: Millis, sights: &[Sight]) -> Vec<Candidate> {
    let readings: Vec<_> = rotation.stats.iter_mut().map(|stats| stats.read(now)).collect();
    let config = &rotation.config;
    let held: Vec<&MarketStats> = rotation
        .pairs
        .iter()
        .zip(&rotation.stats)
        .filter(|(pair, _)| pair.held.is_some())
        .map(|(_, stats)| stats)
        .collect();
    let all = rotation.pairs.iter().zip(&rotation.stats).zip(readings).zip(sights);
    all.map(|(((pair, stats), reading), sight)| {
        let position = value(sight);
        let flow = reading.trades_per_min.zip(reading.depth_usd);
        let raw = Factors {
            vol: reading.vol,
            spread: reading.spread_bps,
            depth: reading.depth_usd,
            fees: Some(bps(config.maker_fee)),
            signal: sight.signal,
            flow: flow
                .map(|(trades, depth)| expected_fills(trades, of_notional(sight.order), depth)),
            toxicity: reading.toxicity_bps,
            funding: pair.funding_e8.filter(|_| position != 0.0).map(|e8| {
                // What a long pays, a short receives; basis points of the position in a day.
                -position.signum() * signed_e8(e8) * 24.0 * 10_000.0
            }),
            profit: profit(sight),
            correlation: correlation(stats, &held),
        };
        let spread = reading.spread_bps.unwrap_or(0.0);
        let leave = position.abs() * (spread / 2.0 + bps(config.taker_fee)) / 10_000.0;
        Candidate {
            name: pair.name.as_str().to_owned(),
            raw,
            status: sight.status,
            costs: Costs { leave: leave + config.queue_usd, enter: config.warm_usd },
        }
    })
    .collect()
}

/// What became of each market between the choice at `since` and now: what makers gained on it in
/// public trades, whether it was held or not, and what we made where it was. Begins to count anew.
pub(crate) fn followed(
    rotation: &mut Rotation,
    since: Millis,
    sights: &[Sight],
) -> Vec<FollowedLine> {
    let fee = bps(rotation.config.maker_fee);
    let all = rotation.pairs.iter_mut().zip(&rotation.stats).zip(sights);
    all.filter_map(|((pair, stats), sight)| {
        let before = std::mem::replace(&mut pair.markout, stats.markout());
        let gain = pair.markout.gain_since(&before);
        let was_held = pair.held.is_some();
        (was_held || gain.is_some()).then(|| FollowedLine {
            pair: pair.name.clone(),
            was_held,
            since,
            trades: pair.markout.trades.saturating_sub(before.trades),
            edge: gain.map(|gain| Real::new(gain - fee)),
            made: Real::new(usd(sight.made)),
            traded: Real::new(of_notional(sight.traded)),
        })
    })
    .collect()
}

/// The mean absolute correlation with the markets that are held, itself aside.
fn correlation(stats: &MarketStats, held: &[&MarketStats]) -> Option<f64> {
    let others = held.iter().filter(|other| !std::ptr::eq(**other, stats));
    let (mut sum, mut n) = (0.0, 0.0);
    for value in others.filter_map(|other| stats.correlation(other)) {
        sum += value.abs();
        n += 1.0;
    }
    (n > 0.0).then(|| sum / n)
}

/// What was made since the last rotation, in basis points of what was traded; at least a few orders'
/// worth.
fn profit(sight: &Sight) -> Option<f64> {
    let traded = of_notional(sight.traded);
    let enough = of_notional(sight.order) * 3.0;
    (traded > 0.0 && traded >= enough).then(|| usd(sight.made) / traded * 10_000.0)
}

fn value(sight: &Sight) -> f64 {
    sight.mark.map_or(0.0, |mark| usd(Usd::value(sight.position, mark)))
}

fn usd(amount: Usd) -> f64 {
    let size = of_notional(Notional::from_raw(amount.raw().unsigned_abs()));
    if amount.raw() < 0 { -size } else { size }
}

fn signed_e8(value: i64) -> f64 {
    let size = from_e8(value.unsigned_abs());
    if value < 0 { -size } else { size }
}

fn bps(ppm: Ppm) -> f64 {
    signed_e8(ppm.0.saturating_mul(1_000_000))
}
