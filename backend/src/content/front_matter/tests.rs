use super::*;
use crate::content::record::Visibility;

fn read(file: &str) -> Record {
    split(file)
        .unwrap_or_else(|error| panic!("{error}: {file}"))
        .record
}

#[test]
fn yaml_toml_and_nothing_are_told_apart() {
    let yaml = "---\r\ntitle: \"A: b\"\r\ndate: 2024-03-05\r\ntags: [x, y, no, 007]\r\nodd: {a: [1]}\r\n---\r\nText\r\n";
    let document = split(yaml).expect("reads");
    assert_eq!(document.record.title.as_deref(), Some("A: b"));
    assert_eq!(document.record.date_words.as_deref(), Some("2024-03-05"));
    assert_eq!(document.record.tags, ["x", "y", "no", "007"]);
    assert_eq!(document.body, "Text\r\n");

    let toml = "+++\ntitle = 'A'\ndate = 2024-03-05T06:55:00Z\ndraft = true\n[taxonomies]\ntags = ['x']\n[extra]\nteam = 'the team'\n+++\nText";
    let document = split(toml).expect("reads");
    assert_eq!(
        document.record.date_words.as_deref(),
        Some("2024-03-05T06:55:00Z")
    );
    assert_eq!(document.record.visibility, Visibility::Hidden);
    assert_eq!(document.record.tags, ["x"]);
    assert_eq!(document.record.team.as_deref(), Some("the team"));
    assert_eq!(document.body, "Text");

    for bare in ["", "# Title\n\nText", "----\n"] {
        let document = split(bare).expect("reads");
        assert_eq!(document.record, Record::default());
        assert_eq!(document.body, bare);
    }
    assert_eq!(
        split("\u{feff}---\ntitle: A\n---\n").expect("reads").body,
        ""
    );
    assert_eq!(read("---\n---\nText"), Record::default());
    assert_eq!(read("---\n# only a comment\n...\nText"), Record::default());
}

#[test]
fn authors_are_found_in_every_form() {
    for (line, names) in [
        ("author: Docs desk", vec!["Docs desk"]),
        ("authors: [hamza, langyo]", vec!["hamza", "langyo"]),
        (
            "authors:\n  - name: A B\n    title: Editor\n    image_url: /a.png\n  - key: langyo",
            vec!["A B", "langyo"],
        ),
        ("author: {name: A}", vec!["A"]),
        ("author: ~", vec![]),
        ("author: ''", vec![]),
        ("other: 1", vec![]),
    ] {
        let found: Vec<String> = read(&format!("---\n{line}\n---\n"))
            .authors
            .into_iter()
            .filter_map(|a| a.name)
            .collect();
        assert_eq!(found, names, "{line}");
    }
}

#[test]
fn a_fault_is_named_with_its_line_in_the_file() {
    for (file, line) in [
        ("---\ntitle: A\n", 1),
        ("+++\ntitle = 'A'\n---\n", 1),
        ("---\ntitle: A\nsummary: b: c\n---\n", 3),
        ("---\ntitle: A\ntags: [a, b\nx: y\n---\n", 4),
        ("---\n- a\n- b\n---\n", 1),
        ("+++\ntitle = 'A'\n\nsummary = oops\n+++\n", 4),
        ("+++\ntitle = 'A'\ntitle = 'B'\n+++\n", 3),
        ("---\na: &a [x, x]\nb: &b [*a, *a]\nc: *missing\n---\n", 4),
    ] {
        let error = split(file).expect_err(file);
        assert_eq!(error.line, line, "{file}: {error}");
        assert!(
            !error.reason.is_empty() && !error.reason.contains('\n'),
            "{error}"
        );
    }
}

#[test]
fn a_front_matter_is_found_wherever_generators_find_it() {
    for file in [
        "\n\n---\ntitle: A\ndraft: true\n---\nText\n",
        "  ---\n  title: A\n  draft: true\n  ---\nText\n",
        "<!-- lint -->\n<!-- more -->\n\n---\ntitle: A\ndraft: true\n---\nText\n",
        "---yaml\ntitle: A\ndraft: true\n---\nText\n",
        "--- # note\ntitle: A\ndraft: true\n---\nText\n",
        "---toml\ntitle = \"A\"\ndraft = true\n---\nText\n",
        "---json\n{\"title\": \"A\", \"draft\": true}\n---\nText\n",
        "{\n  \"title\": \"A\",\n  \"draft\": true\n}\nText\n",
        ";;;\n\"title\": \"A\",\n\"draft\": true\n;;;\nText\n",
        "Title: A\nStatus: draft\nTags: x,\n    y\n\nText\n",
        "\u{feff}title: A\ndate: 2024-01-01\ndraft: yes\n\nText\n",
    ] {
        let document = split(file).unwrap_or_else(|error| panic!("{error}: {file}"));
        assert_eq!(document.record.title.as_deref(), Some("A"), "{file}");
        assert_eq!(document.record.visibility, Visibility::Hidden, "{file}");
        assert_eq!(document.body.trim(), "Text", "{file}");
    }
}

#[test]
fn a_text_that_only_looks_a_little_like_a_front_matter_is_a_text() {
    for file in [
        "Note: this is a text.\n\nMore",
        "{{< youtube x >}}\n",
        "{ not json }\n",
        "<!-- a comment -->\n\nText",
        "* * *\nText",
    ] {
        let document = split(file).unwrap_or_else(|error| panic!("{error}: {file}"));
        assert_eq!(document.record, Record::default(), "{file}");
        assert_eq!(document.body, file);
    }
}

#[test]
fn front_matter_that_can_not_be_read_is_never_text() {
    for (file, line, words) in [
        ("---js\nconst draft = true\n---\n", 1, "`js` can't be read"),
        ("--- no\ntitle: x\n---\n", 1, "`no` can't be read"),
        ("\n---\ntitle: A\n", 2, "no closing `---`"),
        ("{ \"title\": A }\n", 1, "in JSON"),
        ("---json\n{\"title\" 1}\n---\n", 2, "no JSON"),
        (
            "---\ntitle: A\ntitle: B\n---\n",
            3,
            "`title` is there twice",
        ),
    ] {
        let error = split(file).expect_err(file);
        assert_eq!(error.line, line, "{file}: {error}");
        assert!(error.reason.contains(words), "{file}: {error}");
    }
}

#[test]
fn scalars_are_texts_as_they_are_written() {
    for title in [
        "1.10",
        "1e3",
        "0x10",
        "0o17",
        "0755",
        "True",
        "Null",
        "No",
        "12:30",
        "1_000",
        ".5",
        "7e3",
        "202403051234567890123456789",
    ] {
        let record = read(&format!(
            "---\ntitle: {title}\nslug: {title}\ntags: [{title}, other]\n---\n"
        ));
        assert_eq!(record.title.as_deref(), Some(title));
        assert_eq!(record.slug.as_deref(), Some(title));
        assert_eq!(record.tags, [title, "other"]);
    }
    for absent in ["", "~", "null"] {
        assert_eq!(read(&format!("---\ntitle: {absent}\n---\n")).title, None);
    }
    let merged = read("---\nbase: &base {tags: [a, b]}\n<<: *base\ntitle: x\n---\n");
    assert_eq!(merged.tags, ["a", "b"]);
}

#[test]
fn aliases_of_aliases_are_given_up() {
    let mut yaml = String::from("---\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..9 {
        let before = format!("*a{}, ", level - 1).repeat(10);
        yaml.push_str(&format!("a{level}: &a{level} [{before}]\n"));
    }
    let error = split(&format!("{yaml}---\n")).expect_err("too much");
    assert!(error.reason.contains("more than 100000 values"), "{error}");
    let deep = format!("---\na: {}{}\n---\n", "[".repeat(100), "]".repeat(100));
    let error = split(&deep).expect_err("too deep");
    assert!(error.reason.contains("deep"), "{error}");
}
