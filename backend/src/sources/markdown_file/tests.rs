use super::*;
use crate::content::address::SameSite;

fn post(path: &str, text: &str) -> Post {
    let authors = Authors::from([(
        "ada".to_owned(),
        Person {
            name: Some("Ada Example".into()),
            picture: Some("/ada.png".into()),
        },
    )]);
    let file = MarkdownFile::parse(path.into(), text).expect("reads");
    let id = file.preferred_id();
    let addresses: Arc<dyn Addresses> = Arc::new(SameSite);
    file.into_post(id, &authors, &addresses)
        .expect("a post")
        .post
}

#[test]
fn a_file_without_front_matter_is_described_by_its_name_and_heading() {
    for (path, text, id, title, date) in [
        (
            "2024-03-05-hello-world.md",
            "Text",
            "2024-03-05-hello-world",
            "Hello world",
            "5 March 2024",
        ),
        (
            "2017-01-tokio-0-1.md",
            "# Tokio\n",
            "2017-01-tokio-0-1",
            "Tokio",
            "January 2017",
        ),
        (
            "2024-13-45-odd.md",
            "Text",
            "2024-13-45-odd",
            "2024 13 45 odd",
            "",
        ),
        (
            "2024-03-05.md",
            "Text",
            "2024-03-05",
            "2024-03-05",
            "5 March 2024",
        ),
        ("2024/03/05/é.md", "", "é", "É", "5 March 2024"),
        (
            "2024-03-05-trip/index.md",
            "Text",
            "2024-03-05-trip",
            "Trip",
            "5 March 2024",
        ),
        ("a.b.md", "Text", "a.b", "A.b", ""),
    ] {
        let post = post(path, text);
        assert_eq!(
            (&*post.id, &*post.title, &*post.published_label),
            (id, title, date),
            "{path}"
        );
    }
}

#[test]
fn front_matter_beats_the_file_name() {
    let post = post(
        "2017-01-x.md",
        "---\ntitle: T\nslug: /a/b\ndate: '2017-01-10'\nauthors: [ada, Ben]\nimage: /media/x.svg\ndescription: January 10, 2017\n---\nThe text.\n",
    );
    assert_eq!(post.id, "a-b");
    assert_eq!(post.title, "T");
    assert_eq!(post.published_label, "10 January 2017");
    assert_eq!(post.author.name, "Ada Example and Ben");
    assert_eq!(post.author.avatar_url.as_deref(), Some("/ada.png"));
    assert_eq!(post.featured_image.as_deref(), Some("/media/x.svg"));
    assert_eq!(post.summary, "The text.", "a date is no summary");
}

#[test]
fn a_mark_in_the_text_ends_the_summary() {
    let text = "---\ntitle: T\n---\nOne.\n\nTwo.\n\n<!-- truncate -->\n\nThree.\n";
    assert_eq!(post("a.md", text).summary, "One. Two.");
    assert_eq!(
        post(
            "a.md",
            "---\ntitle: T\n---\n<!-- truncate -->\n\n# H\n\nThree.\n"
        )
        .summary,
        "Three."
    );
}
