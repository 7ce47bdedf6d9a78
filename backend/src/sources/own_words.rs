//! A source whose posts get the site's byline, and dates in the site's language.

use std::sync::Arc;

use async_trait::async_trait;
use shared::blog::DEFAULT_AUTHOR;
use shared::site::is_foreign;

use crate::content::date_words::{DateWords, iso_label};
use crate::content::dates;
use crate::content::post::Post;
use crate::sources::site_info::SiteInfo;
use crate::sources::{BlogSource, Media, Reading, SourceError};

/// A source, and the byline and language that its posts get.
pub struct InOwnWords {
    source: Arc<dyn BlogSource>,
    /// The byline of posts that name no author.
    byline: Option<String>,
    /// The site's language (BCP 47). `None`: the one that the source names, else English.
    language: Option<String>,
}

impl InOwnWords {
    /// The posts of `source` on a site with this byline and language, if they are configured.
    pub fn new(
        source: Arc<dyn BlogSource>,
        byline: Option<String>,
        language: Option<String>,
    ) -> Self {
        Self {
            source,
            byline,
            language,
        }
    }

    fn apply(&self, posts: &mut [Post], of_source: Option<&SiteInfo>) {
        if let Some(byline) = &self.byline {
            for post in &mut *posts {
                if post.author.name == DEFAULT_AUTHOR {
                    post.author.name.clone_from(byline);
                }
            }
        }
        let of_source = || of_source?.language_tag();
        let language = self.language.clone().or_else(of_source);
        if let Some(language) = language.filter(|language| is_foreign(language)) {
            let words = DateWords::of(&language);
            for post in posts.iter_mut().filter(|post| post.published_at.is_some()) {
                // Sources write the label in English, with as much of the date as is known.
                if let Some(published) = dates::parse(&post.published_label) {
                    post.published_label = match &words {
                        Some(words) => words.label(&published),
                        None => iso_label(&published),
                    };
                }
            }
        }
    }
}

#[async_trait]
impl BlogSource for InOwnWords {
    fn kind(&self) -> &'static str {
        self.source.kind()
    }

    fn is_remote(&self) -> bool {
        self.source.is_remote()
    }

    async fn fetch(&self) -> Result<Vec<Post>, SourceError> {
        let mut posts = self.source.fetch().await?;
        self.apply(&mut posts, None);
        Ok(posts)
    }

    async fn refetch(&self) -> Result<Option<Reading>, SourceError> {
        let mut reading = self.source.refetch().await?;
        if let Some(reading) = &mut reading {
            self.apply(&mut reading.posts, reading.site.as_ref());
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

    /// The posts of a folder, of an upstream that says this of its language.
    struct Upstream(FolderSource, &'static str);

    #[async_trait]
    impl BlogSource for Upstream {
        fn kind(&self) -> &'static str {
            self.0.kind()
        }

        async fn fetch(&self) -> Result<Vec<Post>, SourceError> {
            self.0.fetch().await
        }

        async fn refetch(&self) -> Result<Option<Reading>, SourceError> {
            let language = Some(self.1.to_owned());
            Ok(Some(Reading {
                posts: self.fetch().await?,
                site: Some(SiteInfo {
                    language,
                    ..SiteInfo::default()
                }),
            }))
        }
    }

    async fn bylines_and_dates(
        author: Option<&str>,
        configured: Option<&str>,
        of_source: &'static str,
    ) -> Vec<String> {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).expect("writes");
        };
        write(
            "a.md",
            "---\ntitle: A\nauthor: Ada\ndate: 2026-03-05\n---\n",
        );
        write("b.md", "---\ntitle: B\ndate: March 2026\n---\n");
        write("c.md", "---\ntitle: C\ndate: early spring\n---\n");
        let source = Upstream(FolderSource::new(folder.path().to_owned()), of_source);
        let [byline, language] = [author, configured].map(|words| words.map(str::to_owned));
        let source = InOwnWords::new(Arc::new(source), byline, language);
        let reading = source.refetch().await.expect("reads").expect("new");
        let posts = reading.posts.into_iter();
        let mut found: Vec<String> = posts
            .map(|post| format!("{}, {}", post.author.name, post.published_label))
            .collect();
        found.sort();
        found
    }

    #[tokio::test]
    async fn only_posts_without_an_author_get_the_byline() {
        assert_eq!(
            bylines_and_dates(Some("The weavers"), Some("en-GB"), "de").await,
            [
                "Ada, 5 March 2026",
                "The weavers, March 2026",
                "The weavers, early spring"
            ]
        );
    }

    #[tokio::test]
    async fn dates_are_in_the_language_of_the_site() {
        assert_eq!(
            bylines_and_dates(None, Some("de"), "fr").await,
            [
                "Ada, 5. März 2026",
                "Admin, März 2026",
                "Admin, early spring"
            ]
        );
        // A language without words for dates gets those of ISO 8601.
        for (configured, of_source) in [(Some("tlh"), "de"), (None, "tlh")] {
            assert_eq!(
                bylines_and_dates(None, configured, of_source).await,
                ["Ada, 2026-03-05", "Admin, 2026-03", "Admin, early spring"]
            );
        }
        // No tag: the pages stay English too.
        assert_eq!(
            bylines_and_dates(None, None, "Klingon, spoken").await,
            [
                "Ada, 5 March 2026",
                "Admin, March 2026",
                "Admin, early spring"
            ]
        );
    }
}
