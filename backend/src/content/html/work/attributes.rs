//! A bound on the attributes of each tag.

use super::TooComplex;

/// How many attributes one tag may have.
pub(super) const MAX_ATTRIBUTES: u32 = 2_000;

/// The tokenizer's states within a tag (HTML standard, 13.2.5.8 to 13.2.5.40), reduced to those that tell
/// attributes from values.
#[derive(Clone, Copy)]
enum State {
    TagName,
    Between,
    Name,
    AfterName,
    BeforeValue,
    Unquoted,
    DoubleQuoted,
    SingleQuoted,
}

/// Refuses a tag with too many attributes. Where a tag begins depends on comments and scripts, which are
/// not parsed here. So every `<` before a letter counts as a beginning, and all possible states are
/// followed at once.
pub(super) fn check_attributes(html: &str) -> Result<(), TooComplex> {
    let bytes = html.as_bytes();
    // The most attributes so far, by possible state.
    let mut counts: [Option<u32>; 8] = [None; 8];
    let mut any = false;
    for (at, &byte) in bytes.iter().enumerate() {
        if any {
            let mut next = [None; 8];
            any = false;
            for state in STATES {
                let Some(count) = counts[state as usize] else {
                    continue;
                };
                let Some((after, adds)) = step(state, byte) else {
                    continue;
                };
                let count = count + u32::from(adds);
                if count > MAX_ATTRIBUTES {
                    return Err(TooComplex::TooManyAttributes);
                }
                let slot: &mut Option<u32> = &mut next[after as usize];
                *slot = (*slot).max(Some(count));
                any = true;
            }
            counts = next;
        }
        let before = &bytes[..at];
        if byte.is_ascii_alphabetic() && (before.ends_with(b"<") || before.ends_with(b"</")) {
            let slot = &mut counts[State::TagName as usize];
            *slot = (*slot).max(Some(0));
            any = true;
        }
    }
    Ok(())
}

const STATES: [State; 8] = [
    State::TagName,
    State::Between,
    State::Name,
    State::AfterName,
    State::BeforeValue,
    State::Unquoted,
    State::DoubleQuoted,
    State::SingleQuoted,
];

/// The state after a byte, and whether an attribute begins with it; `None` at the tag's end.
fn step(state: State, byte: u8) -> Option<(State, bool)> {
    use State::{
        AfterName, BeforeValue, Between, DoubleQuoted, Name, SingleQuoted, TagName, Unquoted,
    };
    let is_space = byte.is_ascii_whitespace();
    Some(match (state, byte) {
        (DoubleQuoted, b'"') | (SingleQuoted, b'\'') => (Between, false),
        (DoubleQuoted | SingleQuoted, _) => (state, false),
        (_, b'>') => return None,
        (Unquoted, _) if is_space => (Between, false),
        (Unquoted, _) => (Unquoted, false),
        (BeforeValue, b'"') => (DoubleQuoted, false),
        (BeforeValue, b'\'') => (SingleQuoted, false),
        (BeforeValue, _) if is_space => (BeforeValue, false),
        (BeforeValue, _) => (Unquoted, false),
        (Name | AfterName, b'=') => (BeforeValue, false),
        (Name | AfterName, _) if is_space => (AfterName, false),
        (_, b'/') => (Between, false),
        (TagName | Between, _) if is_space => (Between, false),
        (TagName, _) => (TagName, false),
        (Name, _) => (Name, false),
        (Between | AfterName, _) => (Name, true),
    })
}
