//! The specs in use: how old they are, who fetches them, what changed.

mod age;
mod config;
mod flight;
mod lookup;

use std::collections::{BTreeMap, BTreeSet};

use hl_quant::Millis;

use crate::{AppliedOverride, Coin, Listing, Market, OverrideError, Overrides, SpecChange};
use crate::{Universe, diff};
use age::{Age, Stopwatch};
pub use config::{BadTimes, SpecCacheConfig};
use flight::Flights;
pub use flight::Ticket;
pub use lookup::{CancelOnly, Entry, Epoch, Lookup, Missing};

/// The specs in use, as a state machine without a clock or a socket.
///
/// The caller fetches. It asks [`begin_fetch`](Self::begin_fetch) for a ticket, which only one caller
/// holds at a time, gets the documents, and hands them in with [`complete`](Self::complete), or says
/// [`fail`](Self::fail). Every call takes the time; no call may be skipped for being early or late.
///
/// An age is counted from the *start* of the request, because that is the last moment at which the
/// document may have been true. Past the ceiling no order may be made, however long the venue is
/// away. A clock that jumps forwards makes specs older; one that is set back makes their age unknown,
/// which closes every market until the next document.
#[derive(Debug)]
pub struct SpecCache {
    config: SpecCacheConfig,
    overrides: Overrides,
    watch: Stopwatch,
    flights: Flights,
    epoch: Epoch,
    /// The last document, with overrides applied, and its age.
    loaded: Option<(Universe, Age)>,
    /// Markets that were in an earlier document: their orders may still need cancelling.
    gone: BTreeMap<Coin, Market>,
    /// The overrides as last reported, so that each is reported once per change.
    applied: Vec<AppliedOverride>,
    refused: Vec<OverrideError>,
    /// Markets whose override does not fit.
    closed: BTreeSet<Coin>,
}

/// Why a fetch is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// Only when the specs are due for it.
    IfDue,
    /// At once, whatever their age: the venue refused an order for its tick or size.
    Now,
}

/// What a completed fetch changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The version now.
    pub epoch: Epoch,
    /// What changed; everything is `Added` the first time.
    pub changes: Vec<SpecChange>,
    /// Overrides to log: those that are new, or act differently than when last reported.
    pub applied: Vec<AppliedOverride>,
    /// Overrides that do not fit, new since last reported. At start this is a reason to stop; later
    /// their markets are cancel-only.
    pub refused: Vec<OverrideError>,
}

/// A result that came too late: its ticket expired, or another was given since. The specs are as
/// before. Do not retry; the newer fetch answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("result of an expired fetch")]
pub struct Expired;

impl SpecCache {
    /// An empty cache.
    ///
    /// # Errors
    ///
    /// [`BadTimes`] when the times are not in order.
    pub fn new(config: SpecCacheConfig, overrides: Overrides) -> Result<Self, BadTimes> {
        config.check()?;
        Ok(Self {
            config,
            overrides,
            watch: Stopwatch::default(),
            flights: Flights::default(),
            epoch: Epoch(0),
            loaded: None,
            gone: BTreeMap::new(),
            applied: Vec::new(),
            refused: Vec::new(),
            closed: BTreeSet::new(),
        })
    }

    /// Permission to fetch: nothing while another fetch is under way, while the pause after the last
    /// attempt lasts, or when it is not due and not wanted at once.
    pub fn begin_fetch(&mut self, now: Millis, want: Want) -> Option<Ticket> {
        self.advance(now);
        let due =
            self.loaded.as_ref().is_none_or(|(_, age)| age.reached(self.config.refresh_after_ms));
        if due || want == Want::Now { self.flights.begin(&self.config) } else { None }
    }

    /// The documents of a fetch.
    ///
    /// # Errors
    ///
    /// [`Expired`]: the ticket is not the one under way, or the clock was set back meanwhile, so that
    /// the documents cannot be dated. Nothing changed; ask for another ticket.
    pub fn complete(
        &mut self,
        ticket: Ticket,
        mut universe: Universe,
        now: Millis,
    ) -> Result<Update, Expired> {
        self.advance(now);
        let age = self.flights.land(&ticket).filter(|age| age.known().is_some()).ok_or(Expired)?;
        self.flights.succeeded();

        let outcome = self.overrides.apply(&mut universe);
        let applied = news(&outcome.applied, &self.applied);
        let (coins, errors): (Vec<_>, Vec<_>) = outcome.refused.into_iter().unzip();
        let refused = news(&errors, &self.refused);
        self.closed = coins.into_iter().flatten().collect();
        self.applied = outcome.applied;
        self.refused = errors;

        let nothing = Universe::default();
        let before = self.loaded.as_ref().map_or(&nothing, |(before, _)| before);
        let changes = diff(before, &universe);
        for market in before.markets() {
            if universe.get(market.coin.as_str()).is_none() {
                self.gone.insert(market.coin.clone(), market.clone());
            }
        }
        self.gone.retain(|coin, _| universe.get(coin.as_str()).is_none());
        if !changes.is_empty() {
            self.epoch = Epoch(self.epoch.0.saturating_add(1));
        }
        self.loaded = Some((universe, age));
        Ok(Update { epoch: self.epoch, changes, applied, refused })
    }

    /// Says that a fetch came to nothing; the next may begin after a pause that grows with each
    /// failure. A ticket that expired is ignored.
    pub fn fail(&mut self, ticket: Ticket, now: Millis) {
        self.advance(now);
        if self.flights.land(&ticket).is_some() {
            self.flights.failed();
        }
    }

    /// When [`begin_fetch`](Self::begin_fetch) with [`Want::IfDue`] would next give a ticket, if
    /// nothing happens before; nothing while a fetch is under way.
    pub fn next_fetch(&mut self, now: Millis) -> Option<Millis> {
        self.advance(now);
        if self.flights.busy(&self.config) {
            return None;
        }
        let age = self.loaded.as_ref().and_then(|(_, age)| age.known());
        let until_due = age.map_or(0, |age| self.config.refresh_after_ms.saturating_sub(age));
        Some(flight::due(now, until_due.max(self.flights.wait(&self.config))))
    }

    /// The market called `coin`, and what it is good for at `now`.
    pub fn lookup(&mut self, coin: &str, now: Millis) -> Lookup<'_> {
        self.advance(now);
        let epoch = self.epoch;
        let Some((universe, age)) = &self.loaded else {
            return Lookup::Unknown(Missing::NoDocument);
        };
        let Some(market) = universe.get(coin) else {
            return match self.gone.get(coin) {
                Some(market) => {
                    let entry = Entry { market, epoch };
                    Lookup::CancelOnly { entry, why: CancelOnly::Vanished }
                }
                None => Lookup::Unknown(Missing::Market(universe.unknown(coin))),
            };
        };
        let entry = Entry { market, epoch };
        if market.listing == Listing::Delisted {
            return Lookup::CancelOnly { entry, why: CancelOnly::Delisted };
        }
        if self.closed.contains(coin) {
            return Lookup::CancelOnly { entry, why: CancelOnly::OverrideRefused };
        }
        match age.known() {
            None => Lookup::CancelOnly { entry, why: CancelOnly::ClockSetBack },
            Some(age_ms) if age_ms >= self.config.ceiling_ms => {
                Lookup::CancelOnly { entry, why: CancelOnly::TooOld { age_ms } }
            }
            Some(age_ms) if age_ms >= self.config.ttl_ms => Lookup::Stale { entry, age_ms },
            Some(_) => Lookup::Fresh(entry),
        }
    }

    /// The version now.
    #[must_use]
    pub const fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// The last document, overrides applied, whatever its age: for display.
    #[must_use]
    pub fn universe(&self) -> Option<&Universe> {
        self.loaded.as_ref().map(|(universe, _)| universe)
    }

    fn advance(&mut self, now: Millis) {
        let step = self.watch.read(now);
        if let Some((_, age)) = &mut self.loaded {
            age.advance(step);
        }
        self.flights.advance(step);
    }
}

/// What of `now` was not in `before`.
fn news<T: PartialEq + Clone>(now: &[T], before: &[T]) -> Vec<T> {
    now.iter().filter(|item| !before.contains(item)).cloned().collect()
}
