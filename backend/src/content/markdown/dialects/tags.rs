//! One tag of a template language.

/// The replacement of a tag.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// This Markdown or HTML.
    Text(String),
    SummaryMark,
    /// The tag itself: an HTML comment.
    Untouched,
    /// Code up to a closing tag of this name.
    Code {
        language: String,
        end: &'static str,
    },
    /// Markdown without tags up to a closing tag of this name.
    Verbatim(&'static str),
    /// Nothing, up to a closing tag of this name.
    Nothing(&'static str),
    /// A tag that can't be translated: its kind, for a warning.
    Unknown(String),
}

/// Reads the tag at the beginning of a text, and its length. `None` if there is no tag.
pub(super) fn read_tag(text: &str, is_mdx: bool) -> Option<(usize, Reading)> {
    let between = |open: &str, close: &str| {
        let inside = text.strip_prefix(open)?;
        let end = inside.find(close)?;
        Some((open.len() + end + close.len(), inside[..end].trim()))
    };
    if let Some((length, comment)) = between("<!--", "-->") {
        let reading = if is_summary_mark(comment) {
            Reading::SummaryMark
        } else {
            Reading::Untouched
        };
        return Some((length, reading));
    }
    if let Some((length, comment)) = between("{/*", "*/}") {
        if is_summary_mark(comment) {
            return Some((length, Reading::SummaryMark));
        }
        return is_mdx.then(|| (length, Reading::Text(String::new())));
    }
    if let Some((length, inside)) = between("{{<", ">}}").or_else(|| between("{{%", "%}}")) {
        return Some((length, shortcode(inside)));
    }
    if let Some((length, inside)) = between("{%", "%}") {
        return Some((length, liquid(inside.trim_matches(['-', ' ']))));
    }
    if let Some((length, inside)) = between("{{", "}}") {
        return Some((
            length,
            expression(inside.trim_matches(['-', '{', '}', ' '])),
        ));
    }
    if is_mdx { component(text) } else { None }
}

/// The marks of Docusaurus, Hugo, Zola, Hexo, WordPress (`more` with words) and Pelican.
fn is_summary_mark(comment: &str) -> bool {
    let word = comment.split_whitespace().next().unwrap_or_default();
    matches!(
        word.to_ascii_lowercase().as_str(),
        "more" | "truncate" | "excerpt" | "pelican_end_summary"
    )
}

/// Hugo's `{{< … >}}`.
fn shortcode(inside: &str) -> Reading {
    if let Some(shown) = inside.strip_prefix("/*") {
        // Hugo's escape: the shortcode is shown, not run.
        let shown = shown.trim_end_matches("*/").trim();
        return Reading::Text(as_code(&format!("{{{{< {shown} >}}}}")));
    }
    let (name, rest) = split_word(inside);
    match name {
        "highlight" => Reading::Code {
            language: language(rest),
            end: "/highlight",
        },
        "ref" | "relref" => Reading::Text(reference("@ref/", rest)),
        "figure" => figure(rest),
        _ => Reading::Unknown(format!("the shortcode `{}`", name.trim_start_matches('/'))),
    }
}

/// Jekyll's and Hexo's `{% … %}`.
fn liquid(inside: &str) -> Reading {
    let (name, rest) = split_word(inside);
    match name {
        "highlight" => Reading::Code {
            language: language(rest),
            end: "endhighlight",
        },
        "codeblock" => Reading::Code {
            language: attribute(&rest.replace("lang:", "lang="), "lang")
                .unwrap_or_default()
                .to_owned(),
            end: "endcodeblock",
        },
        "raw" => Reading::Verbatim("endraw"),
        "comment" => Reading::Nothing("endcomment"),
        "post_link" => {
            let (name, title) = split_word(rest);
            let title = match title.trim_matches(['"', '\'']) {
                "" => name,
                title => title,
            };
            Reading::Text(format!("[{title}]({})", reference("@ref/", name)))
        }
        "asset_img" => {
            let (source, alt) = split_word(rest);
            Reading::Text(format!("![{alt}](<{source}>)"))
        }
        "post_url" => Reading::Text(reference("@ref/", rest)),
        "link" => Reading::Text(reference("@/", rest)),
        _ => Reading::Unknown(format!("Liquid's `{}`", name.trim_start_matches("end"))),
    }
}

/// Liquid's `{{ … }}`. The site's own address becomes nothing, so that addresses start at the root. A
/// quoted text with a filter for URLs becomes the text.
fn expression(inside: &str) -> Reading {
    if matches!(
        inside,
        "site.baseurl"
            | "site.url"
            | "site.github.url"
            | "site.base_url"
            | "base_url"
            | "page.root"
    ) {
        return Reading::Text(String::new());
    }
    let (value, filters) = inside.split_once('|').unwrap_or((inside, ""));
    let value = value.trim();
    let quoted = ['"', '\'']
        .iter()
        .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
    match quoted {
        Some(text) if filters.contains("url") || filters.contains("prepend") => {
            Reading::Text(text.to_owned())
        }
        _ => Reading::Unknown("`{{ … }}`".to_owned()),
    }
}

/// `<Name …>` and `</Name>` of MDX, with braces that may hold `>`.
fn component(text: &str) -> Option<(usize, Reading)> {
    let inside = text.strip_prefix('<')?;
    let inside = inside.strip_prefix('/').unwrap_or(inside);
    if !inside.starts_with(|c: char| c.is_ascii_uppercase()) {
        return None;
    }
    let end = inside.find(|c: char| !c.is_ascii_alphanumeric() && c != '.')?;
    let mut depth = 0_usize;
    let close = text.bytes().position(|byte| {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        byte == b'>' && depth == 0
    })?;
    let kind = format!("the component `{}`", &inside[..end]);
    Some((close + 1, Reading::Unknown(kind)))
}

/// An address that the source resolves: `@ref/` by a post's name, `@/` from the root of the folder.
fn reference(prefix: &str, rest: &str) -> String {
    let target = rest
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .trim_matches(['"', '\'', '`'])
        .trim_start_matches('/');
    format!("{prefix}{target}")
}

/// Hugo's picture with a caption, as HTML.
fn figure(attributes: &str) -> Reading {
    let Some(source) = attribute(attributes, "src") else {
        return Reading::Unknown("the shortcode `figure`".to_owned());
    };
    let text = |name| attribute(attributes, name).map(escape).unwrap_or_default();
    let caption = match text("caption") {
        caption if caption.is_empty() => text("title"),
        caption => caption,
    };
    let alt = text("alt");
    let caption = if caption.is_empty() {
        caption
    } else {
        format!("<figcaption>{caption}</figcaption>")
    };
    let source = escape(source);
    Reading::Text(format!(
        "<figure><img src=\"{source}\" alt=\"{alt}\">{caption}</figure>"
    ))
}

fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = attributes.split_once(&format!("{name}="))?;
    let quote = after.chars().next()?;
    if matches!(quote, '"' | '\'' | '`') {
        after[1..].split(quote).next()
    } else {
        after.split_whitespace().next()
    }
}

fn language(options: &str) -> String {
    let word = options.split([' ', '\t', ',']).next().unwrap_or_default();
    word.trim_matches(['"', '\'']).to_owned()
}

fn split_word(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| c.is_whitespace() || c == '(')
        .unwrap_or(text.len());
    (&text[..end], text[end..].trim())
}

/// A tag as inline code, in which Markdown reads nothing.
pub(super) fn as_code(tag: &str) -> String {
    let words = tag.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("<code>{}</code>", escape(&words))
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation() && !matches!(c, '.' | ',' | '-' | '/' | ';' | ':') {
            escaped.push_str(&format!("&#{};", u32::from(c)));
        } else {
            escaped.push(c);
        }
    }
    escaped
}
