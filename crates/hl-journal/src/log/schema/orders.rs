//! Orders, trades and cancels.

use super::{Row, bare, row};

pub(super) const ROWS: &[Row] = &[
    row(
        "quant_evt",
        "attempt",
        "ts tms seq pair side tif ro cloid pxDec stepDec priceInt sizeInt ticks steps try",
        "An order passed the gate and is about to be sent.",
    ),
    row(
        "quant_evt",
        "submit",
        "ts tms seq cloid pair side tif ro ticks stepInt szInt ok err err_code",
        "The end of an attempt: each has exactly one. `err_code=none` when the venue took it.",
    ),
    row(
        "quant_evt",
        "below_min",
        "ts tms pair side ticks stepInt szInt notional min err_code",
        "A wanted quote is too small for the venue. Once per change; nothing was sent.",
    ),
    row(
        "fill_evt",
        "maker",
        "ts tms pair side px sz fee tid oid cloid pos",
        "A trade of ours, each once; our order was resting.",
    ),
    row("fill_evt", "taker", "ts tms pair side px sz fee tid oid cloid pos", "As above; we took."),
    row("cancel_evt", "sent", "ts tms cloid pair", "A cancel is about to be sent."),
    row("cancel_evt", "ok", "ts tms cloid pair", "The venue confirmed it."),
    row(
        "cancel_evt",
        "reject",
        "ts tms cloid pair err err_code",
        "The venue refused it; the order's state is asked for.",
    ),
    row(
        "cancel_evt",
        "unknown",
        "ts tms cloid pair",
        "Its outcome is not known; it is sent again.",
    ),
    row("cancel_evt", "venue", "ts tms cloid pair", "The venue took the order off unasked."),
    row(
        "order_evt",
        "unknown",
        "ts tms cloid pair why err_code?",
        "An order's fate is not known; its exposure stays reserved.",
    ),
    row(
        "order_evt",
        "gone",
        "ts tms cloid pair",
        "An order that the venue took trades no more, and all that it traded is known.",
    ),
    row("burn_evt", "sent", "ts tms of", "A command's nonce is being used up by a `noop`."),
    row("burn_evt", "done", "ts tms of", "It was: the command can never execute."),
    row("burn_evt", "used", "ts tms of", "It had been used already."),
    row("burn_evt", "again", "ts tms of", "No clear answer; it is sent again."),
    bare(
        "retry_guard",
        "pair attempt reason ts tms intent cloid",
        "A refused tick or lot: the venue's rules are read anew for one more try.",
    ),
    bare(
        "retry_guard_success",
        "pair attempt result ts tms intent cloid",
        "The second order was accepted.",
    ),
    bare(
        "retry_guard_exhausted",
        "pair attempts result why err? rule? ts tms intent cloid",
        "There is no second order, or no third, because.",
    ),
    row(
        "race_evt",
        "post_only",
        "ts tms cloid pair side px bid ask wait",
        "A post-only order was refused because the book had moved; the venue's own quote with it.",
    ),
    row(
        "gate_evt",
        "stop",
        "ts tms pair side rule px sz have limit",
        "An order was stopped before it left, by the first rule that it broke.",
    ),
    row("quote_evt", "start", "ts tms pair fair spread_bps", "A market begins to quote."),
    row("quote_evt", "stop", "ts tms pair reason", "A market does not quote, because."),
];
