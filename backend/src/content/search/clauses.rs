//! Text of scripts without spaces between words: every pair of characters with the places where it
//! occurs, so that a term of any length is found anywhere in a clause.

use std::borrow::Cow;
use std::collections::HashMap;

use shared::search::SearchField;

use super::Posting;

/// Stands for the end of a clause, after its last character.
const END: u16 = 0;

/// All clauses, one after the other. A place is the number of a character in them.
#[derive(Debug, Clone, Default)]
pub(super) struct Clauses {
    /// The number of each character, from 1. A pair is made of two numbers.
    numbers: HashMap<char, u16>,
    /// The pairs in order, each with the index in `places` where its places begin.
    pairs: Vec<(u32, usize)>,
    /// The places of the first character of each pair, in order.
    places: Vec<u32>,
    /// The fields in the order of their first places.
    texts: Vec<Text>,
    /// The posts of each character, by its number less one.
    postings: Vec<Vec<Posting>>,
}

/// A field of a post.
#[derive(Debug, Clone, Copy)]
struct Text {
    first_place: u32,
    post: u32,
    field: SearchField,
    weight: u16,
}

#[derive(Default)]
pub(super) struct ClausesBuilder {
    numbers: HashMap<char, u16>,
    /// A pair and its place in one number, which is the quickest to sort.
    places: Vec<u64>,
    texts: Vec<Text>,
    postings: Vec<Vec<Posting>>,
    next_place: u32,
}

impl ClausesBuilder {
    /// Adds a clause. Posts come in order.
    pub(super) fn add(&mut self, post: u32, field: SearchField, weight: u16, folded: &str) {
        let is_same = |text: &Text| text.post == post && text.weight == weight;
        if !self.texts.last().is_some_and(is_same) {
            self.texts.push(Text {
                first_place: self.next_place,
                post,
                field,
                weight,
            });
        }
        let numbers: Vec<u16> = folded.chars().map(|c| self.number(c)).collect();
        for (at, &number) in numbers.iter().enumerate() {
            let postings = &mut self.postings[usize::from(number) - 1];
            if let Some(posting) = Posting::last_of(postings, post) {
                posting.count(field, weight, 1);
            }
            let next = numbers.get(at + 1).copied().unwrap_or(END);
            let pair = u64::from(pair(number, next));
            self.places.push((pair << 32) | u64::from(self.next_place));
            // Four thousand million characters are more than any source may hold.
            self.next_place = self.next_place.saturating_add(1);
        }
    }

    /// The number of a character. Unicode has more characters than there are numbers. One blog has fewer; if
    /// not, all further characters share the last number.
    fn number(&mut self, character: char) -> u16 {
        if let Some(number) = self.numbers.get(&character) {
            return *number;
        }
        let number = u16::try_from(self.numbers.len() + 1).unwrap_or(u16::MAX);
        if usize::from(number) > self.postings.len() {
            self.postings.push(Vec::new());
        }
        self.numbers.insert(character, number);
        number
    }

    pub(super) fn finish(mut self) -> Clauses {
        self.places.sort_unstable();
        let mut pairs: Vec<(u32, usize)> = Vec::new();
        let mut places = Vec::with_capacity(self.places.len());
        for both in self.places {
            let (pair, place) = ((both >> 32) as u32, both as u32);
            if pairs.last().is_none_or(|(last, _)| *last != pair) {
                pairs.push((pair, places.len()));
            }
            places.push(place);
        }
        Clauses {
            numbers: self.numbers,
            pairs,
            places,
            texts: self.texts,
            postings: self.postings,
        }
    }
}

fn pair(first: u16, second: u16) -> u32 {
    (u32::from(first) << 16) | u32::from(second)
}

impl Clauses {
    /// The posts that hold `term` within a clause.
    pub(super) fn find(&self, term: &str) -> Cow<'_, [Posting]> {
        let numbers: Option<Vec<u16>> = term
            .chars()
            .map(|character| self.numbers.get(&character).copied())
            .collect();
        let Some(numbers) = numbers else {
            return Cow::Borrowed(&[]);
        };
        if let [number] = numbers.as_slice() {
            return Cow::Borrowed(&self.postings[usize::from(*number) - 1]);
        }
        let mut postings = Vec::new();
        let places = self.places_of(&numbers);
        let mut places = places.as_ref();
        for (at, text) in self.texts.iter().enumerate() {
            let end = self
                .texts
                .get(at + 1)
                .map_or(u32::MAX, |next| next.first_place);
            let times = places.iter().take_while(|place| **place < end).count();
            if times == 0 {
                continue;
            }
            places = &places[times..];
            if let Some(posting) = Posting::last_of(&mut postings, text.post) {
                posting.count(text.field, text.weight, times);
            }
            if places.is_empty() {
                break;
            }
        }
        Cow::Owned(postings)
    }

    /// The places where these characters follow each other, in order.
    fn places_of(&self, numbers: &[u16]) -> Cow<'_, [u32]> {
        if let [first, second] = numbers {
            return Cow::Borrowed(self.places_of_pair(pair(*first, *second)));
        }
        let mut lists: Vec<(u32, &[u32])> = (0..)
            .zip(numbers.windows(2))
            .map(|(offset, two)| (offset, self.places_of_pair(pair(two[0], two[1]))))
            .collect();
        lists.sort_by_key(|(_, places)| places.len());
        let Some(((offset, rarest), others)) = lists.split_first_mut() else {
            return Cow::Borrowed(&[]);
        };
        let starts = rarest.iter().filter_map(|place| place.checked_sub(*offset));
        starts
            .filter(|start| {
                others.iter_mut().all(|(offset, places)| {
                    let wanted = start + *offset;
                    *places = from(places, wanted);
                    places.first() == Some(&wanted)
                })
            })
            .collect()
    }

    fn places_of_pair(&self, pair: u32) -> &[u32] {
        let Ok(at) = self.pairs.binary_search_by_key(&pair, |(pair, _)| *pair) else {
            return &[];
        };
        let end = self
            .pairs
            .get(at + 1)
            .map_or(self.places.len(), |(_, start)| *start);
        &self.places[self.pairs[at].1..end]
    }
}

/// The places from `wanted` on. An exponential search, since the next wanted place is mostly near.
fn from(places: &[u32], wanted: u32) -> &[u32] {
    let mut bound = 1;
    while places.get(bound).is_some_and(|place| *place < wanted) {
        bound *= 2;
    }
    let near = &places[..places.len().min(bound + 1)];
    &places[near.partition_point(|place| *place < wanted)..]
}
