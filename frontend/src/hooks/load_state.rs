//! The state of [`super::use_load`]: a reducer without clock or I/O.

use std::rc::Rc;

use yew::Reducible;

use crate::api::failure::ApiFailure;
use crate::api::get::Get;
use crate::hooks::loaded::{Currency, Loaded};

/// The newest answer and the newest failure, each with its request.
pub(super) struct LoadState<T> {
    /// The number of retries.
    pub(super) attempt: u32,
    is_retrying: bool,
    answer: Option<(Get<T>, Rc<T>)>,
    failure: Option<(Get<T>, ApiFailure)>,
}

pub(super) enum LoadAction<T> {
    Retry,
    Answered(Get<T>, Result<Rc<T>, ApiFailure>),
}

impl<T> Reducible for LoadState<T> {
    type Action = LoadAction<T>;

    fn reduce(self: Rc<Self>, action: LoadAction<T>) -> Rc<Self> {
        let next = match action {
            LoadAction::Retry => Self {
                attempt: self.attempt + 1,
                is_retrying: true,
                answer: self.answer.clone(),
                failure: self.failure.clone(),
            },
            LoadAction::Answered(request, Ok(data)) => Self {
                attempt: self.attempt,
                is_retrying: false,
                answer: Some((request, data)),
                failure: None,
            },
            LoadAction::Answered(request, Err(failure)) => Self {
                attempt: self.attempt,
                is_retrying: false,
                answer: self
                    .answer
                    .clone()
                    .filter(|(answered, _)| *answered != request || !failure.is_not_found()),
                failure: Some((request, failure)),
            },
        };
        Rc::new(next)
    }
}

impl<T> LoadState<T> {
    /// The state of the first render. `failure` is the first answer to the request, if that is a failure.
    pub(super) fn new(failure: Option<(Get<T>, ApiFailure)>) -> Self {
        Self {
            attempt: 0,
            is_retrying: false,
            answer: None,
            failure,
        }
    }

    /// Whether the newest request failed because there is no connection.
    pub(super) fn is_offline(&self) -> bool {
        let failure = self.failure.as_ref().map(|(_, failure)| failure);
        failure == Some(&ApiFailure::Offline)
    }

    /// The data or failure to show for `request`. `cached` is its answer from earlier in the visit.
    pub(super) fn view(
        &self,
        request: &Get<T>,
        cached: impl FnOnce() -> Option<Rc<T>>,
    ) -> Loaded<T> {
        let answer = self
            .answer
            .as_ref()
            .filter(|(answered, _)| answered == request)
            .map(|(_, data)| Rc::clone(data))
            .or_else(cached);
        let failure = self
            .failure
            .as_ref()
            .filter(|(failed, _)| failed == request)
            .map(|(_, failure)| failure.clone());
        match (answer, failure, &self.answer) {
            (Some(data), Some(failure), _) => Loaded::Ready {
                data,
                currency: Currency::Stale(failure),
            },
            (Some(data), None, _) => Loaded::Ready {
                data,
                currency: Currency::Current,
            },
            (None, Some(failure), _) => Loaded::Failed {
                failure,
                is_retrying: self.is_retrying,
            },
            (None, None, Some((_, data))) => Loaded::Ready {
                data: Rc::clone(data),
                currency: Currency::Earlier,
            },
            (None, None, None) => Loaded::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::use_arrival::Arrival;
    use shared::problem::Problem;

    type State = LoadState<&'static str>;

    fn get(path: &str) -> Get<&'static str> {
        Get::new(path.to_owned())
    }

    fn state(actions: impl IntoIterator<Item = LoadAction<&'static str>>) -> Rc<State> {
        actions
            .into_iter()
            .fold(Rc::new(State::new(None)), |state, action| {
                state.reduce(action)
            })
    }

    fn ok(path: &str, data: &'static str) -> LoadAction<&'static str> {
        LoadAction::Answered(get(path), Ok(Rc::new(data)))
    }

    fn err(path: &str, failure: ApiFailure) -> LoadAction<&'static str> {
        LoadAction::Answered(get(path), Err(failure))
    }

    fn not_found() -> ApiFailure {
        ApiFailure::Problem(Box::new(Problem {
            type_uri: "about:blank".to_owned(),
            title: "Not Found".to_owned(),
            status: 404,
            code: "blog_not_found".to_owned(),
            detail: String::new(),
            request_id: String::new(),
            fields: None,
        }))
    }

    fn view(state: &State, path: &str) -> Loaded<&'static str> {
        state.view(&get(path), || None)
    }

    fn ready(data: &'static str, currency: Currency) -> Loaded<&'static str> {
        Loaded::Ready {
            data: Rc::new(data),
            currency,
        }
    }

    #[test]
    fn a_first_visit_waits_and_then_shows_the_answer() {
        assert_eq!(view(&State::new(None), "/1"), Loaded::Pending);
        let answered = state([ok("/1", "one")]);
        assert_eq!(view(&answered, "/1"), ready("one", Currency::Current));
    }

    #[test]
    fn a_first_answer_may_be_a_failure() {
        let failed = State::new(Some((get("/1"), ApiFailure::Timeout)));
        assert_eq!(view(&failed, "/1").arrival(), Arrival::Failed);
        assert_eq!(view(&failed, "/2"), Loaded::Pending);
    }

    #[test]
    fn the_old_answer_stays_until_the_next_arrives() {
        let answered = state([ok("/1", "one")]);
        assert_eq!(view(&answered, "/2"), ready("one", Currency::Earlier));
        assert_eq!(view(&answered, "/2").arrival(), Arrival::Waiting);
    }

    #[test]
    fn an_answer_from_earlier_in_the_visit_is_shown_at_once() {
        let answered = state([ok("/1", "one")]);
        let cached = || Some(Rc::new("two"));
        assert_eq!(
            answered.view(&get("/2"), cached),
            ready("two", Currency::Current)
        );
    }

    #[test]
    fn a_failure_replaces_another_requests_answer_but_not_its_own() {
        let failed = state([ok("/1", "one"), err("/2", ApiFailure::Timeout)]);
        assert_eq!(
            view(&failed, "/2"),
            Loaded::Failed {
                failure: ApiFailure::Timeout,
                is_retrying: false
            }
        );
        let stale = state([ok("/1", "one"), err("/1", ApiFailure::Offline)]);
        assert_eq!(
            view(&stale, "/1"),
            ready("one", Currency::Stale(ApiFailure::Offline))
        );
    }

    #[test]
    fn an_answer_is_not_shown_after_a_404() {
        let gone = state([ok("/1", "one"), err("/1", not_found())]);
        assert!(matches!(view(&gone, "/1"), Loaded::Failed { .. }));
    }

    #[test]
    fn a_retry_asks_again_and_keeps_the_failure_until_it_is_answered() {
        let retrying = state([err("/1", ApiFailure::Timeout), LoadAction::Retry]);
        assert_eq!(retrying.attempt, 1);
        assert_eq!(
            view(&retrying, "/1"),
            Loaded::Failed {
                failure: ApiFailure::Timeout,
                is_retrying: true
            }
        );
        let answered = retrying.reduce(ok("/1", "one"));
        assert_eq!(view(&answered, "/1"), ready("one", Currency::Current));
    }
}
