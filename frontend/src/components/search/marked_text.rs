//! Text with the matches of a search marked.

use shared::search::{SearchField, SearchHit};
use yew::prelude::*;

/// A text with marks on `ranges`, which count Unicode scalar values.
pub fn marked_text(text: &str, ranges: &[(u32, u32)]) -> Html {
    pieces(text, ranges)
        .into_iter()
        .map(|(piece, is_match)| match is_match {
            true => html! { <mark>{ piece }</mark> },
            false => html! { piece },
        })
        .collect()
}

/// A hit's title with its matches marked.
pub fn marked_title(hit: &SearchHit) -> Html {
    let mut highlights = hit.highlights.iter();
    match highlights.find(|highlight| highlight.field == SearchField::Title) {
        Some(title) => marked_text(&title.text, &title.ranges),
        None => html! { &hit.summary.title },
    }
}

/// The text in pieces, each with whether it matches. A range beyond the end is cut. Of overlapping
/// ranges the earlier keeps the overlap.
fn pieces<'a>(text: &'a str, ranges: &[(u32, u32)]) -> Vec<(&'a str, bool)> {
    let offset = |scalar: u32| {
        text.char_indices()
            .nth(scalar as usize)
            .map_or(text.len(), |(at, _)| at)
    };
    let mut pieces = Vec::new();
    let mut end_before = 0;
    for &(start, end) in ranges {
        let (start, end) = (offset(start).max(end_before), offset(end));
        if start >= end {
            continue;
        }
        if start > end_before {
            pieces.push((&text[end_before..start], false));
        }
        pieces.push((&text[start..end], true));
        end_before = end;
    }
    if end_before < text.len() {
        pieces.push((&text[end_before..], false));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_count_characters_not_bytes() {
        assert_eq!(
            pieces("Ünder 😀 naïve", &[(0, 2), (8, 13)]),
            [("Ün", true), ("der 😀 ", false), ("naïve", true)]
        );
    }

    #[test]
    fn text_without_a_match_is_one_piece() {
        assert_eq!(pieces("plain", &[]), [("plain", false)]);
        assert_eq!(pieces("", &[(0, 3)]), []);
    }

    #[test]
    fn invalid_ranges_lose_no_text() {
        for ranges in [
            vec![(2, 99)],
            vec![(3, 1), (9, 9)],
            vec![(0, 4), (2, 6), (1, 2)],
            vec![(4, 6), (0, 2)],
            vec![(u32::MAX, u32::MAX)],
        ] {
            let joined: String = pieces("a naïve b", &ranges)
                .into_iter()
                .map(|p| p.0)
                .collect();
            assert_eq!(joined, "a naïve b", "{ranges:?}");
        }
        assert_eq!(
            pieces("abcdef", &[(0, 3), (1, 5)]),
            [("abc", true), ("de", true), ("f", false)]
        );
    }
}
