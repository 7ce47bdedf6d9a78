//! RSS 2.0.

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use rss::extension::atom::AtomExtension;
use rss::extension::dublincore::DublinCoreExtension;
use rss::{Category, Channel, Guid, Item};

use super::{FeedError, FeedPage, absolute_html, address, categories, xml_text};

/// `/feed.xml`.
pub(super) fn write(page: &FeedPage) -> Result<String, FeedError> {
    let site = page.site;
    let words = &page.all.profile.site;
    let items = page
        .posts()
        .map(|post| {
            let link = address(site, post);
            Ok(Item {
                title: Some(post.title.clone()),
                description: Some(post.summary.clone()),
                content: Some(absolute_html(&post.content_html, &link)?),
                guid: Some(Guid {
                    value: link.clone(),
                    permalink: true,
                }),
                link: Some(link),
                pub_date: page.all.date_of(post).map(rfc822).transpose()?,
                categories: categories(post)
                    .map(|name| Category {
                        name: name.clone(),
                        domain: None,
                    })
                    .collect(),
                // RSS's own author field requires an email address.
                dublin_core_ext: Some(DublinCoreExtension {
                    creators: vec![post.author.name.clone()],
                    ..DublinCoreExtension::default()
                }),
                ..Item::default()
            })
        })
        .collect::<Result<_, FeedError>>()?;
    let channel = Channel {
        title: words.title.clone(),
        link: site.absolute("/"),
        description: words.description.clone(),
        language: Some(words.language.clone()),
        last_build_date: page.all.updated().map(rfc822).transpose()?,
        atom_ext: Some(AtomExtension {
            links: page
                .links("/feed.xml")
                .into_iter()
                .map(|(rel, href)| atom_syndication::Link {
                    href,
                    rel: rel.to_owned(),
                    mime_type: Some("application/rss+xml".to_owned()),
                    ..atom_syndication::Link::default()
                })
                .collect(),
        }),
        items,
        ..Channel::default()
    };
    let xml = channel.write_to(Vec::new())?;
    Ok(xml_text(String::from_utf8(xml)?))
}

/// The date as RSS requires it: RFC 822 with a year of four digits.
fn rfc822(moment: Timestamp) -> Result<String, FeedError> {
    DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&moment)
        .map_err(|_| FeedError::Date)
}
