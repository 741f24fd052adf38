//! Commands that act on an account without trading for it: `cancel-all`, `flatten`, `halt` and
//! `resume`. They work whether a bot runs for it, hangs, or is down.
//!
//! One bot has the account's lock. These commands do not need it: an operator who wants everything
//! gone cannot wait for a process that hangs. Instead of the lock they take its holder out of the
//! game first: a word is left for it, which halts it now if it can hear, and otherwise from its next
//! breath or its next start on. Where nobody has the lock they hold it themselves, so that no bot
//! starts in between.

pub(crate) mod cancel_all;
pub(crate) mod flatten;
pub(crate) mod halt;
mod plan;

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use hl_client::{InfoClient, InfoError, RetryPolicy, clock};
use hl_specs::Universe;
use hl_wire::info::Meta;
use rustix::process::{Pid, Signal, kill_process};
use tokio::time::{Instant, timeout, timeout_at};

use crate::config::{Settings, Venue as Where};
use crate::exit::{Exit, Failed};
use crate::runtime::home;
use crate::runtime::keyfile;
use crate::runtime::tasks::Link;
use crate::runtime::venue::{self, Access, unreachable};
use crate::state::{FileLock, LockError, Place, Word};

/// The account of a venue that is not inside this process, and where its state is.
struct Account {
    access: Access,
    place: Place,
    /// Where state of all accounts is.
    state: PathBuf,
}

/// Who trades for it at present.
enum Holder {
    /// Nobody: the lock is ours until this is dropped.
    Us(#[expect(dead_code, reason = "held, never read")] FileLock),
    /// Another process, by number if the lock says it.
    Process(Option<i32>),
}

impl Holder {
    const fn process(&self) -> Option<i32> {
        match self {
            Self::Us(_) => None,
            Self::Process(pid) => *pid,
        }
    }

    const fn is_process(&self) -> bool {
        matches!(self, Self::Process(_))
    }
}

impl Account {
    /// # Errors
    /// There is no such account: the embedded exchange lives and dies with its run.
    fn open(settings: &Settings) -> Result<Self, Failed> {
        if settings.venue == Where::Sim && settings.url.is_none() {
            let what = "the embedded exchange lives inside `mm-bot run` and ends with it";
            return Err(Failed::new(Exit::Preflight, what)
                .hint("--url names another venue; a run is halted by SIGUSR1, ended by SIGTERM"));
        }
        let access = Access::of(settings)?;
        let place = home::place(settings, access.account, &access.endpoint)?;
        Ok(Self { access, place, state: settings.state_root().to_path_buf() })
    }

    /// `sim 127.0.0.1:3001 0x1111…`
    fn title(&self) -> String {
        let Access { name, endpoint, account, .. } = &self.access;
        format!("{name} {} {account}", endpoint.info().authority())
    }

    /// Who has the lock; it is taken if nobody has.
    fn holder(&self) -> Result<Holder, Failed> {
        match FileLock::acquire(&self.place.lock()) {
            Ok(lock) => Ok(Holder::Us(lock)),
            Err(LockError::Held(holder)) => Ok(Holder::Process(holder.pid)),
            Err(error @ LockError::Io(..)) => Err(error.into()),
        }
    }

    /// Leaves a word for a process and wakes it.
    fn leave(&self, word: &Word, process: Option<i32>) -> Result<(), Failed> {
        let file = self.place.word();
        file.write(word).map_err(|error| {
            Failed::new(Exit::Failure, format!("{}: cannot be written: {error}", file.0.display()))
        })?;
        let signal = match word {
            Word::Halt { .. } => Signal::USR1,
            Word::Resume { .. } => Signal::USR2,
        };
        // The word is read within seconds without a signal, too.
        if let Some(pid) = process.and_then(Pid::from_raw) {
            let _ = kill_process(pid, signal);
        }
        Ok(())
    }

    /// Halts whoever trades for the account, without waiting for it to obey. On standard error, so
    /// that nobody wonders later why nothing is quoted.
    fn halt_holder(&self, reason: &str) -> Result<Holder, Failed> {
        let holder = self.holder()?;
        if holder.is_process() {
            let word = Word::halt(clock::now(), Some(reason));
            let left = self.leave(&word, holder.process());
            let who =
                holder.process().map_or_else(|| "a process".to_owned(), |n| format!("process {n}"));
            let note = match &left {
                Ok(()) => format!("{who} trades for this account: halted until `mm-bot resume`"),
                // What follows is worth doing all the same.
                Err(failed) => {
                    format!("{who} trades for this account and could not be halted: {failed}")
                }
            };
            writeln!(std::io::stderr(), "{note}")?;
        }
        Ok(holder)
    }

    /// Connections of its own, and the markets; a venue that is unwell is asked until `until`.
    async fn link(&self, until: Instant) -> Result<(Link, Universe), Failed> {
        let Access { endpoint, account, key_file, .. } = &self.access;
        let key = keyfile::read(key_file)?;
        let mark = venue::mark(key_file, key.address(), &self.state);
        let nonces = venue::nonces_or_beside(&mark, &key)?;
        let link = venue::link(endpoint.clone(), *account, key, nonces)?;
        let patient = link.info.with_retries(RetryPolicy::default());
        let mut builder = Universe::builder().perps(&meta(&patient, until).await?);
        // Spot orders of a human can only be cancelled by the number of their pair.
        if let Ok(Ok(spot)) = timeout(SPOT, patient.spot_meta()).await {
            builder = builder.spot(&spot);
        }
        let universe = builder.build();
        Ok((link, universe.map_err(|e| Failed::new(Exit::Preflight, e.to_string()))?))
    }
}

/// Without the list of markets nothing can be cancelled: it is asked for again and again. Where nobody
/// listens at all, the address is wrong or the venue is gone, and that is said at once.
async fn meta(info: &InfoClient, until: Instant) -> Result<Meta, Failed> {
    loop {
        let error = match timeout_at(until, info.meta(None)).await {
            Ok(Ok(meta)) => return Ok(meta),
            Ok(Err(error)) => error,
            Err(_) => {
                return Err(Failed::new(Exit::Unreachable, "the venue has not answered in time")
                    .hint("again, or with a longer --within"));
            }
        };
        let gone = matches!(&error, InfoError::Transport(error) if !error.was_sent());
        if gone || matches!(error, InfoError::Refused { .. }) || Instant::now() + LOOK >= until {
            return Err(unreachable(error));
        }
        tokio::time::sleep(LOOK * 5).await;
    }
}

/// Runs `work` to its end on a runtime of its own.
fn block_on<T>(work: impl Future<Output = Result<T, Failed>>) -> Result<T, Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(work);
    runtime.shutdown_background();
    result
}

/// How long the spot markets may take: hardly anybody needs them here.
const SPOT: Duration = Duration::from_secs(2);
/// How often something that is waited for is looked at.
const LOOK: Duration = Duration::from_millis(100);
