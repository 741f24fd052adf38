//! Typed values out of what each key's own check has already accepted.

use super::kind::{self, Fixed, UNIT};
use super::{Effective, Entry, Origin, Problem};

/// Reads the values that hold for all markets, or for one of them.
pub(super) struct Reader<'e> {
    effective: &'e Effective,
    /// The market whose own values come first.
    coin: Option<&'e str>,
    pub(super) problems: Vec<Problem>,
}

impl<'e> Reader<'e> {
    pub(super) const fn new(effective: &'e Effective, coin: Option<&'e str>) -> Self {
        Self { effective, coin, problems: Vec::new() }
    }

    fn own(&self, path: &str) -> Option<&'e Entry> {
        let coin = self.coin?;
        let mut own = self.effective.markets.iter();
        own.find(|((of, key), _)| of == coin && *key == path).map(|(_, entry)| entry)
    }

    fn entry(&self, path: &str) -> Option<&'e Entry> {
        self.own(path).or_else(|| self.effective.keys.get(path))
    }

    pub(super) fn text(&self, path: &str) -> &'e str {
        self.entry(path).map_or("", |entry| entry.value.as_str())
    }

    pub(super) fn some(&self, path: &str) -> Option<String> {
        let text = self.text(path);
        (!text.is_empty()).then(|| text.to_owned())
    }

    pub(super) fn chosen(&self, path: &str) -> bool {
        self.entry(path).is_some_and(|entry| entry.at != Origin::Default)
    }

    /// A value that its key's check let through parses; if the two ever disagree, that is a
    /// problem like any other and not a default.
    pub(super) fn value<T: Default>(
        &mut self,
        path: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> T {
        match parse(self.text(path)) {
            Ok(value) => value,
            Err(why) => {
                self.refuse(path, why, None);
                T::default()
            }
        }
    }

    pub(super) fn fixed(&mut self, path: &str) -> Fixed {
        self.value(path, |text| kind::decimal_within(text, 0, u32::MAX.into()))
    }

    /// A value of which nothing would be none at all.
    pub(super) fn positive(&mut self, path: &str) -> Fixed {
        let value = self.fixed(path);
        if value == 0 {
            self.refuse(path, "must be above 0", None);
        }
        value
    }

    pub(super) fn integer(&mut self, path: &str) -> u64 {
        self.value(path, |text| kind::integer_within(text, 0, u64::MAX))
    }

    /// Seconds, in milliseconds.
    pub(super) fn seconds(&mut self, path: &str) -> u64 {
        self.integer(path).saturating_mul(1_000)
    }

    pub(super) fn fixed_list(&mut self, path: &str) -> Vec<Fixed> {
        self.value(path, |text| {
            kind::list(text, |item| kind::decimal_within(item, 0, u32::MAX.into()))
        })
    }

    /// Refuses two values of which the first may not be above the second.
    pub(super) fn ordered(&mut self, (low, of_low): (&str, u64), (high, of_high): (&str, u64)) {
        if of_low > of_high {
            let name = high.split_once('.').map_or(high, |(_, name)| name);
            let value = self.text(high);
            self.refuse(low, format!("above {name}, which is {value}"), None);
        }
    }

    /// A problem with the value at `path`, at the place where it was written. One that a market
    /// inherits is told with the market for which it is one.
    pub(super) fn refuse(&mut self, path: &str, why: impl Into<String>, hint: Option<&str>) {
        let Some(entry) = self.entry(path) else { return };
        let mut why = why.into();
        if let (Some(coin), None) = (self.coin, self.own(path)) {
            why = format!("{why} (with the values of [market.{coin}])");
        }
        let name = if entry.name.is_empty() { path } else { &entry.name };
        let problem = Problem::new(entry.at.clone(), name, why).value(&entry.value);
        self.problems.push(match hint {
            Some(hint) => problem.hint(hint),
            None => problem,
        });
    }
}

/// Whole units of a [`Fixed`].
pub(super) const fn units(n: u64) -> Fixed {
    n.saturating_mul(UNIT)
}
