//! This machine: its clock and its disk.

use std::path::{Path, PathBuf};

use hl_quant::Millis;
use rustix::fs::statvfs;

use super::Finding;
use crate::config::{Settings, SignalSettings};
use crate::runtime::keyfile;

/// 2024-01-01: a clock before it was never set.
const EARLIEST: Millis = Millis(1_704_067_200_000);
/// Beyond this the engine does not quote (`Timing::max_skew_ms` is what it applies to messages).
const SKEW_WRONG_MS: i64 = 2_000;
/// A book is made some hundred milliseconds before it is read.
const SKEW_WARN_MS: i64 = 1_000;
/// Less than this fills up within days of journal and log.
const DISK_WARN: u64 = 1 << 30;
/// Less than this may be gone before anybody looks.
const DISK_WRONG: u64 = 64 << 20;

/// Whether the clock was ever set.
pub(super) fn clock(now: Millis) -> Finding {
    if now < EARLIEST {
        let saw = format!("it is {} ms after 1970", now.0);
        return Finding::wrong("clock", saw, "set the clock and start a time service (chrony)");
    }
    Finding::ok("clock", format!("{} ms", now.0))
}

/// How long before the answer the venue wrote it: positive when its clock is behind ours. Half of
/// the way there and back is the network's.
pub(super) fn delay_ms(asked: Millis, answered: Millis, written: Millis) -> i64 {
    let signed = |ms: u64| i64::try_from(ms).unwrap_or(i64::MAX);
    let middle = asked.plus(answered.since(asked) / 2);
    signed(middle.since(written)).saturating_sub(signed(written.since(middle)))
}

/// The smallest delay of several answers: what remains of it is the distance of the clocks.
pub(super) fn skew(least: Option<i64>) -> Finding {
    let fix = "compare this machine's clock with a time service (chronyc tracking)";
    match least {
        None => Finding::warn("clock skew", "no book to compare with", "choose markets that trade"),
        Some(ms) if ms.abs() > SKEW_WRONG_MS => Finding::wrong(
            "clock skew",
            format!("{ms} ms behind us, or {SKEW_WRONG_MS} at most"),
            fix,
        ),
        Some(ms) if ms.abs() > SKEW_WARN_MS => {
            Finding::warn("clock skew", format!("the venue's books are {ms} ms old"), fix)
        }
        Some(ms) => Finding::ok("clock skew", format!("the venue's books are {ms} ms old")),
    }
}

/// Where the journal will be.
pub(super) fn state(settings: &Settings) -> Finding {
    let dir = settings.state_root();
    // It is made at the first start; until then the nearest directory above it tells.
    let there = dir.ancestors().find(|path| path.is_dir()).unwrap_or_else(|| Path::new("/"));
    let shown = dir.display();
    let free = match statvfs(there) {
        Ok(stat) => stat.f_bavail.saturating_mul(stat.f_frsize),
        Err(error) => {
            let fix = "set state.dir to a directory that can be written";
            return Finding::wrong("state", format!("{shown}: {error}"), fix);
        }
    };
    let writable = std::fs::metadata(there).is_ok_and(|meta| !meta.permissions().readonly());
    if !writable {
        let fix = format!("make it writable for this user, or set state.dir: {}", there.display());
        return Finding::wrong("state", format!("{shown} cannot be written"), fix);
    }
    disk(&shown.to_string(), free)
}

/// The secrets of signal feeds, which stop a start if they cannot be read.
pub(super) fn secrets(signals: &SignalSettings) -> Vec<Finding> {
    let named = [
        ("signals.push_token_file", &signals.push_token_file),
        ("signals.nansen_key_file", &signals.nansen_key_file),
    ];
    let look = |(key, path): (&str, &Option<PathBuf>)| {
        let path = path.as_ref()?;
        Some(match keyfile::secret(path) {
            Ok(_) => Finding::ok(key, path.display().to_string()),
            Err(failed) => Finding::wrong(
                key,
                failed.to_string().lines().next().unwrap_or_default(),
                "one line of at least 16 characters in a file of mode 0600",
            ),
        })
    };
    named.into_iter().filter_map(look).collect()
}

fn disk(shown: &str, free: u64) -> Finding {
    let saw = format!("{shown}, {} MiB free", free >> 20);
    let fix = "make room, or set state.dir to another disk: when it is full, nothing is quoted";
    match free {
        _ if free < DISK_WRONG => Finding::wrong("state", saw, fix),
        _ if free < DISK_WARN => Finding::warn("state", saw, fix),
        _ => Finding::ok("state", saw),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    #[test]
    fn a_clock_that_was_never_set_or_is_seconds_off_is_wrong() {
        assert_eq!(clock(Millis(5_000)).verdict, Verdict::Wrong);
        assert_eq!(clock(EARLIEST).verdict, Verdict::Ok);
        let at = |written: u64| delay_ms(Millis(10_000), Millis(10_200), Millis(written));
        assert_eq!((at(10_000), at(10_100), at(10_400)), (100, 0, -300));
        for (ms, verdict) in [
            (300, Verdict::Ok),
            (-300, Verdict::Ok),
            (1_500, Verdict::Warn),
            (2_001, Verdict::Wrong),
            (-2_001, Verdict::Wrong),
        ] {
            assert_eq!(skew(Some(ms)).verdict, verdict, "{ms}");
        }
        assert_eq!(skew(None).verdict, Verdict::Warn);
    }

    #[test]
    fn a_disk_without_room_is_wrong_before_it_is_full() {
        for (mib, verdict) in [(10, Verdict::Wrong), (100, Verdict::Warn), (2_000, Verdict::Ok)] {
            assert_eq!(disk("/x", mib << 20).verdict, verdict, "{mib}");
        }
    }

    #[test]
    fn a_secret_that_would_stop_the_start_is_found_before_it() {
        let flag = |key: &str, value: &str| (key.to_owned(), value.to_owned(), "--set".to_owned());
        let flags = vec![flag("signals.nansen_key_file", "/nonexistent/key")];
        let sources = crate::config::Sources { flags, ..crate::config::Sources::default() };
        let (_, settings) = crate::config::load(&sources).unwrap();
        let found = secrets(&settings.signals);
        assert_eq!((found.len(), found[0].verdict), (1, Verdict::Wrong));
        let (_, settings) = crate::config::load(&crate::config::Sources::default()).unwrap();
        assert!(secrets(&settings.signals).is_empty());
    }
}
