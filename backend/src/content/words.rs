//! Text as words, for search and for comparing names, without letter case, accents and widths.
//!
//! Folding covers Unicode's compatibility forms (NFKD), full letter case (`ß` is `ss`, `ς` is `σ`), and
//! letters that have no decomposition (`ł`, `ø`). Combining marks are removed where they are accents: in
//! Latin, Greek, Cyrillic, Hebrew and Arabic. Elsewhere they are part of a letter: the vowels of Indic
//! scripts and Thai, the voicing of kana.

use std::ops::ControlFlow;

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
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// The word without case and accents.
    pub(super) folded: String,
    /// Whether its script has no spaces between words.
    pub(super) is_clause: bool,
    /// Where the first scalar value of `folded` comes from: an index into the text's scalar values.
    start: u32,
    /// How many scalar values `folded` has.
    length: u32,
    /// Where each of them comes from. Empty where the i-th comes from `start + i`, as in most words.
    origins: Vec<u32>,
}

impl Word {
    fn push(&mut self, folded: char, origin: u32) {
        self.add_origins(origin, 1);
        self.folded.push(folded);
    }

    /// Adds ASCII letters and digits that stand one after the other.
    fn push_ascii(&mut self, run: &str, origin: u32) {
        // Scalar values of a text are counted in 32 bits; no source delivers texts of 4 GiB.
        self.add_origins(origin, run.len() as u32);
        let before = self.folded.len();
        self.folded.push_str(run);
        self.folded[before..].make_ascii_lowercase();
    }

    fn add_origins(&mut self, origin: u32, count: u32) {
        if self.length == 0 {
            self.start = origin;
        } else if self.origins.is_empty() && origin != self.start + self.length {
            self.origins.extend(self.start..self.start + self.length);
        }
        if !self.origins.is_empty() {
            self.origins.extend(origin..origin + count);
        }
        self.length += count;
    }

    fn origin(&self, at: u32) -> u32 {
        let origin = self.origins.get(at as usize);
        origin.copied().unwrap_or(self.start + at)
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

    /// Where the match at byte `at` of `folded`, so many scalar values long, stands in the text:
    /// `[start, end)` in scalar values.
    pub(super) fn range(&self, at: usize, length: u32) -> (u32, u32) {
        let first = self.folded[..at].chars().count() as u32;
        let last = first + length.max(1) - 1;
        (self.origin(first), self.origin(last) + 1)
    }

    /// The range of the whole word in the text.
    pub(super) fn span(&self) -> (u32, u32) {
        self.range(0, self.length)
    }

    fn clear(&mut self) {
        self.folded.clear();
        self.origins.clear();
        self.is_clause = false;
        self.length = 0;
    }
}

/// The words of a text in order.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    // It never breaks.
    let _ = each_word(text, |word| {
        words.push(word.clone());
        ControlFlow::Continue(())
    });
    words
}

/// Visits the words of a text in order: runs of letters and digits in any script, cut where a script
/// without spaces begins or ends. Characters without width don't end a word. All words share one
/// buffer, because a search visits thousands.
pub(super) fn each_word(
    text: &str,
    mut visit: impl FnMut(&Word) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let mut word = Word::default();
    let mut end = |word: &mut Word| {
        let flow = if word.length == 0 {
            ControlFlow::Continue(())
        } else {
            visit(word)
        };
        word.clear();
        flow
    };
    let (mut rest, mut at) = (text, 0_u32);
    while let Some(character) = rest.chars().next() {
        if character.is_ascii_alphanumeric() {
            // A short cut for the most frequent characters, which need no lookup.
            let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
            if word.is_clause {
                end(&mut word)?;
            }
            let (run, after) = rest.split_at(length);
            word.push_ascii(run, at);
            (rest, at) = (after, at + length as u32);
            continue;
        }
        rest = &rest[character.len_utf8()..];
        let here = at;
        at += 1;
        if character.is_ascii() {
            end(&mut word)?;
        } else if is_whole(character) {
            if !word.is_clause {
                end(&mut word)?;
                word.is_clause = true;
            }
            word.push(character, here);
        } else if !is_invisible(character) {
            for part in std::iter::once(character).nfkd() {
                if is_combining_mark(part) {
                    word.push_folded(part, here);
                    continue;
                }
                let is_clause = has_no_spaces(part);
                if !part.is_alphanumeric() || is_clause != word.is_clause {
                    end(&mut word)?;
                }
                if part.is_alphanumeric() {
                    word.is_clause = is_clause;
                    word.push_folded(part, here);
                }
            }
        }
    }
    end(&mut word)
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
        let found = |at: usize, term: &str| {
            let byte = words[at].folded.find(term)?;
            Some(words[at].range(byte, term.chars().count() as u32))
        };
        assert_eq!(
            found(1, "ive"),
            Some((5, 9)),
            "the mark belongs to its letter"
        );
        assert_eq!(found(2, "idea"), Some((10, 14)));
        assert_eq!(found(1, "x"), None);
        assert_eq!(words[0].span(), (0, 2));
    }
}
