//! Plain text: one line of it, excerpts, reading time.

use unicode_normalization::char::is_combining_mark;

/// The length of a summary that is taken from a post's own text, in characters.
const EXCERPT_LENGTH: usize = 200;
/// The most characters that a source's own summary may have.
const SUMMARY_LENGTH: usize = 500;
/// How many words people read in a minute.
const WORDS_PER_MINUTE: f64 = 200.0;
/// How many Chinese characters and kana people read in a minute.
const CHARACTERS_PER_MINUTE: f64 = 450.0;
/// How many letters of Thai, Lao, Khmer and Myanmar people read in a minute: words have about five.
const LETTERS_PER_MINUTE: f64 = 1_000.0;

/// One line of text: runs of whitespace and control characters become one space, and those at the ends
/// are removed. `None` when nothing visible is left.
pub fn one_line(text: &str) -> Option<String> {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    words
        .iter()
        .any(|word| !word.chars().all(is_invisible))
        .then(|| words.join(" "))
}

/// The beginning of a text, ended at a word with `…` where it is cut.
pub fn excerpt(text: &str) -> String {
    shorten(text, EXCERPT_LENGTH)
}

/// A source's own summary, cut at [`SUMMARY_LENGTH`] characters.
pub fn bounded_summary(text: &str) -> String {
    shorten(text, SUMMARY_LENGTH)
}

/// Minutes that reading takes, rounded up, at least 1: at 200 words a minute, 450 Chinese characters or
/// kana, 1,000 letters of other scripts without spaces.
pub fn reading_minutes(text: &str) -> u32 {
    let (mut words, mut characters, mut letters) = (0_usize, 0_usize, 0_usize);
    for word in text.split_whitespace() {
        let mut is_word = false;
        for c in word.chars() {
            match c {
                '\u{3041}'..='\u{30ff}'
                | '\u{3400}'..='\u{4dbf}'
                | '\u{4e00}'..='\u{9fff}'
                | '\u{f900}'..='\u{faff}'
                | '\u{20000}'..='\u{3ffff}' => characters += 1,
                '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' => {
                    letters += 1;
                }
                '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ff0f}' => {}
                _ => is_word = true,
            }
        }
        words += usize::from(is_word);
    }
    let minutes = words as f64 / WORDS_PER_MINUTE
        + characters as f64 / CHARACTERS_PER_MINUTE
        + letters as f64 / LETTERS_PER_MINUTE;
    // It fits: a text takes fewer minutes than it has characters.
    (minutes.ceil() as u32).max(1)
}

/// At most `limit` characters and the `…`.
fn shorten(text: &str, limit: usize) -> String {
    let text = text.trim();
    let Some((end, _)) = text.char_indices().nth(limit) else {
        return text.to_owned();
    };
    let (head, rest) = text.split_at(end);
    let cut = if rest.starts_with(char::is_whitespace) {
        head
    } else {
        // A single word longer than the limit is cut inside, and so is a script without spaces.
        head.rfind(char::is_whitespace)
            .filter(|at| !head[*at..].contains(has_no_spaces))
            .map_or_else(|| whole_characters(head, rest), |at| &head[..at])
    };
    let cut = cut.trim_end_matches(|c: char| c.is_whitespace() || ",;:–—-(、，".contains(c));
    if cut.ends_with(['.', '!', '?', '…', '。', '！', '？']) {
        format!("{cut} …")
    } else {
        format!("{cut}…")
    }
}

/// `head` without a last grapheme cluster that continues in `rest`: a letter with marks, an emoji of
/// several characters.
fn whole_characters<'a>(head: &'a str, rest: &str) -> &'a str {
    const JOINER: char = '\u{200d}';
    let joins = |c: char| {
        is_combining_mark(c) || is_invisible(c) || ('\u{1f3fb}'..='\u{1f3ff}').contains(&c)
    };
    let mut next = rest.chars().next();
    let mut head = head;
    while let (Some(last), Some(following)) = (head.chars().next_back(), next)
        && (joins(following) || last == JOINER)
    {
        next = Some(last);
        head = &head[..head.len() - last.len_utf8()];
    }
    head
}

/// Characters without a width: soft hyphen, zero-width space and joiners, direction marks, variation
/// selectors, byte order mark.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{180b}'..='\u{180f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
    )
}

/// Whether a letter's script has no spaces between words, or joins short words into long ones
/// (Korean).
pub(super) fn has_no_spaces(letter: char) -> bool {
    matches!(letter,
        // Thai, Lao; Myanmar; Khmer; the jamo and syllables of Hangul.
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7ff}'
        // Kana, bopomofo, Han.
        | '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{30ff}' | '\u{3100}'..='\u{312f}'
        | '\u{31a0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{1b000}'..='\u{1b16f}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_without_anything_to_see_is_absent() {
        for blank in [
            "",
            "  \n\t",
            "\u{a0}",
            "\u{200b}\u{feff}",
            "\0\u{7}",
            " \u{200b} \u{ad} ",
        ] {
            assert_eq!(one_line(blank), None, "{blank:?}");
        }
        assert_eq!(one_line(" a\n\n b\u{a0}c\0d "), Some("a b c d".into()));
    }

    #[test]
    fn an_excerpt_ends_at_a_word_and_says_that_there_is_more() {
        assert_eq!(excerpt("short"), "short");
        let exact = "x".repeat(200);
        assert_eq!(excerpt(&exact), exact);
        let words = "déjà ".repeat(60);
        let short = excerpt(&words);
        assert!(short.ends_with("déjà…"), "{short}");
        assert!(short.chars().count() <= 201, "{short}");
        assert_eq!(excerpt(&"漢".repeat(300)), format!("{}…", "漢".repeat(200)));
        assert_eq!(
            excerpt(&format!("{}. {}", "a".repeat(150), "b".repeat(100))),
            format!("{}. …", "a".repeat(150))
        );
    }

    #[test]
    fn an_excerpt_is_cut_between_what_readers_see_as_characters() {
        let family = "👨\u{200d}👩\u{200d}👧";
        for (start, part) in [(198, family), (199, "e\u{301}"), (199, "👍🏽"), (199, "กิ")]
        {
            let text = format!("{}{}", "漢".repeat(start), part.repeat(9));
            assert_eq!(excerpt(&text), format!("{}…", "漢".repeat(start)), "{part}");
        }
        let spaced = format!("短い {}", "漢".repeat(300));
        assert_eq!(
            excerpt(&spaced).chars().count(),
            201,
            "not cut at its only space"
        );
    }

    #[test]
    fn reading_takes_a_minute_for_every_two_hundred_words_begun() {
        for (words, minutes) in [(0, 1), (1, 1), (200, 1), (201, 2), (1000, 5)] {
            assert_eq!(reading_minutes(&"word ".repeat(words)), minutes, "{words}");
        }
    }

    #[test]
    fn scripts_without_spaces_are_read_by_their_characters() {
        assert_eq!(reading_minutes(&"これは長い記事です。".repeat(1_000)), 20);
        assert_eq!(reading_minutes(&"这是一段简单的文字".repeat(50)), 1);
        assert_eq!(reading_minutes(&"การเดินทางไปกรุงเทพ ".repeat(100)), 2);
        let both = "word ".repeat(200) + &"字".repeat(450);
        assert_eq!(reading_minutes(&both), 2);
    }
}
