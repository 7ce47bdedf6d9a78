//! Ids within a post, and links to them.

use std::collections::{HashMap, HashSet};

use percent_encoding::percent_decode_str;

use super::{Token, heading_level, unescape};

/// What a generated heading id begins with, so that it is no id of the page around the post.
const HEADING_PREFIX: &str = "h-";
/// What any other id begins with.
const ANCHOR_PREFIX: &str = "c-";

/// The ids of a post: new ones for all headings, and where its own ids and links to them lead now.
pub(super) struct Anchors {
    /// In the order of the headings.
    headings: Vec<String>,
    /// By the id that the post gave.
    by_given_id: HashMap<String, String>,
    taken: HashSet<String>,
}

impl Anchors {
    pub(super) fn of(tokens: &[Token]) -> Self {
        let mut anchors = Self {
            headings: Vec::new(),
            by_given_id: HashMap::new(),
            taken: HashSet::new(),
        };
        for (at, token) in tokens.iter().enumerate() {
            let Token::Open(tag) = token else { continue };
            let given = tag.attribute("id").map(unescape);
            let id = if heading_level(tag.name).is_some() {
                let id = anchors.unique(HEADING_PREFIX, &heading_text(&tokens[at + 1..]));
                anchors.headings.push(id.clone());
                id
            } else if let Some(given) = &given {
                anchors.unique(ANCHOR_PREFIX, given)
            } else {
                continue;
            };
            if let Some(given) = given {
                anchors.by_given_id.entry(given).or_insert(id);
            }
        }
        anchors
    }

    /// The id of a heading by its number, from 0.
    pub(super) fn heading(&self, number: usize) -> Option<&str> {
        self.headings.get(number).map(String::as_str)
    }

    /// What became of an id that the post gives.
    pub(super) fn renamed(&self, given: &str) -> Option<&str> {
        self.by_given_id.get(given).map(String::as_str)
    }

    fn unique(&mut self, prefix: &str, text: &str) -> String {
        let plain = format!("{prefix}{}", slug(text));
        let mut id = plain.clone();
        let mut number = 1;
        while !self.taken.insert(id.clone()) {
            number += 1;
            id = format!("{plain}-{number}");
        }
        id
    }

    /// Where a link to a part of the post leads: to an id that the post gives, or to a heading under
    /// the name that other sites give it. Links to nowhere stay.
    pub(super) fn target(&self, fragment: &str) -> String {
        let wanted = percent_decode_str(fragment).decode_utf8_lossy();
        if let Some(id) = self.by_given_id.get(&*wanted) {
            return id.clone();
        }
        let heading = format!("{HEADING_PREFIX}{}", slug(&wanted));
        if self.taken.contains(&heading) {
            heading
        } else {
            fragment.to_owned()
        }
    }
}

fn heading_text(tokens: &[Token]) -> String {
    tokens
        .iter()
        .take_while(|token| !matches!(token, Token::Close(name) if heading_level(name).is_some()))
        .filter_map(|token| match token {
            Token::Text(text) => Some(unescape(text)),
            _ => None,
        })
        .collect()
}

/// Letters and digits in lower case, anything else a single hyphen; never empty.
fn slug(text: &str) -> String {
    let slug = text
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join("-")
        .to_lowercase();
    if slug.is_empty() { "part".into() } else { slug }
}
