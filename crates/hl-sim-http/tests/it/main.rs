//! The front over real sockets, with a client that is nothing but a socket.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod control;
mod faults;
mod http;
mod life;
mod raw;
mod ws;
