//! Finds the matches in a post's fields, and marks them for readers.

use std::cmp::Reverse;
use std::ops::ControlFlow;

use shared::search::{Highlight, SearchField};

use super::{FIELDS, Matches, Term, text_of};
use crate::content::post::Post;
use crate::content::words::{Word, each_word};

/// The length of an excerpt, in scalar values.
pub(super) const EXCERPT_CHARS: usize = 180;
/// How much of an excerpt comes before its first match.
const EXCERPT_LEAD: usize = 50;
/// The most characters by which an excerpt is shortened so that it ends between words.
const EXCERPT_TAIL: usize = 30;

impl Matches {
    /// A post's matches, field by field.
    pub fn highlights(&self, post: &Post) -> Vec<Highlight> {
        let highlight = |field| {
            let text = text_of(post, field);
            let (text, ranges) = match field {
                SearchField::Text => self.excerpt(text)?,
                _ => (text.to_owned(), self.ranges(text)?),
            };
            Some(Highlight {
                field,
                text,
                ranges,
            })
        };
        FIELDS.into_iter().filter_map(highlight).collect()
    }

    /// Where the terms stand in a text; `None` where none does.
    fn ranges(&self, text: &str) -> Option<Vec<(u32, u32)>> {
        let mut ranges = Vec::new();
        // It never breaks.
        let _ = each_word(text, |word| {
            self.add_ranges(word, &mut ranges);
            ControlFlow::Continue(())
        });
        (!ranges.is_empty()).then_some(ranges)
    }

    /// Adds where the terms stand in a word, in order; of matches that overlap, the first.
    fn add_ranges(&self, word: &Word, ranges: &mut Vec<(u32, u32)>) {
        let first = ranges.len();
        for term in &self.terms {
            term.find_in(word, ranges);
        }
        ranges[first..].sort_unstable_by_key(|&(start, end)| (start, Reverse(end)));
        // Also of an earlier word: `½` is two words in one place.
        let mut end = ranges[..first].last().map_or(0, |last| last.1);
        let mut kept = first;
        for at in first..ranges.len() {
            let range = ranges[at];
            if end <= range.0 {
                ranges[kept] = range;
                kept += 1;
                end = range.1;
            }
        }
        ranges.truncate(kept);
    }

    /// The part of a text around its first match, and the matches within. `None` where nothing matches.
    fn excerpt(&self, text: &str) -> Option<(String, Vec<(u32, u32)>)> {
        let mut ranges = Vec::new();
        // What stands too far behind the first match is not read.
        let _ = each_word(text, |word| {
            self.add_ranges(word, &mut ranges);
            match ranges.first() {
                Some((first, _)) if word.span().0 > first + EXCERPT_CHARS as u32 => {
                    ControlFlow::Break(())
                }
                _ => ControlFlow::Continue(()),
            }
        });
        let (first, _) = *ranges.first()?;
        Some(excerpt(text, first as usize, &ranges))
    }
}

impl Term {
    /// Adds where the term stands in a word, in order.
    fn find_in(&self, word: &Word, ranges: &mut Vec<(u32, u32)>) {
        match self {
            Self::Exact(term) if word.is_clause => {
                let found = term.text.find_iter(word.folded.as_bytes());
                ranges.extend(found.map(|at| word.range(at, term.length)));
            }
            Self::Exact(term) if term.is_infix => {
                let found = term.text.find(word.folded.as_bytes());
                ranges.extend(found.map(|at| word.range(at, term.length)));
            }
            Self::Exact(term) if word.folded.as_bytes().starts_with(term.text.needle()) => {
                ranges.push(word.range(0, term.length));
            }
            Self::Meant(meant) if meant.contains(&word.folded) => ranges.push(word.span()),
            _ => {}
        }
    }
}

/// The part of a text around its first match, cut between words, and the matches within.
fn excerpt(text: &str, first: usize, ranges: &[(u32, u32)]) -> (String, Vec<(u32, u32)>) {
    // Positions from here on count from the first character that the excerpt can have.
    let skipped = first.saturating_sub(EXCERPT_LEAD);
    let first = first - skipped;
    // One more than the excerpt can have says whether the text goes on.
    let characters = text.chars().skip(skipped).take(first + EXCERPT_CHARS + 1);
    let characters: Vec<char> = characters.collect();
    let mut start = 0;
    if skipped > 0 {
        let space = characters[..first].iter().position(|c| c.is_whitespace());
        start = space.map_or(0, |at| at + 1);
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
    let lead = if skipped + start > 0 { "…" } else { "" };
    let tail = if end < characters.len() { "…" } else { "" };
    let shift = (skipped + start - lead.chars().count()) as u32;
    let body: String = characters[start..end].iter().collect();
    let within = ranges
        .iter()
        .filter(|range| range.1 as usize <= skipped + end)
        .map(|range| (range.0 - shift, range.1 - shift))
        .collect();
    (format!("{lead}{body}{tail}"), within)
}
