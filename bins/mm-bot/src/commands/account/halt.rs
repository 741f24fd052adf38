//! `halt` and `resume`: a bot that runs obeys within a breath, one that is down starts so.

use std::io::Write;
use std::time::Duration;

use hl_client::clock;
use serde_json::json;

use super::{Account, Holder, LOOK};
use crate::cli::{HaltArgs, ResumeArgs};
use crate::config::Settings;
use crate::exit::{Exit, Failed};
use crate::runtime::home;
use crate::state::{Journal, Word};

/// How long a running bot has to obey and to record it. Its loop turns at least once a second, and a
/// record is on the disk within another.
const PATIENCE: Duration = Duration::from_secs(10);

/// Halts.
///
/// # Errors
/// It cannot be recorded, or the bot does not answer.
pub(crate) fn halt(
    args: &HaltArgs,
    settings: &Settings,
    out: &mut impl Write,
) -> Result<Exit, Failed> {
    let word = Word::halt(clock::now(), args.reason.as_deref());
    say(&word, settings, args.venue.json, out)
}

/// Ends a halt or safe mode.
///
/// # Errors
/// It cannot be recorded, or the bot does not answer.
pub(crate) fn resume(
    args: &ResumeArgs,
    settings: &Settings,
    out: &mut impl Write,
) -> Result<Exit, Failed> {
    say(&Word::Resume { at: clock::now() }, settings, args.venue.json, out)
}

fn say(
    word: &Word,
    settings: &Settings,
    as_json: bool,
    out: &mut impl Write,
) -> Result<Exit, Failed> {
    let account = Account::open(settings)?;
    let holder = account.holder()?;
    let process = holder.process();
    let who = match &holder {
        Holder::Us(_) => {
            record(&account, settings, word)?;
            "no bot runs; the next one starts so".to_owned()
        }
        Holder::Process(pid) => {
            account.leave(word, *pid)?;
            wait(&account, word, *pid)?;
            pid.map_or_else(|| "the running bot".to_owned(), |pid| format!("process {pid}"))
        }
    };
    let (name, halted) = match word {
        Word::Halt { .. } => ("halted", true),
        Word::Resume { .. } => ("resumed", false),
    };
    if as_json {
        let document = json!({
            "venue": account.access.name,
            "account": account.access.account.to_string(),
            "halted": halted,
            "reason": word.why(),
            "process": process,
        });
        writeln!(out, "{document:#}")?;
    } else {
        writeln!(out, "{}: {name} ({who})", account.title())?;
    }
    Ok(Exit::Ok)
}

/// Into the journal of a bot that is down. A word that still lies there is older than this one.
fn record(account: &Account, settings: &Settings, word: &Word) -> Result<(), Failed> {
    let access = &account.access;
    let run = home::run(settings, access.name, access.account, 0);
    let file = account.place.word();
    let earlier = file.read();
    // The earlier word first: a halt that nobody has obeyed yet must not outlive this resume, nor a
    // resume this halt.
    for word in earlier.iter().chain([word]) {
        let (_, notes) = Journal::amend(&account.place.journal(), run.clone(), word)?;
        for note in notes {
            writeln!(std::io::stderr(), "{note}")?;
        }
    }
    if let Some(earlier) = &earlier {
        file.clear(earlier)?;
    }
    Ok(())
}

/// Until the bot has taken the word away, which it does when it is on its disk.
fn wait(account: &Account, word: &Word, pid: Option<i32>) -> Result<(), Failed> {
    let file = account.place.word();
    let mut waited = Duration::ZERO;
    while file.read().as_ref() == Some(word) {
        if waited >= PATIENCE {
            let who = pid.map_or_else(|| "the bot".to_owned(), |pid| format!("process {pid}"));
            let seconds = PATIENCE.as_secs();
            let what = format!(
                "{who} has not taken the word within {seconds} s; it stays in {}, and holds from the \
                 bot's next breath or start on",
                file.0.display()
            );
            return Err(Failed::new(Exit::Failure, what)
                .hint("`mm-bot cancel-all` cancels without its help; SIGKILL ends it"));
        }
        std::thread::sleep(LOOK);
        waited += LOOK;
    }
    Ok(())
}
