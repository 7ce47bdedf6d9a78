use super::*;

#[test]
fn dates_are_read_in_every_shape_that_blogs_use() {
    for (text, at, label) in [
        ("Thu, 05/02/2024", "2024-05-02T00:00:00Z", "2 May 2024"),
        (
            "Tue, Mar 5, 2024 6:55 AM",
            "2024-03-05T06:55:00Z",
            "5 March 2024",
        ),
        (
            "Tue, Mar 5, 2024 12:05 PM",
            "2024-03-05T12:05:00Z",
            "5 March 2024",
        ),
        (
            "Tue, Mar 5, 2024 12:05 AM",
            "2024-03-05T00:05:00Z",
            "5 March 2024",
        ),
        (
            "Tuesday, March 5, 2024 at 6:55 pm",
            "2024-03-05T18:55:00Z",
            "5 March 2024",
        ),
        ("2024-03-05", "2024-03-05T00:00:00Z", "5 March 2024"),
        (" 2024-03-05 ", "2024-03-05T00:00:00Z", "5 March 2024"),
        (
            "2024-03-05 06:55:07",
            "2024-03-05T06:55:07Z",
            "5 March 2024",
        ),
        ("2024-03-05 06:55", "2024-03-05T06:55:00Z", "5 March 2024"),
        (
            "2024-03-05T06:55:07",
            "2024-03-05T06:55:07Z",
            "5 March 2024",
        ),
        (
            "2024-03-05T06:55:07Z",
            "2024-03-05T06:55:07Z",
            "5 March 2024",
        ),
        (
            "2024-03-05T06:55:07.000000Z",
            "2024-03-05T06:55:07Z",
            "5 March 2024",
        ),
        (
            "2024-03-05T06:55:07.5+01:00",
            "2024-03-05T05:55:07.5Z",
            "5 March 2024",
        ),
        (
            "2024-03-05 06:55:07 -0500",
            "2024-03-05T11:55:07Z",
            "5 March 2024",
        ),
        (
            "2024-03-05 06:55:07 UTC",
            "2024-03-05T06:55:07Z",
            "5 March 2024",
        ),
        (
            "Tue, 05 Mar 2024 06:55:07 +0000",
            "2024-03-05T06:55:07Z",
            "5 March 2024",
        ),
        (
            "Tue, 5 Mar 2024 06:55:07 GMT",
            "2024-03-05T06:55:07Z",
            "5 March 2024",
        ),
        (
            "5 Mar 2024 06:55:07 EST",
            "2024-03-05T11:55:07Z",
            "5 March 2024",
        ),
        (
            "January 10, 2017",
            "2017-01-10T00:00:00Z",
            "10 January 2017",
        ),
        ("Aug. 30th, 2020", "2020-08-30T00:00:00Z", "30 August 2020"),
        ("5 March 2026", "2026-03-05T00:00:00Z", "5 March 2026"),
        ("2024/03/05", "2024-03-05T00:00:00Z", "5 March 2024"),
        ("05.03.2024", "2024-03-05T00:00:00Z", "5 March 2024"),
        ("1709621707", "2024-03-05T06:55:07Z", "5 March 2024"),
        ("1709621707000", "2024-03-05T06:55:07Z", "5 March 2024"),
    ] {
        let published = parse(text).unwrap_or_else(|| panic!("can't read {text:?}"));
        assert_eq!(published.at.to_string(), at, "{text:?}");
        assert_eq!(published.label(), label, "{text:?}");
    }
}

#[test]
fn the_weekday_decides_between_month_first_and_day_first() {
    for (text, label) in [
        ("05/02/2024", "2 May 2024"),
        ("Thu, 05/02/2024", "2 May 2024"),
        // 5 February 2024 was a Monday, 2 May a Thursday.
        ("Mon, 05/02/2024", "5 February 2024"),
        ("25/12/2023", "25 December 2023"),
        // Only one day can be meant, whatever the weekday says.
        ("Sun, 25/12/2023", "25 December 2023"),
    ] {
        assert_eq!(
            parse(text).map(|date| date.label()).as_deref(),
            Some(label),
            "{text:?}"
        );
    }
    assert_eq!(parse("Sun, 05/02/2024"), None);
}

#[test]
fn the_label_is_the_day_that_the_source_names() {
    let published = parse("2024-01-01T00:30:00+02:00").expect("a date");
    assert_eq!(published.at.to_string(), "2023-12-31T22:30:00Z");
    assert_eq!(published.label(), "1 January 2024");
}

#[test]
fn what_is_no_date_is_none() {
    for text in [
        "",
        "  ",
        "soon",
        "Thu",
        "Thu,",
        "2024-13-01",
        "2024-02-30",
        "0000-00-00 00:00:00",
        "0001-01-01T00:00:00Z",
        "2024-03-05 25:00:00",
        "13/13/2024",
        "March 2024",
        "5",
        "12345",
        "99999999999999999999",
        "2024-03-05 06:55:07 +xx",
        "😀 2024-03-05",
        "12:30",
        "yesterday at 12:30",
    ] {
        assert_eq!(parse(text), None, "{text:?}");
    }
}
