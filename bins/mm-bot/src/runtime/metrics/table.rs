//! The table of metrics, of which everything else is made: the scrape, `mm-bot metrics`, and the page
//! that documents them.

use prometheus_client::metrics::histogram::Histogram;

use super::{Pulse, Seen, account, market, refusals, shell};

/// How a metric behaves over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Only rises while the process lives. Its name ends in `_total`.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts by size.
    Histogram,
}

impl Kind {
    /// The word of the exposition format.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// Where the values come from.
pub(super) enum Read {
    Rows(fn(&Seen<'_>, &mut Rows)),
    Buckets(fn(&Pulse) -> &Histogram),
}

/// One metric.
pub(crate) struct Metric {
    /// With its unit, and `_total` if it is a counter.
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) labels: &'static [&'static str],
    /// What it says, for people.
    pub(crate) help: &'static str,
    pub(super) read: Read,
}

/// Values of one metric, each with the values of its labels.
#[derive(Debug, Default)]
pub(super) struct Rows(pub(super) Vec<(Vec<String>, f64)>);

impl Rows {
    /// One value. Without a number there is no row: an absent series is not a zero.
    pub(super) fn put<const N: usize>(&mut self, labels: [&str; N], value: impl Into<Option<f64>>) {
        if let Some(value) = value.into() {
            self.0.push((labels.iter().map(|&label| label.to_owned()).collect(), value));
        }
    }
}

pub(super) const fn counter(
    name: &'static str,
    labels: &'static [&'static str],
    read: fn(&Seen<'_>, &mut Rows),
    help: &'static str,
) -> Metric {
    Metric { name, kind: Kind::Counter, labels, help, read: Read::Rows(read) }
}

pub(super) const fn gauge(
    name: &'static str,
    labels: &'static [&'static str],
    read: fn(&Seen<'_>, &mut Rows),
    help: &'static str,
) -> Metric {
    Metric { name, kind: Kind::Gauge, labels, help, read: Read::Rows(read) }
}

pub(super) const fn histogram(
    name: &'static str,
    read: fn(&Pulse) -> &Histogram,
    help: &'static str,
) -> Metric {
    Metric { name, kind: Kind::Histogram, labels: &[], help, read: Read::Buckets(read) }
}

/// Every metric, in the order of the page.
pub(crate) fn metrics() -> impl Iterator<Item = &'static Metric> {
    [market::ORDERS, refusals::REFUSALS, market::STATE, account::ACCOUNT, shell::SHELL]
        .into_iter()
        .flatten()
}

/// A count as the format's number. Exact up to 2^53.
pub(super) fn count(n: u64) -> f64 {
    n as f64
}

/// `true` is 1.
pub(super) fn flag(set: bool) -> f64 {
    f64::from(u8::from(set))
}

/// Milliseconds in seconds.
pub(super) fn seconds(ms: u64) -> f64 {
    count(ms) / 1_000.0
}

/// A decimal as the format's number: the nearest.
pub(super) fn number(text: &impl core::fmt::Display) -> Option<f64> {
    text.to_string().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_conventions_and_are_unique() {
        let mut names = std::collections::BTreeSet::new();
        for metric in metrics() {
            let name = metric.name;
            assert!(names.insert(name), "{name} twice");
            assert!(name.starts_with("mm_") || name.starts_with("process_"), "{name}");
            assert_eq!(name.ends_with("_total"), metric.kind == Kind::Counter, "{name}");
            let word = |c: char| c.is_ascii_lowercase() || c == '_';
            assert!(name.chars().all(word), "{name}");
            assert!(metric.labels.iter().all(|label| label.chars().all(word)), "{name}");
            assert!(metric.help.ends_with('.'), "{name}: {}", metric.help);
            // The format's own endings must not be part of a name.
            for end in ["_sum", "_count", "_bucket", "_created", "_info"] {
                assert!(!name.ends_with(end) || name == "mm_build_info", "{name}");
            }
        }
    }
}
