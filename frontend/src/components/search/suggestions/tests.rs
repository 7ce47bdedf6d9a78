use shared::blog::{Author, BlogSummary};
use shared::page::Freshness;

use super::SuggestionsAction::{Answer, Close, Edit, Fill, Next, Previous, Type};
use super::*;

fn page(ids: &[&str]) -> Option<Rc<SearchPage>> {
    let hit = |id: &&str| SearchHit {
        summary: BlogSummary {
            id: (*id).to_owned(),
            title: (*id).to_owned(),
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
            url: format!("/blogs/{id}"),
            mark: None,
        },
        highlights: Vec::new(),
    };
    Some(Rc::new(SearchPage {
        items: ids.iter().map(hit).collect(),
        page: 1,
        per_page: 5,
        total_items: u32::try_from(ids.len()).expect("few"),
        total_pages: 1,
        has_prev: false,
        has_next: false,
        freshness: Freshness {
            fetched_at: None,
            stale: false,
            posts_so_far: None,
            source: "embedded".to_owned(),
        },
    }))
}

fn state(actions: impl IntoIterator<Item = SuggestionsAction>) -> Rc<Suggestions> {
    actions
        .into_iter()
        .fold(Rc::default(), |state: Rc<Suggestions>, action| {
            state.reduce(action)
        })
}

fn typed(text: &str) -> SuggestionsAction {
    Type(text.to_owned())
}

fn answer(text: &str, ids: &[&str]) -> SuggestionsAction {
    Answer(text.to_owned(), page(ids))
}

fn suggested(state: &Suggestions) -> Vec<&str> {
    let posts = state.posts().iter();
    posts.map(|post| post.summary.id.as_str()).collect()
}

#[test]
fn typing_asks_once_for_each_text() {
    assert_eq!(state([]).wanted(), None);
    assert_eq!(state([typed("  ")]).wanted(), None, "blank");
    let typing = state([typed(" jw")]);
    assert_eq!(typing.wanted().as_deref(), Some("jw"));
    let answered = typing.reduce(answer("jw", &["a", "b"]));
    assert_eq!(answered.wanted(), None);
    assert_eq!(suggested(&answered), ["a", "b"]);
    assert_eq!(answered.words(), "2 of 2 matching posts suggested.");
    assert_eq!(
        answered.reduce(typed("jw ")).wanted(),
        None,
        "the same text"
    );
}

#[test]
fn the_newest_text_wins_whenever_answers_come() {
    let newest = state([typed("a"), typed("ab"), answer("ab", &["new"])]);
    let late = Rc::clone(&newest).reduce(answer("a", &["old"]));
    assert!(Rc::ptr_eq(&newest, &late));
    let early = state([typed("a"), typed("ab"), answer("a", &["old"])]);
    assert_eq!(suggested(&early), [""; 0]);
    assert_eq!(early.wanted().as_deref(), Some("ab"));
}

#[test]
fn what_was_suggested_stays_until_the_next_answer() {
    let waiting = state([typed("a"), answer("a", &["old"]), Next, typed("ab")]);
    assert_eq!(suggested(&waiting), ["old"]);
    assert_eq!(waiting.active(), None, "but nothing of it is chosen");
    assert_eq!(waiting.target(), "/search?q=ab");
    let emptied = waiting.reduce(typed(""));
    assert!(!emptied.is_shown() && emptied.posts().is_empty());
}

#[test]
fn arrows_go_round_through_the_posts_and_all_results() {
    let mut state = state([typed("a b"), answer("a b", &["one", "two"])]);
    let mut targets = Vec::new();
    for action in [Next, Next, Next, Next, Previous, Previous, Edit, Previous] {
        state = state.reduce(action);
        targets.push(state.target());
    }
    let all = "/search?q=a%20b";
    assert_eq!(
        targets,
        [
            "/blogs/one",
            "/blogs/two",
            all,
            "/blogs/one",
            all,
            "/blogs/two",
            all,
            all
        ]
    );
    assert_eq!(state.active(), Some(2));
}

#[test]
fn a_closed_list_opens_again_by_an_arrow() {
    let closed = state([typed("a"), answer("a", &["one"]), Next, Close]);
    assert!(!closed.is_shown() && closed.posts().is_empty());
    assert_eq!((closed.active(), closed.text()), (None, "a"));
    assert_eq!(closed.words(), "");
    let opened = closed.reduce(Next);
    assert_eq!(
        (suggested(&opened), opened.active()),
        (vec!["one"], Some(0))
    );
}

#[test]
fn an_answer_after_the_reader_has_left_opens_nothing() {
    let left = state([typed("a"), Close, answer("a", &["one"])]);
    assert!(!left.is_shown());
    assert_eq!(left.wanted(), None);
    assert_eq!(suggested(&left.reduce(Next)), ["one"]);
}

#[test]
fn a_failure_is_a_quiet_word_and_an_arrow_tries_again() {
    let failed = state([typed("a"), Answer("a".to_owned(), None)]);
    assert!(failed.is_shown() && failed.posts().is_empty());
    assert!(failed.words().contains("right now"));
    assert_eq!(failed.wanted(), None, "no storm of requests");
    assert_eq!(failed.target(), "/search?q=a");
    assert_eq!(failed.reduce(Next).wanted().as_deref(), Some("a"));
}

#[test]
fn nothing_found_is_said_and_chosen_by_no_arrow() {
    let none = state([typed("zebra"), answer("zebra", &[]), Next]);
    assert_eq!(none.words(), "No post matches “zebra”.");
    assert_eq!((none.is_shown(), none.active()), (true, None));
}

#[test]
fn an_address_fills_the_field_and_suggests_nothing() {
    let filled = state([typed("a"), answer("a", &["one"]), Fill("b".to_owned())]);
    assert_eq!((filled.text(), filled.is_shown()), ("b", false));
    assert_eq!(filled.wanted(), None);
    assert_eq!(filled.reduce(Next).wanted().as_deref(), Some("b"));
    assert_eq!(state([]).target(), "/blogs", "blank");
}
