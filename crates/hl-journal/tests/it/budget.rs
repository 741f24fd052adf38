//! Crash loops.

use hl_journal::{StartBudget, Verdict};
use hl_quant::Millis;

const NOW: Millis = Millis(10_000_000);

fn ago(ms: &[u64]) -> Vec<Millis> {
    ms.iter().map(|ms| Millis(NOW.0 - ms)).collect()
}

#[test]
fn the_sixth_start_in_ten_minutes_is_one_too_many() {
    let budget = StartBudget::default();
    assert_eq!(budget.judge(&[], NOW), Verdict::Normal);
    assert_eq!(budget.judge(&ago(&[4, 3, 2, 1]), NOW), Verdict::Normal, "the fifth");
    let sixth = budget.judge(&ago(&[5, 4, 3, 2, 1]), NOW);
    assert_eq!(sixth, Verdict::TooMany { starts: 6 });
    let edge = budget.judge(&ago(&[600_000, 4, 3, 2, 1]), NOW);
    assert_eq!(edge, Verdict::TooMany { starts: 6 });
    assert_eq!(budget.judge(&ago(&[600_001, 4, 3, 2, 1]), NOW), Verdict::Normal);
}

#[test]
fn a_clock_that_was_set_back_does_not_excuse_a_crash_loop() {
    let ahead: Vec<Millis> = (1..=5).map(|n| NOW.plus(n * 1_000)).collect();
    assert_eq!(StartBudget::default().judge(&ahead, NOW), Verdict::TooMany { starts: 6 });
    let years: Vec<Millis> = (1..=5).map(|n| NOW.plus(n * 10_000_000)).collect();
    assert_eq!(StartBudget::default().judge(&years, NOW), Verdict::Normal);
}
