//! The answers to the first requests of a page, which the page carries for the app.

use serde::Serialize;
use shared::blog::{Blog, BlogPage, CategoryList};
use shared::envelope::{Envelope, Outcome};
use shared::problem::Problem;
use shared::search::SearchPage;
use shared::site::{Site, SitePage};

use crate::site::shell::data_block;

/// Attribute of a data block: the path of the request. The app reads it by the same name.
const PATH: &str = "data-path";

/// An answer that a page starts with.
#[derive(Debug)]
pub struct FirstAnswer {
    /// Path and query of the request.
    pub path: String,
    /// The answer.
    pub outcome: Result<Data, Problem>,
}

/// The data of a page.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Data {
    /// A page of the list.
    List(BlogPage),
    /// A post.
    Post(Box<Blog>),
    /// A page of search results.
    Results(SearchPage),
    /// The categories.
    Categories(CategoryList),
    /// The site's words, menu and links.
    Site(Box<Site>),
    /// A page of the site's own.
    OwnPage(Box<SitePage>),
}

impl FirstAnswer {
    /// The data block with the answer as the API gives it, without flashes.
    ///
    /// # Errors
    /// When the data can't be written as JSON.
    pub fn block(&self) -> Result<String, serde_json::Error> {
        let outcome = match &self.outcome {
            Ok(data) => Outcome::Data(data),
            Err(problem) => Outcome::Error(problem.clone()),
        };
        let envelope = Envelope {
            outcome,
            flash: Vec::new(),
        };
        let json = serde_json::to_string(&envelope)?;
        Ok(data_block(PATH, &self.path, &json))
    }
}
