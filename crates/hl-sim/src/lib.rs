//! sim
pub mod universe;
