//! What stands above a Markdown text: YAML between `---`, TOML between `+++`, or nothing.

use serde_json::{Map, Value};

use super::fields::{Fields, Person};

/// A Markdown file, taken apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Document<'a> {
    /// What the front matter says; empty where there is none.
    pub front_matter: FrontMatter,
    /// The Markdown below it.
    pub body: &'a str,
}

/// What a front matter says about a post, in the words of the file. Fields that it doesn't know are
/// ignored: other blogs have their own.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FrontMatter {
    /// `title`
    pub title: Option<String>,
    /// `subtitle`
    pub subtitle: Option<String>,
    /// `slug`
    pub slug: Option<String>,
    /// `summary`, `description` or `excerpt`
    pub summary: Option<String>,
    /// `category`, or the first of `categories`
    pub category: Option<String>,
    /// `tags`
    pub tags: Vec<String>,
    /// `author` or `authors`; a name may be a key into the blog's table of authors.
    pub authors: Vec<Person>,
    /// `author_avatar`
    pub author_avatar: Option<String>,
    /// `date`, `published`, `published_at` or `created_at`
    pub date: Option<String>,
    /// `image`, `featured_image` or `cover`
    pub image: Option<String>,
    /// `draft`
    pub draft: bool,
    /// `path`, where the post stands on its own site (Zola); it may hold the date.
    pub path: Option<String>,
    /// `[extra] team`, for whom it was written (the Rust blog).
    pub team: Option<String>,
}

/// Why a front matter can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct FrontMatterError {
    /// In the file, from 1.
    pub line: u64,
    /// One line of text.
    pub reason: String,
}

/// Takes a Markdown file apart.
///
/// # Errors
/// When the front matter never ends, can't be parsed, or is no set of fields.
pub fn split(file: &str) -> Result<Document<'_>, FrontMatterError> {
    let file = file.strip_prefix('\u{feff}').unwrap_or(file);
    let mut lines = file.split_inclusive('\n');
    let opening = lines.next().unwrap_or_default();
    let (closings, parse): (&[&str], Parse) = match opening.trim_end() {
        "---" => (&["---", "..."], parse_yaml),
        "+++" => (&["+++"], parse_toml),
        _ => {
            return Ok(Document {
                front_matter: FrontMatter::default(),
                body: file,
            });
        }
    };
    let mut end = opening.len();
    for line in lines {
        if closings.contains(&line.trim_end()) {
            let front_matter = parse(opening, &file[opening.len()..end])?;
            return Ok(Document {
                front_matter: FrontMatter::read(Fields(&front_matter)),
                body: &file[end + line.len()..],
            });
        }
        end += line.len();
    }
    let reason = format!("the front matter has no closing `{}`", opening.trim_end());
    Err(FrontMatterError { line: 1, reason })
}

/// Reads a YAML file that is a set of fields, such as a table of authors.
///
/// # Errors
/// When it can't be parsed, or is something else.
pub fn parse_yaml_fields(file: &str) -> Result<Map<String, Value>, FrontMatterError> {
    let options = serde_saphyr::options! {
        // `title: No` and `slug: 0755` are texts, as their authors see them.
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        non_finite_float_policy: serde_saphyr::options::NonFiniteFloatPolicy::AsString,
    };
    let parsed = serde_saphyr::from_str_with_options::<Value>(file, options);
    let value = parsed.map_err(|error| FrontMatterError {
        line: error.location().map_or(1, |location| location.line()),
        reason: one_line(&error.without_snippet().to_string()),
    })?;
    match value {
        Value::Null => Ok(Map::new()),
        Value::Object(fields) => Ok(fields),
        _ => Err(FrontMatterError {
            line: 1,
            reason: "this is no set of fields".into(),
        }),
    }
}

type Parse = fn(&str, &str) -> Result<Map<String, Value>, FrontMatterError>;

fn parse_yaml(opening: &str, yaml: &str) -> Result<Map<String, Value>, FrontMatterError> {
    // With the opening line, which YAML takes as the start of a document, lines count as in the file.
    parse_yaml_fields(&format!("{opening}{yaml}"))
}

fn parse_toml(_opening: &str, toml: &str) -> Result<Map<String, Value>, FrontMatterError> {
    let table: toml::Table = toml.parse().map_err(|error: toml::de::Error| {
        let before = error
            .span()
            .and_then(|span| toml.get(..span.start))
            .unwrap_or_default();
        FrontMatterError {
            line: 2 + before.matches('\n').count() as u64,
            reason: one_line(error.message()),
        }
    })?;
    Ok(table
        .into_iter()
        .map(|(key, value)| (key, to_json(value)))
        .collect())
}

/// TOML's dates become text, which is what the other formats have.
fn to_json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => Value::from(number),
        toml::Value::Float(number) => Value::from(number),
        toml::Value::Boolean(yes) => Value::Bool(yes),
        toml::Value::Datetime(moment) => Value::String(moment.to_string()),
        toml::Value::Array(items) => items.into_iter().map(to_json).collect(),
        toml::Value::Table(table) => table
            .into_iter()
            .map(|(key, value)| (key, to_json(value)))
            .collect(),
    }
}

fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl FrontMatter {
    fn read(fields: Fields<'_>) -> Self {
        // Zola keeps tags and categories in a table of their own.
        let taxonomies = fields.record("taxonomies");
        let mut tags = fields.names(&["tags"]);
        if tags.is_empty() {
            tags = taxonomies
                .map(|table| table.names(&["tags"]))
                .unwrap_or_default();
        }
        Self {
            title: fields.text(&["title"]),
            subtitle: fields.text(&["subtitle"]),
            slug: fields.text(&["slug"]),
            summary: fields.text(&["summary", "description", "excerpt"]),
            category: fields
                .name(&["category", "categories"])
                .or_else(|| taxonomies?.name(&["categories"])),
            tags,
            authors: fields.people(&["author", "authors"]),
            author_avatar: fields.address(&["author_avatar"]),
            date: fields.text(&["date", "published", "published_at", "created_at"]),
            image: fields.address(&["image", "featured_image", "cover"]),
            draft: fields.is_true("draft"),
            path: fields.text(&["path"]),
            team: fields
                .record("extra")
                .and_then(|extra| extra.text(&["team"])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &str) -> FrontMatter {
        split(file)
            .unwrap_or_else(|error| panic!("{error}: {file}"))
            .front_matter
    }

    #[test]
    fn yaml_toml_and_nothing_are_told_apart() {
        let yaml = "---\r\ntitle: \"A: b\"\r\ndate: 2024-03-05\r\ntags: [x, y, no, 007]\r\nodd: {a: [1]}\r\n---\r\nText\r\n";
        let document = split(yaml).expect("reads");
        assert_eq!(document.front_matter.title.as_deref(), Some("A: b"));
        assert_eq!(document.front_matter.date.as_deref(), Some("2024-03-05"));
        assert_eq!(document.front_matter.tags, ["x", "y", "no", "007"]);
        assert_eq!(document.body, "Text\r\n");

        let toml = "+++\ntitle = 'A'\ndate = 2024-03-05T06:55:00Z\ndraft = true\n[taxonomies]\ntags = ['x']\n[extra]\nteam = 'the team'\n+++\nText";
        let document = split(toml).expect("reads");
        assert_eq!(
            document.front_matter.date.as_deref(),
            Some("2024-03-05T06:55:00Z")
        );
        assert!(document.front_matter.draft);
        assert_eq!(document.front_matter.tags, ["x"]);
        assert_eq!(document.front_matter.team.as_deref(), Some("the team"));
        assert_eq!(document.body, "Text");

        for bare in ["", "# Title\n\nText", "--- no\ntitle: x\n---\n", "----\n"] {
            let document = split(bare).expect("reads");
            assert_eq!(document.front_matter, FrontMatter::default());
            assert_eq!(document.body, bare);
        }
        assert_eq!(
            split("\u{feff}---\ntitle: A\n---\n").expect("reads").body,
            ""
        );
        assert_eq!(read("---\n---\nText"), FrontMatter::default());
        assert_eq!(
            read("---\n# only a comment\n...\nText"),
            FrontMatter::default()
        );
    }

    #[test]
    fn authors_are_found_in_every_form() {
        for (line, names) in [
            ("author: Docs desk", vec!["Docs desk"]),
            ("authors: [hamza, langyo]", vec!["hamza", "langyo"]),
            (
                "authors:\n  - name: A B\n    title: Editor\n    image_url: /a.png\n  - key: langyo",
                vec!["A B", "langyo"],
            ),
            ("author: {name: A}", vec!["A"]),
            ("author: ~", vec![]),
            ("author: ''", vec![]),
            ("other: 1", vec![]),
        ] {
            let found: Vec<String> = read(&format!("---\n{line}\n---\n"))
                .authors
                .into_iter()
                .filter_map(|a| a.name)
                .collect();
            assert_eq!(found, names, "{line}");
        }
    }

    #[test]
    fn a_fault_is_named_with_its_line_in_the_file() {
        for (file, line) in [
            ("---\ntitle: A\n", 1),
            ("+++\ntitle = 'A'\n---\n", 1),
            ("---\ntitle: A\nsummary: b: c\n---\n", 3),
            ("---\ntitle: A\ntags: [a, b\nx: y\n---\n", 4),
            ("---\n- a\n- b\n---\n", 1),
            ("+++\ntitle = 'A'\n\nsummary = oops\n+++\n", 4),
            ("+++\ntitle = 'A'\ntitle = 'B'\n+++\n", 3),
            ("---\na: &a [x, x]\nb: &b [*a, *a]\nc: *missing\n---\n", 4),
        ] {
            let error = split(file).expect_err(file);
            assert_eq!(error.line, line, "{file}: {error}");
            assert!(
                !error.reason.is_empty() && !error.reason.contains('\n'),
                "{error}"
            );
        }
    }
}
