//! Where a process can die.

use std::fmt;

/// A place in the shell's work at which the process can be killed. The shell passes these in this
/// order for every batch of what the engine says: first its events, then its commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CrashPoint {
    /// The engine has decided; nothing is written and nothing is sent.
    BeforeWrite,
    /// The journal has been written, and is not yet on the disk: a part of it is lost, perhaps in
    /// the middle of a line.
    BeforeSync,
    /// The journal is on the disk and speaks of orders that are never sent.
    BeforeSend,
    /// The request is on its way; nobody will read its answer.
    AfterSend,
    /// Some of the commands of one decision are sent and the others are not.
    BetweenSends,
    /// An answer has arrived and is half digested: the engine knows, the journal does not.
    InAnswer,
    /// It waits for something to happen, with requests in flight or without.
    Idle,
}

impl CrashPoint {
    /// Every point. The shell comes by all but the last one.
    pub const ALL: [Self; 7] = [
        Self::BeforeWrite,
        Self::BeforeSync,
        Self::BeforeSend,
        Self::AfterSend,
        Self::BetweenSends,
        Self::InAnswer,
        Self::Idle,
    ];

    /// The word in reports and traces.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BeforeWrite => "before_write",
            Self::BeforeSync => "before_sync",
            Self::BeforeSend => "before_send",
            Self::AfterSend => "after_send",
            Self::BetweenSends => "between_sends",
            Self::InAnswer => "in_answer",
            Self::Idle => "idle",
        }
    }
}

impl fmt::Display for CrashPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Death {
    /// It was killed here.
    Killed(CrashPoint),
    /// It refused to start: another process holds the lock of the account.
    Locked,
    /// It ended by itself, in order: the engine had said its last word.
    Exited {
        /// Orders that the engine could not confirm as gone.
        remaining: u32,
    },
}

impl fmt::Display for Death {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Killed(point) => write!(f, "killed@{point}"),
            Self::Locked => f.write_str("locked"),
            Self::Exited { remaining } => write!(f, "exited remaining={remaining}"),
        }
    }
}
