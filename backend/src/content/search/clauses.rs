//! Text of scripts without spaces between words: every pair of characters with the places where it
//! stands, so that a term of any length is found anywhere in a clause.

use std::borrow::Cow;
use std::collections::HashMap;

use shared::search::SearchField;

use super::Posting;

/// What stands for the character after the last of a clause.
const END: char = '\0';

/// All clauses, one after the other. A place is the number of a character in them.
#[derive(Debug, Clone, Default)]
pub(super) struct Clauses {
    /// In order, with where the places of each begin in `places`.
    pairs: Vec<((char, char), usize)>,
    /// The places of the first character of each pair, in order.
    places: Vec<u32>,
    /// In the order of their first places.
    clauses: Vec<Clause>,
    /// The posts of single characters.
    characters: HashMap<char, Vec<Posting>>,
}

#[derive(Debug, Clone, Copy)]
struct Clause {
    first_place: u32,
    post: u32,
    field: SearchField,
    weight: u16,
}

#[derive(Default)]
pub(super) struct ClausesBuilder {
    places: HashMap<(char, char), Vec<u32>>,
    clauses: Vec<Clause>,
    characters: HashMap<char, Vec<Posting>>,
    next_place: u32,
}

impl ClausesBuilder {
    /// Adds a clause. Posts come in order.
    pub(super) fn add(&mut self, post: u32, field: SearchField, weight: u16, folded: &str) {
        self.clauses.push(Clause {
            first_place: self.next_place,
            post,
            field,
            weight,
        });
        let following = folded.chars().skip(1).chain([END]);
        for (character, next) in folded.chars().zip(following) {
            let postings = self.characters.entry(character).or_default();
            if let Some(posting) = Posting::last_of(postings, post) {
                posting.count(field, weight);
            }
            let places = self.places.entry((character, next)).or_default();
            places.push(self.next_place);
            // Four thousand million characters are more than any source may hold.
            self.next_place = self.next_place.saturating_add(1);
        }
    }

    pub(super) fn finish(self) -> Clauses {
        let mut by_pair: Vec<((char, char), Vec<u32>)> = self.places.into_iter().collect();
        by_pair.sort_unstable_by_key(|(pair, _)| *pair);
        let mut pairs = Vec::with_capacity(by_pair.len());
        let mut places = Vec::with_capacity(self.next_place as usize);
        for (pair, of_pair) in by_pair {
            pairs.push((pair, places.len()));
            places.extend(of_pair);
        }
        Clauses {
            pairs,
            places,
            clauses: self.clauses,
            characters: self.characters,
        }
    }
}

impl Clauses {
    /// The posts that hold `term` within a clause.
    pub(super) fn find(&self, term: &str) -> Cow<'_, [Posting]> {
        let characters: Vec<char> = term.chars().collect();
        if let [character] = characters.as_slice() {
            let postings = self.characters.get(character);
            return Cow::Borrowed(postings.map_or(&[], Vec::as_slice));
        }
        let mut postings = Vec::new();
        let mut clause = 0;
        for place in self.places_of(&characters) {
            let rest = &self.clauses[clause..];
            clause += rest
                .iter()
                .take_while(|clause| clause.first_place <= place)
                .count()
                .saturating_sub(1);
            let Clause {
                post,
                field,
                weight,
                ..
            } = self.clauses[clause];
            if let Some(posting) = Posting::last_of(&mut postings, post) {
                posting.count(field, weight);
            }
        }
        Cow::Owned(postings)
    }

    /// Where all characters stand one after the other, in order.
    fn places_of(&self, characters: &[char]) -> Vec<u32> {
        let mut lists: Vec<(u32, &[u32])> = (0..)
            .zip(characters.windows(2))
            .map(|(offset, pair)| (offset, self.places_of_pair((pair[0], pair[1]))))
            .collect();
        lists.sort_by_key(|(_, places)| places.len());
        let Some(((offset, rarest), others)) = lists.split_first_mut() else {
            return Vec::new();
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

    fn places_of_pair(&self, pair: (char, char)) -> &[u32] {
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

/// The places from `wanted` on. Near ones are found in few steps: the next place that is wanted is
/// mostly near.
fn from(places: &[u32], wanted: u32) -> &[u32] {
    let mut bound = 1;
    while places.get(bound).is_some_and(|place| *place < wanted) {
        bound *= 2;
    }
    let near = &places[..places.len().min(bound + 1)];
    &places[near.partition_point(|place| *place < wanted)..]
}
