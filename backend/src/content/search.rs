//! Search over one snapshot's posts.
//!
//! An inverted index: every distinct word with the posts and fields that contain it. A term
//! matches the words that contain it, a short term those that begin with it. So a reader sees results
//! while still typing. A term that matches nothing may have one typo. All terms must match, and a match
//! in the title weighs more than one in the text. Scripts without spaces have an index of their own
//! ([`clauses`]), which finds a term of any length anywhere.

mod clauses;
mod highlights;

use std::collections::HashMap;
use std::ops::RangeInclusive;

use shared::search::{MAX_QUERY_CHARS, SearchField};

use self::clauses::{Clauses, ClausesBuilder};
use super::post::Post;
use super::words::{Word, words};

/// The most terms of a query; further ones are ignored.
const MAX_TERMS: usize = 10;
/// Shorter terms match only the beginnings of words: most words contain them.
const MIN_INFIX_CHARS: usize = 3;
/// Terms of these lengths may have a typo. Comparing costs the square of the length.
const FUZZY_CHARS: RangeInclusive<usize> = 4..=30;
/// The longest word that is compared with a mistyped term, in bytes.
const MAX_FUZZY_BYTES: usize = 128;

const FIELDS: [SearchField; 4] = [
    SearchField::Title,
    SearchField::Subtitle,
    SearchField::Summary,
    SearchField::Text,
];
/// The weight of a match in a field. A match in the title weighs more than any number in the text.
const WEIGHTS: [u16; 4] = [1_000, 100, 20, 1];
/// A word counts at most this often in a post's text: a longer post is not a better one.
const MAX_IN_TEXT: u16 = 20;
/// A match of a whole word, and of a word's beginning, weighs this much more than one inside.
const WHOLE_WORD: u32 = 4;
const WORD_START: u32 = 2;

/// The words of a set of posts, and where each occurs.
#[derive(Debug, Clone)]
pub struct SearchIndex {
    /// All distinct words, each between line feeds, so that one scan finds every word that
    /// contains a term.
    vocabulary: String,
    /// Where each word begins in the vocabulary, in order.
    starts: Vec<usize>,
    /// The postings of each word, in the same order.
    postings: Vec<Vec<Posting>>,
    clauses: Clauses,
    posts: usize,
}

/// A word in a post.
#[derive(Debug, Clone, Copy)]
struct Posting {
    post: u32,
    /// The sum of its matches' weights in all fields but the text.
    weight: u16,
    /// How often it occurs in the text.
    in_text: u16,
}

impl Posting {
    fn new(post: u32) -> Self {
        Self {
            post,
            weight: 0,
            in_text: 0,
        }
    }

    /// The posting of a post, which comes after all others of the list.
    fn last_of(postings: &mut Vec<Self>, post: u32) -> Option<&mut Self> {
        if postings.last().is_none_or(|last| last.post != post) {
            postings.push(Self::new(post));
        }
        postings.last_mut()
    }

    fn count(&mut self, field: SearchField, weight: u16) {
        match field {
            SearchField::Text => self.in_text = (self.in_text + weight).min(MAX_IN_TEXT),
            _ => self.weight = self.weight.saturating_add(weight),
        }
    }

    fn score(self) -> u32 {
        u32::from(self.weight) + u32::from(self.in_text)
    }
}

/// The posts that match a query.
#[derive(Debug, Default)]
pub struct Matches {
    /// Positions of posts, best first; equals stay in the order of the posts.
    pub posts: Vec<usize>,
    /// For each term of the query, the words to find in the posts.
    terms: Vec<Term>,
}

#[derive(Debug)]
enum Term {
    /// Words that begin with it (`false`) or contain it (`true`).
    Exact { text: String, infix: bool },
    /// Words that the reader probably meant.
    Meant(Vec<String>),
}

impl SearchIndex {
    /// Indexes all posts.
    pub fn new(posts: &[Post]) -> Self {
        let mut by_word: HashMap<String, Vec<Posting>> = HashMap::new();
        let mut clauses = ClausesBuilder::default();
        for (at, post) in (0_u32..).zip(posts) {
            for (field, weight) in FIELDS.into_iter().zip(WEIGHTS) {
                for word in words(text_of(post, field)) {
                    if word.is_clause {
                        clauses.add(at, field, weight, &word.folded);
                        continue;
                    }
                    let postings = by_word.entry(word.folded).or_default();
                    if let Some(posting) = Posting::last_of(postings, at) {
                        posting.count(field, weight);
                    }
                }
            }
        }
        let mut entries: Vec<(String, Vec<Posting>)> = by_word.into_iter().collect();
        entries.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let mut index = Self {
            vocabulary: String::from("\n"),
            starts: Vec::with_capacity(entries.len()),
            postings: Vec::with_capacity(entries.len()),
            clauses: clauses.finish(),
            posts: posts.len(),
        };
        for (word, postings) in entries {
            index.starts.push(index.vocabulary.len());
            index.vocabulary.push_str(&word);
            index.vocabulary.push('\n');
            index.postings.push(postings);
        }
        index
    }

    /// The posts that match every word of `query`; none when it has no words.
    pub fn find(&self, query: &str) -> Matches {
        let query: String = query.chars().take(MAX_QUERY_CHARS).collect();
        let mut scores: Option<Vec<u32>> = None;
        let mut terms = Vec::new();
        for word in words(&query).into_iter().take(MAX_TERMS) {
            let (term_scores, term) = self.scores(word);
            scores = Some(match scores {
                None => term_scores,
                Some(so_far) => so_far
                    .into_iter()
                    .zip(term_scores)
                    .map(|(a, b)| {
                        if a == 0 || b == 0 {
                            0
                        } else {
                            a.saturating_add(b)
                        }
                    })
                    .collect(),
            });
            terms.push(term);
        }
        let scores = scores.unwrap_or_default();
        let mut posts: Vec<usize> = (0..scores.len()).filter(|&at| scores[at] > 0).collect();
        posts.sort_by_key(|&at| std::cmp::Reverse(scores[at]));
        Matches { posts, terms }
    }

    /// The score of each post for a term of the query.
    fn scores(&self, term: Word) -> (Vec<u32>, Term) {
        let mut scores = vec![0_u32; self.posts];
        let mut add = |posting: &Posting, factor: u32| {
            let score = &mut scores[posting.post as usize];
            *score = score.saturating_add(posting.score() * factor);
        };
        if term.is_clause {
            for posting in self.clauses.find(&term.folded).iter() {
                add(posting, WORD_START);
            }
            let text = term.folded;
            return (scores, Term::Exact { text, infix: true });
        }
        let (matched, term) = self.look_up(term.folded);
        for (at, factor) in matched {
            for posting in &self.postings[at] {
                add(posting, factor);
            }
        }
        (scores, term)
    }

    /// Every word that a term matches, with its factor.
    fn look_up(&self, term: String) -> (Vec<(usize, u32)>, Term) {
        let length = term.chars().count();
        let infix = length >= MIN_INFIX_CHARS;
        let matched = if infix {
            self.containing(&term)
        } else {
            self.beginning_with(&term)
        };
        if !matched.is_empty() || !FUZZY_CHARS.contains(&length) {
            return (matched, Term::Exact { text: term, infix });
        }
        let meant = self.one_typo_from(&term);
        let matched = meant.iter().map(|&at| (at, WORD_START)).collect();
        let words = meant.iter().map(|&at| self.word(at).to_owned()).collect();
        (matched, Term::Meant(words))
    }

    fn containing(&self, term: &str) -> Vec<(usize, u32)> {
        let mut matched: Vec<(usize, u32)> = Vec::new();
        for (offset, _) in self.vocabulary.match_indices(term) {
            let at = self.starts.partition_point(|&start| start <= offset) - 1;
            if matched.last().is_none_or(|(last, _)| *last != at) {
                matched.push((at, self.factor(at, offset, term)));
            }
        }
        matched
    }

    fn beginning_with(&self, term: &str) -> Vec<(usize, u32)> {
        let first = self
            .starts
            .partition_point(|&start| self.word_at(start) < term);
        (first..self.starts.len())
            .take_while(|&at| self.word(at).starts_with(term))
            .map(|at| (at, self.factor(at, self.starts[at], term)))
            .collect()
    }

    fn factor(&self, at: usize, offset: usize, term: &str) -> u32 {
        if self.word(at) == term {
            WHOLE_WORD
        } else if offset == self.starts[at] {
            WORD_START
        } else {
            1
        }
    }

    /// Words that become the term by one insertion, deletion, substitution or swap. The first
    /// letter must be right: it nearly always is, and trying all others would take too long.
    fn one_typo_from(&self, term: &str) -> Vec<usize> {
        let Some(first_letter) = term.chars().next() else {
            return Vec::new();
        };
        let first_letter = first_letter.to_string();
        let first = self
            .starts
            .partition_point(|&start| self.word_at(start) < first_letter.as_str());
        (first..self.starts.len())
            .take_while(|&at| self.word(at).starts_with(&first_letter))
            .filter(|&at| {
                let word = self.word(at);
                word.len() <= MAX_FUZZY_BYTES
                    && word.len().abs_diff(term.len()) <= 4
                    && strsim::osa_distance(word, term) <= 1
            })
            .collect()
    }

    fn word(&self, at: usize) -> &str {
        self.word_at(self.starts[at])
    }

    fn word_at(&self, start: usize) -> &str {
        self.vocabulary[start..]
            .split('\n')
            .next()
            .unwrap_or_default()
    }
}

fn text_of(post: &Post, field: SearchField) -> &str {
    match field {
        SearchField::Title => &post.title,
        SearchField::Subtitle => post.subtitle.as_deref().unwrap_or_default(),
        SearchField::Summary => &post.summary,
        SearchField::Text => &post.content_text,
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod scripts_tests;
