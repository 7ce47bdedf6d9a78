//! Tokens that a verifier must refuse, modelled on the Wycheproof project's test vectors. Unless a case is
//! about the signature, the signature is valid, so that it can't be the reason for the refusal.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};

use super::tests::{KEY, at, header_part, keys, signed};
use super::*;

const PAYLOAD: &str = r#"{"iss":"flashblog","aud":"flashblog-api","sid":"00000000000000000000000000000000","jti":"x","iat":1000000,"nbf":1000000,"exp":1003600,"sst":1000000}"#;

fn encoded(text: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// The header of our tokens, as text.
fn header() -> String {
    let bytes = URL_SAFE_NO_PAD.decode(header_part()).expect("base64url");
    String::from_utf8(bytes).expect("text")
}

/// A token with this header and payload and a valid signature.
fn forged(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    signed(&format!("{}.{}", encoded(header), encoded(payload)), KEY)
}

fn valid() -> String {
    forged(header(), PAYLOAD)
}

#[track_caller]
fn assert_refused(what: &str, token: &str) {
    let now = at(1_000_000);
    assert!(keys().verify(&valid(), now).is_ok(), "the control verifies");
    if let Ok(verified) = keys().verify(token, now) {
        panic!("{what} verifies as {verified:?}: {token}");
    }
}

/// The header with one member's value replaced, or with a member added.
fn with_header(name: &str, value: &str) -> String {
    let mut members: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(&header()).expect("an object");
    members.insert(name.to_owned(), serde_json::from_str(value).expect("JSON"));
    serde_json::to_string(&members).expect("JSON")
}

#[test]
fn another_algorithm_is_refused_whatever_the_signature() {
    let ours = signed("x", KEY);
    let our_signature = ours.rsplit('.').next().expect("a signature");
    for alg in [
        "none",
        "None",
        "nOnE",
        "NONE",
        "hs256",
        "HS384",
        "HS512",
        "RS256",
        "RS512",
        "PS256",
        "ES256",
        "ES384",
        "EdDSA",
        "A128KW",
        "dir",
        "",
        " HS256",
        "HS256\\u0000",
    ] {
        let header = with_header("alg", &format!("\"{alg}\""));
        let message = format!("{}.{}", encoded(&header), encoded(PAYLOAD));
        assert_refused(alg, &signed(&message, KEY));
        assert_refused(alg, &format!("{message}."));
        assert_refused(alg, &message);
        assert_refused(alg, &format!("{message}.{our_signature}"));
        for algorithm in [hmac::HMAC_SHA384, hmac::HMAC_SHA512] {
            let tag = hmac::sign(&hmac::Key::new(algorithm, KEY), message.as_bytes());
            assert_refused(alg, &format!("{message}.{}", encoded(tag)));
        }
    }
    for alg in ["null", "256", "[\"HS256\"]", "{}", "true"] {
        assert_refused(alg, &forged(with_header("alg", alg), PAYLOAD));
    }
    let without = header().replace("\"alg\":\"HS256\",", "");
    assert_refused("no alg", &forged(without, PAYLOAD));
}

#[test]
fn a_key_that_comes_with_the_token_is_never_used() {
    let stranger = b"a stranger's key that has more than 32 bytes";
    let jwk = format!("{{\"kty\":\"oct\",\"k\":\"{}\"}}", encoded(stranger));
    for (name, value) in [
        ("jwk", jwk.as_str()),
        ("jku", "\"https://attacker.example/keys\""),
        ("x5u", "\"https://attacker.example/chain\""),
        ("x5c", "[\"MIIB\"]"),
        ("x5t", "\"AAAA\""),
    ] {
        let header = with_header(name, value);
        let message = format!("{}.{}", encoded(header), encoded(PAYLOAD));
        assert_refused(name, &signed(&message, stranger));
    }
    // Keys that can be guessed: the empty key, the key's public name, contents of a file or a database.
    let kid = key_id(KEY);
    for key in [&b""[..], kid.as_bytes(), b"\0", b"null", b"secret"] {
        let message = format!("{}.{}", header_part(), encoded(PAYLOAD));
        assert_refused("a guessed key", &signed(&message, key));
    }
}

#[test]
fn a_key_id_only_picks_among_our_keys() {
    let upper = key_id(KEY).to_uppercase();
    for kid in [
        "\"\"",
        "\"../../../../dev/null\"",
        "\"/proc/sys/kernel/randomize_va_space\"",
        "\"' UNION SELECT 'key' --\"",
        "\"|id\"",
        "\"\\u0000\"",
        "\"0\"",
        "0",
        "null",
        "[]",
        "{}",
        &format!("\"{upper}\""),
        &format!("\" {}\"", key_id(KEY)),
        &format!("\"{}\\u0000\"", key_id(KEY)),
        &format!("[\"{}\"]", key_id(KEY)),
    ] {
        let header = with_header("kid", kid);
        assert_refused(kid, &forged(&header, PAYLOAD));
        let message = format!("{}.{}", encoded(&header), encoded(PAYLOAD));
        assert_refused(kid, &signed(&message, b""));
    }
}

#[test]
fn another_kind_of_token_is_refused() {
    for typ in [
        "\"JWT\"",
        "\"at+jwt\"",
        "\"logout+jwt\"",
        "\"flashblog-session\"",
        "\"application/flashblog-session+jwt\"",
        "\"FLASHBLOG-SESSION+JWT\"",
        "\"\"",
        "null",
        "1",
    ] {
        assert_refused(typ, &forged(with_header("typ", typ), PAYLOAD));
    }
    for (name, value) in [("crit", "[\"b64\"]"), ("crit", "[\"exp\"]"), ("crit", "[]")] {
        assert_refused(name, &forged(with_header(name, value), PAYLOAD));
    }
    // An unencoded payload (RFC 7797).
    let unencoded = with_header("b64", "false").replace('}', ",\"crit\":[\"b64\"]}");
    assert_refused("b64", &forged(&unencoded, PAYLOAD));
    let message = format!("{}.{PAYLOAD}", encoded(&unencoded));
    assert_refused("b64", &signed(&message, KEY));
    // JWE has five parts, with or without a plausible header.
    let jwe = encoded(r#"{"alg":"dir","enc":"A128GCM"}"#);
    assert_refused("JWE", &format!("{jwe}..AAAA.AAAA.AAAA"));
    assert_refused("JWE", &format!("{}.AAAA.AAAA", valid()));
    // The JSON serialisations of RFC 7515, section 7.2.
    let parts: Vec<String> = valid().split('.').map(str::to_owned).collect();
    let flat =
        serde_json::json!({"protected": parts[0], "payload": parts[1], "signature": parts[2]});
    assert_refused("flattened JSON", &flat.to_string());
}

#[test]
fn a_header_that_is_not_one_plain_object_is_refused() {
    let ours = header();
    for header in [
        String::new(),
        "null".into(),
        "[]".into(),
        "\"HS256\"".into(),
        "{}".into(),
        format!("[{ours}]"),
        format!("{ours}{ours}"),
        format!("{ours},"),
        format!("\u{feff}{ours}"),
        ours.replace('"', "'"),
        ours.replacen('{', "{\"alg\":\"none\",", 1),
        ours.replace('}', ",\"alg\":\"none\"}"),
        ours.replace('}', ",\"kid\":\"else\"}"),
        ours.replace('}', ",\"typ\":\"JWT\"}"),
        ours.replace("HS256", "HS256\u{0}"),
        ours[..ours.len() - 1].to_owned(),
    ] {
        assert_refused(&header, &forged(&header, PAYLOAD));
    }
    assert_refused("not UTF-8", &forged(b"{\"alg\":\"HS256\xff\"}", PAYLOAD));
}

#[test]
fn claims_of_another_form_are_refused() {
    for (old, new) in [
        ("\"iat\":1000000", "\"iat\":\"1000000\""),
        ("\"iat\":1000000", "\"iat\":1000000.5"),
        ("\"iat\":1000000", "\"iat\":1e400"),
        ("\"iat\":1000000", "\"iat\":9223372036854775808"),
        ("\"iat\":1000000", "\"iat\":null"),
        ("\"iat\":1000000", "\"iat\":[1000000]"),
        ("\"iat\":1000000", "\"iat\":true"),
        ("\"iat\":1000000", "\"iat\":01000000"),
        ("\"iat\":1000000", "\"iat\":NaN"),
        ("\"iat\":1000000", "\"iat\":1000000,\"iat\":1000000"),
        ("\"nbf\":1000000", "\"nbf\":9223372036854775807"),
        ("\"nbf\":1000000", "\"nbf\":-9223372036854775809"),
        ("\"exp\":1003600", "\"exp\":1e99"),
        ("\"exp\":1003600", "\"exp\":-1"),
        ("\"exp\":1003600", "\"exp\":-9223372036854775808"),
        ("\"exp\":1003600", "\"exp\":\"never\""),
        ("\"exp\":1003600", "\"exp\":1003600,\"exp\":9999999999"),
        ("\"exp\":1003600", "\"Exp\":1003600"),
        ("\"sst\":1000000", "\"sst\":-9223372036854775808"),
        ("\"sst\":1000000", "\"sst\":9223372036854775807"),
        ("\"sst\":1000000", "\"sst\":{\"sst\":1000000}"),
        ("\"jti\":\"x\"", "\"jti\":1"),
        ("\"jti\":\"x\"", "\"jti\":\"\\ud800\""),
        ("\"jti\":\"x\"", "\"jti\":\"\n\""),
        ("\"aud\":\"flashblog-api\"", "\"aud\":\"Flashblog-api\""),
        ("\"aud\":\"flashblog-api\"", "\"aud\":[]"),
        ("\"aud\":\"flashblog-api\"", "\"aud\":\"flashblog-api \""),
        ("\"iss\":\"flashblog\"", "\"iss\":\"flashblog\\u0000\""),
        ("\"iss\":\"flashblog\"", "\"iss\":\"fl\u{430}shblog\""),
        ("\"iss\":\"flashblog\"", "\"iss\":\"\""),
        (
            "\"iss\":\"flashblog\"",
            "\"iss\":\"else\",\"iss\":\"flashblog\"",
        ),
        ("\"sid\":\"0000", "\"sid\":\"000"),
        ("\"sid\":\"0000", "\"sid\":\"00000"),
        ("\"sid\":\"0000", "\"sid\":\"+000"),
        ("\"sid\":\"0000", "\"sid\":\"A000"),
        ("\"sid\":\"0000", "\"sid\":\" 000"),
        ("\"sid\":\"0000", "\"sid\":\"\u{660}000"),
        ("{\"iss\"", "{\"claims\":{\"iss\""),
        ("{\"iss\"", "[{\"iss\""),
        ("{\"iss\"", "\u{feff}{\"iss\""),
        ("1000000}", "1000000}}"),
        ("1000000}", "1000000"),
    ] {
        let payload = PAYLOAD.replacen(old, new, 1);
        assert_ne!(payload, PAYLOAD, "{old}");
        assert_refused(new, &forged(header(), payload));
    }
    for payload in ["", "null", "[]", "0", "\"\"", "{}", "{", "\u{0}"] {
        assert_refused(payload, &forged(header(), payload));
    }
    let not_utf8 = [PAYLOAD.as_bytes(), b"\xff"].concat();
    assert_refused("not UTF-8", &forged(header(), not_utf8));
    let skipped = PAYLOAD.replace("\"jti\"", "\"extra\":\"?\",\"jti\"");
    let skipped: Vec<u8> = skipped
        .bytes()
        .map(|byte| if byte == b'?' { 0xff } else { byte })
        .collect();
    assert_refused(
        "not UTF-8 in a member that is skipped",
        &forged(header(), skipped),
    );
    let deep = format!("{{\"iss\":{}", "[".repeat(1_000));
    assert_refused("deep nesting", &forged(header(), deep));
    // An unknown claim may have any value.
    let more = PAYLOAD.replacen('{', "{\"other\":1.5,", 1);
    let more = forged(header(), more);
    assert!(keys().verify(&more, at(1_000_000)).is_ok());
}

#[test]
fn only_the_one_canonical_spelling_of_a_token_is_read() {
    let token = valid();
    let parts: Vec<&str> = token.split('.').collect();
    let [head, body, tag] = parts[..] else {
        panic!("three parts")
    };
    let standard = |part: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(part).expect("base64url");
        (STANDARD.encode(&bytes), URL_SAFE.encode(&bytes))
    };
    let (standard_tag, padded_tag) = standard(tag);
    assert_ne!(padded_tag, tag, "32 bytes leave room for padding");
    let percent = token.replace('.', "%2E");
    let swapped: String = token
        .chars()
        .map(|c| {
            if c.is_lowercase() {
                c.to_ascii_uppercase()
            } else {
                c.to_ascii_lowercase()
            }
        })
        .collect();
    for mutant in [
        format!("{head}.{body}.{standard_tag}"),
        format!("{head}.{body}.{padded_tag}"),
        format!("{head}.{body}.{tag}="),
        format!("{head}.{body}.{tag}A"),
        format!("{head}.{body}.{}", other_trailing_bits(tag)),
        format!("{head}=.{body}.{tag}"),
        format!("{head}.{body}=.{tag}"),
        format!("{head}.{body}"),
        format!("{head}.{body}."),
        format!("{head}..{tag}"),
        format!(".{body}.{tag}"),
        format!("..{tag}"),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.{tag}"),
        format!("{head}.{head}.{body}.{tag}"),
        format!(" {token}"),
        format!("{token} "),
        format!("{token}\n"),
        format!("{token}\0"),
        format!("{head}\n.{body}.{tag}"),
        format!("{head}.{body}.\t{tag}"),
        format!("\"{token}\""),
        format!("Bearer {token}"),
        format!("{token},{token}"),
        format!("{token}\u{301}"),
        token.replace('.', "\u{2024}"),
        token.to_lowercase(),
        token.to_uppercase(),
        swapped,
        percent,
    ] {
        assert_refused("another spelling", &mutant);
    }
    for length in 0..token.len() {
        assert_refused("a truncated token", &token[..length]);
    }
}

/// A base64 text whose unused last bits differ. A lenient decoder returns the same bytes.
fn other_trailing_bits(part: &str) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let last = *part.as_bytes().last().expect("not empty");
    let value = ALPHABET.iter().position(|c| *c == last).expect("base64url");
    let other = char::from(ALPHABET[value ^ 1]);
    format!("{}{other}", &part[..part.len() - 1])
}

#[test]
fn a_token_is_measured_before_it_is_read() {
    let fitting = PAYLOAD.replacen('{', &format!("{{{}", " ".repeat(1_000)), 1);
    let fitting = forged(header(), fitting);
    assert!(fitting.len() <= MAX_TOKEN_BYTES, "{}", fitting.len());
    assert!(keys().verify(&fitting, at(1_000_000)).is_ok());
    let long = PAYLOAD.replacen('{', &format!("{{{}", " ".repeat(2_000)), 1);
    let long = forged(header(), long);
    assert!(long.len() > MAX_TOKEN_BYTES);
    assert_eq!(
        keys().verify(&long, at(1_000_000)),
        Err(TokenError::Malformed)
    );
    assert_refused("a megabyte", &"a".repeat(1 << 20));
    assert_refused("dots", &".".repeat(MAX_TOKEN_BYTES));
}
