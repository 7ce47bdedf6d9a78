//! Text as words, for search and for comparing names, without letter case, accents and widths.
//!
//! Folding covers Unicode's compatibility forms (NFKD), full letter case (`ß` is `ss`, `ς` is `σ`), and
//! letters that have no decomposition (`ł`, `ø`). Combining marks are removed where they are accents: in
//! Latin, Greek, Cyrillic, Hebrew and Arabic. Elsewhere they are part of a letter: the vowels of Indic
//! scripts and Thai, the voicing of kana.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{compose, is_combining_mark};

use super::plain::{has_no_spaces, is_invisible};

/// Letters that have no decomposition, and the letters that people type for them.
const LOOKALIKES: [(char, &str); 24] = [
    ('ß', "ss"),
    ('ς', "σ"),
    ('ł', "l"),
    ('ø', "o"),
    ('đ', "d"),
    ('ð', "d"),
    ('þ', "th"),
    ('æ', "ae"),
    ('œ', "oe"),
    ('ı', "i"),
    ('ħ', "h"),
    ('ŧ', "t"),
    ('ŋ', "n"),
    ('ĸ', "k"),
    ('ƒ', "f"),
    ('ɨ', "i"),
    ('ə', "e"),
    ('ᴀ', "a"),
    // Keyboards differ: Arabic and Persian ye and kaf, ta marbuta, alef maksura.
    ('ى', "ي"),
    ('ی', "ي"),
    ('ک', "ك"),
    ('ة', "ه"),
    ('ە', "ه"),
    ('ـ', ""),
];

/// A word of a text, or a clause of a script without spaces between words.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Word {
    /// The word without case and accents.
    pub(super) folded: String,
    /// Whether its script has no spaces between words.
    pub(super) is_clause: bool,
    /// Where each scalar value of `folded` comes from: an index into the text's scalar values.
    origins: Vec<u32>,
}

impl Word {
    fn push(&mut self, folded: char, origin: u32) {
        self.folded.push(folded);
        self.origins.push(origin);
    }

    /// Adds a letter or a mark, composed with the letter before it where Unicode has one for both.
    fn join(&mut self, part: char, origin: u32) {
        let last = self.folded.chars().next_back();
        match last.and_then(|last| compose(last, part)) {
            Some(joined) => {
                self.folded.pop();
                self.folded.push(joined);
            }
            None => self.push(part, origin),
        }
    }

    /// Adds a letter without case, accents and width.
    fn push_folded(&mut self, letter: char, origin: u32) {
        if is_combining_mark(letter) {
            let last = self.folded.chars().next_back();
            if last.is_some_and(|last| !has_accents(last)) {
                self.join(letter, origin);
            }
            return;
        }
        for lower in letter.to_lowercase() {
            match LOOKALIKES.iter().find(|(known, _)| *known == lower) {
                Some((_, plain)) => plain.chars().for_each(|c| self.push(c, origin)),
                // `İ` in lower case is `i` and a dot above.
                None if is_combining_mark(lower) => {}
                None => self.join(lower, origin),
            }
        }
    }

    /// Where the matches of `term` in this word stand in the text: `[start, end)` in scalar values.
    pub(super) fn find_all(&self, term: &str) -> impl Iterator<Item = (u32, u32)> {
        let length = term.chars().count().max(1);
        self.folded.match_indices(term).filter_map(move |(at, _)| {
            let first = self.folded[..at].chars().count();
            let end = self.origins.get(first + length - 1)? + 1;
            Some((*self.origins.get(first)?, end))
        })
    }

    /// The range of the whole word in the text.
    pub(super) fn span(&self) -> (u32, u32) {
        let first = self.origins.first().copied().unwrap_or_default();
        (first, self.origins.last().map_or(first, |last| last + 1))
    }
}

/// The words of a text in order: runs of letters and digits in any script, cut where a script without
/// spaces begins or ends. Characters without width don't end a word.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut word = Word::default();
    for (at, character) in (0_u32..).zip(text.chars()) {
        if character.is_ascii_alphanumeric() && !word.is_clause {
            // A short cut for the most frequent characters, which need no lookup.
            word.push(character.to_ascii_lowercase(), at);
            continue;
        }
        if is_whole(character) {
            if !word.is_clause {
                end(&mut word, &mut words);
                word.is_clause = true;
            }
            word.push(character, at);
            continue;
        }
        if is_invisible(character) {
            continue;
        }
        for part in std::iter::once(character).nfkd() {
            if is_combining_mark(part) {
                word.push_folded(part, at);
                continue;
            }
            let is_clause = has_no_spaces(part);
            if !part.is_alphanumeric() || is_clause != word.is_clause {
                end(&mut word, &mut words);
            }
            if part.is_alphanumeric() {
                word.is_clause = is_clause;
                word.push_folded(part, at);
            }
        }
    }
    end(&mut word, &mut words);
    words
}

fn end(word: &mut Word, words: &mut Vec<Word>) {
    let ended = std::mem::take(word);
    if !ended.folded.is_empty() {
        words.push(ended);
    }
}

/// A name in the form for comparing: folded like a word, white space as one space.
pub(super) fn fold(name: &str) -> String {
    let mut folded = Word::default();
    for part in name.split_whitespace() {
        if !folded.folded.is_empty() {
            folded.push(' ', 0);
        }
        for letter in part.chars().filter(|c| !is_invisible(*c)).nfkd() {
            folded.push_folded(letter, 0);
        }
    }
    folded.folded
}

/// Whether folding leaves a letter of a script without spaces as it is: kana, Han, syllables of Hangul. A
/// short cut for the most frequent characters of these scripts.
fn is_whole(letter: char) -> bool {
    matches!(letter,
        '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

/// Whether the marks on a letter are accents, which people leave out as they type.
fn has_accents(letter: char) -> bool {
    matches!(letter,
        'a'..='z'
        | '\u{c0}'..='\u{24f}' | '\u{250}'..='\u{2af}' | '\u{1d00}'..='\u{1dbf}' | '\u{1e00}'..='\u{1eff}'
        | '\u{2c60}'..='\u{2c7f}' | '\u{a720}'..='\u{a7ff}'
        // Greek, Cyrillic, Hebrew, Arabic.
        | '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}'
        | '\u{400}'..='\u{52f}' | '\u{1c80}'..='\u{1c8f}' | '\u{a640}'..='\u{a69f}'
        | '\u{590}'..='\u{5ff}'
        | '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' | '\u{8a0}'..='\u{8ff}')
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
            words[1].find_all("ive").next(),
            Some((5, 9)),
            "the mark belongs to its letter"
        );
        assert_eq!(words[2].find_all("idea").next(), Some((10, 14)));
        assert_eq!(words[1].find_all("x").next(), None);
        assert_eq!(words[0].span(), (0, 2));
    }
}
