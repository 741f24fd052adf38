//! The day on which the venue answered every order with an error and accepted it (2025-07-29,
//! 37 minutes).

use std::time::Duration;

use crate::stage::Stage;
use crate::step::Step::{Do, Fault, Heal, Quotes, Settled, Start, Stop};
use crate::step::{Scenario, row};

pub(crate) const ROWS: &[Scenario] = &[row(
    "37 minutes of errors on accepted orders",
    &[
        Start,
        Quotes,
        Fault("ack.err_after_accept prob=1 how=5xx"),
        Do("a second for each minute", outage),
        Heal,
        Quotes,
        Settled,
        Stop,
    ],
)];

/// A second for each of the 37 minutes, which is longer than every clock of the bot (an answer is
/// waited for 5 s, an order lives 10 s, "no such order" counts after 15 s, everything is read back
/// every 30 s): what is not wrong after that does not become wrong by waiting. `CHAOS_OUTAGE_SEC=2220`
/// plays it in full.
fn outage(stage: &mut Stage) -> Result<(), String> {
    let asked = std::env::var("CHAOS_OUTAGE_SEC").ok();
    let seconds = asked.map_or(Ok(37), |text| text.parse().map_err(|_| format!("{text:?}")))?;
    let before = stage.accepted()?;
    std::thread::sleep(Duration::from_secs(seconds));
    let accepted = stage.accepted()? - before;
    stage.mark();
    stage.seen.push(format!("{seconds} s of errors, {accepted} orders accepted meanwhile"));
    if accepted == 0 { Err("no order was accepted under errors".to_owned()) } else { Ok(()) }
}
