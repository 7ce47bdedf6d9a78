//! Blogs: the list, one of them, and their categories.

use axum::extract::State;
use shared::blog::{
    Author, Blog, BlogHeading, BlogLink, BlogPage, BlogSummary, CategoryCount, CategoryList,
    DEFAULT_PER_PAGE,
};
use shared::flash::Category;
use shared::page::{Freshness, Page};
use shared::paths;
use shared::route::BlogsQuery;

use crate::answers::{Key, Wanted};
use crate::api::envelope::Reply;
use crate::api::extract::{LenientQuery, Path};
use crate::api::openapi::{Failure, Success};
use crate::app::App;
use crate::cache::{REFETCH_INTERVAL, View};
use crate::content::old_address::path_key;
use crate::error::ApiError;
use crate::session::Session;

/// The sentence that is flashed for a missing post.
pub(super) const BLOG_NOT_FOUND: &str = "Blog not found.";

/// A page of the list, newest first
///
/// While the source fails, the page is from the last good copy, or empty, and a flash says so. It is never an error.
#[utoipa::path(
    get, path = "/api/v1/blogs", operation_id = "listBlogs", tag = "Blogs",
    params(BlogsQuery),
    responses(
        (
            status = 200, description = "The page", body = Success<BlogPage>,
            links(("getBlog" = (
                operation_id = "getBlog",
                parameters(("id" = "$response.body#/data/items/0/id")),
                description = "One of the posts"
            ))),
            example = json!(Success::of(example_page(vec![example_summary()], 7)))
        ),
        (status = 304, description = "The client has it already, by its `If-None-Match`, and no flash waits"),
    ),
)]
pub async fn list(
    State(app): State<App>,
    session: Session,
    LenientQuery(query): LenientQuery<BlogsQuery>,
) -> Result<Reply, ApiError> {
    let view = app.blogs.view(session.reader()).await;
    warn_when_stale(&session, &view);
    let key = Key::of_list(&view, Wanted::List(query.clone()));
    Reply::kept(&app.answers, key, async { Ok(view.list(&query)) }).await
}

/// One whole post
#[utoipa::path(
    get, path = "/api/v1/blogs/{id}", operation_id = "getBlog", tag = "Blogs",
    params(("id" = String, Path, description = "As lists show it, or as an old address has it (`aliases: [/blogs/old]`)", example = "a-session-is-a-signature")),
    responses(
        (
            status = 200, description = "The post", body = Success<Blog>,
            example = json!(Success::of(example_blog()))
        ),
        (status = 304, description = "The client has it already, by its `If-None-Match`, and no flash waits"),
        (
            status = 404, description = "No blog has this id", body = Failure,
            example = json!(Failure::of(&ApiError::BlogNotFound { id: "42".to_owned() }).with_flash(Category::Error, BLOG_NOT_FOUND))
        ),
        (
            status = 503, description = "The source can't be reached and there is no copy of it, or the server can't answer right now",
            body = Failure,
            example = json!(Failure::of(&source_unavailable()))
        ),
    ),
)]
pub async fn show(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Reply, ApiError> {
    let view = app.blogs.view(session.reader()).await;
    if view.is_missing() {
        return Err(source_unavailable());
    }
    let key = Key::of_posts(&view, Wanted::Blog(id.clone()));
    let blog = async { blog(&view, &id).ok_or(ApiError::BlogNotFound { id }) };
    let reply = Reply::kept(&app.answers, key, blog).await;
    if let Err(ApiError::BlogNotFound { .. }) = &reply {
        session.flash(Category::Error, BLOG_NOT_FOUND);
    }
    reply
}

/// The post with this id, or the post that had this address before.
fn blog(view: &View, id: &str) -> Option<Blog> {
    let posts = &view.snapshot;
    let moved = || posts.moved_post(&path_key(&paths::blog(id)));
    posts.blog(id).or_else(|| posts.blog(&moved()?.id))
}

/// What the posts are about, most used first
#[utoipa::path(
    get, path = "/api/v1/categories", operation_id = "listCategories", tag = "Blogs",
    responses((
        status = 200, description = "The categories", body = Success<CategoryList>,
        example = json!(Success::of(example_categories()))
    )),
)]
pub async fn categories(State(app): State<App>, session: Session) -> Result<Reply, ApiError> {
    let view = app.blogs.view(session.reader()).await;
    let key = Key::of_posts(&view, Wanted::Categories);
    Reply::kept(&app.answers, key, async { Ok(view.snapshot.categories()) }).await
}

fn source_unavailable() -> ApiError {
    ApiError::SourceUnavailable {
        retry_after_seconds: REFETCH_INTERVAL.as_secs(),
    }
}

/// Flashes that a list is not current.
pub fn warn_when_stale(session: &Session, view: &View) {
    if let Some(warning) = stale_warning(view) {
        session.flash(Category::Warning, warning);
    }
}

/// The sentence for readers of a stale list.
pub(super) fn stale_warning(view: &View) -> Option<String> {
    if !view.stale {
        return None;
    }
    Some(match view.posts_so_far {
        Some(posts) => format!(
            "The blogs are being read for the first time, {posts} so far. Please try again in a moment."
        ),
        None if view.is_missing() => {
            "The blogs can't be fetched right now. Please try again in a moment.".to_owned()
        }
        None => "The blogs can't be refreshed right now. You are reading a saved copy.".to_owned(),
    })
}

/// A post in a list, for the API's description.
pub(super) fn example_summary() -> BlogSummary {
    BlogSummary {
        id: "a-session-is-a-signature".to_owned(),
        title: "A session is a signature".to_owned(),
        subtitle: Some("HS256 tokens, claim by claim".to_owned()),
        summary: "What a signed session token proves, and what it can't.".to_owned(),
        category: "Sessions".to_owned(),
        author: Author {
            name: "Backend desk".to_owned(),
            avatar_url: Some("/media/desk-backend.svg".to_owned()),
        },
        featured_image: Some("/media/cover-signed-token.svg".to_owned()),
        featured_image_srcset: None,
        published_at: Some("2026-01-22T07:45:00Z".to_owned()),
        published_label: "22 January 2026".to_owned(),
        reading_minutes: 4,
        url: "/blogs/a-session-is-a-signature".to_owned(),
        mark: None,
    }
}

/// The last page of `total_items`, for the API's description.
pub(super) fn example_page<T>(items: Vec<T>, total_items: u32) -> Page<T> {
    let pages = total_items.div_ceil(DEFAULT_PER_PAGE);
    Page {
        items,
        page: pages,
        per_page: DEFAULT_PER_PAGE,
        total_items,
        total_pages: pages,
        has_prev: pages > 1,
        has_next: false,
        freshness: Freshness {
            fetched_at: Some("2026-11-24T06:30:00Z".to_owned()),
            stale: false,
            posts_so_far: None,
            source: "embedded".to_owned(),
        },
    }
}

fn example_blog() -> Blog {
    Blog {
        summary: example_summary(),
        content_html: "<p>Take a session id, and sign it with a key.</p>\
            <h2 id=\"h-the-key\">The key</h2><p>It has to be a secret.</p>"
            .to_owned(),
        headings: vec![BlogHeading {
            id: "h-the-key".to_owned(),
            text: "The key".to_owned(),
            level: 2,
        }],
        tags: vec!["jwt".to_owned(), "sessions".to_owned()],
        previous: None,
        next: Some(BlogLink {
            id: "in-praise-of-naive-search".to_owned(),
            title: "In praise of naive search".to_owned(),
            url: "/blogs/in-praise-of-naive-search".to_owned(),
        }),
        related: Vec::new(),
    }
}

fn example_categories() -> CategoryList {
    let count = |name: &str, count| CategoryCount {
        name: name.to_owned(),
        count,
    };
    CategoryList {
        items: vec![count("Backend", 5), count("Sessions", 2)],
    }
}
