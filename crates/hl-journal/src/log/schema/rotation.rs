//! Which markets are quoted. `ts` is in milliseconds here, as the old system wrote it.

use super::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row(
        "rotation_evt",
        "universe",
        "ts tms markets top_n maker_bps taker_bps",
        "What is chosen from, and at which fees.",
    ),
    row(
        "rotation_evt",
        "rebalance",
        "pairs ts",
        "The markets that are quoted from now on, the best first.",
    ),
    row(
        "rotation_evt",
        "score",
        "pair score vol spread depth fees nansen flow tox funding profit corr filter ts",
        "One market's score and what it is made of.",
    ),
    row(
        "rotation_evt",
        "wait",
        "reason due ts",
        "A choice is being prepared, or is due and waits. Once for each reason.",
    ),
    row(
        "rotation_evt",
        "followed",
        "pair held since trades edge made traded ts",
        "What became of a market between two choices: basis points that makers gained on public \
         trades after our fee, and what we made and traded there in USD.",
    ),
    row("rotation_evt", "mark", "round due held leaving ts", "What a restart goes on from."),
    row("rotation_evt", "enter", "pair reason ts", "A market's part in the rotation has changed."),
    row("rotation_evt", "active", "pair reason ts", "A market's part in the rotation has changed."),
    row("rotation_evt", "keep", "pair reason ts", "A market's part in the rotation has changed."),
    row("rotation_evt", "drain", "pair reason ts", "A market's part in the rotation has changed."),
    row("rotation_evt", "exit", "pair reason ts", "A market's part in the rotation has changed."),
    row("rotation_evt", "gone", "pair reason ts", "A market's part in the rotation has changed."),
];
