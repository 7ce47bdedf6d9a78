//! A source whose posts without an author get the site's byline.

use std::sync::Arc;

use async_trait::async_trait;
use shared::blog::DEFAULT_AUTHOR;

use crate::content::post::Post;
use crate::sources::{BlogSource, Media, Reading, SourceError};

/// A source, and the byline of its posts that name no author.
pub struct WithByline {
    source: Arc<dyn BlogSource>,
    byline: String,
}

impl WithByline {
    /// The posts of `source` with `byline` in place of the built-in one.
    pub fn new(source: Arc<dyn BlogSource>, byline: String) -> Self {
        Self { source, byline }
    }

    fn sign(&self, posts: &mut [Post]) {
        for post in posts {
            if post.author.name == DEFAULT_AUTHOR {
                post.author.name.clone_from(&self.byline);
            }
        }
    }
}

#[async_trait]
impl BlogSource for WithByline {
    fn kind(&self) -> &'static str {
        self.source.kind()
    }

    fn is_remote(&self) -> bool {
        self.source.is_remote()
    }

    async fn fetch(&self) -> Result<Vec<Post>, SourceError> {
        let mut posts = self.source.fetch().await?;
        self.sign(&mut posts);
        Ok(posts)
    }

    async fn refetch(&self) -> Result<Option<Reading>, SourceError> {
        let mut reading = self.source.refetch().await?;
        if let Some(reading) = &mut reading {
            self.sign(&mut reading.posts);
        }
        Ok(reading)
    }

    fn posts_so_far(&self) -> Option<usize> {
        self.source.posts_so_far()
    }

    async fn media(&self, path: &str) -> Option<Media> {
        self.source.media(path).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::folder::FolderSource;

    #[tokio::test]
    async fn only_posts_without_an_author_get_the_byline() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).expect("writes");
        };
        write("a.md", "---\ntitle: A\nauthor: Ada\n---\n");
        write("b.md", "---\ntitle: B\n---\n");
        let source = Arc::new(FolderSource::new(folder.path().to_owned()));
        let posts = WithByline::new(source, "The weavers".into()).fetch().await;
        let mut names: Vec<String> = posts
            .expect("posts")
            .into_iter()
            .map(|post| post.author.name)
            .collect();
        names.sort();
        assert_eq!(names, ["Ada", "The weavers"]);
    }
}
