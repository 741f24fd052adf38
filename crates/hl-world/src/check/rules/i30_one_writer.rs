//! I30 (S0): one process at a time signs for an account.
//!
//! Judged at each send: the process that sends is the one that holds the account's lock.

use super::prelude::*;

#[derive(Debug, Default)]
pub(crate) struct OneWriter;

impl Rule for OneWriter {
    fn see(&mut self, view: &View<'_>, seen: &Seen<'_>, court: &mut Court) {
        let Seen::Sent { bot, .. } = seen else { return };
        let others = view
            .record
            .bots
            .iter()
            .filter(|(other, record)| *other != bot && record.alive && record.wrote);
        let other = others.map(|(other, _)| *other).next();
        court.judge(Id::of(30), other.is_none(), || {
            format!("process {bot} writes while {other:?} lives")
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{Case, order};

    #[test]
    fn two_processes_that_write_are_a_breach() {
        let mut case = Case::new(OneWriter);
        case.send(&[order(1, true, "149.5", "1")]);
        case.restart();
        case.send(&[order(2, true, "149.5", "1")]);
        assert_eq!((case.breaches(), case.judged(30)), (0, 2));
        case.second_process();
        case.send(&[order(3, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 1);
    }
}
