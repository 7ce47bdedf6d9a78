//! Runs the body of this name (see `../bodies`).
#![no_main]

// Each target runs one of the bodies.
#[allow(dead_code)]
#[path = "../bodies/mod.rs"]
mod bodies;

libfuzzer_sys::fuzz_target!(|input: &[u8]| (bodies::html::BODY.check)(input));
