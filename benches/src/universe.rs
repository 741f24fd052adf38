//! Markets to choose from, and one to measure.

use hl_quant::{Millis, Side};
use hl_rotation::{
    Candidate, Costs, Filters, MarketStats, Previous, Quote, Round, StatsConfig, Weights,
};

/// When these began.
pub const START: Millis = Millis(1_762_252_867_000);

/// So many markets that differ in every factor, of which three are held.
#[must_use]
pub fn candidates(count: u32) -> (Vec<Candidate>, Previous) {
    let part =
        |n: u32, factor: u32, of: u32| f64::from(n.wrapping_mul(factor) % of) / f64::from(of);
    let all: Vec<Candidate> = (0..count)
        .map(|n| {
            let mut candidate = Candidate::new(&format!("COIN{n}"));
            let raw = &mut candidate.raw;
            raw.vol = Some(0.001 + 0.05 * part(n, 7_919, 10_007));
            raw.spread = Some(1.0 + 50.0 * part(n, 104_729, 9_973));
            raw.depth = Some(1_000.0 + 90_000.0 * part(n, 1_299_709, 9_967));
            raw.fees = Some(1.5);
            raw.signal = n.is_multiple_of(3).then(|| part(n, 15_485_863, 9_949) * 2.0 - 1.0);
            raw.flow = Some(10.0 * part(n, 32_452_843, 9_941));
            raw.toxicity = Some(8.0 * part(n, 49_979_687, 9_931) - 4.0);
            raw.correlation = Some(part(n, 67_867_967, 9_929));
            candidate.costs = Costs { leave: 0.2, enter: 0.05 };
            candidate
        })
        .collect();
    let held = all.iter().take(3).map(|candidate| (candidate.name.clone(), START)).collect();
    (all, Previous { held, entered: Vec::new(), round: Round::Later })
}

/// The usual weights and filters.
#[must_use]
pub fn rules() -> (Weights, Filters) {
    (Weights::default(), Filters::default())
}

/// One market's statistics over a full window of messages, and the time.
#[must_use]
pub fn measured() -> (MarketStats, Millis) {
    let mut stats = MarketStats::new(StatsConfig::default());
    let mut now = START;
    for n in 0..20_000 {
        now = now.plus(100);
        show(&mut stats, now, n);
    }
    (stats, now)
}

/// One message about best prices, and one trade in four of them.
pub fn show(stats: &mut MarketStats, now: Millis, n: u64) {
    let step = f64::from(u32::try_from(n % 7).unwrap_or(0)) * 0.01;
    stats.quote(now, Quote { bid: 164.88 + step, ask: 164.90 + step, depth_usd: 9_000.0 + step });
    if n.is_multiple_of(4) {
        stats.trade(now, Side::Ask, 164.88 + step);
    }
}
