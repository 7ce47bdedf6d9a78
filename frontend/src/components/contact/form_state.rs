//! The state of the contact form: a reducer without clock or I/O.

use std::rc::Rc;

use shared::contact::{self, ContactMessage, ContactReceipt, FieldErrors};
use yew::Reducible;

use crate::api::failure::ApiFailure;
use crate::components::contact::draft::Draft;

/// The names of the visible fields, in the form's order.
pub(super) const NAMES: [&str; 4] = ["name", "email", "subject", "message"];

/// The text of a field.
pub(super) fn field<'a>(message: &'a ContactMessage, name: &str) -> &'a str {
    match name {
        "name" => &message.name,
        "email" => &message.email,
        "subject" => &message.subject,
        _ => &message.message,
    }
}

/// Sets the text of a field. An empty honeypot becomes `None`.
pub(super) fn set_field(message: &mut ContactMessage, name: &str, text: String) {
    match name {
        "name" => message.name = text,
        "email" => message.email = text,
        "subject" => message.subject = text,
        "website" => message.website = Some(text).filter(|text| !text.is_empty()),
        _ => message.message = text,
    }
}

/// The state of the form.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct FormState {
    pub(super) draft: Draft,
    /// The errors of the fields that the writer has left or tried to send.
    pub(super) errors: FieldErrors,
    /// The number of attempts to send that found an error. Each moves the focus to the first error.
    pub(super) attempts: u32,
    pub(super) shows_summary: bool,
    pub(super) is_sending: bool,
    pub(super) failure: Option<ApiFailure>,
    /// Whether the server may have stored the current draft although no answer arrived.
    pub(super) is_in_doubt: bool,
    pub(super) receipt: Option<ContactReceipt>,
}

/// What can happen to the form.
pub(super) enum FormAction {
    /// The tab has kept a draft.
    Restore(Draft),
    Change(&'static str, Draft),
    Leave(&'static str),
    Submit,
    Answered(Result<ContactReceipt, ApiFailure>),
    Another,
}

impl FormState {
    /// The form of a first page: with text that was typed or posted already, and with the refusal of a
    /// form post.
    pub(super) fn of_first_page(
        message: Option<ContactMessage>,
        refusal: Option<ApiFailure>,
    ) -> Self {
        let errors = refusal
            .as_ref()
            .and_then(|refusal| refusal.fields())
            .cloned();
        Self {
            draft: Draft {
                message: message.unwrap_or_default(),
                key: String::new(),
            },
            shows_summary: errors.is_some(),
            failure: refusal.filter(|_| errors.is_none()),
            errors: errors.unwrap_or_default(),
            ..Self::default()
        }
    }

    /// The first field with an error.
    pub(super) fn first_invalid(&self) -> Option<&'static str> {
        NAMES
            .into_iter()
            .find(|name| self.errors.contains_key(*name))
    }

    /// Updates the errors of a field.
    fn validate(&mut self, name: &'static str) {
        let errors = contact::field_errors(name, field(&self.draft.message, name));
        if errors.is_empty() {
            self.errors.remove(name);
        } else {
            self.errors.insert(name.to_owned(), errors);
        }
    }
}

impl Reducible for FormState {
    type Action = FormAction;

    fn reduce(self: Rc<Self>, action: FormAction) -> Rc<Self> {
        let mut next = Self::clone(&self);
        match action {
            FormAction::Restore(draft) => {
                // A text that the writer has begun wins.
                if next.draft == Draft::default() {
                    next.draft = draft;
                }
            }
            FormAction::Change(name, draft) => {
                next.draft = draft;
                next.is_in_doubt = false;
                // An error disappears while typing. A new one appears when the field is left.
                if next.errors.contains_key(name) {
                    next.validate(name);
                }
            }
            FormAction::Leave(name) => {
                if !field(&next.draft.message, name).is_empty() {
                    next.validate(name);
                }
            }
            FormAction::Submit => {
                next.failure = None;
                next.errors = contact::validate(&next.draft.message);
                next.shows_summary = !next.errors.is_empty();
                if next.shows_summary {
                    next.attempts += 1;
                } else {
                    next.is_sending = true;
                }
            }
            FormAction::Answered(Ok(receipt)) => {
                next = Self {
                    receipt: Some(receipt),
                    attempts: next.attempts,
                    ..Self::default()
                };
            }
            FormAction::Answered(Err(failure)) => {
                next.is_sending = false;
                next.is_in_doubt |= !failure.is_refusal();
                match failure.fields() {
                    Some(fields) => {
                        next.errors = fields.clone();
                        next.shows_summary = true;
                        next.attempts += 1;
                    }
                    None => next.failure = Some(failure),
                }
            }
            FormAction::Another => {
                next = Self {
                    attempts: next.attempts,
                    ..Self::default()
                };
            }
        }
        Rc::new(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::problem::Problem;

    fn draft(message: &str) -> Draft {
        Draft {
            message: ContactMessage {
                name: "A".to_owned(),
                email: "a@b.example".to_owned(),
                subject: "S".to_owned(),
                message: message.to_owned(),
                website: None,
            },
            key: "k".to_owned(),
        }
    }

    fn after(actions: impl IntoIterator<Item = FormAction>) -> FormState {
        let start = Rc::new(FormState::default());
        let end = actions
            .into_iter()
            .fold(start, |state, action| state.reduce(action));
        FormState::clone(&end)
    }

    #[test]
    fn a_field_shows_no_errors_before_it_was_left() {
        let typing = after([
            FormAction::Change("email", draft("")),
            FormAction::Leave("message"),
        ]);
        assert!(
            typing.errors.is_empty(),
            "an empty field that was only passed has no error yet"
        );
        let mut invalid = draft("x");
        invalid.message.email = "a@".to_owned();
        let left = after([
            FormAction::Change("email", invalid),
            FormAction::Leave("email"),
        ]);
        assert!(left.errors.contains_key("email"));
        assert!(!left.shows_summary);
    }

    #[test]
    fn a_kept_draft_fills_an_untouched_form_only() {
        let restored = after([FormAction::Restore(draft("kept"))]);
        assert_eq!(restored.draft, draft("kept"));
        let typed = after([
            FormAction::Change("message", draft("typed")),
            FormAction::Restore(draft("kept")),
        ]);
        assert_eq!(typed.draft, draft("typed"));
    }

    #[test]
    fn an_attempt_with_errors_names_them_all_and_sends_nothing() {
        let state = after([FormAction::Submit]);
        assert_eq!(state.errors.len(), 4);
        assert!(state.shows_summary && !state.is_sending);
        assert_eq!((state.attempts, state.first_invalid()), (1, Some("name")));
        let corrected = Rc::new(state).reduce(FormAction::Change("name", draft("")));
        assert!(
            !corrected.errors.contains_key("name"),
            "an error disappears when it is corrected"
        );
    }

    fn problem(status: u16) -> ApiFailure {
        ApiFailure::Problem(Box::new(Problem {
            type_uri: "about:blank".to_owned(),
            title: String::new(),
            status,
            code: String::new(),
            detail: String::new(),
            request_id: String::new(),
            fields: None,
        }))
    }

    #[test]
    fn a_message_without_an_answer_stays_in_doubt_until_it_changes() {
        let answered = |failure| FormAction::Answered(Err(failure));
        for lost in [ApiFailure::Offline, ApiFailure::Timeout, problem(500)] {
            assert!(after([FormAction::Submit, answered(lost)]).is_in_doubt);
        }
        assert!(!after([FormAction::Submit, answered(problem(429))]).is_in_doubt);
        let refused_later = after([answered(ApiFailure::Timeout), answered(problem(429))]);
        assert!(refused_later.is_in_doubt, "the first may have arrived");
        let changed = Rc::new(refused_later).reduce(FormAction::Change("name", draft("x")));
        assert!(!changed.is_in_doubt);
    }

    #[test]
    fn a_failure_keeps_the_draft_and_a_receipt_clears_it() {
        let sending = after([
            FormAction::Change("message", draft("hello")),
            FormAction::Submit,
        ]);
        assert!(sending.is_sending);
        let failed =
            Rc::new(sending.clone()).reduce(FormAction::Answered(Err(ApiFailure::Offline)));
        assert_eq!(failed.draft, draft("hello"));
        assert_eq!(failed.failure, Some(ApiFailure::Offline));
        assert!(!failed.is_sending);
        let receipt = ContactReceipt {
            reference: "M-1".to_owned(),
            received_at: String::new(),
        };
        let received = Rc::new(sending).reduce(FormAction::Answered(Ok(receipt)));
        assert_eq!(received.draft, Draft::default());
        assert!(received.receipt.is_some());
    }
}
