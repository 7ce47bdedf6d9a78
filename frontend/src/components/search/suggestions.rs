//! The state of the search box: a reducer without clock or I/O.
//!
//! Only the answer to the newest text counts. Until it arrives, the previous suggestions stay, so that
//! the list does not flicker.

use std::rc::Rc;

use shared::route::{Route, SearchQuery};
use shared::search::{SearchHit, SearchPage};
use yew::Reducible;

/// The field's text and its suggestions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Suggestions {
    text: String,
    /// Whether the reader is typing and has not closed the suggestions.
    is_wanted: bool,
    answer: Option<Answer>,
    /// The option that the keyboard has selected.
    active: Option<usize>,
}

/// An answer, and the trimmed text that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Answer {
    text: String,
    /// None if the API failed.
    found: Option<Rc<SearchPage>>,
}

/// What can happen to the box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SuggestionsAction {
    /// The address contains a text.
    Fill(String),
    /// The reader has changed the text.
    Type(String),
    /// The API has answered a text, with `None` if it failed.
    Answer(String, Option<Rc<SearchPage>>),
    /// Opens the list and selects the next option; the first after the last.
    Next,
    /// Opens the list and selects the previous option; the last before the first.
    Previous,
    /// Unselects the option, because the caret moves in the text.
    Edit,
    /// Closes the suggestions.
    Close,
}

impl Suggestions {
    /// A field with a text, and no suggestions.
    pub fn with_text(text: String) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }

    /// The field's text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text to ask suggestions for, if there is no answer to it yet.
    pub fn wanted(&self) -> Option<String> {
        let text = self.text.trim();
        let is_known = self.answer.as_ref().is_some_and(|known| known.text == text);
        (self.is_wanted && !text.is_empty() && !is_known).then(|| text.to_owned())
    }

    /// Whether there are suggestions or a reason why there are none.
    pub fn is_shown(&self) -> bool {
        self.is_wanted && self.answer.is_some()
    }

    /// The suggested posts; empty while the list is closed.
    pub fn posts(&self) -> &[SearchHit] {
        self.answer
            .as_ref()
            .filter(|_| self.is_wanted)
            .and_then(|answer| answer.found.as_ref())
            .map_or(&[], |page| &page.items)
    }

    /// The index of the selected option. "All results" comes after the posts.
    pub fn active(&self) -> Option<usize> {
        self.active
    }

    /// The page with all results for the text.
    pub fn all_results(&self) -> Route {
        let route = Route::Search(SearchQuery::new(&self.text));
        route.redirect().unwrap_or(route)
    }

    /// The address that Enter opens.
    pub fn target(&self) -> String {
        self.active
            .and_then(|index| self.posts().get(index))
            .map_or_else(
                || self.all_results().href(),
                |post| post.summary.url.clone(),
            )
    }

    /// The number of suggestions, or the reason why there are none.
    pub fn words(&self) -> String {
        let Some(answer) = self.answer.as_ref().filter(|_| self.is_wanted) else {
            return String::new();
        };
        match &answer.found {
            None => "No suggestions right now: search doesn’t answer.".to_owned(),
            Some(page) if page.items.is_empty() => format!("No post matches “{}”.", answer.text),
            Some(page) => {
                let (shown, all) = (page.items.len(), page.total_items);
                format!("{shown} of {all} matching posts suggested.")
            }
        }
    }

    fn step(&mut self, is_forward: bool) {
        let is_open = !self.posts().is_empty();
        self.is_wanted = true;
        if !is_open
            && self
                .answer
                .as_ref()
                .is_some_and(|answer| answer.found.is_none())
        {
            // Asks again after a failure.
            self.answer = None;
        }
        let posts = self.posts().len();
        if posts > 0 {
            // The posts, then "all results".
            let options = posts + 1;
            self.active = Some(match (self.active, is_forward) {
                (None, true) => 0,
                (None, false) => options - 1,
                (Some(index), true) => (index + 1) % options,
                (Some(index), false) => (index + options - 1) % options,
            });
        }
    }
}

impl Reducible for Suggestions {
    type Action = SuggestionsAction;

    fn reduce(self: Rc<Self>, action: SuggestionsAction) -> Rc<Self> {
        let mut next = (*self).clone();
        match action {
            SuggestionsAction::Fill(text) => next = Self::with_text(text),
            SuggestionsAction::Type(text) => {
                next.active = None;
                next.is_wanted = true;
                if text.trim().is_empty() {
                    next.answer = None;
                }
                next.text = text;
            }
            SuggestionsAction::Answer(text, found) => {
                if text != next.text.trim() {
                    return self;
                }
                next.active = None;
                next.answer = Some(Answer { text, found });
            }
            SuggestionsAction::Next => next.step(true),
            SuggestionsAction::Previous => next.step(false),
            SuggestionsAction::Edit => next.active = None,
            SuggestionsAction::Close => {
                next.active = None;
                next.is_wanted = false;
            }
        }
        Rc::new(next)
    }
}

#[cfg(test)]
mod tests;
