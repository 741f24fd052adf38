//! Behaviour that public evidence does not decide.

use crate::fault::dice::Dice;

/// Behaviour that public evidence leaves open: a client must be safe under every setting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenQuestions {
    /// How a GTC order that filled in part and now rests is acknowledged.
    pub partial_ack: PartialAck,
    /// A new order whose cloid an open order of the same account has.
    pub duplicate_cloid: DuplicateCloid,
    /// Whether a partial fill of a resting order sends an `orderUpdates` message.
    pub partial_update: PartialUpdate,
    /// Whether per-order error texts end in ` asset=N`.
    pub error_suffix: ErrorSuffix,
    /// Whether a channel that begins with a snapshot does so again when it is subscribed to again.
    pub resubscription: Resubscription,
    /// How many of a signer's highest nonces bound a new one from below.
    pub nonce_memory: NonceMemory,
    /// Which cancels are executed before orders that may take.
    pub cancel_priority: CancelPriority,
}

impl OpenQuestions {
    /// An answer to each question that follows from the seed; over many seeds every combination
    /// comes up.
    #[must_use]
    pub fn draw(seed: u64) -> Self {
        let mut dice = Dice::new(seed, 0x0be7);
        Self {
            partial_ack: dice.pick(PartialAck::Resting, &[PartialAck::Filled]),
            duplicate_cloid: dice.pick(DuplicateCloid::Refused, &[DuplicateCloid::Accepted]),
            partial_update: dice.pick(PartialUpdate::Silent, &[PartialUpdate::Open]),
            error_suffix: dice.pick(ErrorSuffix::Asset, &[ErrorSuffix::Bare]),
            resubscription: dice.pick(Resubscription::Snapshot, &[Resubscription::Silent]),
            nonce_memory: dice.pick(NonceMemory::Hundred, &[NonceMemory::Twenty]),
            cancel_priority: dice.pick(CancelPriority::All, &[CancelPriority::Fast]),
        }
    }
}

/// See [`OpenQuestions::resubscription`]. The docs say that missed data is in the snapshot, reports
/// of clients that it is not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Resubscription {
    /// Every subscription begins with the snapshot.
    #[default]
    Snapshot,
    /// Only the first subscription that anybody makes to it does.
    Silent,
}

/// See [`OpenQuestions::nonce_memory`]. Two versions of the docs differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NonceMemory {
    /// The 100 highest.
    #[default]
    Hundred,
    /// The 20 highest.
    Twenty,
}

impl NonceMemory {
    /// How many that is.
    pub(crate) const fn count(self) -> usize {
        match self {
            Self::Hundred => 100,
            Self::Twenty => 20,
        }
    }
}

/// See [`OpenQuestions::cancel_priority`]. The docs announce that only fast ones (`f`) will be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CancelPriority {
    /// Every cancel.
    #[default]
    All,
    /// Those that ask for it; the others wait like orders that may take.
    Fast,
}

/// See [`OpenQuestions::partial_ack`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PartialAck {
    /// `{"resting":{"oid":..}}`.
    #[default]
    Resting,
    /// `{"filled":{"totalSz":..}}` with less than the order's size.
    Filled,
}

/// See [`OpenQuestions::duplicate_cloid`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DuplicateCloid {
    /// The second order is refused.
    #[default]
    Refused,
    /// Both are open; the cloid names the newer one.
    Accepted,
}

/// See [`OpenQuestions::partial_update`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PartialUpdate {
    /// Partial fills are only seen through fills.
    #[default]
    Silent,
    /// An `open` update with the remaining size.
    Open,
}

/// See [`OpenQuestions::error_suffix`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ErrorSuffix {
    /// As captured from the live venue.
    #[default]
    Asset,
    /// As printed in the docs.
    Bare,
}
