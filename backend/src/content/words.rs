//! Text as words, for search: letter case and diacritics make no difference.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A word of a text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Word {
    /// Without case and diacritics.
    pub(super) folded: String,
    /// Where each scalar value of `folded` comes from: an index into the text's scalar values.
    origins: Vec<u32>,
}

impl Word {
    fn push(&mut self, folded: char, origin: u32) {
        self.folded.push(folded);
        self.origins.push(origin);
    }

    /// Where the first match of `term` in this word stands in the text: `[start, end)` in scalar
    /// values.
    pub(super) fn find(&self, term: &str) -> Option<(u32, u32)> {
        let at = self.folded.find(term)?;
        let first = self.folded[..at].chars().count();
        let last = first + term.chars().count().max(1) - 1;
        Some((*self.origins.get(first)?, self.origins.get(last)? + 1))
    }

    /// Where the whole word stands in the text.
    pub(super) fn span(&self) -> (u32, u32) {
        let first = self.origins.first().copied().unwrap_or_default();
        (first, self.origins.last().map_or(first, |last| last + 1))
    }
}

/// The words of a text in order: runs of letters and digits in any script.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut word = Word::default();
    for (at, character) in (0_u32..).zip(text.chars()) {
        if character.is_ascii_alphanumeric() {
            // Nearly all of most texts, and nothing to look up for it.
            word.push(character.to_ascii_lowercase(), at);
        } else if !character.is_ascii() && is_combining_mark(character) {
            continue;
        } else if character.is_alphanumeric() {
            let parts = std::iter::once(character).nfd();
            for part in parts.filter(|part| !is_combining_mark(*part)) {
                for lower in part.to_lowercase() {
                    word.push(lower, at);
                }
            }
        } else if !word.folded.is_empty() {
            words.push(std::mem::take(&mut word));
        }
    }
    if !word.folded.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.folded).collect()
    }

    #[test]
    fn case_and_diacritics_fold_in_any_script() {
        assert_eq!(folded("Naïve CAFÉ, n\u{303}u"), ["naive", "cafe", "nu"]);
        assert_eq!(folded("ΣΊΣΥΦΟΣ Ёлка"), ["σισυφοσ", "елка"]);
        assert_eq!(folded("C++ & 0.8 — don't"), ["c", "0", "8", "don", "t"]);
        assert_eq!(folded("don’t"), folded("don't"), "however it is typed");
        assert_eq!(folded(" \u{0}!"), [""; 0]);
    }

    #[test]
    fn a_match_is_found_where_it_stands_in_the_text() {
        let words = words("La nai\u{308}ve İdea");
        assert_eq!(
            words[1].find("ive"),
            Some((5, 9)),
            "the mark belongs to its letter"
        );
        assert_eq!(words[2].find("idea"), Some((10, 14)));
        assert_eq!(words[1].find("x"), None);
        assert_eq!(words[0].span(), (0, 2));
    }
}
