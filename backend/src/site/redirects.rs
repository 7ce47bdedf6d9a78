//! The rules of `[[redirects]]`: where old addresses lead, and which are gone.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use serde::Deserialize;
use shared::route::Route;

use crate::content::old_address::path_key;

/// The longest chain of redirects.
const MAX_STEPS: usize = 10;

/// A rule of the configuration file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedirectRule {
    /// A path, or a path with one `*`.
    pub from: String,
    /// A path on this site, or an `https:` address. A `*` in it becomes what the `*` in `from` matched.
    /// `None` for a page that is gone.
    #[serde(default)]
    pub to: Option<String>,
    /// 301, 302, 307, 308 or 410.
    #[serde(default = "permanent")]
    pub status: u16,
}

fn permanent() -> u16 {
    308
}

/// The answer at an old address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moved {
    /// The content is elsewhere.
    To {
        /// A path on this site, or an absolute address.
        location: String,
        /// 301, 302, 307 or 308.
        status: StatusCode,
    },
    /// The content is gone for good.
    Gone,
}

/// All rules, in the order in which they apply: exact paths, then those with a `*`.
#[derive(Debug, Clone, Default)]
pub struct Redirects {
    exact: BTreeMap<String, Moved>,
    /// The text before and after the `*`, and the answer.
    patterns: Vec<(String, String, Moved)>,
}

impl Redirects {
    /// Reads rules.
    ///
    /// # Errors
    /// The first rule that can't be used, and what would fit.
    pub fn new(rules: &[RedirectRule]) -> Result<Self, String> {
        let mut redirects = Self::default();
        for rule in rules {
            redirects.add(rule)?;
        }
        redirects.check_loops()?;
        Ok(redirects)
    }

    fn add(&mut self, rule: &RedirectRule) -> Result<(), String> {
        let from = &rule.from;
        if !from.starts_with('/') || from.starts_with("//") || from.contains(['?', '#']) {
            return Err(format!(
                "from `{from}` is no path; /old or /old/* would fit"
            ));
        }
        // A redirect applies only where the site has no page.
        if !matches!(
            Route::parse(from, ""),
            Route::NotFound | Route::Page { .. } | Route::Blog { .. }
        ) {
            return Err(format!(
                "from `{from}` is a page of this site; another path would fit"
            ));
        }
        let moved = moved(rule)?;
        match from.split_once('*') {
            None => {
                if self.exact.insert(path_key(from), moved).is_some() {
                    return Err(format!(
                        "from `{from}` stands twice; one of the two would fit"
                    ));
                }
            }
            Some((_, end)) if end.contains('*') => {
                return Err(format!(
                    "from `{from}` has more than one `*`; one would fit"
                ));
            }
            Some((start, end)) => {
                self.patterns
                    .push((start.to_owned(), end.to_owned(), moved));
            }
        }
        Ok(())
    }

    /// The answer at `path`, percent-encoded as in the request.
    pub fn find(&self, path: &str) -> Option<Moved> {
        self.find_exact(&path_key(path))
            .cloned()
            .or_else(|| self.find_pattern(path))
    }

    /// The answer of the rule without a `*` for a path, which [`path_key`] wrote.
    pub fn find_exact(&self, key: &str) -> Option<&Moved> {
        self.exact.get(key)
    }

    /// The answer of the first matching rule with a `*` for `path`, percent-encoded as in the request.
    pub fn find_pattern(&self, path: &str) -> Option<Moved> {
        let path = without_final_slash(path);
        self.patterns.iter().find_map(|(start, end, moved)| {
            let middle = path
                .strip_prefix(start.as_str())?
                .strip_suffix(end.as_str())?;
            Some(match moved {
                Moved::To { location, status } => Moved::To {
                    location: location.replacen('*', middle, 1),
                    status: *status,
                },
                Moved::Gone => Moved::Gone,
            })
        })
    }

    /// The paths of rules without a `*`.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.exact.keys().map(String::as_str)
    }

    fn check_loops(&self) -> Result<(), String> {
        let starts = self.exact.keys().cloned();
        // One example word in place of everything that a `*` can match.
        let examples = self
            .patterns
            .iter()
            .map(|(start, end, _)| format!("{start}x-any-x{end}"));
        for first in starts.chain(examples) {
            let mut seen = BTreeSet::new();
            let mut at = first.clone();
            while let Some(Moved::To { location, .. }) = self.find(&at) {
                if !seen.insert(at) || seen.len() > MAX_STEPS {
                    let from = first.replace("x-any-x", "*");
                    return Err(format!(
                        "from `{from}` leads back to itself; a page of the site would fit as `to`"
                    ));
                }
                at = location;
            }
        }
        Ok(())
    }
}

fn moved(rule: &RedirectRule) -> Result<Moved, String> {
    let RedirectRule { from, to, status } = rule;
    if *status == 410 {
        return match to {
            None => Ok(Moved::Gone),
            Some(_) => Err(format!(
                "from `{from}`: status 410 has no `to`; 308 would fit"
            )),
        };
    }
    let status = StatusCode::from_u16(*status)
        .ok()
        .filter(|status| matches!(status.as_u16(), 301 | 302 | 307 | 308))
        .ok_or_else(|| {
            format!("from `{from}`: status {status} does not fit; 301, 302, 307, 308 or 410 would")
        })?;
    let location = to
        .clone()
        .ok_or_else(|| format!("from `{from}` has no `to`; a path such as /blogs would fit"))?;
    let is_path = location.starts_with('/') && !location.starts_with("//");
    let is_address = location.starts_with("https://") || location.starts_with("http://");
    let is_plain = location.bytes().all(|byte| byte.is_ascii_graphic());
    if !(is_path || is_address) || !is_plain {
        return Err(format!(
            "to `{location}` is no address; /new or https://blog.example/new would fit"
        ));
    }
    if location.contains('*') && !from.contains('*') {
        return Err(format!(
            "to `{location}` has a `*`, but from `{from}` has none"
        ));
    }
    Ok(Moved::To { location, status })
}

fn without_final_slash(path: &str) -> &str {
    match path.strip_suffix('/') {
        Some("") | None => path,
        Some(path) => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(from: &str, to: &str, status: u16) -> RedirectRule {
        RedirectRule {
            from: from.to_owned(),
            to: Some(to.to_owned()).filter(|to| !to.is_empty()),
            status,
        }
    }

    fn to(location: &str, status: StatusCode) -> Option<Moved> {
        let location = location.to_owned();
        Some(Moved::To { location, status })
    }

    #[test]
    fn an_old_address_leads_to_the_new_one() {
        let redirects = Redirects::new(&[
            rule("/old/", "/about", 301),
            rule("/2019/*", "/blogs/*", 308),
            rule("/2019/secret", "", 410),
            rule("/*.php", "https://old.example/*.php", 302),
        ])
        .expect("rules");
        assert_eq!(
            redirects.find("/old"),
            to("/about", StatusCode::MOVED_PERMANENTLY)
        );
        assert_eq!(
            redirects.find("/2019/a%20b/"),
            to("/blogs/a%20b", StatusCode::PERMANENT_REDIRECT)
        );
        assert_eq!(redirects.find("/2019/secret"), Some(Moved::Gone));
        assert_eq!(
            redirects.find("/x.php"),
            to("https://old.example/x.php", StatusCode::FOUND)
        );
        assert_eq!(redirects.find("/other"), None);
    }

    #[test]
    fn rules_that_do_not_fit_are_named() {
        for (rules, part) in [
            (vec![rule("old", "/a", 301)], "from `old` is no path"),
            (vec![rule("/a*b*", "/a", 301)], "more than one `*`"),
            (vec![rule("/a", "", 301)], "has no `to`"),
            (vec![rule("/a", "/b", 200)], "status 200"),
            (vec![rule("/a", "/b", 410)], "410 has no `to`"),
            (vec![rule("/a", "javascript:x", 301)], "no address"),
            (vec![rule("/a", "//evil.example", 301)], "no address"),
            (vec![rule("/a", "/b\r\nx", 301)], "no address"),
            (vec![rule("/a", "/*", 301)], "has none"),
            (vec![rule("/a", "/b", 301), rule("/a/", "/c", 301)], "twice"),
            (
                vec![rule("/a", "/b", 301), rule("/b", "/a", 301)],
                "`/a` leads back to itself",
            ),
            (
                vec![rule("/a/*", "/a/b/*", 301)],
                "`/a/*` leads back to itself",
            ),
        ] {
            let problem = Redirects::new(&rules).expect_err(part);
            assert!(problem.contains(part), "{problem}");
        }
    }
}
