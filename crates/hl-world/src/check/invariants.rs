//! The invariants I1 to I42: what each says, how bad its breach is, and who checks it.

use std::fmt;

use Held::{Checked, Elsewhere, Run};
use Severity::{S0, S1, S2};

/// How many invariants there are.
pub const COUNT: usize = 42;

/// An invariant's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(u8);

impl Id {
    /// `I1` is 1. Rules name their own number; one outside the table is counted nowhere.
    pub(crate) const fn of(number: u8) -> Self {
        Self(number)
    }

    /// The place in the table and in every array of counts.
    #[must_use]
    pub fn place(self) -> usize {
        usize::from(self.0).saturating_sub(1)
    }

    /// The name: `I8`.
    #[must_use]
    pub fn name(self) -> &'static str {
        INVARIANTS.get(self.place()).map_or("I?", |invariant| invariant.name)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "I{}", self.0)
    }
}

/// What has to happen when it is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Trading stops.
    S0,
    /// It is contained automatically, and somebody is called.
    S1,
    /// Somebody is called.
    S2,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::S0 => "S0",
            Self::S1 => "S1",
            Self::S2 => "S2",
        })
    }
}

/// Who looks after an invariant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// A checker of the world; judged so often in a run as its count says.
    Checked(&'static str),
    /// The run itself: two runs compared, a panic caught, the counts themselves.
    Run(&'static str),
    /// Not in the world: by these tests.
    Elsewhere(&'static str),
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Invariant {
    /// Its number.
    pub id: Id,
    /// Its number as text.
    pub name: &'static str,
    /// How bad a breach is.
    pub severity: Severity,
    /// What must hold.
    pub says: &'static str,
    /// Who looks after it, and against which truth.
    pub held: Held,
}

const fn line(
    number: u8,
    name: &'static str,
    severity: Severity,
    says: &'static str,
    held: Held,
) -> Invariant {
    Invariant { id: Id(number), name, severity, says, held }
}

/// The forty-two, in their order.
pub const INVARIANTS: [Invariant; COUNT] = [
    line(
        1,
        "I1",
        S0,
        "every price sent is on the legal grid",
        Checked("text on the wire against the exchange's rules"),
    ),
    line(
        2,
        "I2",
        S0,
        "sizes are lots, orders are worth the minimum, numbers are canonical",
        Checked("text on the wire against the exchange's rules"),
    ),
    line(
        3,
        "I3",
        S0,
        "quotes are post-only, cross nothing known and nothing of ours, and never take",
        Checked("wire, true fates of our orders, the exchange's trades"),
    ),
    line(
        4,
        "I4",
        S0,
        "an intent has at most one order that is or can become live",
        Checked("the exchange's book and what flies against the bot's orders"),
    ),
    line(
        5,
        "I5",
        S0,
        "one wire a nonce and an order, two orders an intent at most",
        Checked("what leaves the bot"),
    ),
    line(
        6,
        "I6",
        S0,
        "an answer is definite only if it is",
        Checked("outcomes against the exchange's deeds"),
    ),
    line(
        7,
        "I7",
        S0,
        "the position is the sum of trades, each counted once",
        Checked("the bot's fills and positions against the exchange's"),
    ),
    line(
        8,
        "I8",
        S0,
        "any subset of our orders keeps the position within its limits",
        Checked("the exchange's position, book and what flies, at each send"),
    ),
    line(
        9,
        "I9",
        S0,
        "orders are bounded in number, and none leaves unannounced",
        Checked("true fates of our orders; lines against the wire"),
    ),
    line(
        10,
        "I10",
        S0,
        "an attempt ends once, and nothing trades more than it was for",
        Checked("the bot's lines against sizes on the wire"),
    ),
    line(
        11,
        "I11",
        S0,
        "after a crash every order is owned again before the first quote",
        Checked("true fates of the last process's orders"),
    ),
    line(
        12,
        "I12",
        S0,
        "nonces rise strictly, across restarts, near the true time",
        Checked("what leaves the bot"),
    ),
    line(
        13,
        "I13",
        S0,
        "the recovered signer is the configured agent",
        Checked("the signer that the exchange recovers"),
    ),
    line(
        14,
        "I14",
        S0,
        "a market that does not trade gets no order",
        Checked("what the bot was told, at each send"),
    ),
    line(
        15,
        "I15",
        S0,
        "an order reaches the market that it was meant for",
        Checked("numbers on the wire and markets of deeds against the attempt's"),
    ),
    line(
        16,
        "I16",
        S0,
        "the spec of an order is at most a minute old",
        Checked("true time since its request, at each send"),
    ),
    line(
        17,
        "I17",
        S0,
        "no quote from old data, and live ones are pulled in time",
        Checked("true age of the newest book, cancels on the wire"),
    ),
    line(
        18,
        "I18",
        S0,
        "no quote from a book that is empty, one-sided or crossed",
        Checked("the newest book told, our own orders left out"),
    ),
    line(
        19,
        "I19",
        S0,
        "no order outside the collar around two references",
        Checked("the oracle's price last told, at each decision"),
    ),
    line(
        20,
        "I20",
        S0,
        "who quotes has read everything since connecting, within a minute",
        Checked("questions and their answers, at each send"),
    ),
    line(
        21,
        "I21",
        S1,
        "a missing report is never read as flat",
        Checked("positions taken over against true ones"),
    ),
    line(
        22,
        "I22",
        S0,
        "losses are counted in integers and end in a halt",
        Checked("the exchange's value of the account and what was paid into it, at each send"),
    ),
    line(
        23,
        "I23",
        S0,
        "after the operator's word no order leaves and all are cancelled in time",
        Checked("what leaves the bot, true fates of our orders"),
    ),
    line(
        24,
        "I24",
        S1,
        "memory and queues are bounded",
        Elsewhere("benches: allocations; .ci/run run: resident memory of a minute"),
    ),
    line(
        25,
        "I25",
        S0,
        "a crash loop ends in safe mode",
        Elsewhere("hl-journal and mm-bot: tests of the start budget"),
    ),
    line(
        26,
        "I26",
        S1,
        "a market that is refused again and again rests; the rate is bounded",
        Checked("the bot's lines and what leaves it"),
    ),
    line(
        27,
        "I27",
        S1,
        "at most nine tenths of the venue's weight per minute",
        Checked("what leaves the bot, weighed by the documented table"),
    ),
    line(
        28,
        "I28",
        S1,
        "rotations are bounded and ranked without NaN",
        Elsewhere("hl-world: tests of rotation with faults; hl-engine: tests of rotation"),
    ),
    line(
        29,
        "I29",
        S0,
        "a task that ends takes the process with it, orders cancelled",
        Elsewhere("mm-bot: tests of exit paths; the pure core has no tasks"),
    ),
    line(30, "I30", S0, "one process signs for an account", Checked("what leaves which process")),
    line(
        31,
        "I31",
        S1,
        "clocks agree within two seconds; a pause is a reconnect",
        Checked("the bot's clock against the true one, at each send"),
    ),
    line(
        32,
        "I32",
        S1,
        "an order is durable before it is sent; a dead disk means cancels only",
        Checked("syncs of the journal, at each send"),
    ),
    line(
        33,
        "I33",
        S0,
        "no secret leaves",
        Elsewhere("mm-bot: tests that read logs and output for the key"),
    ),
    line(
        34,
        "I34",
        S1,
        "signals count only while they are fresh",
        Elsewhere("hl-signals: tests of the board; hl-engine: tests of signals"),
    ),
    line(35, "I35", S0, "no silent configuration", Elsewhere("mm-bot: tests of the configuration")),
    line(
        36,
        "I36",
        S0,
        "no input panics",
        Run("a panic is caught, counted as a breach and reported with its seed"),
    ),
    line(
        37,
        "I37",
        S2,
        "symbols are opaque",
        Elsewhere("hl-specs: tests of coins; hl-engine: tests of pairs in lines"),
    ),
    line(38, "I38", S0, "listeners are local", Elsewhere("hl-sim-http: tests of the listener")),
    line(
        39,
        "I39",
        S2,
        "the number of metric series is bounded",
        Elsewhere("mm-bot: labels are markets and closed lists; tests of metrics"),
    ),
    line(
        40,
        "I40",
        S1,
        "half a minute after the faults, it quotes or says why not",
        Checked("the exchange's book and the bot's reasons"),
    ),
    line(
        41,
        "I41",
        S1,
        "equal seeds give equal runs",
        Run("some seeds are run twice and their digests compared"),
    ),
    line(
        42,
        "I42",
        S0,
        "no promise without its denominator",
        Run("a checker that judged nothing in a large run is a failure"),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_complete_and_in_order() {
        for (place, invariant) in INVARIANTS.iter().enumerate() {
            assert_eq!(invariant.id.place(), place);
            assert_eq!(invariant.id.to_string(), invariant.name);
        }
    }
}
