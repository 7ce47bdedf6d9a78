use serde_json::json;

use super::*;

fn with<T>(value: Value, ask: impl Fn(Fields) -> T) -> T {
    let Value::Object(object) = json!({ "field": value }) else {
        unreachable!()
    };
    ask(Fields(&object))
}

#[test]
fn one_word_is_found_in_whatever_holds_it() {
    for (value, expected) in [
        (json!("Rust"), Some("Rust")),
        (json!({"id": 3, "name": "Rust"}), Some("Rust")),
        (json!([{"title": "Rust"}, "Web"]), Some("Rust")),
        (json!([null, "", "Rust"]), Some("Rust")),
        (json!(7), Some("7")),
        (json!("  "), None),
        (json!(null), None),
        (json!(true), None),
        (json!([]), None),
        (json!({"id": 3}), None),
    ] {
        assert_eq!(
            with(value.clone(), |f| f.name(&["x", "field"])).as_deref(),
            expected,
            "{value}"
        );
    }
}

#[test]
fn tags_are_found_in_whatever_holds_them() {
    for (value, expected) in [
        (json!(["Rust", "web"]), vec!["Rust", "web"]),
        (
            json!([{"id": 1, "name": "Rust"}, {"name": null}, 4, null]),
            vec!["Rust", "4"],
        ),
        (json!("Rust, web ,, #tokio"), vec!["Rust", "web", "tokio"]),
        (json!(["Rust", "rust", " RUST "]), vec!["Rust"]),
        (json!({"name": "Rust"}), vec!["Rust"]),
        (json!(null), vec![]),
        (json!(""), vec![]),
    ] {
        assert_eq!(
            with(value.clone(), |f| f.names(&["field"])),
            expected,
            "{value}"
        );
    }
}

#[test]
fn people_are_found_by_any_of_their_names() {
    for (value, name, picture) in [
        (
            json!({"first_name": "Ada", "last_name": "Example", "username": "ada"}),
            "Ada Example",
            None,
        ),
        (
            json!({"first_name": "", "last_name": null, "username": "ada"}),
            "ada",
            None,
        ),
        (
            json!({"name": "Ada", "title": "Editor", "profile_pic": "/a.png"}),
            "Ada",
            Some("/a.png"),
        ),
        (json!("Ada"), "Ada", None),
        (json!(["Ada"]), "Ada", None),
    ] {
        let people = with(value.clone(), |f| f.people(&["field"]));
        assert_eq!(people.len(), 1, "{value}");
        assert_eq!(people[0].name.as_deref(), Some(name), "{value}");
        assert_eq!(people[0].picture.as_deref(), picture, "{value}");
    }
    for nobody in [
        json!(null),
        json!({}),
        json!([]),
        json!(" "),
        json!({"username": ""}),
    ] {
        assert_eq!(
            with(nobody.clone(), |f| f.people(&["field"])),
            vec![],
            "{nobody}"
        );
    }
}
