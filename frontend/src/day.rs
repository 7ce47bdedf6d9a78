//! A day of the calendar, and its age in words.

/// Older posts show their date, because readers would have to convert "57 days ago" to one.
const RECENT_DAYS: i32 = 30;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A day of the calendar, without a time zone. It counts from 1 January 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day(i32);

impl Day {
    /// A day of the Gregorian calendar. `month` and `day` count from 1. A `day` beyond the end of the
    /// month is a day of the next month.
    pub fn new(year: i32, month: u32, day: u32) -> Self {
        // Years begin in March here. So the leap day is the last day of a year, and the lengths of the
        // months repeat every five months (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
        let month = month.cast_signed();
        let year = if month > 2 { year } else { year - 1 };
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day.cast_signed() - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Self(era * 146_097 + day_of_era - 719_468)
    }

    /// The day `days` after 1 January 1970.
    pub fn since_epoch(days: i32) -> Self {
        Self(days)
    }

    /// The day of a label such as `5 March 2026`. None for other text, such as a month without a day.
    pub fn from_label(label: &str) -> Option<Self> {
        let mut words = label.split(' ');
        let (day, month, year) = (words.next()?, words.next()?, words.next()?);
        if words.next().is_some() {
            return None;
        }
        let month = MONTHS.into_iter().position(|name| name == month)? as u32 + 1;
        // Small types, so that no sum overflows.
        let (year, day): (u16, u8) = (year.parse().ok()?, day.parse().ok()?);
        Some(Self::new(year.into(), month, day.into()))
    }

    /// Today, in the reader's time zone. It needs a browser.
    pub fn today() -> Self {
        let date = js_sys::Date::new_0();
        // A browser's years fit an i32.
        Self::new(
            date.get_full_year().cast_signed(),
            date.get_month() + 1,
            date.get_date(),
        )
    }

    /// The age of this day on the day `today`, in words. None for an old or a future day.
    pub fn age(self, today: Self) -> Option<String> {
        match today.0 - self.0 {
            0 => Some("today".to_owned()),
            1 => Some("yesterday".to_owned()),
            days @ 2..=RECENT_DAYS => Some(format!("{days} days ago")),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn age(label: &str, today: (i32, u32, u32)) -> Option<String> {
        let (year, month, day) = today;
        Day::from_label(label)?.age(Day::new(year, month, day))
    }

    #[test]
    fn days_count_from_1970() {
        assert_eq!(Day::new(1970, 1, 1), Day(0));
        assert_eq!(Day::new(1969, 12, 31), Day(-1));
        assert_eq!(Day::new(2000, 2, 29), Day(11_016));
        assert_eq!(Day::new(2026, 11, 26), Day(20_783));
    }

    #[test]
    fn recent_days_have_an_age() {
        let today = (2026, 3, 5);
        assert_eq!(age("5 March 2026", today).as_deref(), Some("today"));
        assert_eq!(age("4 March 2026", today).as_deref(), Some("yesterday"));
        assert_eq!(age("3 March 2026", today).as_deref(), Some("2 days ago"));
        assert_eq!(
            age("3 February 2026", today).as_deref(),
            Some("30 days ago")
        );
    }

    #[test]
    fn ages_cross_leap_days_and_years() {
        assert_eq!(
            age("28 February 2024", (2024, 3, 1)).as_deref(),
            Some("2 days ago")
        );
        assert_eq!(
            age("28 February 2026", (2026, 3, 1)).as_deref(),
            Some("yesterday")
        );
        assert_eq!(
            age("31 December 2025", (2026, 1, 1)).as_deref(),
            Some("yesterday")
        );
    }

    #[test]
    fn old_future_and_unreadable_days_have_none() {
        let today = (2026, 3, 5);
        for label in [
            "2 February 2026",
            "5 March 2025",
            "6 March 2026",
            "March 2026",
            "early spring",
            "5 Lent 2026",
            "5 March 2026 or so",
            "x March 2026",
            "5 March 999999",
            "4000000000 March 2026",
            "",
        ] {
            assert_eq!(age(label, today), None, "{label}");
        }
    }
}
