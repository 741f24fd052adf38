//! From keys and values to numbers, with every fault found in one pass.

use std::collections::BTreeSet;

use hl_quant::{Decimal, ParseError, Price, Size};

use super::{OVERRIDE_PREFIX, OverrideError, OverrideFault, Overrides};

/// Which step a key sets.
#[derive(Clone, Copy)]
pub(super) enum Field {
    Tick,
    Lot,
}

impl Field {
    pub(super) fn key(self, sym: &str) -> String {
        let field = match self {
            Self::Tick => "TICK",
            Self::Lot => "LOT",
        };
        format!("{OVERRIDE_PREFIX}{sym}_{field}")
    }
}

impl Overrides {
    /// Reads the overrides among `pairs`; keys without the prefix are somebody else's.
    ///
    /// ```
    /// use hl_specs::Overrides;
    ///
    /// let overrides = Overrides::parse([("SPEC_OVERRIDE_SOL_TICK", "0.01"), ("HOME", "/root")])?;
    /// assert!(!overrides.is_empty());
    ///
    /// let refused = Overrides::parse([("SPEC_OVERRIDE_SOL_TICK", "1e-2")]).unwrap_err();
    /// assert_eq!(
    ///     refused[0].to_string(),
    ///     "SPEC_OVERRIDE_SOL_TICK=1e-2: unexpected 'e' at byte 1 of a decimal number; \
    ///      write a plain decimal such as 0.01"
    /// );
    /// # Ok::<(), Vec<hl_specs::OverrideError>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Every fault of every key, in the order given. One is enough to refuse the start.
    pub fn parse<K, V>(pairs: impl IntoIterator<Item = (K, V)>) -> Result<Self, Vec<OverrideError>>
    where
        K: AsRef<str>,
        V: AsRef<str>,
    {
        let mut overrides = Self::default();
        let mut seen = BTreeSet::new();
        let mut faults = Vec::new();
        for (key, value) in pairs {
            let (key, value) = (key.as_ref(), value.as_ref());
            let Some(rest) = key.strip_prefix(OVERRIDE_PREFIX) else { continue };
            let read = if seen.insert(key.to_owned()) {
                overrides.read(rest, value)
            } else {
                Err(OverrideFault::Duplicate)
            };
            if let Err(why) = read {
                let value = value.chars().take(64).collect();
                faults.push(OverrideError { key: key.to_owned(), value, why });
            }
        }
        if faults.is_empty() { Ok(overrides) } else { Err(faults) }
    }

    fn read(&mut self, rest: &str, value: &str) -> Result<(), OverrideFault> {
        let (sym, field) = if let Some(sym) = rest.strip_suffix("_TICK") {
            (sym, Field::Tick)
        } else if let Some(sym) = rest.strip_suffix("_LOT") {
            (sym, Field::Lot)
        } else {
            return Err(OverrideFault::Key);
        };
        if sym.is_empty() {
            return Err(OverrideFault::Key);
        }
        let raw = step(value)?;
        let entry = self.entries.entry(sym.to_owned()).or_default();
        match field {
            Field::Tick => entry.tick = Some(Price::from_raw(raw).ok_or(OverrideFault::Zero)?),
            Field::Lot => entry.lot = Some(Size::from_raw(raw)),
        }
        Ok(())
    }
}

/// A positive number of at most eight decimals, as 10^-8 units.
fn step(value: &str) -> Result<u64, OverrideFault> {
    if value.trim().is_empty() {
        return Err(OverrideFault::EmptyValue);
    }
    let parsed = Decimal::parse(value).map_err(OverrideFault::Number)?;
    match parsed.exact() {
        None => Err(OverrideFault::Number(ParseError::TooPrecise)),
        Some(0) => Err(OverrideFault::Zero),
        Some(raw) => Ok(raw),
    }
}
