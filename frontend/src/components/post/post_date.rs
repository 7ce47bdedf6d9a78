//! The date of a post.

use yew::prelude::*;

use crate::contexts::site::use_content_language;
use crate::contexts::today::use_today;
use crate::day::Day;

/// The date of a post.
#[derive(Clone, Properties, PartialEq)]
pub struct PostDateProps {
    /// The instant (RFC 3339), if the source's date was valid.
    pub published_at: Option<AttrValue>,
    /// The date as text, not empty.
    pub label: AttrValue,
}

/// A recent post's age in days, or an older post's date. On a site in another language than English
/// always the date. Screen readers, print and the tooltip always have the date.
#[component]
pub fn PostDate(props: &PostDateProps) -> Html {
    let today = use_today();
    let is_english = use_content_language().is_none();
    let PostDateProps {
        published_at: datetime,
        label,
    } = props.clone();
    let day = datetime.as_ref().filter(|_| is_english);
    let day = day.and_then(|_| Day::from_label(&label));
    // The label names the day in the source's time zone, and so the age counts from that day.
    match day.zip(today.0).and_then(|(day, today)| day.age(today)) {
        Some(age) => html! {
            <time {datetime} title={label.clone()}>
                <span class="date-age" aria-hidden="true">{ age }</span>
                <span class="date-exact">{ label }</span>
            </time>
        },
        None => html! { <time {datetime}>{ label }</time> },
    }
}
