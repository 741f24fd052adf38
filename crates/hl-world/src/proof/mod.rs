//! Whether choosing markets pays: the same worlds with and without it, seed by seed.
//!
//! A [`Trial`] is a world whose truth is known: of its markets some are good to quote, some toxic, the
//! others usual, in spreads, depths and volatilities of three kinds. Each [`Arm`] is a bot in that
//! world: one that rotates, one that stays where the old system's example was, one that stays where a
//! die put it, and bots that rotate by an opinion as well. Nothing fails in these worlds, nobody but
//! the seed decides anything, and equal arguments give equal [`Outcome`]s.
//!
//! ```
//! use hl_world::proof::{Arm, Opinion, Paired, Trial, run};
//!
//! let trial = Trial { minutes: 4, ..Trial::default() };
//! let stays = run(&trial, Arm::Fixed, 1)?;
//! let rotates = run(&trial, Arm::Rotation(Opinion::Nobody), 1)?;
//! assert_eq!((stays.held.len(), rotates.held.len()), (3, 3));
//! // Of one pair nothing can be said, and nothing is.
//! assert_eq!(Paired::of(&[(rotates.earned, stays.earned)]).interval, None);
//! # Ok::<(), hl_world::WorldError>(())
//! ```

mod arm;
mod paired;
mod study;
mod truth;

pub use arm::{Arm, Distance, Opinion, Outcome, Trial, run};
pub use paired::{Interval, Paired};
pub use study::{ARMS, QUESTIONS, Row, compare, text};
pub use truth::{Kind, Listed, markets};
