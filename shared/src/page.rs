//! A page of a list, and how current it is.

use serde::{Deserialize, Serialize};

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// What is on this page.
    pub items: Vec<T>,
    /// From 1.
    pub page: u32,
    /// From 1 to 50.
    pub per_page: u32,
    /// Items on all pages.
    pub total_items: u32,
    /// At least 1: an empty list is page 1 of 1.
    pub total_pages: u32,
    /// Whether there is a page before this one.
    pub has_prev: bool,
    /// Whether there is a page after this one.
    pub has_next: bool,
    /// How current the posts are.
    pub freshness: Freshness,
}

/// How current a list is, and where it is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Freshness {
    /// When the source was read; RFC 3339, UTC; absent until it was read once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fetched_at: Option<String>,
    /// Whether the source failed or was not read yet. The list is then an older copy, or empty.
    pub stale: bool,
    /// The number of posts read so far, while the source is read for the first time. The list stays
    /// empty until all are read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posts_so_far: Option<u32>,
    /// The kind of source: `embedded`, `folder`, `json_api`, `wordpress`, `ghost` or `feed`; `url` until
    /// the server knows what the address is.
    pub source: String,
}

/// Each kind of page has a schema name of its own. A derive would name them all `Page`.
#[cfg(feature = "openapi")]
mod schema {
    use std::borrow::Cow;

    use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, SchemaFormat, Type};
    use utoipa::openapi::{ObjectBuilder, Ref, RefOr, Schema};
    use utoipa::{PartialSchema, ToSchema};

    use super::{Freshness, Page};

    impl<T: ToSchema> PartialSchema for Page<T> {
        fn schema() -> RefOr<Schema> {
            let items = ArrayBuilder::new()
                .items(Ref::from_schema_name(T::name()))
                .description(Some("What is on this page."));
            let mut page = ObjectBuilder::new()
                .description(Some("One page of a list."))
                .property("items", items)
                .required("items");
            for (name, description) in [
                ("page", "From 1."),
                ("per_page", "From 1 to 50."),
                ("total_items", "Items on all pages."),
                ("total_pages", "At least 1: an empty list is page 1 of 1."),
            ] {
                let number = ObjectBuilder::new()
                    .schema_type(Type::Integer)
                    .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
                    .minimum(Some(0))
                    .description(Some(description));
                page = page.property(name, number).required(name);
            }
            for (name, description) in [
                ("has_prev", "Whether there is a page before this one."),
                ("has_next", "Whether there is a page after this one."),
            ] {
                let flag = ObjectBuilder::new()
                    .schema_type(Type::Boolean)
                    .description(Some(description));
                page = page.property(name, flag).required(name);
            }
            page.property("freshness", Ref::from_schema_name(Freshness::name()))
                .required("freshness")
                .into()
        }
    }

    impl<T: ToSchema> ToSchema for Page<T> {
        /// `BlogPage` of `BlogSummary`, `SearchPage` of `SearchHit`.
        fn name() -> Cow<'static, str> {
            let item = T::name();
            let kind = item.trim_end_matches("Summary").trim_end_matches("Hit");
            Cow::Owned(format!("{kind}Page"))
        }

        fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
            schemas.push((T::name().into_owned(), T::schema()));
            T::schemas(schemas);
            schemas.push((Freshness::name().into_owned(), Freshness::schema()));
        }
    }
}
