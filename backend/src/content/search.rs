//! Search over one snapshot's posts.
//!
//! An inverted index: every distinct word with the posts and fields that contain it. A term
//! matches the words that contain it, a short term those that begin with it. So a reader sees results
//! while still typing. A term that matches nothing may have one typo. All terms must match, and a match
//! in the title weighs more than one in the text. Scripts without spaces have an index of their own
//! ([`clauses`]), which finds a term of any length anywhere.

mod clauses;
mod highlights;

use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::{ControlFlow, Range, RangeInclusive};

use memchr::memmem::Finder;
use shared::search::{MAX_QUERY_CHARS, SearchField};

use self::clauses::{Clauses, ClausesBuilder};
use super::post::Post;
use super::words::{Word, each_word, words};

/// The most terms of a query; further ones are ignored.
const MAX_TERMS: usize = 10;
/// Shorter terms match only the beginnings of words: most words contain them.
const MIN_INFIX_CHARS: usize = 3;
/// Terms of these lengths may have a typo.
const FUZZY_CHARS: RangeInclusive<usize> = 4..=30;

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
    /// All distinct words in order, each between line feeds, so that one scan finds every word that
    /// contains a term.
    vocabulary: String,
    /// Where each word begins in the vocabulary, in order, and the vocabulary's end.
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

    /// Adds so many matches in a field.
    fn count(&mut self, field: SearchField, weight: u16, times: usize) {
        let times = u16::try_from(times).unwrap_or(u16::MAX);
        let added = weight.saturating_mul(times);
        match field {
            SearchField::Text => self.in_text = self.in_text.saturating_add(added).min(MAX_IN_TEXT),
            _ => self.weight = self.weight.saturating_add(added),
        }
    }

    fn score(self) -> u32 {
        u32::from(self.weight) + u32::from(self.in_text)
    }
}

/// The posts that match a query.
#[derive(Debug, Default)]
pub struct Matches {
    /// The score and the position of each post that matches.
    scored: Vec<(u32, u32)>,
    /// For each term of the query, the words to find in the posts.
    terms: Vec<Term>,
}

#[derive(Debug)]
enum Term {
    Exact(Box<ExactTerm>),
    /// Words that the reader probably meant.
    Meant(Vec<String>),
}

/// Words that begin with the term, or contain it.
#[derive(Debug)]
struct ExactTerm {
    text: Finder<'static>,
    /// How many scalar values it has.
    length: u32,
    is_infix: bool,
}

impl ExactTerm {
    fn new(text: &str, is_infix: bool) -> Self {
        Self {
            text: Finder::new(text).into_owned(),
            // A query is short.
            length: text.chars().count() as u32,
            is_infix,
        }
    }
}

impl Matches {
    /// How many posts match.
    pub fn count(&self) -> usize {
        self.scored.len()
    }

    /// The positions of the posts of these ranks, best first; equals stay in the order of the posts.
    /// Only as many are sorted as the range needs.
    pub fn best(&mut self, ranks: Range<usize>) -> Vec<usize> {
        let end = ranks.end.min(self.count());
        let by_rank = |&(score, post): &(u32, u32)| (Reverse(score), post);
        if end < self.count() {
            self.scored.select_nth_unstable_by_key(end, by_rank);
        }
        let best = &mut self.scored[..end];
        best.sort_unstable_by_key(by_rank);
        let best = best.iter().skip(ranks.start);
        best.map(|&(_, post)| post as usize).collect()
    }
}

impl SearchIndex {
    /// Indexes all posts.
    pub fn new(posts: &[Post]) -> Self {
        let mut by_word: HashMap<String, Vec<Posting>> = HashMap::new();
        let mut clauses = ClausesBuilder::default();
        for (at, post) in (0_u32..).zip(posts) {
            for (field, weight) in FIELDS.into_iter().zip(WEIGHTS) {
                // It never breaks.
                let _ = each_word(text_of(post, field), |word| {
                    if word.is_clause {
                        clauses.add(at, field, weight, &word.folded);
                    } else {
                        count_word(&mut by_word, &word.folded, at, field, weight);
                    }
                    ControlFlow::Continue(())
                });
            }
        }
        let mut by_word: Vec<(String, Vec<Posting>)> = by_word.into_iter().collect();
        by_word.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let mut index = Self {
            vocabulary: String::from("\n"),
            starts: Vec::with_capacity(by_word.len() + 1),
            postings: Vec::with_capacity(by_word.len()),
            clauses: clauses.finish(),
            posts: posts.len(),
        };
        for (word, postings) in by_word {
            index.starts.push(index.vocabulary.len());
            index.vocabulary.push_str(&word);
            index.vocabulary.push('\n');
            index.postings.push(postings);
        }
        index.starts.push(index.vocabulary.len());
        index
    }

    /// The posts that match every word of `query`; none when it has no words.
    pub fn find(&self, query: &str) -> Matches {
        let query: String = query.chars().take(MAX_QUERY_CHARS).collect();
        let mut scores: Option<Vec<u32>> = None;
        let mut terms = Vec::new();
        for word in words(&query).into_iter().take(MAX_TERMS) {
            let (term_scores, term) = self.scores(word);
            terms.push(term);
            let Some(scores) = &mut scores else {
                scores = Some(term_scores);
                continue;
            };
            for (score, of_term) in scores.iter_mut().zip(term_scores) {
                *score = match (*score, of_term) {
                    (0, _) | (_, 0) => 0,
                    (a, b) => a.saturating_add(b),
                };
            }
        }
        let scored = scores.unwrap_or_default().into_iter().zip(0_u32..);
        Matches {
            scored: scored.filter(|&(score, _)| score > 0).collect(),
            terms,
        }
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
            return (
                scores,
                Term::Exact(ExactTerm::new(&term.folded, true).into()),
            );
        }
        let (matched, term) = self.look_up(&term.folded);
        for (at, factor) in matched {
            for posting in &self.postings[at] {
                add(posting, factor);
            }
        }
        (scores, term)
    }

    /// Every word that a term matches, with its factor.
    fn look_up(&self, term: &str) -> (Vec<(usize, u32)>, Term) {
        let length = term.chars().count();
        let exact = ExactTerm::new(term, length >= MIN_INFIX_CHARS);
        let matched = if exact.is_infix {
            self.containing(&exact.text)
        } else {
            self.beginning_with(term)
        };
        if !matched.is_empty() || !FUZZY_CHARS.contains(&length) {
            return (matched, Term::Exact(exact.into()));
        }
        let meant = self.one_typo_from(term);
        let matched = meant.iter().map(|&at| (at, WORD_START)).collect();
        let words = meant.iter().map(|&at| self.word(at).to_owned()).collect();
        (matched, Term::Meant(words))
    }

    fn containing(&self, term: &Finder) -> Vec<(usize, u32)> {
        let length = term.needle().len();
        let mut matched: Vec<(usize, u32)> = Vec::new();
        for offset in term.find_iter(self.vocabulary.as_bytes()) {
            let at = self.starts.partition_point(|&start| start <= offset) - 1;
            if matched.last().is_none_or(|(last, _)| *last != at) {
                matched.push((at, self.factor(at, offset, length)));
            }
        }
        matched
    }

    fn beginning_with(&self, term: &str) -> Vec<(usize, u32)> {
        self.range_beginning_with(term)
            .map(|at| (at, self.factor(at, self.starts[at], term.len())))
            .collect()
    }

    /// The numbers of the words that begin so. They stand one after the other. The line feed behind a word
    /// comes before all letters, so words are in the same order with what follows them.
    fn range_beginning_with(&self, beginning: &str) -> Range<usize> {
        let starts = &self.starts[..self.postings.len()];
        let from = |start: usize| &self.vocabulary[start..];
        let first = starts.partition_point(|&start| from(start) < beginning);
        let starts = &starts[first..];
        let count = starts.partition_point(|&start| from(start).starts_with(beginning));
        first..first + count
    }

    /// The factor of a match of so many bytes at this offset of the vocabulary.
    fn factor(&self, at: usize, offset: usize, length: usize) -> u32 {
        if offset != self.starts[at] {
            1
        } else if self.word(at).len() == length {
            WHOLE_WORD
        } else {
            WORD_START
        }
    }

    /// Words that become the term by one insertion, deletion, substitution or swap. The first
    /// letter must be right: it nearly always is, and trying all others would take too long.
    fn one_typo_from(&self, term: &str) -> Vec<usize> {
        let first_letter = term.chars().next().map_or(0, char::len_utf8);
        self.range_beginning_with(&term[..first_letter])
            .filter(|&at| is_one_typo(self.word(at), term))
            .collect()
    }

    fn word(&self, at: usize) -> &str {
        let end = self.starts[at + 1] - "\n".len();
        &self.vocabulary[self.starts[at]..end]
    }
}

fn count_word(
    by_word: &mut HashMap<String, Vec<Posting>>,
    word: &str,
    post: u32,
    field: SearchField,
    weight: u16,
) {
    if !by_word.contains_key(word) {
        by_word.insert(word.to_owned(), Vec::new());
    }
    let postings = by_word.get_mut(word);
    if let Some(posting) = postings.and_then(|postings| Posting::last_of(postings, post)) {
        posting.count(field, weight, 1);
    }
}

/// Whether two words differ by one insertion, deletion, substitution or swap of neighbours at most: then
/// what is left between their common beginning and their common end is this one typo.
fn is_one_typo(a: &str, b: &str) -> bool {
    if a.len().abs_diff(b.len()) > 4 {
        return false;
    }
    let same = |(a, b): &(char, char)| a == b;
    let beginning = a.chars().zip(b.chars()).take_while(same);
    let beginning: usize = beginning.map(|(a, _)| a.len_utf8()).sum();
    let (a, b) = (&a[beginning..], &b[beginning..]);
    let end = a.chars().rev().zip(b.chars().rev()).take_while(same);
    let end: usize = end.map(|(a, _)| a.len_utf8()).sum();
    let mut a = a[..a.len() - end].chars();
    let mut b = b[..b.len() - end].chars();
    match (a.next(), b.next(), a.next(), b.next()) {
        (_, _, None, None) => true,
        (Some(a1), Some(b1), Some(a2), Some(b2)) => {
            (a1, a2) == (b2, b1) && a.next().is_none() && b.next().is_none()
        }
        _ => false,
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
