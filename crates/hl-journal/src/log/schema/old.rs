//! What only the old system wrote. Its orders have rows among ours: ours are those, completed.

use super::{By, Row, Shape, old};

pub(super) const ROWS: &[Row] = &[
    old("rotation_evt", "apply", "source pairs updated", "A list of pairs was read from a file."),
    old("rotation_evt", "skip", "source reason? file?", "The file was not usable."),
    old("signal_evt", "sighup", "action", "A signal asked to read the pairs again."),
    Row {
        family: "sol_suppressed_60s",
        word: "",
        keys: "pair side tick_err_count?",
        shape: Shape::Bare,
        by: By::Old,
        about: "SOL was blocked for a minute after refused ticks; a bare word says which end.",
    },
    Row {
        family: "sol_tick_double_fail",
        word: "",
        keys: "side pxDec ticks ts",
        shape: Shape::Bare,
        by: By::Old,
        about: "Both tries of its fallback were refused.",
    },
];
