//! Disks without room, and a log that nobody reads.

use std::process::Command;

use crate::stage::Stage;
use crate::step::Step::{Do, Exit, Hold, NoOrders, Quotes, Says, Signal, Start};
use crate::step::{Scenario, row};

pub(crate) const ROWS: &[Scenario] = &[
    row(
        "no file may grow any more, then it may again",
        &[
            Do("SIGXFSZ ignored", ignore_limit),
            Start,
            Quotes,
            Do("limit 0", |stage| limit(stage, "0")),
            NoOrders(20),
            Hold(2_000),
            NoOrders(1),
            Do("no limit", |stage| limit(stage, "unlimited")),
            Quotes,
            Signal("TERM"),
            // Event lines are missing: it says so.
            Exit(&[1]),
        ],
    ),
    row(
        "its journal at the limit of a file's size",
        &[
            Do("ulimit -f 8", small_files),
            Start,
            Quotes,
            Hold(6_000),
            Quotes,
            Signal("TERM"),
            Exit(&[0, 1]),
        ],
    ),
    row(
        "nobody reads its log: the loop hangs, and the watchdog takes over",
        &[Do("a log into a pipe", unread_log), Start, Quotes, NoOrders(60), Exit(&[1])],
    ),
    row(
        "its lock is removed",
        &[Start, Quotes, Do("rm lock", remove_lock), Exit(&[1]), Says("is gone")],
    ),
];

fn wrap(stage: &mut Stage, script: &str) {
    stage.bot.wrapper = vec!["sh".to_owned(), "-c".to_owned(), script.to_owned()];
}

fn ignore_limit(stage: &mut Stage) -> Result<(), String> {
    if Command::new("prlimit").arg("--version").output().is_err() {
        stage.skipped = Some("prlimit (util-linux) is not here".to_owned());
        return Ok(());
    }
    wrap(stage, "trap '' XFSZ; exec \"$0\" \"$@\"");
    Ok(())
}

/// From now on no write makes a file longer: the error of a full disk, without a disk to fill.
fn limit(stage: &mut Stage, bytes: &str) -> Result<(), String> {
    let pid = stage.bot.pid().ok_or("there is no process")?.to_string();
    let limit = format!("--fsize={bytes}:unlimited");
    let status = Command::new("prlimit").args(["--pid", &pid, &limit]).status();
    stage.mark();
    match status {
        Ok(status) if status.success() => Ok(()),
        other => Err(format!("prlimit {limit}: {other:?}")),
    }
}

fn small_files(stage: &mut Stage) -> Result<(), String> {
    wrap(stage, "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\"");
    Ok(())
}

/// A pipe that is open at its other end, where nobody reads. It is full after 64 KiB.
fn unread_log(stage: &mut Stage) -> Result<(), String> {
    wrap(stage, "mkfifo unread; sleep 90 <unread & exec \"$0\" \"$@\" 2>unread");
    Ok(())
}

fn remove_lock(stage: &mut Stage) -> Result<(), String> {
    let state = stage.bot.dir.join("mm-bot-state");
    let entries = std::fs::read_dir(&state).map_err(|e| format!("{}: {e}", state.display()))?;
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.extension().is_some_and(|extension| extension == "lock") {
            return std::fs::remove_file(path).map_err(|e| e.to_string());
        }
    }
    Err("there is no lock".to_owned())
}
