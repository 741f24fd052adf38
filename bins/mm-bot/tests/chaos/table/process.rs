//! What happens to the process itself.

use crate::stage::Stage;
use crate::step::Step::{Arg, Do, Exit, Hold, Kill, NoOrders, Quotes, Says, Signal, Start, Stop};
use crate::step::{Scenario, idle, row};

pub(crate) const ROWS: &[Scenario] = &[
    row("a SIGTERM under load", &[Start, Quotes, Hold(2_000), Quotes, Stop]),
    row("a SIGINT", &[Start, Quotes, Signal("INT"), Exit(&[0])]),
    row("the time is up", &[Arg("--for"), Arg("6s"), Start, Quotes, Exit(&[0])]),
    row("two SIGTERMs at once", &[Start, Quotes, Signal("TERM"), Signal("TERM"), Exit(&[0])]),
    row(
        "a SIGTERM before the first quote",
        &[Start, Hold(150), Signal("TERM"), Exit(&[0, 1, -15]), Start, Quotes, Stop],
    ),
    row("a SIGKILL and a restart", &[Start, Quotes, Kill, Start, Quotes, Stop]),
    row(
        "three SIGKILLs in a row",
        &[Start, Quotes, Kill, Start, Quotes, Kill, Start, Quotes, Kill, Start, Quotes, Stop],
    ),
    row(
        "a SIGKILL while starting",
        &[Start, Hold(60), Kill, Start, Hold(400), Kill, Start, Quotes, Stop],
    ),
    row(
        "a SIGKILL while stopping",
        &[Start, Quotes, Signal("TERM"), Hold(20), Kill, Start, Quotes, Stop],
    ),
    row(
        "stopped for 2 s (SIGSTOP)",
        &[Start, Quotes, Signal("STOP"), Hold(2_000), Signal("CONT"), Quotes, Stop],
    ),
    row(
        "stopped for 15 s",
        &[Start, Quotes, Signal("STOP"), Hold(15_000), Signal("CONT"), Quotes, Stop],
    ),
    row(
        "stopped five times for 1 s",
        &[
            Start,
            Quotes,
            Signal("STOP"),
            Hold(1_000),
            Signal("CONT"),
            Hold(300),
            Signal("STOP"),
            Hold(1_000),
            Signal("CONT"),
            Hold(300),
            Signal("STOP"),
            Hold(1_000),
            Signal("CONT"),
            Hold(300),
            Signal("STOP"),
            Hold(1_000),
            Signal("CONT"),
            Hold(300),
            Signal("STOP"),
            Hold(1_000),
            Signal("CONT"),
            Quotes,
            Stop,
        ],
    ),
    row(
        "a SIGTERM while stopped",
        &[Start, Quotes, Signal("STOP"), Hold(3_000), Signal("TERM"), Signal("CONT"), Exit(&[0])],
    ),
    row(
        "the kill switch and a resume",
        &[
            Start,
            Quotes,
            Signal("USR1"),
            NoOrders(5),
            Hold(3_000),
            NoOrders(1),
            Signal("USR2"),
            Quotes,
            Stop,
        ],
    ),
    row(
        "the kill switch, then a SIGTERM",
        &[Start, Quotes, Signal("USR1"), NoOrders(5), Signal("TERM"), Exit(&[6])],
    ),
    row(
        "the kill switch while stopped",
        &[
            Start,
            Quotes,
            Signal("STOP"),
            Hold(1_500),
            Signal("USR1"),
            Signal("CONT"),
            NoOrders(5),
            Signal("USR2"),
            Quotes,
            Stop,
        ],
    ),
    row(
        "its log on a full disk (/dev/full)",
        &[
            Arg("--log-file"),
            Arg("/dev/full"),
            Start,
            Hold(3_000),
            NoOrders(5),
            Signal("TERM"),
            Exit(&[1]),
            Do("reports the missing lines", reports_missing_lines),
        ],
    ),
    row(
        "its log at the limit of a file's size",
        &[
            Do("ulimit -f 8", limit_files),
            Arg("--log-file"),
            Arg("bot.log"),
            Start,
            Hold(5_000),
            NoOrders(5),
            Signal("TERM"),
            Exit(&[1]),
            Do("reports the missing lines", reports_missing_lines),
        ],
    ),
    row(
        "standard error closed",
        &[Do("2>&-", close_stderr), Start, Quotes, Signal("TERM"), Exit(&[0, 1])],
    ),
    row(
        "standard output on a full disk",
        &[Do(">/dev/full", full_stdout), Start, Quotes, Signal("TERM"), Exit(&[1])],
    ),
    row(
        "few open files (ulimit -n 16)",
        &[Do("ulimit -n 16", few_files), Start, Quotes, Hold(3_000), Quotes, Stop],
    ),
    row(
        "memory bounded (ulimit -v)",
        &[Do("ulimit -v 1 GiB", little_memory), Start, Quotes, Hold(3_000), Quotes, Stop],
    ),
    idle(
        "a log that cannot be opened",
        &[
            Arg("--log-file"),
            Arg("/nonexistent/bot.log"),
            Start,
            Exit(&[3]),
            Says("/nonexistent/bot.log"),
        ],
    ),
];

fn shell(stage: &mut Stage, script: &str) -> Result<(), String> {
    // The rest of the command line arrives as "$@".
    let script = format!("{script}; exec \"$0\" \"$@\"");
    stage.bot.wrapper = vec!["sh".to_owned(), "-c".to_owned(), script];
    Ok(())
}

/// 8 blocks of 512 bytes. SIGXFSZ is ignored, as a service manager may set it: what is left is the
/// error of a full disk.
fn limit_files(stage: &mut Stage) -> Result<(), String> {
    shell(stage, "trap '' XFSZ; ulimit -f 8")
}

fn close_stderr(stage: &mut Stage) -> Result<(), String> {
    let script = "exec \"$0\" \"$@\" 2>&-".to_owned();
    stage.bot.wrapper = vec!["sh".to_owned(), "-c".to_owned(), script];
    Ok(())
}

fn full_stdout(stage: &mut Stage) -> Result<(), String> {
    let script = "exec \"$0\" \"$@\" >/dev/full".to_owned();
    stage.bot.wrapper = vec!["sh".to_owned(), "-c".to_owned(), script];
    Ok(())
}

fn few_files(stage: &mut Stage) -> Result<(), String> {
    shell(stage, "ulimit -n 16")
}

fn little_memory(stage: &mut Stage) -> Result<(), String> {
    shell(stage, "ulimit -v 1048576")
}

fn reports_missing_lines(stage: &mut Stage) -> Result<(), String> {
    let said = stage.bot.stdout();
    if said.contains("event lines are missing") {
        return Ok(());
    }
    Err(format!("nothing about missing lines in {said}"))
}
