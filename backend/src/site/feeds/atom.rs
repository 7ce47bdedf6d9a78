//! Atom (RFC 4287).

use atom_syndication::{Category, Content, Entry, Feed, Link, Person, Text};
use jiff::Timestamp;

use super::{FeedError, FeedPage, absolute_html, address, categories, xml_text};

/// `/atom.xml`. Atom requires a date, so a post without one gets the Unix epoch.
pub(super) fn write(page: &FeedPage) -> Result<String, FeedError> {
    let site = page.site;
    let words = &page.all.profile.site;
    let date = |moment: Timestamp| moment.to_string().parse().map_err(|_| FeedError::Date);
    let link = |rel: &str, href: String| Link {
        href,
        rel: rel.to_owned(),
        ..Link::default()
    };
    let entries = page
        .posts()
        .map(|post| {
            let address = address(site, post);
            Ok(Entry {
                title: Text::plain(post.title.clone()),
                id: address.clone(),
                updated: date(page.all.date_of(post).unwrap_or(Timestamp::UNIX_EPOCH))?,
                published: page.all.date_of(post).map(date).transpose()?,
                authors: vec![Person {
                    name: post.author.name.clone(),
                    ..Person::default()
                }],
                categories: categories(post)
                    .map(|name| Category {
                        term: name.clone(),
                        ..Category::default()
                    })
                    .collect(),
                summary: (!post.summary.is_empty()).then(|| Text::plain(post.summary.clone())),
                content: Some(Content {
                    value: Some(absolute_html(&post.content_html, &address)?),
                    content_type: Some("html".to_owned()),
                    ..Content::default()
                }),
                links: vec![link("alternate", address)],
                ..Entry::default()
            })
        })
        .collect::<Result<_, FeedError>>()?;
    let feed = Feed {
        title: Text::plain(words.title.clone()),
        subtitle: Some(Text::plain(words.description.clone())),
        id: site.absolute("/"),
        updated: date(page.all.updated().unwrap_or(Timestamp::UNIX_EPOCH))?,
        links: page
            .links("/atom.xml")
            .into_iter()
            .map(|(rel, href)| link(rel, href))
            .chain([link("alternate", site.absolute("/"))])
            .collect(),
        lang: Some(words.language.clone()),
        entries,
        ..Feed::default()
    };
    let xml = feed.write_to(Vec::new())?;
    Ok(xml_text(String::from_utf8(xml)?))
}
