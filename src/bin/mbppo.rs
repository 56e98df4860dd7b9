//! The command line `mbppo`.
fn main() {}
