//! What a restart must know of rotation.

use hl_quant::Millis;

use crate::Pair;

/// The state of rotation: when, which, and since when. Markets are named by symbol, because the list
/// of markets may be another one in the next run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RotationMark {
    /// When markets were last chosen.
    pub last: Millis,
    /// When they are chosen next. A restart does not choose before.
    pub due: Millis,
    /// How often they were chosen.
    pub round: u64,
    /// The markets that are held, and since when.
    pub held: Vec<(Pair, Millis)>,
    /// The markets that are being left: orders or positions may still be there.
    pub leaving: Vec<Pair>,
    /// When markets were entered within a day of `last`, the first selection aside.
    pub entered: Vec<Millis>,
}
