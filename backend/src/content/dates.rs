//! Dates in the many shapes that blogs write them in.

mod zones;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::fmt::strtime;
use jiff::fmt::temporal::{Pieces, PiecesOffset};
use jiff::tz::TimeZone;

use self::zones::split_zone;

/// Formats of unambiguous dates, for `strptime`. Weekday, zone and time are removed before.
const DATE_SHAPES: [&str; 15] = [
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y年%m月%d日",
    "%d.%m.%Y",
    // RFC 850, which HTTP still allows (RFC 9110, section 5.6.7). `%Y` would read 24 as the year 24.
    "%d-%b-%y",
    "%d-%b-%Y",
    "%d-%B-%Y",
    "%d %b, %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%b %d %Y",
    "%B %d %Y",
    "%d %b %Y",
    "%d %B %Y",
];
/// Formats of ambiguous dates. Month first, the American order, is tried first.
const SLASHED_SHAPES: [&str; 2] = ["%m/%d/%Y", "%d/%m/%Y"];
const TIME_SHAPES: [&str; 7] = [
    "%I:%M %p",
    "%I:%M:%S %p",
    "%I:%M%p",
    "%I:%M:%S%p",
    "%H:%M",
    "%H:%M:%S",
    "%H:%M:%S%.f",
];
const MONTH_SHAPES: [&str; 6] = [
    "%d %Y-%m",
    "%d %Y/%m",
    "%d %B %Y",
    "%d %b %Y",
    "%d %B, %Y",
    "%d %b, %Y",
];

/// A parsed date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// The instant: UTC where the source names no zone, midnight where it names no time.
    pub at: Timestamp,
    /// The day as the source writes it, in the source's zone.
    pub day: Date,
    /// How much of `day` is known. An unknown month or day is 1.
    pub precision: Precision,
}

/// How much of a date is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// All of it.
    Day,
    /// Year and month.
    Month,
    /// The year.
    Year,
}

impl Published {
    /// An instant, with its day in UTC.
    pub fn at(at: Timestamp) -> Self {
        Self {
            at,
            day: TimeZone::UTC.to_datetime(at).date(),
            precision: Precision::Day,
        }
    }

    /// A day, at midnight in UTC. `None` when the day doesn't exist.
    pub fn on_day(year: i16, month: i8, day: i8) -> Option<Self> {
        let day = Date::new(year, month, day).ok()?;
        Self::at_local(day.to_datetime(Time::midnight()), &TimeZone::UTC)
    }

    /// A month. `None` when the month doesn't exist.
    pub fn in_month(year: i16, month: i8) -> Option<Self> {
        Some(Self {
            precision: Precision::Month,
            ..Self::on_day(year, month, 1)?
        })
    }

    /// The day for people, such as `5 March 2026`, or as much of it as is known.
    pub fn label(&self) -> String {
        let shape = match self.precision {
            Precision::Day => "%-d %B %Y",
            Precision::Month => "%B %Y",
            Precision::Year => "%Y",
        };
        self.day.strftime(shape).to_string()
    }

    /// `None` for years before 1000, which are mistakes or placeholders.
    fn at_local(local: DateTime, zone: &TimeZone) -> Option<Self> {
        if local.year() < 1000 {
            return None;
        }
        let at = zone.to_timestamp(local).ok()?;
        Some(Self {
            at,
            day: local.date(),
            precision: Precision::Day,
        })
    }
}

/// Reads a date: ISO 8601 with or without time, fraction and zone; RFC 2822, 850 and asctime; what
/// JavaScript, Go and PHP print; `Thu, 05/02/2024`; `March 5, 2024 at 6:55 AM PST`; `5th of March
/// 2026`; `March 2026`; `2026`; Unix time in seconds or milliseconds. A weekday decides between
/// month/day and day/month where only one fits. `None` for anything else.
pub fn parse(text: &str) -> Option<Published> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // JavaScript adds the zone's name: `… GMT+0100 (Central European Standard Time)`.
    let text = match text.split_once(" (") {
        Some((date, name)) if name.ends_with(')') => date,
        _ => text.as_str(),
    };
    iso_8601(text)
        .or_else(|| rfc_2822(text))
        .or_else(|| unix_time(text))
        .or_else(|| spelled_out(text))
        .or_else(|| part_of_a_date(text))
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
    Published::at_local(moment.datetime(), moment.time_zone())
}

/// Seconds or milliseconds since 1970, also as .NET writes them in JSON (`/Date(…)/`). A fraction of a
/// second is cut off.
fn unix_time(text: &str) -> Option<Published> {
    if let Some(milliseconds) = text
        .strip_prefix("/Date(")
        .and_then(|rest| rest.strip_suffix(")/"))
    {
        return unix_time(milliseconds);
    }
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let at = match whole.len() {
        10 => Timestamp::from_second(whole.parse().ok()?).ok()?,
        13 => Timestamp::from_millisecond(whole.parse().ok()?).ok()?,
        _ => return None,
    };
    Published::at_local(TimeZone::UTC.to_datetime(at), &TimeZone::UTC)
}

/// `[weekday,] date [time] [zone]`, with names of months or numbers.
fn spelled_out(text: &str) -> Option<Published> {
    let (weekday, rest) = split_weekday(text);
    let (rest, zone) = split_zone(rest)?;
    let rest = year_before_time(rest);
    let rest = rest.replacen('T', " ", usize::from(rest.contains(':')));
    for time_shape in TIME_SHAPES {
        let words = time_shape.split(' ').count();
        if let Some((date, time)) = split_last_words(&rest, words)
            && let Some(time) = strtime::parse(time_shape, time)
                .and_then(|t| t.to_time())
                .ok()
            && let Some(day) = date_of(date, weekday)
        {
            return Published::at_local(day.to_datetime(time), &zone);
        }
    }
    let day = date_of(&rest, weekday)?;
    Published::at_local(day.to_datetime(Time::midnight()), &zone)
}

/// `March 2024`, `2024-03`, `2024`.
fn part_of_a_date(text: &str) -> Option<Published> {
    let (first, text) = ("01", plain_words(text));
    let month = MONTH_SHAPES.iter().find_map(|shape| {
        let date = strtime::parse(shape, format!("{first} {text}")).ok()?;
        date.to_date().ok()
    });
    if let Some(month) = month {
        return Published::in_month(month.year(), month.month());
    }
    let year: i16 = text.parse().ok()?;
    (1900..2100).contains(&year).then_some(())?;
    Some(Published {
        precision: Precision::Year,
        ..Published::on_day(year, 1, 1)?
    })
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
        // The weekday is wrong, but only one order of day and month is a valid date.
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

/// `Mar 5 10:15:00 2024`, as asctime prints it → `Mar 5 2024 10:15:00`.
fn year_before_time(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    match words.as_slice() {
        [date @ .., time, year] if time.contains(':') && year.len() == 4 => {
            format!("{} {year} {time}", date.join(" "))
        }
        _ => text.to_owned(),
    }
}

fn split_last_words(text: &str, words: usize) -> Option<(&str, &str)> {
    let (at, _) = text.rmatch_indices(' ').nth(words - 1)?;
    let (date, time) = (&text[..at], &text[at + 1..]);
    Some((
        date.trim_end_matches([',', ' ']).trim_end_matches(" at"),
        time,
    ))
}

/// `Aug. 30th, 2020` → `Aug 30, 2020`; `5th of March` → `5 March`; `Sept` → `Sep`.
fn plain_words(text: &str) -> String {
    let words: Vec<String> = text
        .split(' ')
        .filter(|word| *word != "of")
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
