//! Exit codes: an interface that scripts and service managers build on.

use std::process::ExitCode;

use crate::config::Problems;

/// How the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: done, and everything that was claimed was checked.
    Ok,
    /// 1: a failure that has no code of its own.
    Failure,
    /// 3: a check before the first order failed: key file, account, tape, specs.
    Preflight,
    /// 4: stopped, but orders remain at the venue, or could not be shown to be gone; or the run
    /// broke one of its promises (a taker fill, an illegal price, counts that differ).
    OrdersRemain,
    /// 5: the venue cannot be reached, or could not be for longer than the run may be offline.
    Unreachable,
    /// 6: stopped in order while halted or in safe mode: the next start begins so too, until
    /// `mm-bot resume`.
    Halted,
    /// 7: nothing was done, because `--confirm` is missing.
    NotConfirmed,
    /// 8: a report is no evidence: it has no attempts, or parts of its window are missing.
    Doubtful,
    /// 78: the configuration is wrong (`EX_CONFIG` of `sysexits.h`).
    Config,
}

impl Exit {
    /// The number.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failure => 1,
            // 2 is a usage error and is clap's own.
            Self::Preflight => 3,
            Self::OrdersRemain => 4,
            Self::Unreachable => 5,
            Self::Halted => 6,
            Self::NotConfirmed => 7,
            Self::Doubtful => 8,
            Self::Config => 78,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// An error that already knows how the process ends, with the next step for its reader.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) exit: Exit,
    pub(crate) what: String,
    pub(crate) hint: Option<String>,
}

impl Failed {
    pub(crate) fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self { exit, what: what.into(), hint: None }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<Problems> for Failed {
    fn from(problems: Problems) -> Self {
        Self::new(Exit::Config, problems.to_string())
    }
}

impl From<std::io::Error> for Failed {
    fn from(error: std::io::Error) -> Self {
        // Whoever reads standard output has seen enough, as under `| head`.
        let exit = match error.kind() {
            std::io::ErrorKind::BrokenPipe => Exit::Ok,
            _ => Exit::Failure,
        };
        Self::new(exit, error.to_string())
    }
}

impl core::fmt::Display for Failed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // Configuration problems come as `place: key: what` and stand on their own lines.
        match self.exit {
            Exit::Config => write!(f, "{}", self.what)?,
            _ => write!(f, "error: {}", self.what)?,
        }
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}
