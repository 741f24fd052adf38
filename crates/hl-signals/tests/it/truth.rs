//! A market whose truth is known: one source that informs, one that is noise, one that is inverted.

use hl_quant::Millis;
use hl_signals::{
    Board, Confidence, Fingerprint, Freshness, Ledger, LedgerConfig, Marked, Signal, SourceState,
    Value, Verdict,
};

use crate::account::Dice;

const NAMES: [&str; 3] = ["informs", "noise", "inverted"];
const MARKETS: usize = 4;

/// Some hours of markets with a drift that changes every five minutes. The verdicts in their order.
fn world(seed: u64, hours: u64) -> (Ledger, Vec<(Millis, usize, Verdict)>) {
    let ids: Vec<_> = NAMES.iter().map(|name| name.parse().unwrap()).collect();
    let mut board = Board::new(Freshness::default(), &ids, MARKETS);
    let mut ledger = Ledger::new(LedgerConfig::default(), &board);
    let mut dice = Dice(seed);
    let mut prices = [100.0; MARKETS];
    let mut drift = [0.0; MARKETS];
    let start = Millis(1_762_252_867_000);
    let mut verdicts = Vec::new();
    for step in 0..hours * 360 {
        let now = start.plus(step * 10_000);
        let common = dice.normal();
        for market in 0..MARKETS {
            if step % 30 == 0 {
                drift[market] = dice.normal();
            }
            if step % 30 == 1 {
                let seen = (drift[market] + dice.normal()) / 4.0;
                for (name, value) in NAMES.iter().zip([seen, dice.roll(), -seen]) {
                    let value = value.clamp(-1.0, 1.0);
                    let signal = Signal {
                        source: name.parse().unwrap(),
                        value: Value::new(value).unwrap(),
                        confidence: Confidence::FULL,
                        source_time: now,
                        ingested: now,
                        content: Fingerprint::of(&[value]),
                    };
                    board.take(market, signal, now).unwrap();
                }
            }
            // Half a basis point of drift against three of noise, a third of it common to all.
            let noise = 2.5 * dice.normal() + 1.5 * common;
            prices[market] *= 1.0 + (0.5 * drift[market] + noise) / 10_000.0;
        }
        let marked: Vec<Marked> = ledger.look(now, &board, |market| Some(prices[market])).to_vec();
        for Marked { source, verdict, .. } in marked {
            let Some(verdict) = verdict else { continue };
            let state = if verdict.is_off() { SourceState::Off } else { SourceState::On };
            board.switch(source, state);
            verdicts.push((now, source, verdict));
        }
    }
    (ledger, verdicts)
}

#[test]
fn the_record_finds_the_one_that_informs_and_switches_the_inverted_one_off() {
    let (ledger, verdicts) = world(1, 24);
    let scores: Vec<_> = (0..3).map(|source| ledger.score(source).unwrap()).collect();
    for (name, score) in NAMES.iter().zip(&scores) {
        println!("{name}: {score:?}");
    }
    let [good, noise, bad] = [&scores[0], &scores[1], &scores[2]].map(|s| s.coefficient.unwrap());
    assert!(good.low > 0.0 && bad.high < 0.0, "{good:?} {bad:?}");
    assert!(noise.low < 0.0 && noise.high > 0.0, "{noise:?}");
    assert_eq!(scores.iter().map(|s| s.verdict.is_off()).collect::<Vec<_>>(), [false, false, true]);
    assert_eq!(verdicts.len(), 1, "switched once, and nothing else: {verdicts:?}");
    assert_eq!(verdicts[0].1, 2);
    // What it is worth to have each, on the same samples.
    assert!(scores[0].ablation_bps.unwrap().low > 0.0);
    assert!(scores[2].ablation_bps.unwrap().high < 0.0);
}

#[test]
fn over_many_seeds_noise_is_left_on_and_the_inverted_one_never() {
    let (mut off, mut noise_off, seeds) = (0, 0, 30);
    for seed in 0..seeds {
        let (ledger, verdicts) = world(100 + seed, 24);
        off += u32::from(ledger.score(2).unwrap().verdict.is_off());
        noise_off += u32::from(verdicts.iter().any(|(_, source, _)| *source == 1));
        assert!(!ledger.score(0).unwrap().verdict.is_off());
    }
    println!("{off} of {seeds} inverted sources switched off, {noise_off} of {seeds} noisy ones");
    assert!(off >= 28 && noise_off <= 2, "{off} {noise_off}");
}
