//! Finds the matches in a post's fields, and marks them for readers.

use shared::search::{Highlight, SearchField};

use super::{FIELDS, Matches, Term, text_of};
use crate::content::post::Post;
use crate::content::words::{Word, words};

/// The length of an excerpt, in scalar values.
pub(super) const EXCERPT_CHARS: usize = 180;
/// How much of an excerpt comes before its first match.
const EXCERPT_LEAD: usize = 50;
/// The most characters by which an excerpt is shortened so that it ends between words.
const EXCERPT_TAIL: usize = 30;

impl Matches {
    /// A post's matches, field by field.
    pub fn highlights(&self, post: &Post) -> Vec<Highlight> {
        FIELDS
            .into_iter()
            .filter_map(|field| {
                let text = text_of(post, field);
                let ranges = self.ranges(&words(text));
                if ranges.is_empty() {
                    return None;
                }
                let (text, ranges) = match field {
                    SearchField::Text => excerpt(text, &ranges),
                    _ => (text.to_owned(), ranges),
                };
                Some(Highlight {
                    field,
                    text,
                    ranges,
                })
            })
            .collect()
    }

    /// Where the terms stand in these words, in order; of matches that overlap, the first.
    fn ranges(&self, words: &[Word]) -> Vec<(u32, u32)> {
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for word in words {
            let terms = self.terms.iter();
            let mut found: Vec<(u32, u32)> = terms.flat_map(|term| term.find_in(word)).collect();
            found.sort_unstable_by_key(|&(start, end)| (start, std::cmp::Reverse(end)));
            for range in found {
                if ranges.last().is_none_or(|last| last.1 <= range.0) {
                    ranges.push(range);
                }
            }
        }
        ranges
    }
}

impl Term {
    fn find_in(&self, word: &Word) -> Vec<(u32, u32)> {
        match self {
            Self::Exact { text, .. } if word.is_clause => word.find_all(text).collect(),
            Self::Exact { text, infix } if *infix || word.folded.starts_with(text.as_str()) => {
                word.find_all(text).take(1).collect()
            }
            Self::Meant(meant) if meant.contains(&word.folded) => vec![word.span()],
            _ => Vec::new(),
        }
    }
}

/// The part of a text around its first match, cut between words, and the matches within.
fn excerpt(text: &str, ranges: &[(u32, u32)]) -> (String, Vec<(u32, u32)>) {
    let characters: Vec<char> = text.chars().collect();
    let first = ranges.first().map_or(0, |range| range.0 as usize);
    let mut start = first.saturating_sub(EXCERPT_LEAD);
    if start > 0 {
        let space = characters[start..first]
            .iter()
            .position(|c| c.is_whitespace());
        start += space.map_or(0, |at| at + 1);
    }
    let mut end = (start + EXCERPT_CHARS).min(characters.len());
    if end < characters.len() {
        let space = characters[start..end]
            .iter()
            .rposition(|c| c.is_whitespace())
            .map(|at| start + at);
        // A script without spaces is cut anywhere.
        end = space.filter(|at| end - at <= EXCERPT_TAIL).unwrap_or(end);
    }
    let lead = if start > 0 { "…" } else { "" };
    let tail = if end < characters.len() { "…" } else { "" };
    let shift = start - lead.chars().count();
    let body: String = characters[start..end].iter().collect();
    let within = ranges
        .iter()
        .filter(|range| range.1 as usize <= end)
        .map(|range| (range.0 - shift as u32, range.1 - shift as u32))
        .collect();
    (format!("{lead}{body}{tail}"), within)
}
