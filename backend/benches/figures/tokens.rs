//! The time to verify and to sign a token, compared with the bare HMAC-SHA256 of the same bytes.

use std::hint::black_box;
use std::time::Instant;

use anyhow::Context;
use aws_lc_rs::hmac;
use flashblog::session::token::{Claims, Keys};
use jiff::Timestamp;

use crate::row_without_goal;

const KEY: &[u8] = b"a key of 32 bytes that signs here";
const ROUNDS: usize = 31;
const CALLS: u32 = 4_000;

pub(crate) fn run() -> anyhow::Result<()> {
    eprintln!("tokens");
    let now = Timestamp::now();
    let keys = Keys::new(KEY, []);
    let claims = Claims::begin(now, 3_600)?;
    let token = keys.sign(&claims)?;
    let (message, _) = token.rsplit_once('.').context("three parts")?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, KEY);

    // In turn, so that other load on the machine disturbs all three equally.
    let (mut bare, mut verify, mut sign) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bare.push(microseconds(|| {
            black_box(hmac::sign(&key, black_box(message.as_bytes())));
        }));
        verify.push(microseconds(|| {
            black_box(keys.verify(black_box(&token), now).is_ok());
        }));
        sign.push(microseconds(|| {
            black_box(keys.sign(black_box(&claims)).is_ok());
        }));
    }
    let bare = median(bare);
    for (what, time) in [("Verify", median(verify)), ("Sign", median(sign))] {
        row_without_goal(
            &format!(
                "{what} a token of {} bytes beside its bare HMAC-SHA256",
                token.len()
            ),
            &format!("{time:.2} µs beside {bare:.2} µs: {:.1}×", time / bare),
        );
    }
    Ok(())
}

/// The mean time of one call of many.
fn microseconds(call: impl Fn()) -> f64 {
    let started = Instant::now();
    for _ in 0..CALLS {
        call();
    }
    started.elapsed().as_secs_f64() * 1e6 / f64::from(CALLS)
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
