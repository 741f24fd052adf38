//! The reader of log lines: what is an event, what is not, and bytes that nobody wrote.

use std::borrow::Cow;

use hl_journal::log::{BadLine, Pairs, Seen, TEXT_MAX, parse_iso, read_line, schema};
use hl_quant::Millis;
use proptest::prelude::*;

fn event(line: &str) -> hl_journal::log::LogEvent<'_> {
    match read_line(line.as_bytes()) {
        Seen::Event(event) => event,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn an_event_is_named_by_its_first_pair_or_by_one_of_three_words() {
    for (line, family, word) in [
        ("quant_evt=attempt ts=1", "quant_evt", "attempt"),
        ("retry_guard pair=SOL attempt=1/1", "retry_guard", ""),
        ("retry_guard_success pair=SOL", "retry_guard_success", ""),
        ("SPEC_OVERRIDE applied for SOL: tick=1→2 lot=1→1", "SPEC_OVERRIDE", "applied"),
        ("🔧 SPEC_OVERRIDE applied for SOL: tick=1→2 lot=1→1", "SPEC_OVERRIDE", "applied"),
        ("🔴 sol_suppressed_60s pair=SOL side=buy entering", "sol_suppressed_60s", ""),
        ("Nov 04 10:41:07 host mm-bot[12]: fill_evt=maker pair=SOL", "fill_evt", "maker"),
        ("new_evt=never_seen a=1", "new_evt", "never_seen"),
    ] {
        let found = event(line);
        assert_eq!((found.family, found.word), (family, word), "{line}");
    }
    for prose in [
        "",
        "   ",
        "[INFO] quotes are fine",
        "[SDK DEBUG] Placing order: pair=SOL p=1 s=2 quant_evt=attempt",
        "reason=\"quant_evt=attempt\"",
        "SPEC_OVERRIDE_SOL_TICK is not set",
        "said \"quant_evt=attempt\" aloud",
    ] {
        assert_eq!(read_line(prose.as_bytes()), Seen::Prose, "{prose}");
    }
}

#[test]
fn quoted_values_are_one_word_and_lose_their_escapes_only() {
    let line = "shell_evt=not_sent reason=\"a \\\"b\\\" c=1 \\\\ \\n\" ok=\"\" px=1.5";
    let event = event(line);
    assert_eq!(event.get("reason").unwrap(), "a \"b\" c=1 \\ \n");
    assert_eq!(event.get("ok").unwrap(), "");
    assert!(matches!(event.get("px"), Some(Cow::Borrowed("1.5"))));
    assert_eq!(event.get("c"), None, "what stands in quotes is no key");
}

#[test]
fn hostile_lines_are_answered_and_none_is_taken_for_an_event() {
    let long = format!("quant_evt=attempt x={}", "9".repeat(TEXT_MAX));
    for (line, why) in [
        (long.as_bytes(), BadLine::TooLong),
        (b"quant_evt=attempt \xff\xfe", BadLine::NotText),
        (b"quant_evt=attempt\0\0\0", BadLine::NotText),
        (b"quant_evt=attempt a=1\rquant_evt=submit", BadLine::NotText),
        (b"shell_evt=not_sent reason=\"it broke of", BadLine::Torn),
        (b"shell_evt=not_sent reason=\"a\"b", BadLine::Torn),
        (b"shell_evt=not_sent reason=\"a\\\"", BadLine::Torn),
    ] {
        assert_eq!(read_line(line), Seen::Bad(why), "{:?}", String::from_utf8_lossy(line));
    }
    assert!(matches!(read_line(b"halt_evt=halt ts=x\r\n"), Seen::Event(_)), "a line of Windows");
}

#[test]
fn moments_are_read_from_either_key_and_only_when_they_are_moments() {
    assert_eq!(
        event("a_evt=b ts=2025-11-04T10:41:07.123Z").time(),
        Some(Millis(1_762_252_867_123))
    );
    assert_eq!(event("a_evt=b ts=x tms=17").time(), Some(Millis(17)));
    assert_eq!(
        event("sol_tick_double_fail ts=1762252867123").time(),
        Some(Millis(1_762_252_867_123))
    );
    for bad in [
        "2025-02-29T00:00:00.000Z",
        "2025-13-01T00:00:00.000Z",
        "2025-11-04T24:00:00.000Z",
        "2025-11-04T10:41:07.123",
        "2025-11-04 10:41:07.123Z",
        "1969-12-31T23:59:59.999Z",
        "2025-11-04T10:41:07.1234Z",
        "+025-11-04T10:41:07.123Z",
        "",
    ] {
        assert_eq!(parse_iso(bad), None, "{bad}");
    }
}

proptest! {
    #[test]
    fn what_the_engine_prints_as_a_moment_is_read_back(ms in 0_u64..4_102_444_800_000) {
        let text = hl_engine::Timestamp(Millis(ms)).to_string();
        prop_assert_eq!(parse_iso(&text), Some(Millis(ms)));
    }

    #[test]
    fn no_bytes_break_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Seen::Event(event) = read_line(&bytes) {
            let _ = (event.time(), schema::check(&event), event.get("pair"));
        }
    }

    #[test]
    fn a_cut_or_changed_event_is_read_or_refused(cut in 0_usize..220, at in 0_usize..220, byte: u8) {
        let line = "quant_evt=submit ts=2025-11-04T10:41:07.123Z tms=1762252867123 seq=7 cloid=0x6d \
                    pair=SOL side=sell ok=0 err=\"a b\" err_code=E_TICK run=00000001 ln=9";
        let mut bytes = line.as_bytes()[..cut.min(line.len())].to_vec();
        if let Some(slot) = bytes.get_mut(at) {
            *slot = byte;
        }
        if let Seen::Event(event) = read_line(&bytes) {
            let _ = (event.time(), schema::check(&event));
        }
    }

    #[test]
    fn pairs_written_as_logfmt_come_back(values in proptest::collection::vec("[ -~]{0,12}", 1..6)) {
        let quoted = |value: &String| {
            format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
        };
        let words: Vec<String> = values.iter().map(|value| format!("k={}", quoted(value))).collect();
        let line = words.join(" ");
        let read: Vec<String> = Pairs::new(&line).map(|p| p.value().unwrap().into_owned()).collect();
        prop_assert_eq!(read, values);
    }
}
