//! What people are told.

use core::fmt;

use hl_engine::{EventKind, Grade, Liquidity, Operator, SubmitEnd};
use hl_wire::RejectCode;

/// Who should care.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    /// Nobody has to.
    Info,
    /// Somebody, today.
    Warn,
    /// Somebody, now.
    Page,
}

impl Severity {
    /// The word in messages, and in the alerts of Prometheus.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Page => "page",
        }
    }
}

/// One thing to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) severity: Severity,
    /// A word for its kind: with `pair`, what is not said twice in a row.
    pub(crate) kind: &'static str,
    pub(crate) pair: Option<String>,
    pub(crate) text: String,
}

impl Notice {
    pub(crate) fn new(severity: Severity, kind: &'static str, text: impl Into<String>) -> Self {
        Self { severity, kind, pair: None, text: text.into() }
    }

    fn of_market(self, pair: impl fmt::Display) -> Self {
        Self { pair: Some(pair.to_string()), ..self }
    }

    /// What an event is to people, if anything.
    pub(crate) fn of(event: &EventKind) -> Option<Self> {
        Some(match event {
            EventKind::Halt(halt) => {
                let text = format!(
                    "halted ({}): nothing is quoted until `mm-bot resume`",
                    halt.cause.code()
                );
                Self::new(Severity::Page, "halt", text)
            }
            EventKind::Operator(Operator::Resume) => {
                Self::new(Severity::Info, "resume", "resumed by the operator")
            }
            EventKind::Grade(line) => {
                let severity = match line.grade {
                    Grade::Normal => Severity::Info,
                    Grade::Widen(_) | Grade::OneSided | Grade::CancelOnly => Severity::Warn,
                    Grade::Flatten | Grade::Halt => Severity::Page,
                };
                let (grade, cause) = (line.grade.code(), line.cause.code());
                let text = format!("{grade} ({cause}: {}, limit {})", line.have, line.limit);
                // Grades that differ are different news.
                let notice = Self::new(severity, grade, text);
                match &line.pair {
                    Some(pair) => notice.of_market(pair),
                    None => notice,
                }
            }
            EventKind::Submit(submit) => {
                let SubmitEnd::Rejected(code) = submit.end else { return None };
                let text = format!("the venue refused an order: {code}");
                Self::new(of_code(code)?, code.code(), text).of_market(&submit.pair)
            }
            EventKind::Fill(fill) if fill.liquidity == Liquidity::Taker => {
                let text = format!("took {} at {}", fill.size, fill.price);
                Self::new(Severity::Page, "took", text).of_market(&fill.pair)
            }
            EventKind::Stopped { remaining } if *remaining > 0 => {
                let text = format!("stopped; {remaining} orders may still be live");
                Self::new(Severity::Page, "stopped", text)
            }
            _ => return None,
        })
    }
}

/// A refusal that is in our hands is a defect; a race is not.
const fn of_code(code: RejectCode) -> Option<Severity> {
    match code {
        RejectCode::Tick
        | RejectCode::InvalidPrice
        | RejectCode::Size
        | RejectCode::MinNotional
        | RejectCode::MaxNotional
        | RejectCode::Empty
        | RejectCode::BatchWeight
        | RejectCode::Nonce
        | RejectCode::Auth
        | RejectCode::Request => Some(Severity::Page),
        RejectCode::Margin | RejectCode::Rate | RejectCode::Halted => Some(Severity::Warn),
        _ => None,
    }
}
