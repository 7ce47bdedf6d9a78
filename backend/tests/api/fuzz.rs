//! Runs the bodies of `backend/fuzz` on random input from a fixed seed: each body's words, and any bytes
//! between them. A failure prints the smallest input that fails.

#[path = "../../fuzz/bodies/mod.rs"]
mod bodies;

use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_oneof};
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, RngSeed, TestRunner};

use bodies::Body;

/// The number of inputs for each body, which take a few seconds in a debug build.
const CASES: u32 = 1_500;
/// The most pieces in one input.
const MAX_PIECES: usize = 40;

fn input(words: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        6 => select(words).prop_map(|word| word.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..4),
        1 => any::<char>().prop_map(|character| character.to_string().into_bytes()),
    ];
    vec(piece, 0..MAX_PIECES).prop_map(|pieces| pieces.concat())
}

fn hold(body: &Body) {
    let mut runner = TestRunner::new(Config {
        cases: CASES,
        failure_persistence: None,
        rng_algorithm: RngAlgorithm::ChaCha,
        rng_seed: RngSeed::Fixed(20_261_126),
        ..Config::default()
    });
    let outcome = runner.run(&input(body.words), |input| {
        (body.check)(&input);
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{}: {error}", body.name);
    }
}

#[test]
fn no_input_verifies_as_a_token() {
    hold(&bodies::token::BODY);
}

#[test]
fn requests_are_read_the_same_however_they_are_cut() {
    hold(&bodies::request_head::BODY);
}

#[test]
fn markdown_becomes_harmless_html() {
    hold(&bodies::markdown::BODY);
}

#[test]
fn html_becomes_harmless() {
    hold(&bodies::html::BODY);
}

#[test]
fn front_matter_is_read_or_refused() {
    hold(&bodies::front_matter::BODY);
}

#[test]
fn posts_of_json_are_read_or_skipped() {
    hold(&bodies::json_posts::BODY);
}

#[test]
fn a_search_marks_only_what_is_there() {
    hold(&bodies::search::BODY);
}

#[test]
fn an_accepted_address_can_stand_in_a_header() {
    hold(&bodies::email::BODY);
}
