//! What happens on the line between the bot and the exchange, byte by byte.

use crate::proxy::{Way, Which};
use crate::step::Step::{
    Cut, Exit, Hold, Kill, Line, NoOrders, Quotes, Settled, Signal, Start, Stop,
};
use crate::step::{Scenario, idle, leaving, row};

use Way::{BreakOnAnswer, Deaf, Drip, Hang, Mute, Open, Refuse, Slow};
use Which::{All, Requests, Stream};

pub(crate) const ROWS: &[Scenario] = &[
    idle("nobody listens at the start", &[Line(All, Refuse), Start, Exit(&[5])]),
    idle("a line that hangs at the start", &[Line(All, Hang), Start, Exit(&[5])]),
    row("every connection cut once", &[Start, Quotes, Cut, Quotes, Stop]),
    row(
        "every connection cut six times",
        &[
            Start,
            Quotes,
            Cut,
            Hold(700),
            Cut,
            Hold(700),
            Cut,
            Hold(700),
            Cut,
            Hold(700),
            Cut,
            Hold(700),
            Cut,
            Quotes,
            Stop,
        ],
    ),
    row(
        "refused for 8 s",
        &[Start, Quotes, Line(All, Refuse), Hold(8_000), Line(All, Open), Quotes, Settled, Stop],
    ),
    row(
        "the stream refused",
        &[Start, Quotes, Line(Stream, Refuse), NoOrders(20), Line(Stream, Open), Quotes, Stop],
    ),
    row(
        "requests refused",
        &[
            Start,
            Quotes,
            Line(Requests, Refuse),
            Hold(6_000),
            Line(Requests, Open),
            Quotes,
            Settled,
            Stop,
        ],
    ),
    row(
        "half open for 10 s",
        &[Start, Quotes, Line(All, Hang), Hold(10_000), Line(All, Open), Quotes, Settled, Stop],
    ),
    row(
        "half open for 10 s, then cut",
        &[
            Start,
            Quotes,
            Line(All, Hang),
            Hold(10_000),
            Line(All, Open),
            Cut,
            Quotes,
            Settled,
            Stop,
        ],
    ),
    row(
        "the stream half open",
        &[Start, Quotes, Line(Stream, Hang), NoOrders(20), Line(Stream, Open), Quotes, Stop],
    ),
    row(
        "the stream deaf",
        &[Start, Quotes, Line(Stream, Deaf), NoOrders(20), Line(Stream, Open), Cut, Quotes, Stop],
    ),
    row(
        "requests half open for 7 s",
        &[
            Start,
            Quotes,
            Line(Requests, Hang),
            Hold(7_000),
            Line(Requests, Open),
            Quotes,
            Settled,
            Stop,
        ],
    ),
    row(
        "every answer lost for 8 s",
        &[
            Start,
            Quotes,
            Line(Requests, Deaf),
            Hold(8_000),
            Line(Requests, Open),
            Cut,
            Quotes,
            Settled,
            Stop,
        ],
    ),
    row(
        "every request lost for 8 s",
        &[
            Start,
            Quotes,
            Line(Requests, Mute),
            Hold(8_000),
            Line(Requests, Open),
            Cut,
            Quotes,
            Settled,
            Stop,
        ],
    ),
    row(
        "reset instead of each answer for 8 s",
        &[
            Start,
            Quotes,
            Line(Requests, BreakOnAnswer),
            Hold(8_000),
            Line(Requests, Open),
            Quotes,
            Settled,
            Stop,
        ],
    ),
    row(
        "every answer lost, then a SIGKILL",
        &[
            Start,
            Quotes,
            Line(Requests, Deaf),
            Hold(3_000),
            Kill,
            Line(Requests, Open),
            Start,
            Quotes,
            Stop,
        ],
    ),
    row(
        "300 ms for each piece",
        &[Start, Quotes, Line(All, Slow(300)), Hold(5_000), Quotes, Line(All, Open), Quotes, Stop],
    ),
    row(
        "1.5 s for each piece",
        &[
            Start,
            Quotes,
            Line(All, Slow(1_500)),
            Hold(8_000),
            Line(All, Open),
            Cut,
            Quotes,
            Settled,
            Stop,
        ],
    ),
    row(
        "a byte at a time",
        &[Start, Quotes, Line(Requests, Drip), Hold(5_000), Line(Requests, Open), Quotes, Stop],
    ),
    row("cut in the moment of a SIGTERM", &[Start, Quotes, Signal("TERM"), Cut, Exit(&[0])]),
    leaving(
        "refused, then a SIGTERM",
        &[Start, Quotes, Line(All, Refuse), Hold(1_000), Signal("TERM"), Exit(&[4])],
    ),
    leaving(
        "half open, then a SIGTERM",
        &[Start, Quotes, Line(All, Hang), Hold(1_000), Signal("TERM"), Exit(&[4])],
    ),
    row(
        "left orders behind, and the next run finds them",
        &[
            Start,
            Quotes,
            Line(All, Refuse),
            Signal("TERM"),
            Exit(&[4]),
            Line(All, Open),
            Start,
            Quotes,
            Stop,
        ],
    ),
    row(
        "refused while stopping, then open again",
        &[
            Start,
            Quotes,
            Line(All, Refuse),
            Signal("TERM"),
            Hold(3_000),
            Line(All, Open),
            Exit(&[0, 4]),
            Start,
            Quotes,
            Stop,
        ],
    ),
];
