//! The `flashblog` binary.

fn main() {}
