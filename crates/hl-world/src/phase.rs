//! The parts of a run.

/// A part of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Faults happen: safety has to hold, nothing else.
    #[default]
    Faults,
    /// No more faults: the bot has to find its way back to quoting.
    Healed,
    /// The bot has been asked to stop.
    Stopping,
}

impl Phase {
    /// The word in reports and traces.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Faults => "faults",
            Self::Healed => "healed",
            Self::Stopping => "stopping",
        }
    }
}
