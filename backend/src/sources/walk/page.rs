//! The content of one answer, and how records of JSON become it.

use std::sync::Arc;

use serde_json::value::RawValue;
use url::Url;

use crate::content::address::Addresses;
use crate::content::fields::Fields;
use crate::content::post::Post;
use crate::content::raw_post::RawPost;
use crate::sources::client::without_secrets;
use crate::sources::records;

/// The content of one answer.
#[derive(Debug, Default)]
pub(in crate::sources) struct Page {
    pub(in crate::sources) posts: Vec<Post>,
    pub(in crate::sources) skipped: Vec<SkippedRecord>,
    /// Records of this answer, skipped ones included.
    pub(in crate::sources) records: usize,
    /// Records beyond the bound of one answer.
    pub(in crate::sources) left_out: usize,
    /// The posts' addresses at the source.
    pub(in crate::sources) listed: Vec<Listed>,
    pub(in crate::sources) more: More,
}

/// A post's address at its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sources) struct Listed {
    pub(in crate::sources) address: String,
    pub(in crate::sources) id: String,
}

/// A record that is not a post.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::sources) struct SkippedRecord {
    /// Its place in its answer, from 0.
    pub(in crate::sources) index: usize,
    pub(in crate::sources) reason: String,
}

/// The next pages of the list.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::sources) enum More {
    #[default]
    End,
    /// At this address. The answer there says where the list continues.
    Next(Url),
    /// At these addresses, which can be read in any order.
    Pages(Vec<Url>),
    /// The answer says that there is more, but not where.
    Unknown,
}

/// Makes a page of JSON records. `read` reads one; `None` leaves it out without a warning. Relative
/// addresses in its HTML are resolved against `base`.
pub(in crate::sources) fn page_of_records(
    records: &[&RawValue],
    base: &Url,
    read: impl Fn(Fields<'_>, &Arc<dyn Addresses>) -> Option<RawPost>,
) -> Page {
    let addresses: Arc<dyn Addresses> = Arc::new(without_secrets(base));
    let mut page = Page {
        records: records.len(),
        ..Page::default()
    };
    for (index, raw) in records.iter().enumerate() {
        let post = records::record(raw).and_then(|record| {
            let Some(mut post) = read(Fields(&record), &addresses) else {
                return Ok(None);
            };
            let address = post.address.take();
            let post = post.finish(&addresses).map_err(|error| error.to_string())?;
            Ok(Some((address, post)))
        });
        match post {
            Ok(None) => {}
            Ok(Some((address, post))) => {
                page.listed.extend(address.map(|address| Listed {
                    address,
                    id: post.id.clone(),
                }));
                page.posts.push(post);
            }
            Err(reason) => page.skipped.push(SkippedRecord { index, reason }),
        }
    }
    page
}
