//! What the search box suggests: a reducer without clock or I/O.
//!
//! The answer to the newest text wins, whenever it comes. Until it does, what was suggested before
//! stays, so that nothing flickers.

use std::rc::Rc;

use shared::route::{Route, SearchQuery};
use shared::search::{SearchHit, SearchPage};
use yew::Reducible;

/// The field's text, and what is suggested for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Suggestions {
    text: String,
    /// Whether the reader looks for suggestions: is typing, and has not turned away from them.
    is_wanted: bool,
    answer: Option<Answer>,
    /// The option that the keyboard is at.
    active: Option<usize>,
}

/// The newest answer, and the trimmed text that it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Answer {
    text: String,
    /// None when the API failed.
    found: Option<Rc<SearchPage>>,
}

/// What can happen to the box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SuggestionsAction {
    /// The page's address brings a text along.
    Fill(String),
    /// The reader has changed the text.
    Type(String),
    /// The API has answered to a text; none when it failed.
    Answer(String, Option<Rc<SearchPage>>),
    /// To the next option, round about; opens the list.
    Next,
    /// To the option before.
    Previous,
    /// Back to the text.
    Edit,
    /// The reader turns away from the suggestions.
    Close,
}

impl Suggestions {
    /// What stands in the field.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text to ask the API about.
    #[must_use]
    pub fn wanted(&self) -> Option<String> {
        let text = self.text.trim();
        let is_known = self.answer.as_ref().is_some_and(|known| known.text == text);
        (self.is_wanted && !text.is_empty() && !is_known).then(|| text.to_owned())
    }

    /// Whether there are suggestions, or a word on why there are none.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        self.is_wanted && self.answer.is_some()
    }

    /// The posts that are suggested; none while the list is closed.
    #[must_use]
    pub fn posts(&self) -> &[SearchHit] {
        self.answer
            .as_ref()
            .filter(|_| self.is_wanted)
            .and_then(|answer| answer.found.as_ref())
            .map_or(&[], |page| &page.items)
    }

    /// The option that the keyboard is at: a post, or the one after them, all results.
    #[must_use]
    pub fn active(&self) -> Option<usize> {
        self.active
    }

    /// All results for the text.
    #[must_use]
    pub fn all_results(&self) -> Route {
        let route = Route::Search(SearchQuery::new(&self.text));
        route.leads_to().unwrap_or(route)
    }

    /// Where Enter leads.
    #[must_use]
    pub fn target(&self) -> String {
        self.active.and_then(|at| self.posts().get(at)).map_or_else(
            || self.all_results().href(),
            |post| post.summary.url.clone(),
        )
    }

    /// How many posts are suggested, or why none are.
    #[must_use]
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
            // Another try.
            self.answer = None;
        }
        let posts = self.posts().len();
        if posts > 0 {
            // The posts, and all results after them.
            let options = posts + 1;
            self.active = Some(match (self.active, is_forward) {
                (None, true) => 0,
                (None, false) => options - 1,
                (Some(at), true) => (at + 1) % options,
                (Some(at), false) => (at + options - 1) % options,
            });
        }
    }
}

impl Reducible for Suggestions {
    type Action = SuggestionsAction;

    fn reduce(self: Rc<Self>, action: SuggestionsAction) -> Rc<Self> {
        let mut next = (*self).clone();
        match action {
            SuggestionsAction::Fill(text) => {
                next = Self {
                    text,
                    ..Self::default()
                };
            }
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
