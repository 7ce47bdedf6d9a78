//! The contents of a page: status, head and first answers.

use std::sync::Arc;

use axum::http::StatusCode;
use shared::blog::{BlogPage, CARD_SIZES};
use shared::flash::Category;
use shared::paths::{API_BASE, SITE_REQUEST, page_request};
use shared::route::{BlogsQuery, Route};
use shared::search::SearchPage;
use shared::site::{HOME_PAGE, SitePage};

use crate::api::envelope::problem;
use crate::app::App;
use crate::cache::{REFETCH_INTERVAL, Reader, View};
use crate::error::ApiError;
use crate::handlers::blogs::{BLOG_NOT_FOUND, stale_warning};
use crate::session::Visit;
use crate::site::first_answers::{Data, FirstAnswer};
use crate::site::head::{FirstPicture, HeadOfSite, PageHead};
use crate::site::profile::ProfileView;
use crate::telemetry::RequestId;

/// The data of a page.
pub(super) struct Fetched {
    pub(super) route: Route,
    pub(super) view: Option<View>,
    pub(super) profile: Arc<ProfileView>,
    results: Option<SearchPage>,
    /// In a preview, the version of the page's content.
    version: Option<u64>,
}

impl Fetched {
    pub(super) async fn of(
        app: &App,
        route: Route,
        reader: Option<Reader>,
    ) -> Result<Self, ApiError> {
        // First: the page must not claim to be newer than its data.
        let version = app.preview.as_ref().map(|preview| preview.version());
        let view = if shows_posts(&route) {
            Some(app.blogs.peek(reader).await)
        } else {
            None
        };
        Ok(Self {
            route,
            view,
            // After the posts: a reading of the source also has the site's words.
            profile: app.site().await,
            results: None,
            version,
        })
    }

    /// Searches, if this is a page of results. A page that is kept doesn't need it.
    pub(super) async fn search(&mut self) -> Result<(), ApiError> {
        if let (Route::Search(query), Some(view)) = (&self.route, &self.view) {
            let found = view.search(query).await.map_err(ApiError::internal)?;
            self.results = Some(found);
        }
        Ok(())
    }

    /// Flashes the same messages as the API does with this data.
    pub(super) fn flash_to(&self, visit: &Visit) {
        let Some(view) = &self.view else { return };
        match &self.route {
            Route::Blog { id } if view.snapshot.post(id).is_none() && !view.is_missing() => {
                visit.flash(Category::Error, BLOG_NOT_FOUND);
            }
            Route::Blog { .. } => {}
            _ => {
                if let Some(warning) = stale_warning(view) {
                    visit.flash(Category::Warning, warning);
                }
            }
        }
    }

    /// Whether the page does not exist, or can't be shown now.
    pub(super) fn is_absent(&self) -> bool {
        match (&self.route, &self.view) {
            (Route::NotFound, _) => true,
            (Route::Blog { id }, Some(view)) => view.snapshot.post(id).is_none(),
            _ => false,
        }
    }

    /// The page of this data.
    pub(super) fn contents<'a>(
        &'a self,
        app: &'a App,
        request_id: Option<&RequestId>,
    ) -> Contents<'a> {
        let mut contents = self.main_contents(app, request_id);
        if self.route == Route::Home
            && let Some(home) = self.profile.page(HOME_PAGE)
        {
            contents.answers.push(own_page(&home.page));
        }
        contents.answers.push(self.site());
        contents
    }

    /// The facts about the site that every page's head contains.
    pub(super) fn head<'a>(&'a self, app: &'a App) -> HeadOfSite<'a> {
        HeadOfSite {
            url: &app.public_url,
            identity: &self.profile.identity,
            version: self.version,
        }
    }

    /// The answer about the site, which every page starts with.
    pub(super) fn site(&self) -> FirstAnswer {
        FirstAnswer {
            path: SITE_REQUEST.to_owned(),
            outcome: Ok(Data::Site(Box::new(self.profile.site.clone()))),
        }
    }

    fn main_contents<'a>(&'a self, app: &'a App, request_id: Option<&RequestId>) -> Contents<'a> {
        match (&self.view, &self.results, &self.route) {
            (Some(view), Some(results), _) => self.found(app, view, results),
            // The page is kept, but is written again with a flash. Its posts are indexed already,
            // so the search takes little time.
            (Some(view), None, Route::Search(query)) => {
                let results = view.snapshot.search(query, view.freshness());
                self.found(app, view, &results)
            }
            (Some(view), None, Route::Blog { id }) => match self.post(app, view, id) {
                Ok(contents) => contents,
                Err(error) => self.absence(app, &error, request_id),
            },
            (Some(view), None, _) => self.list(app, view),
            (None, _, Route::Page { slug }) if self.profile.page(slug).is_some() => {
                self.own_page(app, slug)
            }
            (None, _, route) => Contents {
                status: match route {
                    Route::NotFound => StatusCode::NOT_FOUND,
                    _ => StatusCode::OK,
                },
                head: PageHead::of_route(self.head(app), route),
                answers: Vec::new(),
            },
        }
    }

    fn own_page<'a>(&'a self, app: &'a App, slug: &str) -> Contents<'a> {
        let own = self.profile.page(slug);
        Contents {
            status: StatusCode::OK,
            head: match own {
                Some(own) => PageHead::of_page(self.head(app), &self.route, &own.page),
                None => PageHead::of_route(self.head(app), &self.route),
            },
            answers: own.map(|own| own_page(&own.page)).into_iter().collect(),
        }
    }

    fn post<'a>(
        &'a self,
        app: &'a App,
        view: &'a View,
        id: &str,
    ) -> Result<Contents<'a>, ApiError> {
        if view.is_missing() {
            return Err(ApiError::SourceUnavailable {
                retry_after_seconds: REFETCH_INTERVAL.as_secs(),
            });
        }
        match (view.snapshot.post(id), view.snapshot.blog(id)) {
            (Some(post), Some(blog)) => Ok(Contents {
                status: StatusCode::OK,
                head: PageHead::of_post(self.head(app), &self.route, post),
                answers: self.answers(Data::Post(Box::new(blog))),
            }),
            _ => Err(ApiError::BlogNotFound { id: id.to_owned() }),
        }
    }

    fn absence<'a>(
        &'a self,
        app: &'a App,
        error: &ApiError,
        request_id: Option<&RequestId>,
    ) -> Contents<'a> {
        let parts = error.problem();
        let title = match parts.status {
            StatusCode::NOT_FOUND => "Blog not found",
            _ => "Back in a moment",
        };
        let path = self.route.first_request();
        let status = parts.status;
        let outcome = Err(problem(&parts, request_id.cloned()));
        Contents {
            status,
            head: PageHead::of_absence(self.head(app), title),
            answers: path
                .map(|path| FirstAnswer { path, outcome })
                .into_iter()
                .collect(),
        }
    }

    fn list<'a>(&'a self, app: &'a App, view: &View) -> Contents<'a> {
        let featured = BlogsQuery::featured();
        let query = match &self.route {
            Route::Blogs(query) => query,
            _ => &featured,
        };
        let list = view.list(query);
        // Beyond the end of the list the last page is shown, under its own address.
        let shown = match &self.route {
            Route::Blogs(query) => Route::Blogs(query.with_page(list.page)),
            route => route.clone(),
        };
        let head = PageHead::of_route(self.head(app), &shown).with_picture(picture(&list));
        let mut answers = self.answers(Data::List(list));
        answers.push(categories(view));
        Contents {
            status: StatusCode::OK,
            head,
            answers,
        }
    }

    /// The results of a search; beyond their end the last page.
    fn found<'a>(&'a self, app: &'a App, view: &View, results: &SearchPage) -> Contents<'a> {
        let shown = match &self.route {
            Route::Search(query) => Route::Search(query.with_page(results.page)),
            route => route.clone(),
        };
        let mut answers = self.answers(Data::Results(results.clone()));
        if results.items.is_empty() {
            // A page without results links to the categories.
            answers.push(categories(view));
        }
        Contents {
            status: StatusCode::OK,
            head: PageHead::of_route(self.head(app), &shown),
            answers,
        }
    }

    /// The answer to the page's main request.
    fn answers(&self, data: Data) -> Vec<FirstAnswer> {
        let path = self.route.first_request();
        path.map(|path| FirstAnswer {
            path,
            outcome: Ok(data),
        })
        .into_iter()
        .collect()
    }
}

fn shows_posts(route: &Route) -> bool {
    matches!(
        route,
        Route::Home | Route::Blogs(_) | Route::Blog { .. } | Route::Search(_)
    )
}

fn own_page(page: &SitePage) -> FirstAnswer {
    FirstAnswer {
        path: page_request(&page.slug),
        outcome: Ok(Data::OwnPage(Box::new(page.clone()))),
    }
}

fn categories(view: &View) -> FirstAnswer {
    FirstAnswer {
        path: format!("{API_BASE}/categories"),
        outcome: Ok(Data::Categories(view.snapshot.categories())),
    }
}

fn picture(list: &BlogPage) -> Option<FirstPicture> {
    let first = list.items.first()?;
    Some(FirstPicture {
        src: first.featured_image.clone()?,
        srcset: first.featured_image_srcset.clone(),
        sizes: CARD_SIZES,
    })
}

/// The content of a page.
pub(super) struct Contents<'a> {
    pub(super) status: StatusCode,
    pub(super) head: PageHead<'a>,
    pub(super) answers: Vec<FirstAnswer>,
}
