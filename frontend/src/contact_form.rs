//! The contact form's state: pure, so that its rules can be read and tested without a browser.

use std::rc::Rc;

use shared::contact::{self, ContactMessage, ContactReceipt, Faults};
use yew::Reducible;

use crate::api::failure::ApiFailure;
use crate::draft::Draft;

/// The fields that people fill in, in the form's order.
const NAMES: [&str; 4] = ["name", "email", "subject", "message"];

/// What stands in a field.
pub(crate) fn field<'a>(message: &'a ContactMessage, name: &str) -> &'a str {
    match name {
        "name" => &message.name,
        "email" => &message.email,
        "subject" => &message.subject,
        _ => &message.message,
    }
}

/// Writes into a field; an emptied `website` is none.
pub(crate) fn set_field(message: &mut ContactMessage, name: &str, text: String) {
    match name {
        "name" => message.name = text,
        "email" => message.email = text,
        "subject" => message.subject = text,
        "website" => message.website = Some(text).filter(|text| !text.is_empty()),
        _ => message.message = text,
    }
}

/// What the form shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct FormState {
    pub(crate) draft: Draft,
    /// What is said about each field: only of those that the writer has left, or tried to send.
    pub(crate) faults: Faults,
    /// Attempts to send that found a fault; each moves the focus to it.
    pub(crate) attempts: u32,
    pub(crate) shows_summary: bool,
    pub(crate) is_sending: bool,
    pub(crate) failure: Option<ApiFailure>,
    /// Whether an attempt to send the draft as it stands may have succeeded unheard.
    pub(crate) is_in_doubt: bool,
    pub(crate) receipt: Option<ContactReceipt>,
}

/// What happens to it.
pub(crate) enum FormAction {
    Change(&'static str, Draft),
    Leave(&'static str),
    Submit,
    Answered(Result<ContactReceipt, ApiFailure>),
    Another,
}

impl FormState {
    /// With what was written before.
    pub(crate) fn new(draft: Draft) -> Self {
        Self {
            draft,
            ..Self::default()
        }
    }

    /// The first field at fault, in the form's order.
    pub(crate) fn first_bad(&self) -> Option<&'static str> {
        NAMES
            .into_iter()
            .find(|name| self.faults.contains_key(*name))
    }

    /// Says what is wrong with a field, or nothing any more.
    fn judge(&mut self, name: &'static str) {
        let faults = contact::field_faults(name, field(&self.draft.message, name));
        if faults.is_empty() {
            self.faults.remove(name);
        } else {
            self.faults.insert(name.to_owned(), faults);
        }
    }
}

impl Reducible for FormState {
    type Action = FormAction;

    fn reduce(self: Rc<Self>, action: FormAction) -> Rc<Self> {
        let mut next = Self::clone(&self);
        match action {
            FormAction::Change(name, draft) => {
                next.draft = draft;
                next.is_in_doubt = false;
                // A fault goes as soon as it is mended; a new one waits until the field is left.
                if next.faults.contains_key(name) {
                    next.judge(name);
                }
            }
            FormAction::Leave(name) => {
                if !field(&next.draft.message, name).is_empty() {
                    next.judge(name);
                }
            }
            FormAction::Submit => {
                next.failure = None;
                next.faults = contact::validate(&next.draft.message);
                next.shows_summary = !next.faults.is_empty();
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
                        next.faults = fields.clone();
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
    fn nothing_is_said_of_a_field_before_it_was_left() {
        let typing = after([
            FormAction::Change("email", draft("")),
            FormAction::Leave("message"),
        ]);
        assert!(
            typing.faults.is_empty(),
            "an empty field that was passed is not a fault yet"
        );
        let mut bad = draft("x");
        bad.message.email = "a@".to_owned();
        let left = after([FormAction::Change("email", bad), FormAction::Leave("email")]);
        assert!(left.faults.contains_key("email"));
        assert!(!left.shows_summary);
    }

    #[test]
    fn an_attempt_with_faults_names_them_all_and_sends_nothing() {
        let state = after([FormAction::Submit]);
        assert_eq!(state.faults.len(), 4);
        assert!(state.shows_summary && !state.is_sending);
        assert_eq!((state.attempts, state.first_bad()), (1, Some("name")));
        let mended = Rc::new(state).reduce(FormAction::Change("name", draft("")));
        assert!(
            !mended.faults.contains_key("name"),
            "a fault goes when it is mended"
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
    fn a_message_whose_answer_was_lost_stays_in_doubt_until_it_is_another() {
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
