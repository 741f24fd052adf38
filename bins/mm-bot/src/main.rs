//! mm-bot
fn main() {}
