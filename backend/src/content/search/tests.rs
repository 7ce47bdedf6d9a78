use shared::blog::Author;
use shared::search::Highlight;

use super::highlights::EXCERPT_CHARS;
use super::*;

pub(super) fn post(id: &str, title: &str, text: &str) -> Post {
    Post {
        id: id.to_owned(),
        title: title.to_owned(),
        subtitle: None,
        summary: String::new(),
        category: "General".to_owned(),
        author: Author {
            name: "Admin".to_owned(),
            avatar_url: None,
        },
        featured_image: None,
        featured_image_srcset: None,
        published_at: None,
        published_label: String::new(),
        reading_minutes: 1,
        content_html: String::new(),
        headings: Vec::new(),
        old_addresses: vec![],
        unlisted: false,
        pinned: false,
        mark: None,
        content_text: text.to_owned(),
        tags: Vec::new(),
    }
}

pub(super) fn found(posts: &[Post], query: &str) -> Vec<String> {
    let mut matches = SearchIndex::new(posts).find(query);
    let best = matches.best(0..posts.len()).into_iter();
    best.map(|at| posts[at].id.clone()).collect()
}

fn marked(highlight: &Highlight) -> Vec<String> {
    let characters: Vec<char> = highlight.text.chars().collect();
    highlight
        .ranges
        .iter()
        .map(|&(start, end)| characters[start as usize..end as usize].iter().collect())
        .collect()
}

#[test]
fn all_words_must_match_and_the_title_weighs_most() {
    let posts = [
        post("text", "Other", "sessions and cookies, and sessions again"),
        post("title", "Sessions", "nothing else"),
        post("both", "Sessions and cookies", "short"),
        post("none", "Else", "entirely"),
    ];
    assert_eq!(found(&posts, "sessions"), ["title", "both", "text"]);
    assert_eq!(found(&posts, "SESSIONS  cookie!"), ["both", "text"]);
    assert_eq!(found(&posts, "sessions missing"), [""; 0]);
    assert_eq!(found(&posts, "…"), [""; 0]);
}

#[test]
fn a_title_beats_a_text_however_long() {
    let posts = [
        post("text", "Other", &"cookies and a cookie, ".repeat(2_000)),
        post("title", "A cookieless life", "nothing else"),
    ];
    assert_eq!(found(&posts, "cookie"), ["title", "text"]);
    assert_eq!(found(&posts, "okie"), ["title", "text"]);
}

#[test]
fn case_and_diacritics_make_no_difference_and_parts_of_words_match() {
    let posts = [post("a", "Über naïve Σοφία", "Straßenbahn")];
    for query in ["uber", "ÜBER", "NAIVE", "naï", "σοφια", "bahn", "aße"] {
        assert_eq!(found(&posts, query), ["a"], "{query}");
    }
    assert_eq!(found(&posts, "st"), ["a"], "a short term begins a word");
    assert_eq!(found(&posts, "ah"), [""; 0], "and is not looked for inside");
}

#[test]
fn one_typo_is_forgiven_where_nothing_matches() {
    let posts = [post("a", "Accessibility", ""), post("b", "Access", "")];
    for query in [
        "acessibility",
        "accessibiliyt",
        "accessibilitz",
        "accessibbility",
    ] {
        assert_eq!(found(&posts, query), ["a"], "{query}");
    }
    assert_eq!(found(&posts, "acxxssibility"), [""; 0]);
    let matches = SearchIndex::new(&posts).find("acessibility");
    assert_eq!(marked(&matches.highlights(&posts[0])[0]), ["Accessibility"]);
}

#[test]
fn highlights_stand_where_the_reader_sees_the_match() {
    let text = format!(
        "{} A naïve needle, then another Needle. {}",
        "hay ".repeat(60),
        "hay ".repeat(60)
    );
    let posts = [post("a", "The \u{1F600} needle's eye", &text)];
    let matches = SearchIndex::new(&posts).find("needle naive");
    let highlights = matches.highlights(&posts[0]);
    assert_eq!(
        highlights.iter().map(|h| h.field).collect::<Vec<_>>(),
        [SearchField::Title, SearchField::Text]
    );
    assert_eq!(highlights[0].ranges, [(6, 12)]);
    let excerpt = &highlights[1];
    assert_eq!(marked(excerpt), ["naïve", "needle", "Needle"]);
    assert!(
        excerpt.text.starts_with("…hay") && excerpt.text.ends_with("hay…"),
        "{}",
        excerpt.text
    );
    assert!(excerpt.text.chars().count() <= EXCERPT_CHARS + 2);
}

#[test]
fn no_match_stands_within_another() {
    let posts = [post("a", "ﬁne 1½ 12", "")];
    for (query, expected) in [("f i", vec!["ﬁ"]), ("2", vec!["½"]), ("11 2", vec!["1½"])] {
        let matches = SearchIndex::new(&posts).find(query);
        let highlights = matches.highlights(&posts[0]);
        let found = highlights.first().map(marked).unwrap_or_default();
        assert_eq!(found, expected, "{query}");
    }
}

#[test]
fn odd_queries_and_texts_do_no_harm() {
    let long = "x".repeat(100_000);
    let posts = [post("a", &long, &"é".repeat(5_000)), post("b", "", "")];
    for query in [
        "",
        "\u{0}",
        "\n",
        &long,
        &"a b ".repeat(5_000),
        "\u{301}\u{301}",
        "𝔘𝔫",
    ] {
        let mut matches = SearchIndex::new(&posts).find(query);
        for at in matches.best(0..posts.len()) {
            for highlight in matches.highlights(&posts[at]) {
                marked(&highlight);
            }
        }
    }
    assert_eq!(found(&posts, "ééé"), ["a"]);
    assert_eq!(found(&[], "anything"), [""; 0]);
}

#[test]
fn one_typo_is_what_the_distance_of_two_words_says() {
    let words: Vec<String> = (0..3_u32.pow(5))
        .map(|number| {
            let digits = (0..5).map(|place| number / 3_u32.pow(place) % 3);
            digits
                .filter_map(|digit| ["", "a", "é"].get(digit as usize))
                .copied()
                .collect()
        })
        .collect();
    for a in &words {
        for b in &words {
            let is_near = strsim::osa_distance(a, b) <= 1;
            assert_eq!(is_one_typo(a, b), is_near, "{a} {b}");
        }
    }
}
