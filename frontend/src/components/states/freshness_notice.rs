//! The notice above a stale list.

use shared::page::Freshness;
use yew::prelude::*;

use crate::components::states::notice::notice;

/// The freshness of a list.
#[derive(Properties, PartialEq)]
pub struct FreshnessNoticeProps {
    /// From the list's answer.
    pub freshness: Freshness,
}

/// Why a list is stale, and from when it is. Empty for a current list.
#[component]
pub fn FreshnessNotice(props: &FreshnessNoticeProps) -> Html {
    let local_time = use_local_time(props.freshness.fetched_at.clone());
    if !props.freshness.stale {
        return Html::default();
    }
    let words = match (&props.freshness.fetched_at, props.freshness.posts_so_far) {
        (Some(fetched_at), _) => html! {
            <>
                { "The source of the blogs doesn’t answer at the moment. You are reading a saved copy from " }
                <time datetime={fetched_at.clone()}>
                    { local_time.unwrap_or_else(|| utc_time(fetched_at)) }
                </time>
                { "." }
            </>
        },
        (None, Some(posts)) => html! {
            format!("The blogs are being read for the first time, {posts} so far. Please come back in a little while.")
        },
        (None, None) => html! {
            "The source of the blogs doesn’t answer at the moment, and there is no saved copy yet. \
             Please come back in a little while."
        },
    };
    notice(words)
}

/// The time in the reader's time zone. None in the first render.
#[hook]
fn use_local_time(instant: Option<String>) -> Option<String> {
    let local = use_state_eq(|| None::<String>);
    {
        let local = local.setter();
        use_effect_with(instant, move |instant| {
            local.set(instant.as_deref().and_then(local_time));
        });
    }
    (*local).clone()
}

/// `14:02` for today, `23 Nov, 14:02` for another day: in the reader's time zone, and in English like
/// the rest of the interface.
fn local_time(instant: &str) -> Option<String> {
    let date = js_sys::Date::new(&instant.into());
    if date.get_time().is_nan() {
        return None;
    }
    let now = js_sys::Date::new_0();
    let is_today = date.to_date_string() == now.to_date_string();
    let options = js_sys::Object::new();
    let set = |name: &str, value: &str| {
        // `set` fails only for frozen objects.
        let _ = js_sys::Reflect::set(&options, &name.into(), &value.into());
    };
    set("hour", "2-digit");
    set("minute", "2-digit");
    if !is_today {
        set("day", "numeric");
        set("month", "short");
    }
    Some(date.to_locale_string("en-GB", &options).into())
}

/// `14:02 UTC` for an RFC 3339 time. Other text is returned as it is.
fn utc_time(instant: &str) -> String {
    match instant.get(11..16) {
        Some(time) => format!("{time} UTC"),
        None => instant.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_render_shows_utc() {
        assert_eq!(utc_time("2026-11-24T14:02:33Z"), "14:02 UTC");
        assert_eq!(utc_time("lately"), "lately");
    }
}
