//! Plain text: tidied, shortened, measured.

/// The length of a summary that is taken from a post's own text, in characters.
const EXCERPT_LENGTH: usize = 200;
/// The most characters that a source's own summary may have.
const SUMMARY_LENGTH: usize = 500;
/// How many words people read in a minute, as the contract has it.
const WORDS_PER_MINUTE: usize = 200;

/// One line of text: runs of whitespace and control characters become one space, those at the ends
/// go. `None` when nothing visible is left.
#[must_use]
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
#[must_use]
pub fn excerpt(text: &str) -> String {
    shorten(text, EXCERPT_LENGTH)
}

/// A source's own summary, whole unless it is far longer than a summary should be.
#[must_use]
pub fn bounded_summary(text: &str) -> String {
    shorten(text, SUMMARY_LENGTH)
}

/// Minutes that reading takes at 200 words a minute, begun ones included, at least 1.
#[must_use]
pub fn reading_minutes(text: &str) -> u32 {
    let minutes = text
        .split_whitespace()
        .count()
        .div_ceil(WORDS_PER_MINUTE)
        .max(1);
    u32::try_from(minutes).unwrap_or(u32::MAX)
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
        // A single word longer than the limit is cut inside.
        head.rfind(char::is_whitespace)
            .map_or(head, |at| &head[..at])
    };
    let cut = cut.trim_end_matches(|c: char| c.is_whitespace() || ",;:–—-(".contains(c));
    if cut.ends_with(['.', '!', '?', '…']) {
        format!("{cut} …")
    } else {
        format!("{cut}…")
    }
}

/// Characters that take no room by themselves: soft hyphen, zero-width space and joiners, direction
/// marks, byte order mark.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
    )
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
    fn reading_takes_a_minute_for_every_two_hundred_words_begun() {
        for (words, minutes) in [(0, 1), (1, 1), (200, 1), (201, 2), (1000, 5)] {
            assert_eq!(reading_minutes(&"word ".repeat(words)), minutes, "{words}");
        }
    }
}
