//! One wanted subscription and how it stands.

use hl_quant::Millis;

use super::{SessionConfig, Subscription};
use crate::ordered::Value;

/// How a subscription stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubscriptionState {
    /// Not asked for yet on this connection.
    Wanted,
    /// Asked for, not acknowledged.
    Asked {
        /// When.
        at: Millis,
    },
    /// In force.
    Live {
        /// Since when.
        since: Millis,
    },
    /// Refused: there is no such subscription.
    Refused,
}

/// How fresh the data of a subscription is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Nothing came on this connection.
    Never,
    /// The last frame is not older than three times the channel's rhythm.
    Fresh {
        /// Its age in milliseconds.
        age_ms: u64,
    },
    /// The last frame is older than that.
    Stale {
        /// Its age in milliseconds.
        age_ms: u64,
    },
    /// The channel has no rhythm, so its age says little.
    Irregular {
        /// Age of the last frame in milliseconds.
        age_ms: u64,
    },
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) subscription: Subscription,
    pub(super) wanted: Value,
    pub(super) state: SubscriptionState,
    last: Option<Millis>,
}

impl Entry {
    pub(super) fn new(subscription: Subscription) -> Self {
        let wanted = subscription.to_value();
        Self { subscription, wanted, state: SubscriptionState::Wanted, last: None }
    }

    /// A new connection knows nothing of the old one's subscriptions.
    pub(super) const fn forget(&mut self) {
        self.state = SubscriptionState::Wanted;
        self.last = None;
    }

    /// The clock was set back.
    pub(super) fn set_back(&mut self, now: Millis) {
        self.last = self.last.map(|last| last.min(now));
        match &mut self.state {
            SubscriptionState::Asked { at: moment } | SubscriptionState::Live { since: moment } => {
                *moment = (*moment).min(now);
            }
            SubscriptionState::Wanted | SubscriptionState::Refused => {}
        }
    }

    pub(super) fn acknowledged(&mut self, now: Millis) {
        if !matches!(self.state, SubscriptionState::Live { .. }) {
            self.state = SubscriptionState::Live { since: now };
        }
    }

    pub(super) const fn refused(&mut self) {
        self.state = SubscriptionState::Refused;
    }

    /// Data is as good as an acknowledgement.
    pub(super) fn heard(&mut self, now: Millis) {
        self.last = Some(now);
        self.acknowledged(now);
    }

    /// Whether it has been asked for and not been acknowledged.
    pub(super) const fn is_asked(&self) -> bool {
        matches!(self.state, SubscriptionState::Asked { .. })
    }

    /// Whether the question of this subscription is closed, one way or the other.
    pub(super) const fn is_settled(&self) -> bool {
        matches!(self.state, SubscriptionState::Live { .. } | SubscriptionState::Refused)
    }

    pub(super) fn freshness(&self, now: Millis) -> Freshness {
        let Some(last) = self.last else { return Freshness::Never };
        let age_ms = now.since(last);
        match self.subscription.cadence_ms() {
            None => Freshness::Irregular { age_ms },
            Some(cadence) if age_ms <= cadence.saturating_mul(3) => Freshness::Fresh { age_ms },
            Some(_) => Freshness::Stale { age_ms },
        }
    }

    /// The frame to send now, if any.
    pub(super) fn next_frame(&mut self, now: Millis, config: &SessionConfig) -> Option<String> {
        match self.state {
            SubscriptionState::Wanted => {
                self.state = SubscriptionState::Asked { at: now };
                Some(self.subscription.frame("subscribe"))
            }
            SubscriptionState::Live { .. }
                if self.refresh_at(config).is_some_and(|at| now >= at) =>
            {
                // Ended here and asked for again in the next step: a live channel then answers with a
                // snapshot, a dead one misses the deadline of the acknowledgement.
                self.state = SubscriptionState::Wanted;
                Some(self.subscription.frame("unsubscribe"))
            }
            _ => None,
        }
    }

    /// When the acknowledgement is late.
    pub(super) const fn deadline(&self, config: &SessionConfig) -> Option<Millis> {
        match self.state {
            SubscriptionState::Asked { at } => Some(at.plus(config.ack_within_ms)),
            _ => None,
        }
    }

    /// When a silent channel is subscribed to afresh.
    pub(super) fn refresh_at(&self, config: &SessionConfig) -> Option<Millis> {
        let SubscriptionState::Live { since } = self.state else { return None };
        let cadence = self.subscription.cadence_ms()?;
        let silent = cadence.saturating_mul(config.refresh_after_cadences);
        let heard = self.last.map_or(since, |last| last.max(since));
        Some(heard.plus(silent.max(config.refresh_at_least_ms)))
    }
}
