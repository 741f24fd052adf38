//! A run's faults.

use std::fmt;
use std::str::FromStr;

use super::dice::Dice;
use super::{Fault, Kind, UnreadableFault};

/// How often something goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Intensity(u32);

impl Intensity {
    /// Somewhat more than one fault a minute.
    pub const USUAL: Self = Self(90);

    /// So many faults in each hour of a run.
    #[must_use]
    pub const fn per_hour(faults: u32) -> Self {
        Self(faults)
    }
}

/// The faults of one run, in the order in which they begin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Sorted by [`Fault::at`].
    pub faults: Vec<Fault>,
}

impl Plan {
    /// A plan for a run of `run_ms` milliseconds. Equal arguments give equal plans, no fault lasts
    /// beyond the end of the run, and kinds come up equally often: they are dealt from a shuffled
    /// deck, which is shuffled again when it is empty.
    #[must_use]
    pub fn draw(seed: u64, run_ms: u64, intensity: Intensity) -> Self {
        const HOUR_MS: u64 = 3_600_000;
        let mut dice = Dice::new(seed, 0xfa17);
        let count = run_ms.saturating_mul(u64::from(intensity.0)) / HOUR_MS;
        let mut deck: Vec<&'static str> = Vec::new();
        let mut faults = Vec::new();
        for _ in 0..count {
            if deck.is_empty() {
                deck = shuffled(&mut dice);
            }
            let Some(kind) = deck.pop().and_then(|name| Kind::draw(name, &mut dice)) else {
                continue;
            };
            let at = dice.below(run_ms);
            let lasts_ms = dice.spread(300, 40_000).min(run_ms.saturating_sub(at));
            faults.push(Fault { at, lasts_ms, kind });
        }
        faults.sort_by_key(|fault| fault.at);
        Self { faults }
    }

    /// The same plan without the fault at this place, if there is one: a step of shrinking.
    #[must_use]
    pub fn without(&self, place: usize) -> Self {
        self.without_range(place..place.saturating_add(1))
    }

    /// The same plan without a stretch of faults: shrinking by halves first is quicker.
    #[must_use]
    pub fn without_range(&self, range: std::ops::Range<usize>) -> Self {
        let kept = self.faults.iter().enumerate().filter(|(place, _)| !range.contains(place));
        Self { faults: kept.map(|(_, fault)| fault.clone()).collect() }
    }

    /// The same plan with the fault at this place lasting half as long; nothing when it lasts less
    /// than two milliseconds, or there is none.
    #[must_use]
    pub fn shortened(&self, place: usize) -> Option<Self> {
        let mut plan = self.clone();
        let fault = plan.faults.get_mut(place).filter(|fault| fault.lasts_ms >= 2)?;
        fault.lasts_ms /= 2;
        Some(plan)
    }
}

/// Every kind's name in an order of the dice's choosing (Fisher-Yates).
fn shuffled(dice: &mut Dice) -> Vec<&'static str> {
    let mut deck = Kind::ALL_NAMES.to_vec();
    for end in (1..deck.len()).rev() {
        let bound = u64::try_from(end).unwrap_or(0).saturating_add(1);
        deck.swap(end, usize::try_from(dice.below(bound)).unwrap_or(0));
    }
    deck
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in &self.faults {
            writeln!(f, "{fault}")?;
        }
        Ok(())
    }
}

/// One fault a line; empty lines and those that begin with `#` are skipped. The faults are sorted.
impl FromStr for Plan {
    type Err = UnreadableFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let lines = text.lines().map(str::trim);
        let faults = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        let mut faults = faults.map(str::parse).collect::<Result<Vec<Fault>, _>>()?;
        faults.sort_by_key(|fault| fault.at);
        Ok(Self { faults })
    }
}
