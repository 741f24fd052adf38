//! The faults that are active, those that are to come, and when each ends.

use std::collections::BTreeMap;

use hl_quant::Millis;
use hl_sim::fault::{Fault, Kind};

/// Faults at a time, active or to come. A plan of a whole day has fewer.
const FAULTS_MAX: usize = 10_000;

/// One fault and its times.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    kind: Kind,
    /// When it begins; in the past once it is active.
    from: Millis,
    /// When it ends by itself; never without.
    until: Option<Millis>,
    begun: bool,
}

/// What has to be done to the line or to the exchange now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Begin(Kind),
    End(Kind),
}

/// The list, by number.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    entries: BTreeMap<u64, Entry>,
    last: u64,
}

impl Faults {
    /// Takes a fault that begins now and lasts until it is healed.
    pub(crate) fn add(&mut self, now: Millis, kind: Kind) -> Result<u64, &'static str> {
        self.insert(Entry { kind, from: now, until: None, begun: false })
    }

    /// Takes one with its times, counted from now.
    pub(crate) fn plan(&mut self, now: Millis, fault: &Fault) -> Result<u64, &'static str> {
        let from = now.plus(fault.at);
        let until = Some(from.plus(fault.lasts_ms));
        self.insert(Entry { kind: fault.kind, from, until, begun: false })
    }

    fn insert(&mut self, entry: Entry) -> Result<u64, &'static str> {
        if self.entries.len() >= FAULTS_MAX {
            return Err("too many faults at a time; heal some");
        }
        self.last = self.last.saturating_add(1);
        self.entries.insert(self.last, entry);
        Ok(self.last)
    }

    /// What is due, in the order of time.
    pub(crate) fn due(&mut self, now: Millis) -> Vec<Change> {
        let mut changes: Vec<(Millis, Change)> = Vec::new();
        for entry in self.entries.values_mut() {
            if !entry.begun && entry.from <= now {
                entry.begun = true;
                changes.push((entry.from, Change::Begin(entry.kind)));
            }
            if let Some(until) = entry.until.filter(|until| *until <= now) {
                changes.push((until, Change::End(entry.kind)));
            }
        }
        self.entries.retain(|_, entry| entry.until.is_none_or(|until| until > now));
        changes.sort_by_key(|(at, _)| *at);
        changes.into_iter().map(|(_, change)| change).collect()
    }

    /// Takes a fault back before its time; what is to be undone, if it had begun.
    pub(crate) fn heal(&mut self, number: u64) -> Option<Vec<Change>> {
        let entry = self.entries.remove(&number)?;
        Some(entry.begun.then_some(Change::End(entry.kind)).into_iter().collect())
    }

    /// Takes all of them back: how many there were, and what is to be undone.
    pub(crate) fn heal_all(&mut self) -> (usize, Vec<Change>) {
        let count = self.entries.len();
        let entries = std::mem::take(&mut self.entries).into_values();
        (count, entries.filter(|entry| entry.begun).map(|entry| Change::End(entry.kind)).collect())
    }

    /// When something is due next.
    pub(crate) fn wake(&self) -> Option<Millis> {
        let next = |entry: &Entry| if entry.begun { entry.until } else { Some(entry.from) };
        self.entries.values().filter_map(next).min()
    }

    /// A line for each: its number, its text, and when it begins or ends.
    pub(crate) fn list(&self, now: Millis) -> Vec<String> {
        let time = |entry: &Entry| match (entry.begun, entry.until) {
            (false, _) => format!("begins in {} ms", entry.from.since(now)),
            (true, Some(until)) => format!("ends in {} ms", until.since(now)),
            (true, None) => "until healed".to_owned(),
        };
        let line =
            |(number, entry): (&u64, &Entry)| format!("{number} {}; {}", entry.kind, time(entry));
        self.entries.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Kind {
        text.parse().unwrap()
    }

    #[test]
    fn a_planned_fault_begins_and_ends_by_itself() {
        let mut faults = Faults::default();
        let fault: Fault = "ack.drop prob=1 @100+50".parse().unwrap();
        assert_eq!(faults.plan(Millis(1_000), &fault), Ok(1));
        assert_eq!(faults.due(Millis(1_099)), []);
        assert_eq!(faults.wake(), Some(Millis(1_100)));
        assert_eq!(faults.list(Millis(1_000)), ["1 ack.drop prob=1; begins in 100 ms"]);
        assert_eq!(faults.due(Millis(1_100)), [Change::Begin(kind("ack.drop prob=1"))]);
        assert_eq!(faults.list(Millis(1_120)), ["1 ack.drop prob=1; ends in 30 ms"]);
        assert_eq!(faults.due(Millis(1_150)), [Change::End(kind("ack.drop prob=1"))]);
        assert_eq!((faults.wake(), faults.list(Millis(1_150)).len()), (None, 0));
    }

    #[test]
    fn one_that_was_slept_through_begins_and_ends_in_order() {
        let mut faults = Faults::default();
        faults.plan(Millis(0), &"ws.close code=1001 @5+5".parse().unwrap()).unwrap();
        let close = kind("ws.close code=1001");
        assert_eq!(faults.due(Millis(60)), [Change::Begin(close), Change::End(close)]);
    }

    #[test]
    fn healing_undoes_what_has_begun_and_forgets_what_has_not() {
        let mut faults = Faults::default();
        let now = faults.add(Millis(0), kind("net.blackhole")).unwrap();
        let later = faults.plan(Millis(0), &"req.drop prob=1 @9000+1".parse().unwrap()).unwrap();
        assert_eq!(faults.due(Millis(0)).len(), 1);
        assert_eq!(faults.heal(later), Some(Vec::new()));
        assert_eq!(faults.heal(later), None, "it is gone");
        assert_eq!(faults.heal(now), Some(vec![Change::End(kind("net.blackhole"))]));
        assert_eq!(faults.heal_all(), (0, Vec::new()));
    }

    #[test]
    fn the_list_is_bounded() {
        let mut faults = Faults::default();
        for _ in 0..FAULTS_MAX {
            faults.add(Millis(0), kind("net.blackhole")).unwrap();
        }
        assert!(faults.add(Millis(0), kind("net.blackhole")).unwrap_err().contains("too many"));
        assert_eq!(faults.heal_all().0, FAULTS_MAX);
    }
}
