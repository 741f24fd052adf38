//! The old system's own log: what is read is what `grep` counts.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::PathBuf;
use std::process::Command;

use hl_journal::log::{Seen, read_line, schema};

fn path() -> Option<PathBuf> {
    let shared = std::env::var_os("HL_SHARED").map(PathBuf::from);
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let places = [shared.unwrap_or_else(beside), PathBuf::from("/work/shared")];
    places.iter().map(|place| place.join("data/origin/bot.log.gz")).find(|path| path.exists())
}

/// `zcat | grep -c`, which knows nothing of ours.
fn grep(file: &std::path::Path, pattern: &str) -> u64 {
    let script = format!("zcat '{}' | grep -c -- '{pattern}'", file.display());
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}

#[test]
fn every_event_of_the_old_log_is_found_once_and_nothing_else_is_taken_for_one() {
    let Some(path) = path() else {
        eprintln!("skipped: the old log is not here; HL_SHARED names its directory");
        return;
    };
    let mut text = Vec::new();
    let mut gz = flate2::read::MultiGzDecoder::new(std::fs::File::open(&path).unwrap());
    gz.read_to_end(&mut text).unwrap();
    let (mut events, mut codes) = (BTreeMap::<String, u64>::new(), BTreeMap::<String, u64>::new());
    let (mut lines, mut prose, mut unknown) = (0_u64, 0, Vec::new());
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        lines += 1;
        match read_line(line) {
            Seen::Event(event) => {
                *events.entry(format!("{}={}", event.family, event.word)).or_default() += 1;
                if let Some(code) = event.get("err_code") {
                    *codes.entry(code.into_owned()).or_default() += 1;
                }
                if schema::find(event.family, event.word).is_none() {
                    unknown.push(String::from_utf8_lossy(line).into_owned());
                }
            }
            Seen::Prose => prose += 1,
            Seen::Bad(why) => panic!("{why}: {}", String::from_utf8_lossy(line)),
        }
    }
    assert!(unknown.is_empty(), "{unknown:?}");
    assert_eq!(lines, grep(&path, ""));
    assert_eq!(lines, prose + events.values().sum::<u64>(), "no line is two things, or none");
    for (name, pattern) in [
        ("quant_evt=attempt", "quant_evt=attempt"),
        ("quant_evt=submit", "quant_evt=submit"),
        ("quant_evt=below_min", "quant_evt=below_min"),
        ("rotation_evt=apply", "rotation_evt=apply"),
        ("rotation_evt=skip", "rotation_evt=skip"),
        ("signal_evt=sighup", "signal_evt=sighup"),
        ("SPEC_OVERRIDE=applied", "SPEC_OVERRIDE applied"),
        ("sol_suppressed_60s=", "sol_suppressed_60s"),
        ("sol_tick_double_fail=", "sol_tick_double_fail"),
    ] {
        let counted = grep(&path, pattern);
        assert!(counted > 0, "{pattern}");
        assert_eq!(events.get(name), Some(&counted), "{pattern}");
    }
    assert_eq!(events.len(), 9, "{events:?}");
    // The look-alike that made the old report count suppressed orders as refused ones.
    let alike = grep(&path, "err_code=E_TICK");
    let exact = grep(&path, "err_code=E_TICK\\( \\|$\\)");
    assert!(exact < alike);
    assert_eq!(codes.get("E_TICK"), Some(&exact));
    assert_eq!(codes.get("E_TICK_SUPP"), Some(&(alike - exact)));
}
