//! Dates in the many shapes that blogs write them in.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::fmt::strtime;
use jiff::fmt::temporal::{Pieces, PiecesOffset};
use jiff::tz::TimeZone;

/// Dates without ambiguity, for `strptime` after weekday, zone and time are taken off.
const DATE_SHAPES: [&str; 9] = [
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%d.%m.%Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%b %d %Y",
    "%B %d %Y",
    "%d %b %Y",
    "%d %B %Y",
];
/// Dates that mean one of two days; the American reading is tried first.
const SLASHED_SHAPES: [&str; 2] = ["%m/%d/%Y", "%d/%m/%Y"];
const TIME_SHAPES: [&str; 4] = ["%I:%M %p", "%I:%M:%S %p", "%H:%M", "%H:%M:%S"];

/// A date that could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// The instant: UTC where the source names no zone, midnight where it names no time.
    pub at: Timestamp,
    /// The day as it stands in the source, whatever its zone.
    pub day: Date,
    /// Only year and month are known; `day` is the first of the month.
    pub month_only: bool,
}

impl Published {
    /// Some day; `None` when there is no such day.
    #[must_use]
    pub fn on_day(year: i16, month: i8, day: i8) -> Option<Self> {
        let day = Date::new(year, month, day).ok()?;
        Self::at_local(day.to_datetime(Time::midnight()), &TimeZone::UTC)
    }

    /// Some time in a month; `None` when there is no such month.
    #[must_use]
    pub fn in_month(year: i16, month: i8) -> Option<Self> {
        Some(Self {
            month_only: true,
            ..Self::on_day(year, month, 1)?
        })
    }

    /// The day for people, such as `5 March 2026`.
    #[must_use]
    pub fn label(&self) -> String {
        let shape = if self.month_only {
            "%B %Y"
        } else {
            "%-d %B %Y"
        };
        self.day.strftime(shape).to_string()
    }

    /// Years of fewer than four digits are no dates of posts but mistakes and placeholders.
    fn at_local(local: DateTime, zone: &TimeZone) -> Option<Self> {
        if local.year() < 1000 {
            return None;
        }
        let at = zone.to_timestamp(local).ok()?;
        Some(Self {
            at,
            day: local.date(),
            month_only: false,
        })
    }
}

/// Reads a date: ISO 8601 with or without time, fraction and zone; RFC 2822; `Thu, 05/02/2024`;
/// `Tue, Mar 5, 2024 6:55 AM`; `5 March 2026`; Unix time in seconds or milliseconds. A weekday
/// decides between month/day and day/month where only one fits. `None` for anything else.
#[must_use]
pub fn parse(text: &str) -> Option<Published> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    iso_8601(&text)
        .or_else(|| rfc_2822(&text))
        .or_else(|| unix_time(&text))
        .or_else(|| spelled_out(&text))
}

fn iso_8601(text: &str) -> Option<Published> {
    let pieces = Pieces::parse(text).ok()?;
    let local = pieces
        .date()
        .to_datetime(pieces.time().unwrap_or(Time::midnight()));
    let zone = match pieces.offset() {
        Some(PiecesOffset::Numeric(numeric)) => numeric.offset().to_time_zone(),
        _ => TimeZone::UTC,
    };
    Published::at_local(local, &zone)
}

fn rfc_2822(text: &str) -> Option<Published> {
    let moment = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(Published {
        at: moment.timestamp(),
        day: moment.date(),
        month_only: false,
    })
}

fn unix_time(text: &str) -> Option<Published> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let at = match text.len() {
        10 => Timestamp::from_second(text.parse().ok()?).ok()?,
        13 => Timestamp::from_millisecond(text.parse().ok()?).ok()?,
        _ => return None,
    };
    Published::at_local(TimeZone::UTC.to_datetime(at), &TimeZone::UTC)
}

/// `[weekday,] date [time] [zone]` with the words that people use.
fn spelled_out(text: &str) -> Option<Published> {
    let (weekday, rest) = split_weekday(text);
    let (rest, zone) = split_zone(rest)?;
    for time_shape in TIME_SHAPES {
        let words = time_shape.split(' ').count();
        if let Some((date, time)) = split_last_words(rest, words)
            && let Some(time) = strtime::parse(time_shape, time)
                .and_then(|t| t.to_time())
                .ok()
            && let Some(day) = date_of(date, weekday)
        {
            return Published::at_local(day.to_datetime(time), &zone);
        }
    }
    let day = date_of(rest, weekday)?;
    Published::at_local(day.to_datetime(Time::midnight()), &zone)
}

fn date_of(text: &str, weekday: Option<Weekday>) -> Option<Date> {
    let text = plain_words(text);
    let read = |shape: &&str| {
        strtime::parse(shape, &text)
            .and_then(|date| date.to_date())
            .ok()
    };
    if let Some(day) = DATE_SHAPES.iter().find_map(read) {
        return Some(day);
    }
    let readings: Vec<Date> = SLASHED_SHAPES.iter().filter_map(read).collect();
    let fits = |day: &&Date| weekday.is_none_or(|weekday| day.weekday() == weekday);
    match (readings.iter().find(fits), readings.as_slice()) {
        (Some(&day), _) => Some(day),
        // The weekday is wrong, but there is only one day that this can be.
        (None, [day]) => Some(*day),
        _ => None,
    }
}

/// `Thu, …`, `Thursday …`.
fn split_weekday(text: &str) -> (Option<Weekday>, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let weekday = ["%a", "%A"]
        .iter()
        .find_map(|shape| strtime::parse(shape, word).ok()?.weekday());
    match weekday {
        Some(weekday) => (Some(weekday), rest.trim_start_matches([',', '.', ' '])),
        None => (None, text),
    }
}

/// A zone in the end: `Z`, `UTC`, `GMT`, `+01:00`, `+0100`; UTC where there is none.
fn split_zone(text: &str) -> Option<(&str, TimeZone)> {
    let Some((rest, last)) = text.rsplit_once(' ') else {
        return Some((text, TimeZone::UTC));
    };
    if matches!(last, "Z" | "UTC" | "GMT") {
        return Some((rest, TimeZone::UTC));
    }
    if last.starts_with(['+', '-']) {
        let offset = ["%z", "%:z"]
            .iter()
            .find_map(|shape| strtime::parse(shape, last).ok()?.offset())?;
        return Some((rest, offset.to_time_zone()));
    }
    Some((text, TimeZone::UTC))
}

fn split_last_words(text: &str, words: usize) -> Option<(&str, &str)> {
    let (at, _) = text.rmatch_indices(' ').nth(words - 1)?;
    let (date, time) = (&text[..at], &text[at + 1..]);
    Some((
        date.trim_end_matches([',', ' ']).trim_end_matches(" at"),
        time,
    ))
}

/// `Aug. 30th, 2020` → `Aug 30, 2020`; `Sept` → `Sep`.
fn plain_words(text: &str) -> String {
    let words: Vec<String> = text
        .split(' ')
        .map(|word| {
            let (core, comma) = match word.strip_suffix(',') {
                Some(core) => (core, ","),
                None => (word, ""),
            };
            let core = match core.strip_suffix('.').unwrap_or(core) {
                "Sept" => "Sep",
                core => core,
            };
            let ordinal = ["st", "nd", "rd", "th"]
                .iter()
                .find_map(|suffix| core.strip_suffix(suffix))
                .filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
            format!("{}{comma}", ordinal.unwrap_or(core))
        })
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests;
