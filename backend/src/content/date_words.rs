//! Dates for people, in the language of the site.

use icu_calendar::{Date, Gregorian};
use icu_datetime::FixedCalendarDateTimeFormatter;
use icu_datetime::fieldsets::{YM, YMD};
use icu_locale_core::subtags::language;
use icu_locale_core::{Locale, locale};

use super::dates::{Precision, Published};

/// Writes dates in one language.
pub struct DateWords {
    days: FixedCalendarDateTimeFormatter<Gregorian, YMD>,
    months: FixedCalendarDateTimeFormatter<Gregorian, YM>,
}

impl DateWords {
    /// The date formats of a language (a BCP 47 tag). `None` when the Unicode CLDR has none for it.
    pub fn of(language: &str) -> Option<Self> {
        let words = Self::of_locale(&language.parse().ok()?)?;
        let root = Self::of_locale(&Locale::UNKNOWN)?;
        // For an unknown language ICU uses the root locale, which gives `2026 M03 5`.
        let example = Published::on_day(2026, 3, 5)?;
        (words.label(&example) != root.label(&example)).then_some(words)
    }

    fn of_locale(locale: &Locale) -> Option<Self> {
        // icu_datetime 2.4 can't format a month in `pt`, and panics in debug builds. `pt-PT` formats months
        // in the same way.
        let of_months = match locale.id.language {
            language if language == language!("pt") => &locale!("pt-PT"),
            _ => locale,
        };
        Some(Self {
            days: FixedCalendarDateTimeFormatter::try_new(locale.into(), YMD::long()).ok()?,
            months: FixedCalendarDateTimeFormatter::try_new(of_months.into(), YM::long()).ok()?,
        })
    }

    /// The day, or as much of it as is known: `5. März 2026`, `März 2026`, `2026`.
    pub fn label(&self, published: &Published) -> String {
        let (year, month, day) = day_of(published);
        match (
            published.precision,
            Date::try_new_gregorian(year, month, day),
        ) {
            (Precision::Day, Ok(date)) => self.days.format(&date).to_string(),
            (Precision::Month, Ok(date)) => self.months.format(&date).to_string(),
            _ => iso_label(published),
        }
    }
}

/// The day in ISO 8601, or as much of it as is known: for languages without date formats.
pub fn iso_label(published: &Published) -> String {
    let (year, month, day) = day_of(published);
    match published.precision {
        Precision::Day => format!("{year:04}-{month:02}-{day:02}"),
        Precision::Month => format!("{year:04}-{month:02}"),
        Precision::Year => format!("{year:04}"),
    }
}

fn day_of(published: &Published) -> (i32, u8, u8) {
    let day = published.day;
    let part = |part: i8| part.unsigned_abs();
    (day.year().into(), part(day.month()), part(day.day()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_has_the_words_of_its_language() {
        let day = Published::on_day(2026, 3, 5).expect("a day");
        let month = Published::in_month(2026, 3).expect("a month");
        for (language, day_label, month_label) in [
            ("de", "5. März 2026", "März 2026"),
            ("de-CH", "5. März 2026", "März 2026"),
            ("fr", "5 mars 2026", "mars 2026"),
            ("pt-BR", "5 de março de 2026", "março de 2026"),
            ("pl", "5 marca 2026", "marzec 2026"),
            ("ja", "2026年3月5日", "2026年3月"),
        ] {
            let words = DateWords::of(language).expect(language);
            assert_eq!(words.label(&day), day_label);
            assert_eq!(words.label(&month), month_label);
        }
    }

    #[test]
    fn a_language_without_dates_has_none() {
        assert!(DateWords::of("tlh").is_none());
        assert!(DateWords::of("no language").is_none());
        let month = Published::in_month(2026, 3).expect("a month");
        assert_eq!(iso_label(&month), "2026-03");
    }
}
