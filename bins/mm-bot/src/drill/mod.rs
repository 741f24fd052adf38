//! The fire drill: the whole chain from an order to the person who is told, walked for real.
//!
//! A bot of this very program trades on an exchange inside this process, which then refuses prices
//! for their tick. What must follow is looked for where an operator would look: in the log, in the
//! metrics, in the rule that alerts, at the receiver of messages. Then the switch that stops
//! everything is thrown, the bot is frozen and cancelled from outside, and its records are read
//! again. The exchange's own account is the judge of every step. Last come the parts that are
//! configured and belong to real operation: the log file, the receiver of messages, Prometheus,
//! Alertmanager.
//!
//! A drill that cannot fail proves nothing, so every step can be broken on purpose: [`Step`] is what
//! `--break` takes.

mod inbox;
mod outside;
mod rule;
mod scrape;
mod stage;
mod steps;

use clap::ValueEnum;
use hl_client::clock;

use self::stage::Stage;
use crate::config::Settings;
use crate::doctor::Finding;
use crate::exit::Failed;

/// One step on the drill's own stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Step {
    /// A bot starts and the exchange accepts its orders.
    Bot,
    /// Every line of its log can be read, and every order is in it.
    Log,
    /// Its metrics count what the exchange counts.
    Metrics,
    /// Refusals for the tick are in the log and in the metrics.
    Refusal,
    /// The rule of the alert fires on them.
    Rule,
    /// A message about them is delivered.
    Message,
    /// `mm-bot halt` empties the book and keeps it empty; `mm-bot resume` ends that.
    Halt,
    /// `mm-bot cancel-all` empties the book of a bot that hangs.
    CancelAll,
    /// SIGTERM ends the bot, and nothing of ours is left.
    Stop,
    /// Its journals are whole, and its decisions can be repeated to the byte.
    Journal,
}

impl Step {
    const ALL: [Self; 10] = [
        Self::Bot,
        Self::Log,
        Self::Metrics,
        Self::Refusal,
        Self::Rule,
        Self::Message,
        Self::Halt,
        Self::CancelAll,
        Self::Stop,
        Self::Journal,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Bot => "bot",
            Self::Log => "log",
            Self::Metrics => "metrics",
            Self::Refusal => "refusal",
            Self::Rule => "rule",
            Self::Message => "message",
            Self::Halt => "halt",
            Self::CancelAll => "cancel-all",
            Self::Stop => "stop",
            Self::Journal => "journal",
        }
    }

    /// What to do when it fails.
    const fn hint(self) -> &'static str {
        match self {
            Self::Bot => "mm-bot run --for 20s shows what it says by itself",
            Self::Log => "docs/logs.md says what each line must have; is the disk full?",
            Self::Metrics => "docs/metrics.md; does something else listen on loopback?",
            Self::Refusal => {
                "a refusal that nobody counts is a blind alarm: do not run on this build"
            }
            Self::Rule => "compare ops/prometheus/mm-bot-alerts.yaml with mm-bot metrics",
            Self::Message => "docs/alerts.md, Messages from the bot",
            Self::Halt | Self::CancelAll | Self::Stop => {
                "do not run on this build; the venue's own page can cancel in an emergency"
            }
            Self::Journal => "docs/journal.md; is the disk failing?",
        }
    }
}

/// The parts of real operation to include.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outside<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) prometheus: Option<&'a str>,
    pub(crate) alertmanager: Option<&'a str>,
}

/// Walks every step, and tells each as it ends, with how many milliseconds it took.
///
/// # Errors
/// The stage cannot be set: no exchange, no directory.
pub(crate) async fn walk(
    outside: Outside<'_>,
    broken: Option<Step>,
    tell: &mut dyn FnMut(&Finding, u64) -> Result<(), Failed>,
) -> Result<(), Failed> {
    let mut stage = Stage::set(broken).await?;
    for step in Step::ALL {
        let begin = clock::now();
        let finding = match stage.play(step).await {
            Ok(saw) => Finding::ok(step.name(), saw),
            Err(what) => Finding::wrong(step.name(), what, step.hint()),
        };
        tell(&finding, clock::now().since(begin))?;
        // Without a bot nothing else can be looked at.
        if step == Step::Bot && finding.fix.is_some() {
            break;
        }
    }
    drop(stage);
    let begin = clock::now();
    for finding in outside::examine(outside).await {
        tell(&finding, clock::now().since(begin))?;
    }
    Ok(())
}
