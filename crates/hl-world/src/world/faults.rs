//! Faults: who carries them out.

use hl_sim::fault::{Fault, Kind, Layer};

use super::World;
use crate::crash::{CrashPoint, Death};
use crate::observe::Observation;
use crate::schedule::Due;

impl World<'_> {
    pub(super) fn come_due(&mut self, due: &Due, fault: Option<&Fault>) {
        match (due, fault) {
            (Due::Begin(place), Some(fault)) => self.begin_fault(*place, fault),
            (Due::End(place), Some(fault)) => self.end_fault(*place, fault),
            (Due::Word(word), _) => self.word(*word),
            (Due::Begin(_) | Due::End(_), None) => {}
        }
    }

    fn begin_fault(&mut self, _place: usize, fault: &Fault) {
        let count = self.faults.entry(fault.kind.name()).or_default();
        *count = count.saturating_add(1);
        self.see(&Observation::FaultOn(fault));
        match fault.kind.layer() {
            Layer::Line => self.network.inject(self.now, fault.kind),
            Layer::Venue => self.exchange.inject(&fault.kind),
            Layer::Clock | Layer::Disk => self.machine.begin(self.now, &fault.kind),
            Layer::Process if matches!(fault.kind, Kind::ProcTwo {}) => self.start_process(),
            Layer::Process => self.machine.begin(self.now, &fault.kind),
        }
    }

    pub(super) fn end_fault(&mut self, _place: usize, fault: &Fault) {
        match fault.kind.layer() {
            Layer::Line => self.network.heal(fault.kind),
            Layer::Venue => self.exchange.heal(&fault.kind),
            Layer::Clock | Layer::Disk => self.machine.end(&fault.kind),
            Layer::Process if matches!(fault.kind, Kind::ProcKill9 { .. }) => self.kill_at_last(),
            Layer::Process => {}
        }
        self.see(&Observation::FaultOff(fault));
    }

    /// A death whose point did not come by comes now, between two turns.
    pub(super) fn kill_at_last(&mut self) {
        self.machine.kill_by = None;
        if self.machine.kill.armed.take().is_none() {
            return;
        }
        for process in &mut self.processes {
            process.death = Some(Death::Killed(CrashPoint::Idle));
        }
        self.bury();
    }
}
