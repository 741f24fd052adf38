//! Every bot on every seed, and what that says.

use std::fmt::Write as _;

use hl_sim::Usd;

use super::{Arm, Kind, Opinion, Outcome, Paired, Trial, paired::usd, run};
use crate::WorldError;

/// The bots of a study, in the order in which they are printed.
pub const ARMS: [Arm; 7] = [
    Arm::Rotation(Opinion::Nobody),
    Arm::Fixed,
    Arm::Random,
    Arm::Knowing,
    Arm::Rotation(Opinion::Informs),
    Arm::Rotation(Opinion::Noise),
    Arm::Rotation(Opinion::Inverted),
];

/// What is compared with what: the first less the second.
pub const QUESTIONS: [(Arm, Arm, &str); 6] = [
    (Arm::Rotation(Opinion::Nobody), Arm::Fixed, "rotating, against the fixed three"),
    (Arm::Rotation(Opinion::Nobody), Arm::Random, "rotating, against a random three"),
    (Arm::Rotation(Opinion::Nobody), Arm::Knowing, "rotating, against who knows"),
    (Arm::Rotation(Opinion::Informs), Arm::Rotation(Opinion::Nobody), "with who informs, without"),
    (Arm::Rotation(Opinion::Noise), Arm::Rotation(Opinion::Nobody), "with noise, without"),
    (
        Arm::Rotation(Opinion::Inverted),
        Arm::Rotation(Opinion::Nobody),
        "with the inverted, without",
    ),
];

/// How every bot did in the world of one seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Which.
    pub seed: u64,
    /// In the order of [`ARMS`].
    pub outcomes: Vec<Outcome>,
}

impl Row {
    /// Runs every bot.
    ///
    /// # Errors
    /// As [`run`].
    pub fn run(trial: &Trial, seed: u64) -> Result<Self, WorldError> {
        let outcomes = ARMS.into_iter().map(|arm| run(trial, arm, seed));
        Ok(Self { seed, outcomes: outcomes.collect::<Result<_, _>>()? })
    }

    /// How one of them did.
    #[must_use]
    pub fn of(&self, arm: Arm) -> Option<&Outcome> {
        let place = ARMS.iter().position(|of| *of == arm)?;
        self.outcomes.get(place)
    }
}

/// The difference between two bots over all rows.
#[must_use]
pub fn compare(rows: &[Row], first: Arm, second: Arm) -> Paired {
    let earned = |row: &Row, arm| row.of(arm).map(|outcome| outcome.earned);
    let pairs: Vec<(Usd, Usd)> =
        rows.iter().filter_map(|row| earned(row, first).zip(earned(row, second))).collect();
    Paired::of(&pairs)
}

/// The tables: what each bot did on average, and what each comparison says.
#[must_use]
pub fn text(trial: &Trial, rows: &[Row]) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{} seeds, {} simulated minutes each, the same twelve markets for every bot of a seed\n\n\
         {:<20} {:>9} {:>9} {:>7} {:>7} {:>7} {:>8} {:>7}",
        rows.len(),
        trial.minutes,
        "bot",
        "USD/seed",
        "traded",
        "good %",
        "usual %",
        "toxic %",
        "entered",
        "left"
    );
    for arm in ARMS {
        let all: Vec<&Outcome> = rows.iter().filter_map(|row| row.of(arm)).collect();
        let _ = writeln!(text, "{}", line(arm, &all));
    }
    let _ = writeln!(
        text,
        "\n{:<36} {:>10} {:>22} {:>9}  verdict",
        "difference, seed by seed", "USD/seed", "95 % interval", "wins"
    );
    for (first, second, what) in QUESTIONS {
        let paired = compare(rows, first, second);
        let interval = paired.interval.map_or_else(
            || "-".to_owned(),
            |interval| format!("[{:+.3}, {:+.3}]", interval.low, interval.high),
        );
        let _ = writeln!(
            text,
            "{what:<36} {:>+10.3} {interval:>22} {:>4}/{:<4}  {}",
            paired.difference,
            paired.wins,
            paired.pairs,
            paired.verdict()
        );
    }
    text
}

fn line(arm: Arm, all: &[&Outcome]) -> String {
    let n = u64::try_from(all.len()).unwrap_or(0).max(1);
    let sum = |of: &dyn Fn(&Outcome) -> Usd| all.iter().map(|outcome| of(outcome)).sum::<Usd>();
    let mean = |amount: Usd| usd(amount.mul_div(1, i128::from(n)));
    let whole =
        |of: &dyn Fn(&Outcome) -> u64| all.iter().fold(0, |s: u64, o| s.saturating_add(of(o)));
    let part = |kind: Kind| whole(&|outcome| outcome.percent(kind)) / n;
    format!(
        "{:<20} {:>+9.3} {:>9.0} {:>7} {:>7} {:>7} {:>8} {:>7}",
        arm.name(),
        mean(sum(&|outcome| outcome.earned)),
        mean(sum(&|outcome| outcome.volume)),
        part(Kind::Good),
        part(Kind::Usual),
        part(Kind::Toxic),
        whole(&|outcome| u64::from(outcome.entered)),
        whole(&|outcome| outcome.open_orders),
    )
}

#[cfg(test)]
mod tests {
    use super::{ARMS, Row, compare, text};
    use crate::proof::{Arm, Opinion, Outcome, Trial};
    use hl_sim::Usd;

    /// Ten seeds in which each bot earns its place in the list more than the one after it.
    fn rows() -> Vec<Row> {
        let outcome = |seed: i64, place: i64| Outcome {
            earned: Usd::dollars(100 * seed - place),
            ..Outcome::default()
        };
        (0_i64..10)
            .map(|seed| Row {
                seed: seed.unsigned_abs(),
                outcomes: (0..).zip(ARMS).map(|(place, _)| outcome(seed, place)).collect(),
            })
            .collect()
    }

    #[test]
    fn what_the_seeds_have_in_common_is_not_in_a_difference() {
        let paired = compare(&rows(), Arm::Rotation(Opinion::Nobody), Arm::Random);
        let interval = paired.interval.unwrap();
        assert_eq!((paired.difference, interval.low, interval.high), (2.0, 2.0, 2.0));
        assert_eq!((paired.wins, paired.pairs), (10, 10));
    }

    #[test]
    fn the_tables_name_every_bot_and_every_comparison() {
        let text = text(&Trial::default(), &rows());
        for arm in ARMS {
            assert!(text.contains(arm.name()), "{text}");
        }
        let line = text.lines().find(|line| line.starts_with("rotating, against the fixed three"));
        assert!(line.unwrap().ends_with("[+1.000, +1.000]   10/10    earns more"), "{text}");
        assert!(text.contains("with who informs, without"));
        assert!(text.contains("earns less"));
    }
}
