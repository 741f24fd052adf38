//! hl-sim-server
fn main() {}
