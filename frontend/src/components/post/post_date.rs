//! The date of a post.

use js_sys::Date;
use yew::prelude::*;

/// Older posts show their date: "57 days ago" would have to be worked out.
const RECENT_DAYS: f64 = 30.0;
const DAY_MS: f64 = 86_400_000.0;

/// A recent post's age in days, or an older post's date. Screen readers, print and the tooltip always
/// have the date. `published_at` is the instant (RFC 3339), if the source's date was valid. `label` is
/// the date as text, not empty.
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

/// The age of the day that `label` names, in the reader's calendar.
fn age(label: &str) -> Option<String> {
    // A label such as `March 2026` names no day.
    if !label.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let today = String::from(Date::new_0().to_date_string());
    words(Date::parse(label), Date::parse(&today))
}

/// The age of `day` on `today`, both as the milliseconds at which the day begins in the reader's time
/// zone. None for an old or future day, or if one is no number.
///
/// The age counts calendar days, as the label does: "today" is right for every reader whose calendar
/// shows that date.
fn words(day: f64, today: f64) -> Option<String> {
    // On days when clocks change, a day has 23 or 25 hours.
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
    fn days_of_23_or_25_hours_count_as_one() {
        let at = |hours: f64| words(0.0, hours * HOUR_MS);
        assert_eq!(at(23.0).as_deref(), Some("yesterday"));
        assert_eq!(at(25.0).as_deref(), Some("yesterday"));
        assert_eq!(at(7.0 * 24.0 - 1.0).as_deref(), Some("7 days ago"));
        assert_eq!(at(7.0 * 24.0 + 1.0).as_deref(), Some("7 days ago"));
    }

    #[test]
    fn older_future_and_invalid_days_show_their_date() {
        for days in [31.0, 365.0, 20_000.0, -1.0, -400.0, f64::NAN] {
            assert_eq!(after(days), None, "{days}");
        }
        assert_eq!(words(-2.0 * DAY_MS, 0.0).as_deref(), Some("2 days ago"));
    }
}
