//! The faults of the exchange itself, asked for on its control connection: each for some seconds under
//! way, then healed. Market 4 is SOL.

use crate::step::Step::{Fault, Heal, Hold, Quotes, QuotesWithin, Says, Settled, Start, Stop};
use crate::step::{Scenario, row};

pub(crate) const ROWS: &[Scenario] = &[
    row(
        "book.empty",
        &[Start, Quotes, Fault("book.empty market=4"), Hold(6000), Heal, Quotes, Settled, Stop],
    ),
    row(
        "book.one_sided",
        &[
            Start,
            Quotes,
            Fault("book.one_sided market=4 gone=bid"),
            Hold(6000),
            Heal,
            Quotes,
            Settled,
            Stop,
        ],
    ),
    row(
        "book.crossed",
        &[Start, Quotes, Fault("book.crossed market=4"), Hold(6000), Heal, Quotes, Settled, Stop],
    ),
    row(
        "book.zero",
        &[Start, Quotes, Fault("book.zero market=4"), Hold(6000), Heal, Quotes, Settled, Stop],
    ),
    row(
        "book.jump",
        &[
            Start,
            Quotes,
            Fault("book.jump market=4 ppm=20000"),
            Hold(6000),
            Heal,
            Quotes,
            Settled,
            Stop,
        ],
    ),
    row(
        "oracle.jump",
        &[
            Start,
            Quotes,
            Fault("oracle.jump market=4 ppm=200000"),
            Hold(6000),
            Heal,
            Quotes,
            Settled,
            Stop,
        ],
    ),
    row(
        "info.stale",
        &[Start, Quotes, Fault("info.stale blocks=60"), Hold(6000), Heal, Quotes, Settled, Stop],
    ),
    row(
        "info.empty",
        &[Start, Quotes, Fault("info.empty prob=0.3"), Hold(6000), Heal, Quotes, Settled, Stop],
    ),
    row(
        "info.partial",
        &[Start, Quotes, Fault("info.partial prob=0.3"), Hold(6000), Heal, Quotes, Settled, Stop],
    ),
    row(
        "info.inconsistent_nodes",
        &[
            Start,
            Quotes,
            Fault("info.inconsistent_nodes blocks=60"),
            Hold(6000),
            Heal,
            Quotes,
            Settled,
            Stop,
        ],
    ),
    Scenario {
        grid_moves: true,
        ..row(
            "meta.change, one decimal less",
            &[
                Start,
                Quotes,
                Fault("meta.change market=4 by=-1 when=now"),
                Hold(6000),
                Heal,
                Quotes,
                Settled,
                Stop,
            ],
        )
    },
    Scenario {
        grid_moves: true,
        ..row(
            "meta.change between decision and arrival",
            &[
                Start,
                Quotes,
                Fault("meta.change market=4 by=-1 when=send"),
                Hold(6000),
                Heal,
                Quotes,
                Settled,
                Stop,
            ],
        )
    },
    row(
        "meta.halt",
        &[Start, Quotes, Fault("meta.halt market=4"), Hold(6000), Heal, Quotes, Settled, Stop],
    ),
    row(
        "meta.slow and meta.unavailable",
        &[
            Start,
            Quotes,
            Fault("meta.slow ms=4000"),
            Fault("meta.unavailable"),
            Hold(6000),
            Heal,
            Quotes,
            Settled,
            Stop,
        ],
    ),
    row(
        "fill.partial",
        &[
            Start,
            Quotes,
            Fault("fill.partial every=800 leave_usd=12"),
            Hold(6000),
            Heal,
            Quotes,
            Settled,
            Stop,
        ],
    ),
    row(
        "fill.burst",
        &[Start, Quotes, Fault("fill.burst every=1500"), Hold(6000), Heal, Quotes, Settled, Stop],
    ),
    row(
        "fill.before_ack",
        &[Start, Quotes, Fault("fill.before_ack ms=1500"), Hold(6000), Heal, Quotes, Settled, Stop],
    ),
    row(
        "fill.after_cancel",
        &[
            Start,
            Quotes,
            Fault("fill.after_cancel prob=0.5 ms=2000"),
            Hold(6000),
            Heal,
            Quotes,
            Settled,
            Stop,
        ],
    ),
    row(
        "fill.late",
        &[Start, Quotes, Fault("fill.late ms=4000"), Hold(6000), Heal, Quotes, Settled, Stop],
    ),
    row(
        "fill.same_ms",
        &[
            Start,
            Quotes,
            Fault("fill.same_ms every=1000 pieces=4"),
            Hold(6000),
            Heal,
            Quotes,
            Settled,
            Stop,
        ],
    ),
    row(
        "cancel.race",
        &[Start, Quotes, Fault("cancel.race prob=0.7"), Hold(6000), Heal, Quotes, Settled, Stop],
    ),
    row(
        "funding",
        &[
            Start,
            Quotes,
            Fault("funding market=4 ppm=10000"),
            Hold(6000),
            Heal,
            Quotes,
            Settled,
            Stop,
        ],
    ),
    row(
        "a deposit and a withdrawal",
        &[
            Start,
            Quotes,
            Fault("acct.transfer usd=400"),
            Fault("acct.transfer usd=-300"),
            Hold(6000),
            Heal,
            Quotes,
            Settled,
            Stop,
        ],
    ),
    row(
        "reject.margin of everything: parked, and back",
        &[
            Start,
            Quotes,
            Fault("reject.margin prob=1"),
            Says("state=parked"),
            Heal,
            // A market that was refused again and again rests for a minute.
            QuotesWithin(120),
            Settled,
            Stop,
        ],
    ),
    row(
        "reject.tick of everything: parked, and back",
        &[
            Start,
            Quotes,
            Fault("reject.tick prob=1"),
            Says("state=parked"),
            Heal,
            // A market that was refused again and again rests for a minute.
            QuotesWithin(120),
            Settled,
            Stop,
        ],
    ),
    row(
        "reject.batch of everything: parked, and back",
        &[
            Start,
            Quotes,
            Fault("reject.batch prob=1"),
            Says("state=parked"),
            Heal,
            // A market that was refused again and again rests for a minute.
            QuotesWithin(120),
            Settled,
            Stop,
        ],
    ),
    row(
        "upgrade_window",
        &[Start, Quotes, Fault("upgrade_window"), Hold(6000), Heal, Quotes, Settled, Stop],
    ),
    row(
        "limits.ip",
        &[Start, Quotes, Fault("limits.ip weight=100"), Hold(6000), Heal, Quotes, Settled, Stop],
    ),
    row(
        "limits.addr",
        &[Start, Quotes, Fault("limits.addr left=20"), Hold(6000), Heal, Quotes, Settled, Stop],
    ),
    row(
        "deadman.refuse",
        &[Start, Quotes, Fault("deadman.refuse"), Hold(6000), Heal, Quotes, Settled, Stop],
    ),
    row(
        "deadman.exhaust",
        &[Start, Quotes, Fault("deadman.exhaust"), Hold(6000), Heal, Quotes, Settled, Stop],
    ),
    row(
        "deadman.fire",
        &[Start, Quotes, Fault("deadman.fire"), Hold(6000), Heal, Quotes, Settled, Stop],
    ),
    row(
        "agent.revoke, and approved again",
        &[Start, Quotes, Fault("agent.revoke"), Hold(6000), Heal, Quotes, Settled, Stop],
    ),
];
