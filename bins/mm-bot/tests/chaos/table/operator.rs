//! Operators: commands beside a bot that runs, hangs, or is down.

use std::time::{Duration, Instant};

use super::venue::foreign_order;
use crate::proxy::{Way, Which};
use crate::stage::{PATIENCE, Stage};
use crate::step::Step::{
    Do, Env, Exit, Fault, Heal, Hold, Kill, Line, NoOrders, Quotes, Run, Says, Signal, Start, Stop,
};
use crate::step::{Scenario, row};

const CANCEL_ALL: &[&str] = &["cancel-all"];
const FLATTEN: &[&str] = &["flatten", "--confirm"];
const HALT: &[&str] = &["halt", "--reason", "chaos with real processes"];
const RESUME: &[&str] = &["resume"];
/// In the log of a run that begins halted by [`HALT`].
const HALTED: &str = "reason=\"operator: chaos with real processes\"";

/// A scenario that closes positions by taking.
const fn taking(name: &'static str, steps: &'static [crate::step::Step]) -> Scenario {
    Scenario { taking: true, ..row(name, steps) }
}

pub(crate) const ROWS: &[Scenario] = &[
    row(
        "cancel-all while the bot is down",
        &[Start, Quotes, Kill, Run(CANCEL_ALL, 0), NoOrders(1), Start, Quotes, Stop],
    ),
    row(
        "cancel-all while the bot hangs (SIGSTOP)",
        &[
            Start,
            Quotes,
            Signal("STOP"),
            Run(CANCEL_ALL, 0),
            NoOrders(1),
            Signal("CONT"),
            Hold(3_000),
            NoOrders(1),
            Run(RESUME, 0),
            Quotes,
            Stop,
        ],
    ),
    row(
        "cancel-all while the bot quotes",
        &[
            Start,
            Quotes,
            Run(CANCEL_ALL, 0),
            Hold(3_000),
            NoOrders(1),
            Run(RESUME, 0),
            Quotes,
            Stop,
        ],
    ),
    row(
        "cancel-all with nothing to cancel",
        &[Start, Quotes, Stop, Run(CANCEL_ALL, 0), Do("none found", |s| said(s, "0 orders found"))],
    ),
    row(
        "cancel-all and a foreign order",
        &[
            Start,
            Quotes,
            Do("foreign order placed", foreign_order),
            Kill,
            Run(CANCEL_ALL, 0),
            Do("left alone", |s| said(s, "0 left, 1 foreign left alone")),
            Do("and open", |s| if s.open_orders()? == 1 { Ok(()) } else { Err("not 1".into()) }),
            Run(&["cancel-all", "--foreign"], 0),
            NoOrders(1),
        ],
    ),
    row(
        "cancel-all of a venue that hangs, then of one that does not",
        &[
            Start,
            Quotes,
            Kill,
            Line(Which::All, Way::Hang),
            Run(&["cancel-all", "--within", "8s"], 5),
            Line(Which::All, Way::Open),
            Run(CANCEL_ALL, 0),
            NoOrders(1),
        ],
    ),
    row(
        "cancel-all whose answers are lost",
        &[Start, Quotes, Kill, Fault("ack.drop prob=1"), Run(CANCEL_ALL, 0), NoOrders(1), Heal],
    ),
    row(
        "cancel-all under 429s and errors",
        &[
            Start,
            Quotes,
            Kill,
            Fault("http.429 prob=0.3"),
            Fault("http.5xx prob=0.2 reach=after"),
            Run(&["cancel-all", "--within", "40s"], 0),
            NoOrders(1),
            Heal,
        ],
    ),
    taking(
        "flatten while the bot is down",
        &[
            Start,
            Quotes,
            Do("holds something", holds),
            Kill,
            Run(&["flatten"], 7),
            Do("and still does", holds),
            Run(FLATTEN, 0),
            Do("flat", flat),
            NoOrders(1),
            Run(&["flatten"], 0),
            Start,
            Quotes,
            Stop,
        ],
    ),
    taking(
        "flatten while the bot hangs (SIGSTOP)",
        &[
            Start,
            Quotes,
            Do("holds something", holds),
            Signal("STOP"),
            Run(FLATTEN, 0),
            Do("flat", flat),
            Signal("CONT"),
            Hold(3_000),
            NoOrders(1),
            Do("still flat", flat),
            Run(RESUME, 0),
            Quotes,
            Stop,
        ],
    ),
    taking(
        "flatten while the bot quotes",
        &[
            Start,
            Quotes,
            Do("holds something", holds),
            Run(FLATTEN, 0),
            Do("flat", flat),
            Hold(2_000),
            NoOrders(1),
            Run(RESUME, 0),
            Quotes,
            Stop,
        ],
    ),
    taking(
        "flatten whose answers are lost",
        &[
            Start,
            Quotes,
            Do("holds something", holds),
            Kill,
            Fault("ack.drop prob=0.7"),
            Run(FLATTEN, 0),
            Do("flat", flat),
            Heal,
        ],
    ),
    taking(
        "flatten of a venue that hangs",
        &[
            Start,
            Quotes,
            Do("holds something", holds),
            Kill,
            Line(Which::All, Way::Hang),
            Run(&["flatten", "--confirm", "--within", "5s"], 5),
            Line(Which::All, Way::Open),
            Run(FLATTEN, 0),
            Do("flat", flat),
        ],
    ),
    row(
        "a halt survives a SIGTERM, and resume ends it",
        &[
            Start,
            Quotes,
            Run(HALT, 0),
            NoOrders(5),
            Signal("TERM"),
            Exit(&[6]),
            Start,
            Says(HALTED),
            Hold(3_000),
            NoOrders(1),
            Run(RESUME, 0),
            Quotes,
            Stop,
        ],
    ),
    row(
        "a halt survives a SIGKILL",
        &[
            Start,
            Quotes,
            Run(HALT, 0),
            Kill,
            Start,
            Says(HALTED),
            NoOrders(10),
            Hold(2_000),
            NoOrders(1),
            Run(RESUME, 0),
            Quotes,
            Stop,
        ],
    ),
    row(
        "a halt and a resume while the bot is down",
        &[
            Start,
            Quotes,
            Stop,
            Run(HALT, 0),
            Start,
            Says(HALTED),
            Hold(3_000),
            NoOrders(1),
            Signal("TERM"),
            Exit(&[6]),
            Run(RESUME, 0),
            Start,
            Quotes,
            Stop,
        ],
    ),
    row(
        "a halt of a stopped bot waits for it",
        &[
            Start,
            Quotes,
            Signal("STOP"),
            Run(HALT, 1),
            Signal("CONT"),
            NoOrders(5),
            Run(RESUME, 0),
            Quotes,
            Stop,
        ],
    ),
    row(
        "a halt of a stopped bot that is killed holds for the next",
        &[
            Start,
            Quotes,
            Signal("STOP"),
            Run(HALT, 1),
            Kill,
            Start,
            Says(HALTED),
            NoOrders(10),
            Run(RESUME, 0),
            Quotes,
            Stop,
        ],
    ),
    row(
        "a crash loop ends in safe mode",
        &[
            Env("MM_MAX_STARTS", "2"),
            Start,
            Quotes,
            Kill,
            Start,
            Quotes,
            Kill,
            Start,
            Says("state_evt=safe_mode starts=3"),
            NoOrders(15),
            Hold(3_000),
            NoOrders(1),
            Run(RESUME, 0),
            Quotes,
            Stop,
        ],
    ),
];

/// The last command said so.
fn said(stage: &mut Stage, text: &str) -> Result<(), String> {
    if stage.said.contains(text) { Ok(()) } else { Err(format!("no {text:?} in {}", stage.said)) }
}

/// Waits until something is held.
fn holds(stage: &mut Stage) -> Result<(), String> {
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        let held = stage.positions()?;
        if let Some((coin, size)) = held.first() {
            stage.seen.push(format!("holds {size} {coin}"));
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    Err("nothing was traded".to_owned())
}

fn flat(stage: &mut Stage) -> Result<(), String> {
    let held = stage.positions()?;
    if held.is_empty() { Ok(()) } else { Err(format!("still holds {held:?}: {}", stage.said)) }
}
