//! A cover is always the same, small, safe, and different from its neighbours.

use super::*;
use shared::blog::DEFAULT_PER_PAGE;
use std::collections::BTreeSet;
use std::{fs, io};

fn titles() -> impl Iterator<Item = String> {
    (0..200).map(|n| format!("Title number {n}"))
}

#[test]
fn a_title_always_gets_the_same_cover() {
    assert_eq!(cover_svg("Hello", "Rust"), cover_svg("Hello", "Rust"));
    assert_ne!(cover_svg("Hello", "Rust"), cover_svg("World", "Rust"));
}

#[test]
fn every_pattern_and_palette_is_used() {
    let patterns: BTreeSet<u32> = titles().map(|title| dice(&title).below(6)).collect();
    assert_eq!(patterns.len(), 6);
    let palettes: BTreeSet<u32> = titles().map(|name| palette(&name)).collect();
    assert_eq!(palettes.len(), 8);
}

/// A built-in post.
struct Post {
    date: String,
    title: String,
    category: String,
    has_picture: bool,
}

/// Newest first, as the pages list them.
fn own_posts() -> io::Result<Vec<Post>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../backend/content/posts");
    let files: Vec<_> = fs::read_dir(folder)?.collect::<io::Result<_>>()?;
    let texts = files.iter().map(|file| fs::read_to_string(file.path()));
    let mut posts: Vec<Post> = texts
        .map(|text| text.map(|text| front_matter(&text)))
        .collect::<io::Result<_>>()?;
    posts.sort_by(|a, b| b.date.cmp(&a.date));
    Ok(posts)
}

fn front_matter(text: &str) -> Post {
    let field = |name: &str| {
        let value = text.lines().find_map(|line| line.strip_prefix(name));
        value.map(|value| value.trim().trim_matches('"').to_owned())
    };
    Post {
        date: field("date:").unwrap_or_default(),
        title: field("title:").unwrap_or_default(),
        category: field("category:").unwrap_or_else(|| "General".to_owned()),
        has_picture: field("image:").is_some(),
    }
}

#[test]
fn the_sites_own_categories_have_palettes_of_their_own() -> io::Result<()> {
    let posts = own_posts()?;
    let categories: BTreeSet<&str> = posts.iter().map(|post| post.category.as_str()).collect();
    let palettes: BTreeSet<u32> = categories.iter().map(|name| palette(name)).collect();
    assert_eq!(palettes.len(), categories.len(), "{categories:?}");
    Ok(())
}

#[test]
fn covers_of_the_sites_own_posts_differ() -> io::Result<()> {
    let posts = own_posts()?;
    let pattern = |post: &Post| dice(&post.title).below(6);
    let generated: Vec<&Post> = posts.iter().filter(|post| !post.has_picture).collect();
    let looks: BTreeSet<(u32, u32)> = generated
        .iter()
        .map(|post| (palette(&post.category), pattern(post)))
        .collect();
    assert_eq!(looks.len(), generated.len(), "on the whole site");
    for page in posts.chunks(DEFAULT_PER_PAGE as usize) {
        let generated = || page.iter().filter(|post| !post.has_picture);
        let patterns: BTreeSet<u32> = generated().map(pattern).collect();
        assert_eq!(patterns.len(), generated().count(), "from {}", page[0].date);
    }
    Ok(())
}

#[test]
fn a_category_keeps_its_palette() {
    let palette = |title: &str| {
        let svg = cover_svg(title, "Accessibility");
        svg.split('"').nth(1).map(str::to_owned)
    };
    assert!(titles().all(|title| palette(&title) == palette("another")));
}

#[test]
fn nothing_of_the_input_gets_into_the_markup() {
    for title in ["<script>alert(1)</script>", "\"><b>", "", "💥 é 漢字"] {
        let svg = cover_svg(title, title);
        assert!(!svg.contains("script") && !svg.contains("<b>"));
        assert!(svg.is_ascii());
        assert!(!svg.contains("style"), "the CSP forbids inline styles");
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
    }
}

#[test]
fn a_cover_stays_small() {
    let largest = titles().map(|title| cover_svg(&title, "").len()).max();
    assert!(largest.is_some_and(|bytes| bytes < 10_000), "{largest:?}");
}
