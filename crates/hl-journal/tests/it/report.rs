//! Counts with denominators, coverage, and what makes a report no evidence.

use hl_journal::report::{Report, Scope, Tally};
use hl_quant::Millis;

/// 2025-11-04T10:41:07Z.
const T0: u64 = 1_762_252_867_000;

fn attempt(ms: u64, seq: u64, pair: &str, ln: u64) -> String {
    let at = T0 + ms;
    format!("quant_evt=attempt ts=x tms={at} seq={seq} pair={pair} run=0000002a ln={ln}\n")
}

fn submit(ms: u64, seq: u64, pair: &str, end: &str, ln: u64) -> String {
    let at = T0 + ms;
    format!("quant_evt=submit ts=x tms={at} seq={seq} pair={pair} {end} run=0000002a ln={ln}\n")
}

const OK: &str = "ok=1 err=none err_code=none";

fn refused(code: &str) -> String {
    format!("ok=0 err=x err_code={code}")
}

fn report(scope: Scope, sources: &[String]) -> Report {
    let mut tally = Tally::new(scope);
    for source in sources {
        tally.push(source.as_bytes());
        tally.end_of_source();
    }
    tally.finish()
}

#[test]
fn every_attempt_is_counted_under_exactly_one_end() {
    let ends = [OK, &refused("E_TICK"), &refused("E_ALO"), &refused("E_NET")]
        .into_iter()
        .chain([&refused("E_NOT_PLACED")[..], &refused("E_UNKNOWN"), &refused("E_TICK_SUPP")])
        .map(str::to_owned)
        .collect::<Vec<_>>();
    let mut log = String::new();
    for (n, end) in (0_u64..).zip(&ends) {
        log += &attempt(n, n + 1, "SOL", 2 * n + 1);
        log += &submit(n, n + 1, "SOL", end, 2 * n + 2);
    }
    // And one without an end.
    log += &attempt(50, 99, "BTC", 15);
    let report = report(Scope::all(), &[log]);
    let total = &report.total;
    assert_eq!((total.attempts, total.accepted, total.rejected_total()), (8, 1, 3));
    assert_eq!((total.never_sent, total.not_placed, total.unknown), (1, 1, 2));
    assert_eq!(total.rejected_for("E_TICK"), 1, "E_TICK_SUPP is another code");
    assert_eq!(report.pairs["BTC"].unknown, 1);
    assert_eq!((report.missing_lines, report.strays), (0, 0));
    let text = report.text("last_24h");
    let wanted = "E_TICK_total_last_24h=1\nE_TICK_by_pair_last_24h: BTC=0\n\
                  E_TICK_by_pair_last_24h: SOL=1\nattempts_by_pair_last_24h: BTC=1\n\
                  attempts_by_pair_last_24h: SOL=7\n";
    assert!(text.starts_with(wanted), "{text}");
    assert!(text.contains("\nrejected_by_code_last_24h: E_ALO=1\n"), "{text}");
}

#[test]
fn nothing_found_is_a_zero_and_a_doubt() {
    let report = report(Scope::all(), &[]);
    assert!(report.text("last_24h").starts_with("E_TICK_total_last_24h=0\n"));
    assert!(report.doubts()[0].starts_with("no attempts"));
}

#[test]
fn an_end_belongs_to_the_window_of_its_attempt() {
    let log = [
        attempt(0, 1, "SOL", 1),
        attempt(1_000, 2, "SOL", 2),
        submit(1_500, 1, "SOL", OK, 3),
        attempt(2_000, 3, "SOL", 4),
        submit(2_500, 2, "SOL", OK, 5),
        submit(2_600, 3, "SOL", &refused("E_TICK"), 6),
    ]
    .concat();
    let scope =
        Scope { from: Some(Millis(T0 + 900)), to: Some(Millis(T0 + 2_550)), ..Scope::all() };
    let report = report(scope, &[log]);
    // The first attempt lies before the window; the end of the third comes after it.
    assert_eq!((report.total.attempts, report.total.accepted), (2, 1));
    assert_eq!(report.total.rejected_for("E_TICK"), 1);
    assert_eq!((report.total.unknown, report.strays, report.outside), (0, 0, 2));
}

#[test]
fn lines_that_were_written_and_are_not_there_are_counted() {
    let log = [attempt(0, 1, "SOL", 1), submit(1, 1, "SOL", OK, 2), attempt(2, 2, "SOL", 5)];
    let report = report(Scope::all(), &[log.concat()]);
    assert_eq!(report.missing_lines, 2);
    assert!(report.doubts().iter().any(|doubt| doubt.contains("2 lines")));
    let twice = [attempt(0, 1, "SOL", 1), attempt(0, 1, "SOL", 1)].concat();
    let report = self::report(Scope::all(), &[twice]);
    assert_eq!((report.missing_lines, report.strays), (1, 1), "a file that is read twice");
    let stray = submit(1, 7, "SOL", OK, 1);
    assert_eq!(self::report(Scope::all(), &[stray]).strays, 1);
    let cut = submit(1, 7, "SOL", OK, 900);
    assert_eq!(self::report(Scope::all(), &[cut]).strays, 0, "its attempt is in a removed file");
}

fn alive(seconds: impl Iterator<Item = u64>) -> String {
    let line = |s| format!("log_evt=alive ts=x tms={} every_sec=10\n", T0 + s * 1_000);
    seconds.map(line).collect()
}

#[test]
fn coverage_counts_the_gaps_and_the_edges_of_the_window() {
    let hour = |from: u64, to: u64| Scope {
        from: Some(Millis(T0 + from * 1_000)),
        to: Some(Millis(T0 + to * 1_000)),
        ..Scope::all()
    };
    let whole = alive((0..=360).map(|n| n * 10));
    let covered = report(hour(0, 3_600), &[whole]);
    assert_eq!((covered.coverage_ppm(), covered.gaps.len()), (1_000_000, 0));
    // A hole of five minutes in the middle.
    let holed = alive((0..=360).map(|n| n * 10).filter(|s| !(1_000..1_300).contains(s)));
    let found = report(hour(0, 3_600), std::slice::from_ref(&holed));
    assert_eq!(found.gaps.len(), 1);
    let gap = found.gaps[0];
    assert_eq!((gap.from.0 - T0, gap.to.0 - T0), (990_000, 1_300_000));
    assert_eq!(found.coverage_ppm(), (3_600 - 310) * 1_000_000 / 3_600);
    assert!(found.doubts().iter().any(|doubt| doubt.contains("99 %")));
    // Nothing before the first line, nothing after the last.
    let edges = report(hour(0, 7_200), &[alive((100..=360).map(|n| n * 10))]);
    assert_eq!(edges.gaps.len(), 2);
    assert_eq!(edges.covered_ms, 2_600_000);
    // Two lines in a row may be late, three may not.
    let late = alive([0, 30, 61].into_iter());
    assert_eq!(report(hour(0, 61), &[late]).gaps.len(), 1);
    // Files in pieces, in another order, and twice the same stretch change nothing.
    let (a, b) = holed.split_at(holed.len() / 2 + 7);
    let mut tally = Tally::new(hour(0, 3_600));
    for piece in a.as_bytes().chunks(13).chain(b.as_bytes().chunks(1)) {
        tally.push(piece);
    }
    tally.end_of_source();
    tally.push(alive(0..=5).as_bytes());
    assert_eq!(tally.finish().gaps, found.gaps);
}

#[test]
fn a_log_that_never_says_how_often_it_speaks_may_be_silent_for_five_minutes() {
    let line = |s: u64| format!("fill_evt=maker ts=x tms={}\n", T0 + s * 1_000);
    let log: String = [0, 299, 598, 1_000].into_iter().map(line).collect();
    assert_eq!(report(Scope::all(), std::slice::from_ref(&log)).gaps.len(), 1);
    let scope = Scope { silence_ms: Some(60_000), ..Scope::all() };
    assert_eq!(report(scope, &[log]).gaps.len(), 3);
}

#[test]
fn a_line_without_an_end_of_any_length_takes_no_memory_and_counts_once() {
    let mut tally = Tally::new(Scope::all());
    for _ in 0..200 {
        tally.push(&[b'x'; 100_000]);
    }
    tally.push(attempt(0, 1, "SOL", 1).as_bytes());
    tally.push(attempt(1, 2, "SOL", 2).as_bytes());
    let report = tally.finish();
    assert_eq!((report.lines, report.bad["too_long"], report.total.attempts), (2, 1, 1));
}

#[test]
fn only_the_markets_asked_for_are_counted() {
    let log = [attempt(0, 1, "SOL", 1), attempt(0, 2, "BTC", 2), submit(1, 2, "BTC", OK, 3)];
    let scope = Scope { pairs: vec!["BTC".to_owned()], ..Scope::all() };
    let report = report(scope, &[log.concat()]);
    assert_eq!((report.total.attempts, report.pairs.len(), report.missing_lines), (1, 1, 0));
}
