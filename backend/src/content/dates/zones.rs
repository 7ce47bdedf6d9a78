//! Zones at the end of a date.

use jiff::fmt::strtime;
use jiff::tz::{Offset, TimeZone};

/// Abbreviations of zones, each with its usual offset in hours from UTC.
const ZONES: [(&str, f32); 34] = [
    ("Z", 0.0),
    ("UTC", 0.0),
    ("UT", 0.0),
    ("GMT", 0.0),
    ("WET", 0.0),
    ("WEST", 1.0),
    ("BST", 1.0),
    ("CET", 1.0),
    ("CEST", 2.0),
    ("MEZ", 1.0),
    ("MESZ", 2.0),
    ("EET", 2.0),
    ("EEST", 3.0),
    ("MSK", 3.0),
    ("WIB", 7.0),
    ("HKT", 8.0),
    ("SGT", 8.0),
    ("AWST", 8.0),
    ("JST", 9.0),
    ("KST", 9.0),
    ("ACST", 9.5),
    ("AEST", 10.0),
    ("AEDT", 11.0),
    ("NZST", 12.0),
    ("NZDT", 13.0),
    ("BRT", -3.0),
    ("EDT", -4.0),
    ("EST", -5.0),
    ("CDT", -5.0),
    ("CST", -6.0),
    ("MDT", -6.0),
    ("MST", -7.0),
    ("PDT", -7.0),
    ("PST", -8.0),
];

/// Splits off the zone at the end: `Z`, `CET`, `+01:00`, `+0100 CET`, `UTC+2`, `Europe/Berlin`. Without a
/// zone it is UTC. An unknown abbreviation, or a region whose offset changes with the season, counts as
/// UTC: the day stays as the source writes it. `None` when an offset can't be read.
pub(super) fn split_zone(text: &str) -> Option<(&str, TimeZone)> {
    let Some((rest, last)) = text.rsplit_once(' ') else {
        return Some((text, TimeZone::UTC));
    };
    let number_at = last.find(['+', '-']).unwrap_or(last.len());
    let (name, number) = last.split_at(number_at);
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase());
    if name.is_empty() || (matches!(name, "GMT" | "UTC") && !number.is_empty()) {
        return Some((rest, offset(number)?));
    }
    if is_name && number.is_empty() && !matches!(name, "AM" | "PM") {
        // Go prints an offset and an abbreviation (`+0100 CET`). The offset is exact.
        if let Some((date, number)) = rest.rsplit_once(' ')
            && number.starts_with(['+', '-'])
            && let Some(zone) = offset(number)
        {
            return Some((date, zone));
        }
        let hours = ZONES.iter().find(|(known, _)| *known == name);
        let seconds = hours.map_or(0.0, |(_, hours)| hours * 3_600.0);
        let zone = Offset::from_seconds(seconds as i32).ok()?.to_time_zone();
        return Some((rest, zone));
    }
    let is_region = last.contains('/') && last.starts_with(|c: char| c.is_ascii_alphabetic());
    Some((if is_region { rest } else { text }, TimeZone::UTC))
}

/// `+01:00`, `+0100`, `+1`.
fn offset(number: &str) -> Option<TimeZone> {
    let digits = number.trim_start_matches(['+', '-']);
    let padded = match digits.len() {
        1 => format!("{}0{digits}00", &number[..1]),
        2 => format!("{number}00"),
        _ => number.to_owned(),
    };
    ["%z", "%:z"]
        .iter()
        .find_map(|shape| strtime::parse(shape, &padded).ok()?.offset())
        .map(|offset| offset.to_time_zone())
}
