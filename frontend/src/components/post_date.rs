//! When a post was published.

use js_sys::Date;
use yew::prelude::*;

/// Posts that are older than this many days show their date: a reader would have to work it out
/// from "57 days ago".
const RECENT_DAYS: f64 = 30.0;
const DAY_MS: f64 = 86_400_000.0;

/// A recent post's age in days; the date itself for older ones, and always for screen readers, on
/// paper and as the tooltip. `published_at` is the instant (RFC 3339), where the source's date could
/// be read; `label` the date as people read it, not empty.
pub fn post_date(published_at: Option<&str>, label: &str) -> Html {
    let datetime = published_at.map(str::to_owned);
    let label = label.to_owned();
    match published_at.and_then(|_| age(&label)) {
        Some(age) => html! {
            <time {datetime} title={label.clone()}>
                <span class="date-age" aria-hidden="true">{ age }</span>
                <span class="date-exact">{ label }</span>
            </time>
        },
        None => html! { <time {datetime}>{ label }</time> },
    }
}

/// How long ago that is. It is known as soon as the date is shown: one that came later, and is
/// shorter, would move what stands below.
fn age(label: &str) -> Option<String> {
    // A label without a day, such as `March 2026`, says less than its instant does.
    if !label.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let today = String::from(Date::new_0().to_date_string());
    words(Date::parse(label), Date::parse(&today))
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
