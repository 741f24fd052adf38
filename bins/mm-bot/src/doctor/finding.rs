//! What was found.

use core::fmt;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// As it should be.
    Ok,
    /// Worth knowing; a run starts all the same.
    Warn,
    /// A run on a venue with real orders does not start.
    Wrong,
}

impl Verdict {
    /// The word in the report.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Wrong => "wrong",
        }
    }
}

/// One matter that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// What was looked at.
    pub(crate) matter: String,
    pub(crate) verdict: Verdict,
    /// What was seen.
    pub(crate) saw: String,
    /// What to do about it, unless it is well.
    pub(crate) fix: Option<String>,
}

impl Finding {
    pub(crate) fn ok(matter: impl Into<String>, saw: impl Into<String>) -> Self {
        Self { matter: matter.into(), verdict: Verdict::Ok, saw: saw.into(), fix: None }
    }

    pub(crate) fn warn(
        matter: impl Into<String>,
        saw: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        let fix = Some(fix.into());
        Self { matter: matter.into(), verdict: Verdict::Warn, saw: saw.into(), fix }
    }

    pub(crate) fn wrong(
        matter: impl Into<String>,
        saw: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        let fix = Some(fix.into());
        Self { matter: matter.into(), verdict: Verdict::Wrong, saw: saw.into(), fix }
    }

    /// The finding for programs.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "matter": self.matter,
            "verdict": self.verdict.word(),
            "saw": self.saw,
            "hint": self.fix,
        })
    }

    /// A question that the venue did not answer.
    pub(super) fn unanswered(matter: impl Into<String>, error: impl fmt::Display) -> Self {
        Self::wrong(matter, format!("not answered: {error}"), "try again in a minute")
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<6}{:<16}{}", self.verdict.word(), self.matter, self.saw)?;
        match &self.fix {
            Some(fix) => write!(f, "\n{:22}hint: {fix}", ""),
            None => Ok(()),
        }
    }
}
