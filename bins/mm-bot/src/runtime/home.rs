//! Where a run keeps what must survive it, and that it is the only one.

use std::path::PathBuf;
use std::sync::Arc;

use hl_client::{Endpoint, clock};
use hl_engine::CloidTag;
use hl_journal::log::Quoted;
use hl_journal::{Run, SCHEMA, StartBudget};
use hl_wire::Address;

use super::embedded;
use crate::config::{Settings, Venue as Where};
use crate::exit::Failed;
use crate::state::{FileLock, Journal, Lease, Opened, Place, WordFile};

/// The state of a run, locked until this value is dropped.
#[derive(Debug)]
pub(super) struct Home {
    place: Place,
    lock: Arc<FileLock>,
}

impl Home {
    /// Takes the lock of an account at a venue that outlives the run.
    ///
    /// # Errors
    /// Another bot has it, or the directory cannot be used.
    pub(super) fn take(
        settings: &Settings,
        account: Address,
        endpoint: &Endpoint,
    ) -> Result<Self, Failed> {
        Self::of(place(settings, account, endpoint)?)
    }

    /// The same for the embedded exchange. Its account and its orders end with the run, and so does
    /// what is known of them, unless somebody named a directory.
    ///
    /// # Errors
    /// See [`Home::take`].
    pub(super) fn embedded(
        settings: &Settings,
        account: Address,
        endpoint: &Endpoint,
    ) -> Result<Self, Failed> {
        match settings.state_dir {
            None => Self::of(Place::temporary(embedded::random())?),
            Some(_) => Self::take(settings, account, endpoint),
        }
    }

    fn of(place: Place) -> Result<Self, Failed> {
        let lock = FileLock::acquire(&place.lock())?;
        Ok(Self { place, lock: Arc::new(lock) })
    }

    /// Reads what earlier runs left and counts this start.
    ///
    /// # Errors
    /// See [`Journal::open`].
    pub(super) fn journal(
        &self,
        settings: &Settings,
        venue: &str,
        account: Address,
        seed: u64,
    ) -> Result<Opened, Failed> {
        let run = run(settings, venue, account, seed);
        let budget = StartBudget {
            starts: u32::try_from(settings.max_starts).unwrap_or(u32::MAX),
            within_ms: settings.start_window_sec.saturating_mul(1_000),
        };
        let file = self.word();
        let word = file.read();
        let mut opened = Journal::open(&self.place.journal(), run, budget, word.as_ref())?;
        if let Some(word) = &word
            && opened.broken.is_none()
            && let Err(error) = file.clear(word)
        {
            opened.notes.push(format!("state_evt=word_stays reason={}", Quoted(error)));
        }
        Ok(opened)
    }

    /// Where every input and decision is recorded, if nobody chose another place.
    pub(super) fn decisions(&self) -> PathBuf {
        self.place.decisions()
    }

    /// Where what followed the opinions of sources is recorded.
    pub(super) fn signals(&self) -> PathBuf {
        self.place.signals()
    }

    /// Where an operator leaves a word.
    pub(super) fn word(&self) -> WordFile {
        self.place.word()
    }

    /// The lock, for the loop to look after.
    pub(super) fn lease(&self) -> Arc<dyn Lease> {
        Arc::clone(&self.lock) as Arc<dyn Lease>
    }
}

/// Who writes a journal.
pub(crate) fn run(settings: &Settings, venue: &str, account: Address, seed: u64) -> Run {
    Run {
        schema: SCHEMA,
        tag: format!("{:08x}", CloidTag::default().0),
        run: seed,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        config: settings.fingerprint.clone(),
        account: format!("{venue} {account}"),
        at: clock::now(),
    }
}

/// The place of an account. On a venue of one's own the address is part of its name, since there
/// may be several of them.
///
/// # Errors
/// The directory cannot be used.
pub(crate) fn place(
    settings: &Settings,
    account: Address,
    endpoint: &Endpoint,
) -> Result<Place, Failed> {
    let dir = settings.state_root();
    let venue = match settings.venue {
        Where::Mainnet => "mainnet".to_owned(),
        Where::Testnet => "testnet".to_owned(),
        // The embedded exchange has another port every time, and is the same to its operator.
        Where::Sim if settings.url.is_none() => "embedded".to_owned(),
        Where::Sim => format!("sim-{}", endpoint.info().authority()),
    };
    Place::open(dir, &format!("{venue}-{account}"))
}
