//! What happens to the exchange, and a second bot.

use std::time::Duration;

use serde_json::json;

use crate::proxy::{Way, Which};
use crate::stage::{KEY, PATIENCE, Stage};
use crate::step::Step::{
    Arg, Do, Exit, Fault, Hold, Line, Quotes, Says, Settled, Signal, Start, Stop, VenueDown,
    VenueSignal, VenueUp,
};
use crate::step::{Scenario, idle, leaving, row};

pub(crate) const ROWS: &[Scenario] = &[
    idle("no exchange at the start", &[VenueDown, Start, Exit(&[5])]),
    row(
        "the exchange stops for 2 s",
        &[Start, Quotes, VenueSignal("STOP"), Hold(2_000), VenueSignal("CONT"), Quotes, Stop],
    ),
    row(
        "the exchange stops for 12 s",
        &[Start, Quotes, VenueSignal("STOP"), Hold(12_000), VenueSignal("CONT"), Quotes, Stop],
    ),
    row(
        "the exchange restarts and has forgotten everything",
        &[Start, Quotes, VenueDown, Hold(2_000), VenueUp, Quotes, Signal("TERM"), Exit(&[0, 1, 4])],
    ),
    leaving(
        "the exchange is gone for good",
        &[Start, Quotes, VenueDown, Hold(2_000), Signal("TERM"), Exit(&[4])],
    ),
    row(
        "a second bot with the same key",
        &[Start, Quotes, Do("second bot refused", second_with_same_key), Quotes, Stop],
    ),
    Scenario {
        bots: 2,
        ..row(
            "a second bot with a copy of the key and a state directory of its own",
            &[
                Start,
                Quotes,
                Do("both quote, then the second stops", second_with_a_copy),
                Quotes,
                Settled,
                Stop,
            ],
        )
    },
    row(
        "no connection for longer than it may be without",
        &[
            Arg("--set"),
            Arg("risk.max_offline_sec=4"),
            Start,
            Quotes,
            Line(Which::Stream, Way::Refuse),
            Exit(&[5]),
        ],
    ),
    row(
        "the dead man's switch is refused from the start",
        &[
            Fault("deadman.refuse"),
            Start,
            Quotes,
            Says("dead_man_evt=refused"),
            Hold(4_000),
            Quotes,
            Stop,
        ],
    ),
    row(
        "a foreign order is counted and left alone",
        &[
            Start,
            Quotes,
            Do("foreign order placed", foreign_order),
            Hold(3_000),
            Quotes,
            Stop,
            Do("it is still there", foreign_order_is_there),
        ],
    ),
];

/// The mark of the nonces is locked by the first.
fn second_with_same_key(stage: &mut Stage) -> Result<(), String> {
    stage.mark();
    let (code, said) = stage.bot.run(&["run", "--for", "3s"], PATIENCE)?;
    if code != 3 {
        return Err(format!("the second ended with {code}: {said}"));
    }
    let first = said.lines().next().unwrap_or_default();
    stage.seen.push(format!("second exit 3 {first:?}"));
    // The first goes on.
    std::thread::sleep(Duration::from_secs(1));
    if said.contains(&KEY[..16]) { Err("the key was shown".to_owned()) } else { Ok(()) }
}

/// No lock of this machine keeps such a second bot off: its state and its nonces are elsewhere. What
/// holds all the same is the venue's part, that it takes each nonce once, and each bot's own: no id
/// twice, nothing taken, each within its cap, and whoever stops leaves nothing of either.
fn second_with_a_copy(stage: &mut Stage) -> Result<(), String> {
    let mut second = stage.bot.twin(stage.place("second"), KEY);
    second.start()?;
    if let Some(pid) = second.pid() {
        stage.watch.process(pid);
    }
    stage.mark();
    std::thread::sleep(Duration::from_secs(8));
    let attempts = second.log().matches("quant_evt=attempt ").count();
    second.signal("TERM")?;
    let code = second.wait(PATIENCE)?;
    stage.seen.push(format!("second: {attempts} attempts, exit {code}"));
    stage.mark();
    // The first still quotes, so that the second may find some of its orders at its own end.
    match (attempts, code) {
        (1.., 0 | 4) => Ok(()),
        _ => Err(format!("{attempts} attempts, exit {code}: {} {}", second.stdout(), second.log())),
    }
}

/// An order of somebody who has the same key and no mark of ours, far from the market: what an
/// operator does by hand in the exchange's own interface.
pub(super) fn foreign_order(stage: &mut Stage) -> Result<(), String> {
    let sol = stage.asset("SOL")?;
    let action = json!({
        "type": "order", "grouping": "na",
        "orders": [{ "a": sol, "b": true, "p": "130", "s": "0.5", "r": false,
                     "t": { "limit": { "tif": "Alo" } } }],
    });
    let answer = stage.act(&action)?;
    if answer.contains("resting") { Ok(()) } else { Err(format!("foreign order: {answer}")) }
}

fn foreign_order_is_there(stage: &mut Stage) -> Result<(), String> {
    let open = stage.open_orders()?;
    let said = stage.bot.stdout();
    stage.seen.push(format!("{open} foreign order still open"));
    if open == 1 { Ok(()) } else { Err(format!("{open} orders open, not 1: {said}")) }
}
