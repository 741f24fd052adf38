use hl_quant::Millis;
use hl_signals::account::{
    Confident, Counts, Estimate, MIN_BLOCKS, Point, VerdictConfig, mean, rank_correlation, verdict,
    wilson,
};
use hl_signals::{
    Board, Confidence, Freshness, Ledger, LedgerConfig, Sample, Signal, SourceId, Value, Verdict,
};

const NOW: Millis = Millis(1_762_252_867_000);

/// Numbers from a seed: splitmix64, as uniform in -1 to 1.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }

    /// About normal, of variance one.
    pub(crate) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.roll()).sum::<f64>() / 2.0
    }
}

fn points(n: u64, seed: u64, rho: f64) -> Vec<Point> {
    let mut dice = Dice(seed);
    (0..n)
        .map(|block| {
            let (x, e) = (dice.normal(), dice.normal());
            (block, x, rho * x + (1.0 - rho * rho).sqrt() * e)
        })
        .collect()
}

#[test]
fn the_rank_correlation_is_spearmans_with_shared_ranks() {
    // Worked by hand: ranks of y are 1 2.5 2.5 4 5 6 8 7 9 10 against 1..10.
    let y = [0.0, 1.0, 1.0, 2.0, 3.0, 4.0, 9.0, 5.0, 10.0, 11.0];
    let points: Vec<Point> = (0..10).zip(y).map(|(n, y)| (n, n as f64, y)).collect();
    let estimate = rank_correlation(&points, Confident::P95).unwrap();
    let (dx, dy, d) = (82.5, 82.0, 0.25 + 0.25 + 1.0 + 1.0);
    let expected = (dx + dy - d) / (2.0 * f64::sqrt(dx * dy));
    assert!((estimate.value - expected).abs() < 1e-12, "{} {expected}", estimate.value);
    assert_eq!((estimate.samples, estimate.groups), (10, 10));
    let inverted: Vec<Point> = points.iter().map(|(b, x, y)| (*b, *x, -*y)).collect();
    let inverted = rank_correlation(&inverted, Confident::P95).unwrap();
    assert!((inverted.value + estimate.value).abs() < 1e-12);
    assert!((inverted.low + estimate.high).abs() < 1e-9);
}

#[test]
fn too_few_blocks_or_numbers_that_do_not_vary_say_nothing() {
    let many = |blocks: u64| -> Vec<Point> {
        (0..1_000_u64).map(|n| (n % blocks, n as f64, n as f64)).collect()
    };
    assert_eq!(MIN_BLOCKS, 8);
    assert_eq!(
        rank_correlation(&many(7), Confident::P95),
        None,
        "a thousand samples of seven moments"
    );
    assert!(rank_correlation(&many(8), Confident::P95).is_some());
    assert_eq!(rank_correlation(&[], Confident::P95), None);
    assert_eq!(mean(&many(7), Confident::P95), None);
    let flat: Vec<Point> = (0..50).map(|n| (n, 1.0, n as f64)).collect();
    let flat = rank_correlation(&flat, Confident::P95).unwrap();
    assert_eq!((flat.value, flat.low, flat.high), (0.0, 0.0, 0.0));
}

#[test]
fn blocks_are_grouped_whole_and_evenly() {
    for (n, groups) in [(8, 8), (23, 23), (24, 24), (25, 24), (100, 24), (1_000, 24)] {
        let estimate = rank_correlation(&points(n, 1, 0.0), Confident::P95).unwrap();
        assert_eq!(estimate.groups, groups, "{n}");
    }
    // One block with nearly everything in it does not swallow the others.
    let mut lopsided = points(24, 1, 0.0);
    lopsided.extend((0..500).map(|n| (0, n as f64, 1.0)));
    assert_eq!(rank_correlation(&lopsided, Confident::P95).unwrap().groups, 24);
    lopsided.iter_mut().for_each(|point| point.0 = 23 - point.0);
    assert_eq!(rank_correlation(&lopsided, Confident::P95).unwrap().groups, 24);
}

#[test]
fn nineteen_intervals_in_twenty_contain_the_truth() {
    // Spearman's of normal pairs with correlation rho is 6/pi asin(rho/2).
    for rho in [0.0, 0.3, -0.6] {
        let truth = 6.0 / std::f64::consts::PI * f64::asin(rho / 2.0);
        let mut inside = 0;
        for seed in 0..400 {
            let e = rank_correlation(&points(200, 77 + seed, rho), Confident::P95).unwrap();
            inside += u32::from(e.low <= truth && truth <= e.high);
        }
        assert!((364..=396).contains(&inside), "rho {rho}: {inside} of 400");
    }
}

#[test]
fn markets_that_move_together_do_not_count_as_many() {
    // Ten markets, one common move and one common opinion: 40 moments, not 400 samples.
    let (mut wrong, mut dice) = (0, Dice(5));
    for _ in 0..200 {
        let mut all = Vec::new();
        for block in 0..40 {
            let (x, y) = (dice.normal(), dice.normal());
            all.extend(
                (0..10).map(|_| (block, x + dice.normal() / 10.0, y + dice.normal() / 10.0)),
            );
        }
        let e = rank_correlation(&all, Confident::P95).unwrap();
        wrong += u32::from(e.low > 0.0 || e.high < 0.0);
    }
    assert!(wrong <= 20, "{wrong} of 200 found something in noise");
}

#[test]
fn the_mean_and_its_interval_are_students() {
    let numbers = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0, 5.0, 3.0];
    let points: Vec<Point> = (0..10).zip(numbers).map(|(n, x)| (n, x, 0.0)).collect();
    let e = mean(&points, Confident::P95).unwrap();
    // One sample a group: the jackknife is the standard error of the mean; t of 9 is 2.2622.
    let var: f64 = numbers.iter().map(|x| (x - 3.9) * (x - 3.9)).sum::<f64>() / 90.0;
    let reach = 2.2622 * var.sqrt();
    assert!((e.value - 3.9).abs() < 1e-12);
    assert!((e.high - 3.9 - reach).abs() < 1e-3, "{} {reach}", e.high);
    assert!((e.low + e.high - 7.8).abs() < 1e-12);
    // 4.781 is the 99.9 % quantile of nine degrees.
    let wide = mean(&points, Confident::P999).unwrap();
    assert!(
        ((wide.high - 3.9) / var.sqrt() - 4.781).abs() < 0.02,
        "{}",
        (wide.high - 3.9) / var.sqrt()
    );
}

#[test]
fn wilsons_interval_is_the_published_one() {
    let (rate, low, high) = wilson(7.0, 10.0).unwrap();
    assert_eq!(rate, 0.7);
    assert!((low - 0.396_8).abs() < 1e-4 && (high - 0.892_2).abs() < 1e-4, "{low} {high}");
    let (_, low, high) = wilson(0.0, 20.0).unwrap();
    assert!(low == 0.0 && (high - 0.161_1).abs() < 1e-4, "{high}");
    let (_, low, high) = wilson(20.0, 20.0).unwrap();
    assert!((low - 0.838_9).abs() < 1e-4 && high == 1.0, "{low}");
    assert_eq!(wilson(0.0, 0.0), None);
}

fn estimate(value: f64, low: f64, high: f64) -> Estimate {
    Estimate { value, low, high, samples: 48, groups: 12 }
}

#[test]
fn a_verdict_needs_the_whole_interval_and_comes_back_at_zero() {
    let config = VerdictConfig::default();
    let rule = |before, e: Estimate| verdict(&config, before, Some(&e));
    use Verdict::{Good, Misleads, Unknown};
    assert_eq!(rule(Unknown, estimate(-0.2, -0.3, -0.01)), Misleads);
    assert_eq!(rule(Unknown, estimate(-0.2, -0.5, 0.0)), Unknown, "zero is in it");
    assert_eq!(rule(Unknown, estimate(0.2, 0.01, 0.3)), Good);
    assert_eq!(rule(Unknown, estimate(0.2, 0.0, 0.3)), Unknown);
    assert_eq!(rule(Misleads, estimate(-0.01, -0.3, 0.2)), Misleads, "no on and off at the edge");
    assert_eq!(rule(Misleads, estimate(0.0, -0.3, 0.3)), Unknown);
    assert_eq!(rule(Good, estimate(-0.01, -0.3, 0.2)), Unknown);
    // Too little to judge by leaves things as they are.
    for few in [
        Estimate { samples: 47, ..estimate(-0.2, -0.3, -0.1) },
        Estimate { groups: 11, ..estimate(-0.2, -0.3, -0.1) },
    ] {
        assert_eq!((rule(Unknown, few), rule(Misleads, few)), (Unknown, Misleads));
    }
    assert_eq!(verdict(&config, Good, None), Good);
    let words: Vec<_> = [Unknown, Good, Misleads].iter().map(|v| v.as_str()).collect();
    assert_eq!(words, ["unknown", "good", "misleads"]);
}

fn board() -> Board {
    let ids: Vec<SourceId> = ["a", "b"].iter().map(|name| name.parse().unwrap()).collect();
    Board::new(Freshness::default(), &ids, 2)
}

fn say(board: &mut Board, source: &str, market: usize, value: f64, at: Millis) {
    let signal = Signal {
        source: source.parse().unwrap(),
        value: Value::new(value).unwrap(),
        confidence: Confidence::FULL,
        source_time: at,
        ingested: at,
        content: value.to_bits(),
    };
    board.take(market, signal, at).unwrap();
}

#[test]
fn a_sample_is_the_move_over_the_horizon_and_no_two_overlap() {
    let mut board = board();
    let mut ledger = Ledger::new(LedgerConfig::default(), &board);
    say(&mut board, "a", 0, 0.5, NOW);
    say(&mut board, "b", 0, -0.1, NOW);
    let at = |seconds: u64| NOW.plus(seconds * 1_000);
    assert!(ledger.look(at(1), &board, |_| Some(100.0)).is_empty());
    // Another opinion in between is part of no sample.
    say(&mut board, "a", 0, 0.9, at(100));
    say(&mut board, "a", 0, 0.8, at(290));
    assert!(ledger.look(at(300), &board, |_| Some(50.0)).is_empty());
    let marked = ledger.look(at(301), &board, |_| Some(101.0)).to_vec();
    assert_eq!(marked.len(), 2);
    let first = marked[0];
    assert_eq!((first.source, first.market, first.verdict), (0, 0, None));
    assert_eq!((first.sample.at, first.sample.value), (at(1), 0.5));
    assert!((first.sample.moved_bps - 100.0).abs() < 1e-9);
    assert!((first.sample.with - 0.2).abs() < 1e-12, "both, equally sure");
    assert!((first.sample.without + 0.1).abs() < 1e-12);
    assert!((marked[1].sample.without - 0.5).abs() < 1e-12);
    // The next began at once, with what is said now; `b` has gone stale.
    let next = ledger.look(at(601), &board, |_| Some(101.0)).to_vec();
    assert_eq!(next.len(), 1);
    assert_eq!((next[0].sample.at, next[0].sample.value), (at(301), 0.8));
    let score = ledger.score(0).unwrap();
    assert_eq!((score.samples, score.lost), (2, 0));
    // Four looks at each of two markets; fresh at 1, 300 and 301 s in one of them.
    assert_eq!(score.coverage, Some(3.0 / 8.0));
    assert_eq!(score.staleness_ms, Some((1_000.0 + 10_000.0 + 11_000.0) / 3.0));
}

#[test]
fn what_could_not_be_followed_is_lost_and_counted() {
    let mut board = board();
    let mut ledger = Ledger::new(LedgerConfig::default(), &board);
    say(&mut board, "a", 0, 0.5, NOW);
    for bad in [None, Some(f64::NAN), Some(0.0), Some(-1.0)] {
        assert!(ledger.look(NOW, &board, |_| bad).is_empty());
    }
    ledger.look(NOW, &board, |_| Some(100.0));
    let later = |ms: u64| NOW.plus(300_000 + ms);
    assert!(ledger.look(later(0), &board, |_| None).is_empty());
    assert!(ledger.look(later(150_000), &board, |_| Some(1.0)).is_empty(), "half a horizon late");
    let score = ledger.score(0).unwrap();
    assert_eq!((score.samples, score.lost), (0, 1));
    // A little late is in time.
    let now = later(200_000);
    say(&mut board, "a", 0, 0.4, now);
    ledger.look(now, &board, |_| Some(100.0));
    assert_eq!(ledger.look(now.plus(449_999), &board, |_| Some(99.0)).len(), 1);
}

#[test]
fn no_sample_begins_at_a_price_that_is_none() {
    for bad in [None, Some(f64::NAN), Some(f64::INFINITY), Some(0.0), Some(-1.0)] {
        let mut board = board();
        let mut ledger = Ledger::new(LedgerConfig::default(), &board);
        say(&mut board, "a", 0, 0.5, NOW);
        ledger.look(NOW, &board, |_| bad);
        ledger.look(NOW.plus(1_000), &board, |_| Some(100.0));
        assert!(ledger.look(NOW.plus(300_000), &board, |_| Some(101.0)).is_empty(), "{bad:?}");
        let marked = ledger.look(NOW.plus(301_000), &board, |_| Some(101.0)).to_vec();
        assert!((marked[0].sample.moved_bps - 100.0).abs() < 1e-9, "{bad:?}");
    }
}

#[test]
fn a_record_is_judged_once_enough_has_come_to_it() {
    let inverted = |n: u64| {
        let value = if n.is_multiple_of(3) { 0.5 } else { -0.3 + n as f64 / 1_000.0 };
        let at = Millis(NOW.0 - (100 - n) * 300_000);
        let moved_bps = -20.0 * value + if n.is_multiple_of(2) { 4.0 } else { -4.0 };
        Sample { at, value, with: value, without: 0.0, moved_bps }
    };
    // One sample more than 15 since the last judgement, or not.
    for (since, verdict) in [(14, None), (15, Some(Verdict::Misleads))] {
        let mut board = board();
        let mut ledger = Ledger::new(LedgerConfig::default(), &board);
        (0..40).for_each(|n| ledger.restore(0, inverted(n)));
        assert_eq!(ledger.judge(0), None, "too few");
        (40..40 + since).for_each(|n| ledger.restore(0, inverted(n)));
        say(&mut board, "a", 0, 0.5, NOW);
        ledger.look(NOW, &board, |_| Some(100.0));
        let marked = ledger.look(NOW.plus(300_000), &board, |_| Some(99.0)).to_vec();
        assert_eq!((marked.len(), marked[0].verdict), (1, verdict), "{since}");
    }
}

#[test]
fn counts_are_handed_over_once_and_add_up() {
    let mut board = board();
    let mut ledger = Ledger::new(LedgerConfig::default(), &board);
    say(&mut board, "a", 0, 0.5, NOW);
    for seconds in 0..3 {
        ledger.look(NOW.plus(seconds * 1_000), &board, |_| Some(100.0));
    }
    let first = ledger.take_counts(0);
    assert_eq!((first.looks, first.fresh, first.age_ms, first.lost), (6, 3, 3_000, 0));
    assert_eq!(ledger.take_counts(0), Counts::default());
    ledger.look(NOW.plus(300_000), &board, |_| Some(100.0));
    ledger.look(NOW.plus(900_000), &board, |_| Some(100.0));
    say(&mut board, "a", 0, 0.4, NOW.plus(900_000));
    ledger.look(NOW.plus(900_000), &board, |_| Some(100.0));
    ledger.look(NOW.plus(1_900_000), &board, |_| Some(100.0));
    let second = ledger.take_counts(0);
    assert_eq!((second.looks, second.fresh, second.marked, second.lost), (8, 1, 1, 1));
    let both = first.plus(&second);
    assert_eq!((both.looks, both.fresh, both.marked, both.lost), (14, 4, 1, 1));
    assert_eq!(both.age_ms, 3_000);
    assert_eq!(ledger.take_counts(9), Counts::default());
}

#[test]
fn a_record_survives_a_restart_and_keeps_its_bound() {
    let board = board();
    let config = LedgerConfig { samples: 100, ..LedgerConfig::default() };
    let mut ledger = Ledger::new(config, &board);
    let mut dice = Dice(3);
    let mut samples = Vec::new();
    for n in 0..150_u64 {
        let value = dice.roll();
        let moved_bps = -10.0 * value + dice.normal();
        let at = NOW.plus(n * 300_000);
        samples.push(Sample { at, value, with: value, without: 0.0, moved_bps });
    }
    samples.iter().for_each(|sample| ledger.restore(1, *sample));
    assert_eq!(ledger.judge(1), Some(Verdict::Misleads));
    assert_eq!(ledger.judge(1), None, "said once");
    assert_eq!((ledger.judge(0), ledger.judge(9)), (None, None));
    let score = ledger.score(1).unwrap();
    assert_eq!((score.samples, score.verdict), (100, Verdict::Misleads));
    let same = Ledger::score_of(&config, &samples[50..], Counts::default());
    assert_eq!((same.coefficient, same.ablation_bps), (score.coefficient, score.ablation_bps));
    assert!(score.ablation_bps.unwrap().high < 0.0, "it costs");
    assert!(score.hit_rate.unwrap().2 < 0.5);
    assert_eq!(Ledger::name(&board, 1).unwrap().as_str(), "b");
}
