//! When a post was published.

use js_sys::Date;
use yew::prelude::*;

/// Posts that are older than this many days show their date: a reader would have to work it out
/// from "57 days ago".
const RECENT_DAYS: f64 = 30.0;
const DAY_MS: f64 = 86_400_000.0;

/// Which date.
#[derive(Properties, PartialEq)]
pub struct PostDateProps {
    /// The instant (RFC 3339), where the source's date could be read.
    pub published_at: Option<AttrValue>,
    /// The date as people read it; not empty.
    pub label: AttrValue,
}

/// A recent post's age in days; the date itself for older ones, and always for screen readers, on
/// paper and as the tooltip.
#[component]
pub fn PostDate(props: &PostDateProps) -> Html {
    let datetime = props.published_at.clone();
    let label = props.label.clone();
    match use_age(props) {
        Some(age) => html! {
            <time {datetime} title={label.clone()}>
                <span class="date-age" aria-hidden="true">{ age }</span>
                <span class="date-exact">{ label }</span>
            </time>
        },
        None => html! { <time {datetime}>{ label }</time> },
    }
}

/// How long ago that is; none for older posts, and until the browser has been asked what day it is.
#[hook]
fn use_age(props: &PostDateProps) -> Option<String> {
    let age = use_state_eq(|| None);
    {
        let age = age.setter();
        // A label without a day, such as `March 2026`, says less than its instant does.
        let names_a_day = props.label.starts_with(|c: char| c.is_ascii_digit());
        let is_read = props.published_at.is_some();
        let day = (is_read && names_a_day).then(|| props.label.clone());
        use_effect_with(day, move |day| {
            age.set(day.as_deref().and_then(|day| {
                let today = String::from(Date::new_0().to_date_string());
                words(Date::parse(day), Date::parse(&today))
            }));
        });
    }
    (*age).clone()
}

/// The age of `day` on the day `today`, both given as the instant at which they begin where the
/// reader is, in milliseconds; none for what is not recent, is still to come or is no day.
///
/// Days of the calendar are what the label counts in, too: "today" is wrong for nobody whose
/// calendar shows that date, whatever the hour and the zone.
fn words(day: f64, today: f64) -> Option<String> {
    // Where clocks change, a day has an hour more or less.
    let days = ((today - day) / DAY_MS).round();
    match days {
        0.0 => Some("today".to_owned()),
        1.0 => Some("yesterday".to_owned()),
        2.0..=RECENT_DAYS => Some(format!("{days} days ago")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: f64 = 3_600_000.0;

    fn after(days: f64) -> Option<String> {
        words(1_795_000_000_000.0, 1_795_000_000_000.0 + days * DAY_MS)
    }

    #[test]
    fn recent_days_are_counted() {
        assert_eq!(after(0.0).as_deref(), Some("today"));
        assert_eq!(after(1.0).as_deref(), Some("yesterday"));
        assert_eq!(after(2.0).as_deref(), Some("2 days ago"));
        assert_eq!(after(30.0).as_deref(), Some("30 days ago"));
    }

    #[test]
    fn days_of_another_length_count_as_one() {
        let at = |hours: f64| words(0.0, hours * HOUR_MS);
        assert_eq!(at(23.0).as_deref(), Some("yesterday"));
        assert_eq!(at(25.0).as_deref(), Some("yesterday"));
        assert_eq!(at(7.0 * 24.0 - 1.0).as_deref(), Some("7 days ago"));
        assert_eq!(at(7.0 * 24.0 + 1.0).as_deref(), Some("7 days ago"));
    }

    #[test]
    fn older_and_future_days_and_what_is_none_show_their_date() {
        for days in [31.0, 365.0, 20_000.0, -1.0, -400.0, f64::NAN] {
            assert_eq!(after(days), None, "{days}");
        }
        assert_eq!(words(-2.0 * DAY_MS, 0.0).as_deref(), Some("2 days ago"));
    }
}
