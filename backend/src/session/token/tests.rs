//! Tokens: a signed token verifies, and nothing else does.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;

use super::*;

pub(super) const KEY: &[u8] = b"a key that has more than 32 bytes, for tests";
const OLD_KEY: &[u8] = b"another key that has more than 32 bytes here";
const HOUR: i64 = 3600;

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("in range")
}

pub(super) fn keys() -> Keys {
    Keys::new(KEY, [OLD_KEY])
}

fn claims() -> Claims {
    Claims::begin(at(1_000_000), HOUR).expect("randomness")
}

/// Signs any header and claims.
fn sign_raw(header: &Header, claims: &serde_json::Value, key: &[u8]) -> String {
    encode(header, claims, &EncodingKey::from_secret(key)).expect("signs")
}

fn raw_claims() -> serde_json::Value {
    serde_json::json!({
        "iss": ISSUER, "aud": AUDIENCE, "sid": "0".repeat(32), "jti": "x",
        "iat": 1_000_000, "nbf": 1_000_000, "exp": 1_003_600, "sst": 1_000_000,
    })
}

#[test]
fn a_signed_token_says_what_was_signed() {
    let (keys, claims) = (keys(), claims());
    let token = keys.sign(&claims).expect("signs");
    let verified = keys.verify(&token, at(1_000_000)).expect("verifies");
    assert_eq!(
        verified,
        Verified {
            claims,
            by_fallback: false
        }
    );
    assert_ne!(
        token,
        keys.sign(&claims).expect("signs"),
        "each token has a jti of its own"
    );
}

#[test]
fn times_are_checked_to_the_second() {
    let keys = keys();
    let token = keys.sign(&claims()).expect("signs");
    let ends = 1_000_000 + HOUR + LEEWAY_SECONDS;
    assert!(keys.verify(&token, at(ends)).is_ok());
    assert_eq!(keys.verify(&token, at(ends + 1)), Err(TokenError::Expired));
    assert!(keys.verify(&token, at(1_000_000 - LEEWAY_SECONDS)).is_ok());
    assert_eq!(
        keys.verify(&token, at(1_000_000 - LEEWAY_SECONDS - 1)),
        Err(TokenError::NotYetValid)
    );
}

#[test]
fn renewal_never_passes_the_absolute_end() {
    let (keys, claims) = (keys(), claims());
    let last = at(1_000_000 + ABSOLUTE_LIFETIME_SECONDS - 60);
    let renewed = claims.renew(last, HOUR);
    assert_eq!(renewed.expires_at, 1_000_000 + ABSOLUTE_LIFETIME_SECONDS);
    assert_eq!(renewed.session_id, claims.session_id);
    // A token that expires later still ends with its session.
    let forever = Claims {
        expires_at: i64::MAX,
        ..claims
    };
    let token = keys.sign(&forever).expect("signs");
    let end = 1_000_000 + ABSOLUTE_LIFETIME_SECONDS + LEEWAY_SECONDS;
    assert!(keys.verify(&token, at(end)).is_ok());
    assert_eq!(keys.verify(&token, at(end + 1)), Err(TokenError::Expired));
}

#[test]
fn a_fallback_key_verifies_and_says_so() {
    let token = Keys::new(OLD_KEY, []).sign(&claims()).expect("signs");
    assert!(
        keys()
            .verify(&token, at(1_000_000))
            .expect("verifies")
            .by_fallback
    );
    assert_eq!(
        Keys::new(KEY, []).verify(&token, at(1_000_000)),
        Err(TokenError::Signature)
    );
}

#[test]
fn foreign_headers_are_refused() {
    let keys = keys();
    let ours = || {
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some(TOKEN_TYPE.into());
        header.kid = Some(key_id(KEY));
        header
    };
    assert!(
        keys.verify(&sign_raw(&ours(), &raw_claims(), KEY), at(1_000_000))
            .is_ok()
    );
    let mut refused = Vec::new();
    let mut header = ours();
    header.typ = Some("JWT".into());
    refused.push(sign_raw(&header, &raw_claims(), KEY));
    let mut header = ours();
    header.typ = None;
    refused.push(sign_raw(&header, &raw_claims(), KEY));
    let mut header = ours();
    header.alg = Algorithm::HS384;
    refused.push(sign_raw(&header, &raw_claims(), KEY));
    let mut header = ours();
    header.kid = None;
    refused.push(sign_raw(&header, &raw_claims(), KEY));
    let mut header = ours();
    header.crit = Some(vec!["exp".into()]);
    refused.push(sign_raw(&header, &raw_claims(), KEY));
    // A key that the token itself brings or names is never used.
    let stranger = b"a stranger's key that has more than 32 bytes";
    let mut header = ours();
    header.jku = Some("https://attacker.example/keys".into());
    header.x5u = header.jku.clone();
    header.kid = Some(key_id(stranger));
    refused.push(sign_raw(&header, &raw_claims(), stranger));
    for token in refused {
        assert!(keys.verify(&token, at(1_000_000)).is_err(), "{token}");
    }
}

#[test]
fn every_claim_is_required_and_checked() {
    let keys = keys();
    for name in ["iss", "aud", "sid", "jti", "iat", "nbf", "exp", "sst"] {
        let mut missing = raw_claims();
        missing.as_object_mut().expect("object").remove(name);
        let mut wrong = raw_claims();
        wrong[name] = serde_json::json!({"not": "this"});
        for claims in [missing, wrong] {
            let token = sign_raw(&keys.header, &claims, KEY);
            assert_eq!(
                keys.verify(&token, at(1_000_000)),
                Err(TokenError::Claims),
                "{claims}"
            );
        }
    }
    for (name, value) in [("iss", "else"), ("aud", "else"), ("sid", "short")] {
        let mut claims = raw_claims();
        claims[name] = value.into();
        let token = sign_raw(&keys.header, &claims, KEY);
        assert_eq!(
            keys.verify(&token, at(1_000_000)),
            Err(TokenError::Claims),
            "{claims}"
        );
    }
}

#[test]
fn rubbish_is_malformed() {
    let long = "a".repeat(MAX_TOKEN_BYTES + 1);
    for token in [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "e30.e30.",
        "\u{0}.\u{0}.\u{0}",
        "é.é.é",
        long.as_str(),
    ] {
        assert!(keys().verify(token, at(0)).is_err(), "{token:?}");
    }
}

#[test]
fn a_token_holds_ids_and_times_only() {
    let token = keys().sign(&claims()).expect("signs");
    let payload = token.split('.').nth(1).expect("a payload");
    let payload = URL_SAFE_NO_PAD.decode(payload).expect("base64url");
    let payload: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(&payload).expect("an object");
    let mut names: Vec<&str> = payload.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["aud", "exp", "iat", "iss", "jti", "nbf", "sid", "sst"]
    );
    assert!(token.len() < 600, "{}", token.len());
}

#[test]
fn a_lifetime_of_any_length_is_no_overflow() {
    let begun = Claims::begin(at(1_000_000), i64::MAX).expect("randomness");
    let end = 1_000_000 + ABSOLUTE_LIFETIME_SECONDS;
    assert_eq!(begun.expires_at, end);
    assert_eq!(begun.renew(at(1_000_100), i64::MAX).expires_at, end);
}

proptest! {
    #[test]
    fn a_signed_token_verifies_until_it_expires(
        start in -1_000_000_000_i64..4_000_000_000,
        lifetime in 1_i64..200_000,
        age in 0_i64..300_000,
    ) {
        let keys = keys();
        let claims = Claims::begin(at(start), lifetime).expect("randomness");
        let verified = keys.verify(&keys.sign(&claims).expect("signs"), at(start + age));
        let valid = age <= lifetime.min(ABSOLUTE_LIFETIME_SECONDS) + LEEWAY_SECONDS;
        prop_assert_eq!(verified.is_ok(), valid);
        if let Ok(verified) = verified {
            prop_assert_eq!(verified.claims, claims);
        }
    }

    #[test]
    fn a_token_with_another_character_does_not_verify(
        position in any::<prop::sample::Index>(),
        character in any::<char>(),
    ) {
        let (token, index) = token_and(position);
        let mutant: String = token
            .chars()
            .enumerate()
            .map(|(at, old)| if at == index { character } else { old })
            .collect();
        prop_assert_eq!(keys().verify(&mutant, at(1_000_000)).is_ok(), mutant == token);
    }

    #[test]
    fn a_token_with_one_bit_flipped_does_not_verify(
        position in any::<prop::sample::Index>(),
        bit in 0_u8..7,
    ) {
        let (token, index) = token_and(position);
        let mut bytes = token.into_bytes();
        bytes[index] ^= 1 << bit;
        let mutant = String::from_utf8(bytes).expect("seven bits are ASCII");
        prop_assert!(keys().verify(&mutant, at(1_000_000)).is_err());
    }

    #[test]
    fn a_token_with_something_added_or_missing_does_not_verify(
        from in any::<prop::sample::Index>(),
        to in any::<prop::sample::Index>(),
        addition in any::<String>(),
    ) {
        let (token, one) = token_and(from);
        let other = to.index(token.len());
        let range = one.min(other)..one.max(other);
        let mutant = format!("{}{addition}{}", &token[..range.start], &token[range.end..]);
        prop_assert_eq!(keys().verify(&mutant, at(1_000_000)).is_ok(), mutant == token);
    }

    #[test]
    fn no_text_verifies_or_panics(
        text in any::<String>(),
        parts in "[A-Za-z0-9_-]{0,60}([.][A-Za-z0-9_-]{0,60}){0,5}",
    ) {
        prop_assert!(keys().verify(&text, at(0)).is_err());
        prop_assert!(keys().verify(&parts, at(0)).is_err());
    }

    #[test]
    fn no_signed_payload_panics(payload in any::<Vec<u8>>(), now in -100_i64..100) {
        let message = format!("{}.{}", header_part(), URL_SAFE_NO_PAD.encode(payload));
        prop_assert!(keys().verify(&signed(&message, KEY), at(now)).is_err());
    }
}

/// A valid token and a position in it.
fn token_and(position: prop::sample::Index) -> (String, usize) {
    let token = keys().sign(&claims()).expect("signs");
    let index = position.index(token.len());
    (token, index)
}

/// The header that tokens by [`KEY`] have.
pub(super) fn header_part() -> String {
    let token = keys().sign(&claims()).expect("signs");
    token.split('.').next().unwrap_or_default().to_owned()
}

/// Adds a valid HMAC-SHA256 signature to any text.
pub(super) fn signed(message: &str, key: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let tag = hmac::sign(&key, message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag))
}
