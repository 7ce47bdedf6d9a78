//! Ids within a post, and links to them.

use std::collections::{HashMap, HashSet};

use percent_encoding::percent_decode_str;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::tokens::{Token, attribute};
use super::{Parts, heading_level};
use crate::content::words::fold;

/// Prefix of generated heading ids, so that none equals an id of the page around the post.
const HEADING_PREFIX: &str = "h-";
/// Prefix of all other ids.
const ANCHOR_PREFIX: &str = "c-";

/// The ids of a post: new ones for headings, and the new targets of its own ids and links.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Anchors {
    /// The headings' ids, in the order of the headings.
    headings: Vec<String>,
    /// New targets by the ids in the post.
    by_given_id: HashMap<String, String>,
    /// New targets by the names that other generators give the headings.
    by_other_name: HashMap<String, String>,
    taken: HashSet<String>,
}

/// Makes the name of a heading from its text.
type Generator = fn(&str) -> String;

/// Makes names unique.
#[derive(Default)]
struct Numbered {
    /// The number that each name was last given with.
    last: HashMap<String, u32>,
}

impl Numbered {
    /// The name, with a number added if it is taken, as GitHub does. The first number is `first`.
    fn name(&mut self, plain: &str, first: u32) -> String {
        let mut name = plain.to_owned();
        while self.last.contains_key(&name) {
            let number = self.last.entry(plain.to_owned()).or_insert(first - 1);
            *number += 1;
            name = format!("{plain}-{number}");
        }
        self.last.insert(name.clone(), first - 1);
        name
    }
}

impl Anchors {
    pub(super) fn of(tokens: &[Token]) -> Self {
        let mut anchors = Self::default();
        let mut own = Numbered::default();
        let generators: [Generator; 3] = [github, zola, kramdown];
        let mut others = generators.map(|name| (name, Numbered::default()));
        for (at, token) in tokens.iter().enumerate() {
            let Token::Open(tag) = token else { continue };
            let name = attribute(tag, "name").filter(|_| &*tag.name == "a");
            let given = attribute(tag, "id").or(name);
            let id = if heading_level(&tag.name).is_some() {
                let text = heading_text(&tokens[at..]);
                let id = own.name(&format!("{HEADING_PREFIX}{}", slug(&text)), 2);
                anchors.headings.push(id.clone());
                for (name, numbered) in &mut others {
                    let name = numbered.name(&name(&text), 1);
                    anchors.by_other_name.entry(name).or_insert(id.clone());
                }
                id
            } else if let Some(given) = given {
                own.name(&format!("{ANCHOR_PREFIX}{}", slug(given)), 2)
            } else {
                continue;
            };
            if let Some(given) = given {
                anchors
                    .by_given_id
                    .entry(given.nfc().collect())
                    .or_insert_with(|| id.clone());
            }
            anchors.taken.insert(id);
        }
        anchors
    }

    /// The id of a heading by its number, from 0.
    pub(super) fn heading(&self, number: usize) -> Option<&str> {
        self.headings.get(number).map(String::as_str)
    }

    /// The new id for an id that the post gave.
    pub(super) fn renamed(&self, given: &str) -> Option<&str> {
        let given: String = given.nfc().collect();
        self.by_given_id.get(&given).map(String::as_str)
    }

    /// The target of a link to a part of the post: one of its ids, or a heading by the name that other
    /// generators give it. `None` if there is no target.
    pub fn target(&self, fragment: &str) -> Option<&str> {
        let wanted: String = percent_decode_str(fragment)
            .decode_utf8_lossy()
            .nfc()
            .collect();
        self.by_given_id
            .get(&wanted)
            .or_else(|| self.taken.get(&wanted))
            .or_else(|| self.by_other_name.get(&wanted))
            .or_else(|| self.by_other_name.get(&wanted.to_lowercase()))
            .or_else(|| {
                self.taken
                    .get(&format!("{HEADING_PREFIX}{}", slug(&wanted)))
            })
            .map(String::as_str)
    }
}

/// The text of the heading that the tokens begin with, as its readers see it.
fn heading_text(tokens: &[Token]) -> String {
    let mut parts = Parts::default();
    let mut text = String::new();
    for token in tokens {
        parts.enter(token);
        match token {
            Token::Text(piece) if !parts.is_silent() => text.push_str(piece),
            Token::Close(name) if heading_level(name).is_some() => break,
            _ => {}
        }
    }
    text
}

/// Letters and digits in lower case, anything else a single hyphen; never empty.
fn slug(text: &str) -> String {
    let slug = text
        .split(|c: char| !c.is_alphanumeric() && c != '_' && !is_combining_mark(c))
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join("-")
        .to_lowercase();
    if slug.is_empty() { "part".into() } else { slug }
}

/// GitHub, Docusaurus, Astro, Hugo: punctuation is removed, each space becomes a hyphen.
fn github(text: &str) -> String {
    text.trim()
        .nfc()
        .flat_map(char::to_lowercase)
        .filter_map(|c| match c {
            ' ' => Some('-'),
            '-' | '_' => Some(c),
            c => (c.is_alphanumeric() || is_combining_mark(c)).then_some(c),
        })
        .collect()
}

/// Zola: like [`slug`], in ASCII.
fn zola(text: &str) -> String {
    slug(&fold(text))
}

/// Jekyll: as GitHub, beginning with a letter and without `_`.
fn kramdown(text: &str) -> String {
    let text = text.trim_start_matches(|c: char| !c.is_alphabetic());
    github(text).replace('_', "")
}
