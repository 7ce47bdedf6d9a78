//! The context of the current day.

use yew::prelude::*;

use crate::day::Day;

/// The current day, for the ages of posts. None where no component provides it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Today(pub Option<Day>);

/// Makes the app's context: `first` in the first render, then the browser's day. It is read again when
/// `page` changes, in case midnight has passed.
#[hook]
pub fn use_today_of_reader<P: PartialEq + 'static>(first: Option<Day>, page: P) -> Today {
    let today = use_state_eq(|| first);
    {
        let today = today.setter();
        use_effect_with(page, move |_| today.set(Some(Day::today())));
    }
    Today(*today)
}

/// The current day, from the nearest `ContextProvider<Today>`.
#[hook]
pub fn use_today() -> Today {
    use_context().unwrap_or_default()
}
