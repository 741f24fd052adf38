//! The proofs of the crate: see "How it is proved" in its documentation.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(missing_docs)]

mod compat;
mod display;
mod exhaustive;
mod laws;
mod manifest;
mod oracle;
mod overrides;
mod properties;
mod vectors;
