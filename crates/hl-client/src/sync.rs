//! The primitives that are shared between threads. The unit tests of this crate put loom's in their
//! place, which try every order in which threads can take turns; everything else gets the standard
//! library's.

#[cfg(not(test))]
pub(crate) use std::sync::{
    Mutex,
    atomic::{AtomicU64, Ordering},
};

#[cfg(test)]
pub(crate) use loom::sync::{
    Mutex,
    atomic::{AtomicU64, Ordering},
};
