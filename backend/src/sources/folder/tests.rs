use std::collections::BTreeMap;

use tempfile::TempDir;

use super::reading::MAX_POST_SIZE;
use super::*;

/// A folder with these files.
pub(super) fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let root = TempDir::new().expect("a folder");
    for (path, bytes) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }
    root
}

pub(super) fn read(root: &TempDir) -> FolderContents {
    read_folder(root.path(), &Shown::Whenever).expect("reads")
}

/// Posts by id.
pub(super) fn by_id(reading: &FolderContents) -> BTreeMap<&str, &Post> {
    reading
        .posts
        .iter()
        .map(|post| (post.id.as_str(), post))
        .collect()
}

/// Ids and titles, in the order of the ids.
fn titles(reading: &FolderContents) -> Vec<(&str, &str)> {
    let posts = by_id(reading).into_iter();
    posts.map(|(id, post)| (id, post.title.as_str())).collect()
}

#[test]
fn a_broken_file_is_named_with_its_line_and_costs_no_other_post() {
    let root = folder(&[
        ("bad.md", b"---\ntitle: A\nsummary: b: c\n---\nText"),
        ("endless.md", b"+++\ntitle = 'A'\n"),
        ("good.md", b"# Good\n\nText"),
        ("latin.md", b"# One\n\nCaf\xe9"),
        ("toml/bad.md", b"+++\ntitle = 'A'\n\ntags = [\n+++\n"),
        ("huge.md", &vec![b'a'; MAX_POST_SIZE as usize + 1]),
    ]);
    let reading = read(&root);
    assert_eq!(by_id(&reading).into_keys().collect::<Vec<_>>(), ["good"]);
    let mut skipped: Vec<(&str, &str)> = reading
        .skipped
        .iter()
        .map(|skipped| {
            let line = skipped
                .reason
                .split_inclusive(':')
                .next()
                .unwrap_or_default();
            (skipped.file.as_str(), line)
        })
        .collect();
    skipped.sort_unstable();
    assert_eq!(
        skipped,
        [
            ("bad.md", "line 3:"),
            ("endless.md", "line 1:"),
            ("huge.md", "it is larger than 4194304 bytes"),
            ("latin.md", "line 3:"),
            ("toml/bad.md", "line 4:"),
        ]
    );
}

#[test]
fn files_that_are_not_posts_are_left_out() {
    let root = folder(&[
        ("README.md", b"# No"),
        ("sub/readme.md", b"# No"),
        ("_index.md", b"# No"),
        (".hidden.md", b"# No"),
        (".git/a.md", b"# No"),
        ("notes.txt", b"No"),
        ("draft.md", b"---\ntitle: No\ndraft: true\n---\n"),
        ("a.markdown", b"# Yes"),
    ]);
    let reading = read(&root);
    assert_eq!(by_id(&reading).into_keys().collect::<Vec<_>>(), ["a"]);
    assert!(reading.skipped.is_empty(), "{:?}", reading.skipped);
}

#[test]
fn files_of_one_name_keep_ids_of_their_own() {
    let root = folder(&[
        ("a.md", b"# Top"),
        ("x/a.md", b"# X"),
        ("y/a.md", b"# Y"),
        ("y/b.md", b"# B"),
        ("z/trip/index.md", b"# Trip"),
        ("c.md", b"---\nslug: b\n---\n# C"),
    ]);
    let reading = read(&root);
    assert_eq!(
        titles(&reading),
        [
            ("a", "Top"),
            ("b", "C"),
            ("trip", "Trip"),
            ("x-a", "X"),
            ("y-a", "Y"),
            ("y-b", "B")
        ]
    );
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_a_failure_and_an_empty_one_is_not() {
    let root = folder(&[]);
    let source = FolderSource::new(root.path().to_owned());
    assert_eq!(source.fetch().await.expect("reads"), vec![]);
    let gone = root.path().join("gone");
    let error = FolderSource::new(gone)
        .fetch()
        .await
        .expect_err("nothing to read");
    assert!(matches!(error, SourceError::Unreachable(_)));
    assert!(error.to_string().contains("gone"), "{error}");
}

#[test]
fn every_file_is_a_post_of_its_own_and_the_log_names_those_that_share_an_address() {
    let root = folder(&[
        ("x/y.md", b"# X/Y"),
        ("z/y.md", b"# Z/Y"),
        ("x-y.md", b"# X-Y"),
        ("foo.md", b"# Foo"),
        ("foo.markdown", b"# Foo 2"),
        ("p.md", b"---\nslug: dir/q\n---\n# P"),
        ("r.md", b"---\nslug: dir-q\n---\n# R"),
    ]);
    let reading = read(&root);
    assert_eq!(
        titles(&reading),
        [
            ("dir-q", "P"),
            ("foo", "Foo"),
            ("foo-2", "Foo 2"),
            ("r", "R"),
            ("x-y", "X-Y"),
            ("x-y-2", "X/Y"),
            ("z-y", "Z/Y"),
        ]
    );
    for (file, other) in [
        ("foo.markdown", "foo.md"),
        ("r.md", "p.md"),
        ("x/y.md", "x-y.md"),
    ] {
        let names_both = |line: &&String| line.contains(file) && line.contains(other);
        assert!(
            reading.duplicates.iter().any(|line| names_both(&line)),
            "{file}: {:?}",
            reading.duplicates
        );
    }
    assert_eq!(
        reading.duplicates,
        read(&root).duplicates,
        "the same in every reading"
    );
}

#[test]
fn posts_of_the_future_and_expired_ones_are_not_public() {
    let root = folder(&[
        ("now.md", b"---\ndate: 2026-06-01\n---\n# Now"),
        ("future.md", b"---\ndate: 2026-06-02\n---\n# Future"),
        ("2026-07-01-named.md", b"# Named"),
        ("expired.md", b"---\nexpiryDate: 2026-05-01\n---\n# Expired"),
    ]);
    let now = "2026-06-01T12:00:00Z".parse().expect("a moment");
    let reading = read_folder(root.path(), &Shown::PublicAt(now)).expect("reads");
    assert_eq!(by_id(&reading).into_keys().collect::<Vec<_>>(), ["now"]);
    assert_eq!(reading.notes.len(), 3, "{:?}", reading.notes);
    assert!(
        reading.notes[0].contains("2026-07-01-named.md"),
        "{:?}",
        reading.notes
    );
    assert_eq!(read(&root).posts.len(), 4);
}

#[test]
fn unread_tags_are_noted_once_for_each_kind() {
    let root = folder(&[
        ("a.md", b"{{< youtube 1 >}} {{< youtube 2 >}}"),
        ("b.md", b"{{< youtube 3 >}} {% include x %}"),
    ]);
    assert_eq!(
        read(&root).notes,
        [
            "b.md: Liquid's `include` is not read and stands in the text as code",
            "a.md and 1 more files: the shortcode `youtube` is not read and stands in the text as code",
        ]
    );
}

#[test]
fn one_post_that_takes_too_much_work_costs_no_other() {
    let quotes = format!("{}x", "> ".repeat(20_000));
    let headings = "## Same\n\n".repeat(20_000);
    let tags: String = (0..20_000)
        .map(|number| format!("  - t{number}\n"))
        .collect();
    let tagged = format!("---\ntitle: Tagged\ntags:\n{tags}---\n");
    let root = folder(&[
        ("quotes.md", quotes.as_bytes()),
        ("headings.md", headings.as_bytes()),
        ("tags.md", tagged.as_bytes()),
        ("good.md", b"# Good"),
    ]);
    let reading = read(&root);
    let posts = by_id(&reading);
    assert_eq!(
        posts.keys().collect::<Vec<_>>(),
        [&"good", &"headings", &"tags"]
    );
    assert_eq!(
        posts["headings"].headings.len(),
        19_999,
        "the first is the title"
    );
    assert_eq!(posts["tags"].tags.len(), 20_000);
    assert_eq!(reading.skipped.len(), 1);
    assert_eq!(reading.skipped[0].file, "quotes.md");
    assert!(
        reading.skipped[0].reason.contains("nested"),
        "{:?}",
        reading.skipped
    );
}
