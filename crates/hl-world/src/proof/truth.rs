//! What is so: which markets there are, and what each is worth to somebody who quotes it.

use hl_sim::background::Flow;
use hl_sim::universe;

use crate::dice::Dice;

/// Markets that the old system's example quotes (`rotation_evt=rebalance pairs=ASTER,SOL,FARTCOIN`).
pub(super) const EXAMPLE: [&str; 3] = ["ASTER", "SOL", "FARTCOIN"];

/// How many there are of each other kind.
const EACH: usize = 3;

/// What a market is worth to somebody who quotes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// More takers who trade for reasons of their own, and hardly any who know the fair price.
    Good,
    /// The usual mixture.
    Usual,
    /// Few of those, and one who knows looks at the book at every step.
    Toxic,
}

/// A market of a trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub coin: String,
    /// The truth about it.
    pub kind: Kind,
}

/// What [`universe::flow`] says about a market.
fn kind(coin: &str) -> Kind {
    let (flow, usual) = (universe::flow(coin), Flow::default());
    match flow.informed.cmp(&usual.informed) {
        std::cmp::Ordering::Less => Kind::Good,
        std::cmp::Ordering::Equal => Kind::Usual,
        std::cmp::Ordering::Greater => Kind::Toxic,
    }
}

/// The markets of the trial of a seed: the three of the old system's example, which are usual, and
/// three of each kind, in an order that says nothing about them.
#[must_use]
pub fn markets(seed: u64) -> Vec<Listed> {
    let mut dice = Dice::new(seed, "proof markets");
    let mut left: Vec<Listed> = universe::many(200)
        .into_iter()
        .filter(|market| market.coin.starts_with("SYN"))
        .map(|market| Listed { kind: kind(&market.coin), coin: market.coin })
        .collect();
    let mut all: Vec<Listed> =
        EXAMPLE.map(|coin| Listed { coin: coin.to_owned(), kind: kind(coin) }).to_vec();
    for wanted in [Kind::Good, Kind::Usual, Kind::Toxic] {
        for _ in 0..EACH {
            let of_kind = left.iter().enumerate().filter(|(_, listed)| listed.kind == wanted);
            let places: Vec<usize> = of_kind.map(|(place, _)| place).collect();
            let Some(place) = draw(&mut dice, &places) else { continue };
            all.push(left.swap_remove(place));
        }
    }
    shuffle(&mut dice, &mut all);
    all
}

/// One of these.
fn draw(dice: &mut Dice, places: &[usize]) -> Option<usize> {
    let at = dice.below(u64::try_from(places.len()).unwrap_or(0));
    places.get(usize::try_from(at).ok()?).copied()
}

/// Fisher and Yates.
pub(super) fn shuffle<T>(dice: &mut Dice, all: &mut [T]) {
    for last in (1..all.len()).rev() {
        let bound = u64::try_from(last).unwrap_or(0).saturating_add(1);
        all.swap(last, usize::try_from(dice.below(bound)).unwrap_or(0));
    }
}
