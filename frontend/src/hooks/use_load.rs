//! Loading what a page shows.

use std::cell::Cell;
use std::rc::Rc;

use gloo_events::EventListener;
use serde::de::DeserializeOwned;
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::api::client::Get;
use crate::api::failure::ApiFailure;
use crate::contexts::api::use_client;
use crate::hooks::use_arrival::Arrival;

/// What there is to show for a request.
#[derive(Debug, PartialEq)]
pub enum Loaded<T> {
    /// Nothing yet.
    Pending,
    /// The answer, or another that is better than nothing.
    Ready {
        /// What to show.
        data: Rc<T>,
        /// What it is an answer to.
        standing: Standing,
    },
    /// Nothing, and why.
    Failed {
        /// Why.
        failure: ApiFailure,
        /// Whether another attempt is on its way.
        is_retrying: bool,
    },
}

/// What shown data is an answer to.
#[derive(Debug, Clone, PartialEq)]
pub enum Standing {
    /// To this request.
    Current,
    /// To the request before; the answer to this one is on its way.
    Earlier,
    /// To this request, from earlier in the visit: asking again has failed.
    Unrenewed(ApiFailure),
}

impl<T> Loaded<T> {
    /// How far the page that shows this is on its way.
    #[must_use]
    pub fn arrival(&self) -> Arrival {
        match self {
            Self::Pending => Arrival::Partial,
            Self::Ready {
                standing: Standing::Earlier,
                ..
            } => Arrival::Waiting,
            Self::Ready { .. } => Arrival::Ready,
            Self::Failed { .. } => Arrival::Failed,
        }
    }

    /// The data, whatever it is an answer to.
    #[must_use]
    pub fn data(&self) -> Option<&Rc<T>> {
        match self {
            Self::Ready { data, .. } => Some(data),
            Self::Pending | Self::Failed { .. } => None,
        }
    }
}

/// What [`use_load`] gives a page.
pub struct Load<T> {
    /// What there is to show.
    pub loaded: Loaded<T>,
    /// Asks again.
    pub retry: Callback<()>,
}

/// Asks the API whenever `request` changes, and again on `retry` and when an offline browser
/// is back online.
///
/// An answer from earlier in the visit is shown at once and renewed quietly. The newest request
/// wins: an older one's answer is dropped, but not its flash messages. It isn't aborted, since
/// they are delivered only once.
#[hook]
pub fn use_load<T: DeserializeOwned + 'static>(request: Get<T>) -> Load<T> {
    let client = use_client();
    let state = use_reducer(LoadState::<T>::default);
    let loaded = state.view(&request, || client.cached(&request));

    {
        let dispatcher = state.dispatcher();
        use_effect_with((request, state.attempt), move |(request, _)| {
            let is_wanted = Rc::new(Cell::new(true));
            let (request, still_wanted) = (request.clone(), Rc::clone(&is_wanted));
            spawn_local(async move {
                let result = client.get(&request).await;
                if still_wanted.get() {
                    dispatcher.dispatch(LoadAction::Answered(request, result));
                }
            });
            move || is_wanted.set(false)
        });
    }
    let retry = {
        let dispatcher = state.dispatcher();
        use_callback((), move |(), ()| dispatcher.dispatch(LoadAction::Retry))
    };
    let is_offline = state
        .failure
        .as_ref()
        .is_some_and(|(_, failure)| *failure == ApiFailure::Offline);
    {
        let retry = retry.clone();
        use_effect_with(is_offline, move |is_offline| {
            let listener = web_sys::window()
                .filter(|_| *is_offline)
                .map(|window| EventListener::new(&window, "online", move |_| retry.emit(())));
            move || drop(listener)
        });
    }
    Load { loaded, retry }
}

struct LoadState<T> {
    /// Counts the retries, each of which asks again.
    attempt: u32,
    is_retrying: bool,
    answer: Option<(Get<T>, Rc<T>)>,
    failure: Option<(Get<T>, ApiFailure)>,
}

enum LoadAction<T> {
    Retry,
    Answered(Get<T>, Result<Rc<T>, ApiFailure>),
}

impl<T> Default for LoadState<T> {
    fn default() -> Self {
        Self {
            attempt: 0,
            is_retrying: false,
            answer: None,
            failure: None,
        }
    }
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
    /// What to show for `request`; `cached` is its answer from earlier in the visit.
    fn view(&self, request: &Get<T>, cached: impl FnOnce() -> Option<Rc<T>>) -> Loaded<T> {
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
                standing: Standing::Unrenewed(failure),
            },
            (Some(data), None, _) => Loaded::Ready {
                data,
                standing: Standing::Current,
            },
            (None, Some(failure), _) => Loaded::Failed {
                failure,
                is_retrying: self.is_retrying,
            },
            (None, None, Some((_, data))) => Loaded::Ready {
                data: Rc::clone(data),
                standing: Standing::Earlier,
            },
            (None, None, None) => Loaded::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::problem::Problem;

    type State = LoadState<&'static str>;

    fn get(path: &str) -> Get<&'static str> {
        Get::new(path.to_owned())
    }

    fn state(actions: impl IntoIterator<Item = LoadAction<&'static str>>) -> Rc<State> {
        actions
            .into_iter()
            .fold(Rc::default(), |state: Rc<State>, action| {
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

    fn ready(data: &'static str, standing: Standing) -> Loaded<&'static str> {
        Loaded::Ready {
            data: Rc::new(data),
            standing,
        }
    }

    #[test]
    fn a_first_visit_waits_and_then_shows_the_answer() {
        assert_eq!(view(&State::default(), "/1"), Loaded::Pending);
        let answered = state([ok("/1", "one")]);
        assert_eq!(view(&answered, "/1"), ready("one", Standing::Current));
    }

    #[test]
    fn the_old_answer_stays_while_the_next_is_on_its_way() {
        let answered = state([ok("/1", "one")]);
        assert_eq!(view(&answered, "/2"), ready("one", Standing::Earlier));
        assert_eq!(view(&answered, "/2").arrival(), Arrival::Waiting);
    }

    #[test]
    fn an_answer_from_earlier_in_the_visit_is_shown_at_once() {
        let answered = state([ok("/1", "one")]);
        let cached = || Some(Rc::new("two"));
        assert_eq!(
            answered.view(&get("/2"), cached),
            ready("two", Standing::Current)
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
        let unrenewed = state([ok("/1", "one"), err("/1", ApiFailure::Offline)]);
        assert_eq!(
            view(&unrenewed, "/1"),
            ready("one", Standing::Unrenewed(ApiFailure::Offline))
        );
    }

    #[test]
    fn what_is_gone_is_not_shown_from_memory() {
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
        assert_eq!(view(&answered, "/1"), ready("one", Standing::Current));
    }
}
