//! From a `SYM` to a market, and from a number to a coarser grid.

use std::collections::BTreeMap;

use hl_quant::{BadOverride, MarketSpec};

use super::parse::Field;
use super::{AppliedOverride, Entry, OverrideError, OverrideFault, Overrides};
use crate::{Coin, Market, Universe};

impl Overrides {
    /// What each override does in `universe`, in the order of the market names.
    ///
    /// Call it at start, with the first universe, and refuse to start on an error.
    ///
    /// # Errors
    ///
    /// Every override that names no market, or more than one, or that is not a coarsening of the
    /// venue's grid.
    pub fn resolve(&self, universe: &Universe) -> Result<Vec<AppliedOverride>, Vec<OverrideError>> {
        let outcome = self.apply(&mut universe.clone());
        if outcome.refused.is_empty() {
            Ok(outcome.applied)
        } else {
            Err(outcome.refused.into_iter().map(|(_, error)| error).collect())
        }
    }

    /// Coarsens the grids of `universe` in place. A market whose override is refused keeps the
    /// venue's grid and is named in the outcome, so that the cache can close it for new orders.
    pub(crate) fn apply(&self, universe: &mut Universe) -> Outcome {
        let mut outcome = Outcome::default();
        let mut claimed = BTreeMap::new();
        for (sym, entry) in &self.entries {
            let coin = match find(sym, universe) {
                Ok(coin) => coin,
                Err(why) => {
                    outcome.refuse(None, sym, entry, &why);
                    continue;
                }
            };
            if let Some(other) = claimed.insert(coin.clone(), sym.clone()) {
                let why = OverrideFault::SameMarket { coin: coin.clone(), other };
                outcome.refuse(Some(&coin), sym, entry, &why);
                continue;
            }
            for market in universe.markets_mut().iter_mut().filter(|market| market.coin == coin) {
                match entry.coarsen(sym, market.venue_spec) {
                    Ok(spec) => {
                        market.spec = spec;
                        outcome.applied.push(applied(market, entry));
                    }
                    Err(faults) => {
                        let refused = faults.into_iter().map(|error| (Some(coin.clone()), error));
                        outcome.refused.extend(refused);
                    }
                }
            }
        }
        outcome.applied.sort_by(|a, b| a.coin.cmp(&b.coin));
        outcome
    }
}

/// What applying came to.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) applied: Vec<AppliedOverride>,
    /// With the market that it concerns, where one was found.
    pub(crate) refused: Vec<(Option<Coin>, OverrideError)>,
}

impl Outcome {
    /// Refuses all that is set for `sym`, because `sym` itself is wrong.
    fn refuse(&mut self, coin: Option<&Coin>, sym: &str, entry: &Entry, why: &OverrideFault) {
        let tick = entry.tick.map(|tick| (Field::Tick, tick.to_string()));
        let lot = entry.lot.map(|lot| (Field::Lot, lot.to_string()));
        for (field, value) in tick.into_iter().chain(lot) {
            let error = OverrideError { key: field.key(sym), value, why: why.clone() };
            self.refused.push((coin.cloned(), error));
        }
    }
}

impl Entry {
    fn coarsen(&self, sym: &str, venue: MarketSpec) -> Result<MarketSpec, Vec<OverrideError>> {
        let mut spec = venue;
        let mut faults = Vec::new();
        if let Some(tick) = self.tick {
            match spec.with_tick(tick) {
                Ok(coarser) => spec = coarser,
                Err(fault) => faults.push(refused(Field::Tick, sym, tick.to_string(), fault)),
            }
        }
        if let Some(lot) = self.lot {
            match spec.with_lot(lot) {
                Ok(coarser) => spec = coarser,
                Err(fault) => faults.push(refused(Field::Lot, sym, lot.to_string(), fault)),
            }
        }
        if faults.is_empty() { Ok(spec) } else { Err(faults) }
    }
}

fn refused(field: Field, sym: &str, value: String, fault: BadOverride) -> OverrideError {
    let step = match fault {
        BadOverride::TickTooFine { finest, .. } | BadOverride::TickNotAMultiple { finest, .. } => {
            finest.to_string()
        }
        BadOverride::LotTooFine { venue, .. } | BadOverride::LotNotAMultiple { venue, .. } => {
            venue.to_string()
        }
        _ => "the venue's own step".to_owned(),
    };
    let why = OverrideFault::NotACoarsening { fault, step };
    OverrideError { key: field.key(sym), value, why }
}

/// The one market that `sym` names.
fn find(sym: &str, universe: &Universe) -> Result<Coin, OverrideFault> {
    let portable = sym.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    let named = universe.markets().iter().map(|market| &market.coin);
    let found: Vec<_> = named
        .filter(|coin| if portable { portable_name(coin) == sym } else { coin.as_str() == sym })
        .cloned()
        .collect();
    match found.as_slice() {
        [coin] => Ok(coin.clone()),
        [] => Err(OverrideFault::Unknown(universe.unknown(sym))),
        _ => Err(OverrideFault::Ambiguous(found)),
    }
}

/// A market's name as a shell can write it in a variable's name.
fn portable_name(coin: &Coin) -> String {
    let upper = coin.as_str().chars().map(|c| c.to_ascii_uppercase());
    upper.map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

fn applied(market: &Market, entry: &Entry) -> AppliedOverride {
    let venue_tick = market.venue_spec.prices().finest_tick();
    AppliedOverride {
        coin: market.coin.clone(),
        venue_tick,
        tick: entry.tick.unwrap_or(venue_tick),
        venue_lot: market.venue_spec.sizes().lot(),
        lot: market.spec.sizes().lot(),
    }
}
