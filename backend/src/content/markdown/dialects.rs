//! Additions of site generators to Markdown: Hugo's and Zola's shortcodes, Jekyll's Liquid, MDX,
//! admonitions, summary marks. Those that need no generator become Markdown. The rest is shown as code.

mod tags;

use std::collections::BTreeSet;

use self::tags::{Reading, read_tag};

/// The longest tag, in bytes.
const MAX_TAG: usize = 1_000;
/// How long a closing tag may be after its name, in bytes.
const CLOSING_TAG: usize = 50;
/// How deep admonitions may be nested. Each level adds `> ` to all of its lines.
const MAX_BOXES: usize = 16;
/// Each mark that ends a summary becomes this one.
pub(super) const SUMMARY_MARK: &str = "<!-- more -->";

/// A text of Markdown and HTML only.
#[derive(Debug, Default)]
pub(super) struct Translated {
    pub(super) markdown: String,
    /// The kinds of tags that are shown as code, for a warning.
    pub(super) unread: BTreeSet<String>,
}

pub(super) fn translate(text: &str, is_mdx: bool) -> Translated {
    let mut translator = Translator {
        rest: text,
        out: Translated::default(),
        is_mdx,
        fence: None,
        boxes: 0,
        after_blank: true,
    };
    while !translator.rest.is_empty() {
        translator.line();
    }
    translator.out
}

struct Translator<'a> {
    rest: &'a str,
    out: Translated,
    is_mdx: bool,
    /// The character and the length of the code fence that is open.
    fence: Option<(u8, usize)>,
    /// How many admonitions are open.
    boxes: usize,
    after_blank: bool,
}

impl<'a> Translator<'a> {
    fn line(&mut self) {
        let end = self.rest.find('\n').map_or(self.rest.len(), |at| at + 1);
        let line = &self.rest[..end];
        let trimmed = line.trim();
        let is_code = self.fence.is_some()
            || (self.after_blank && line.starts_with(['\t', ' ']) && is_indented(line));
        self.after_blank = trimmed.is_empty() || (is_code && self.after_blank);
        if self.take_fence(trimmed) || is_code {
            return self.copy_line(end);
        }
        if self.is_mdx && trimmed.starts_with("import ") {
            return self.skip_statement(&[";", "'", "\""]);
        }
        if self.is_mdx && trimmed.starts_with("export ") {
            return self.skip_statement(&[";"]);
        }
        if (trimmed.starts_with(":::") && self.take_admonition(trimmed))
            || (trimmed.starts_with('>') && self.take_titled_quote(trimmed))
        {
            self.rest = &self.rest[end..];
            return;
        }
        self.push_quotes();
        self.inline();
    }

    fn push_quotes(&mut self) {
        self.out.markdown.push_str(&"> ".repeat(self.boxes));
    }

    fn copy_line(&mut self, end: usize) {
        self.push_quotes();
        self.out.markdown.push_str(&self.rest[..end]);
        self.rest = &self.rest[end..];
    }

    /// Opens or closes a code fence (CommonMark 0.31, section 4.5). Returns whether the line starts with one.
    fn take_fence(&mut self, trimmed: &str) -> bool {
        let trimmed = trimmed.trim_start_matches(['>', ' ']);
        let Some(&mark) = trimmed.as_bytes().first().filter(|b| b"`~".contains(b)) else {
            return false;
        };
        let length = trimmed.bytes().take_while(|byte| *byte == mark).count();
        match self.fence {
            Some((open, at_least)) => {
                if open == mark && length >= at_least && length == trimmed.len() {
                    self.fence = None;
                }
                true
            }
            None if length >= 3 && (mark == b'~' || !trimmed[length..].contains('`')) => {
                self.fence = Some((mark, length));
                true
            }
            None => false,
        }
    }

    /// Leaves out an `import` or `export` of MDX: the lines up to one that ends with one of `ends`, or up to
    /// a blank line.
    fn skip_statement(&mut self, ends: &[&str]) {
        let mut lines = self.rest.split_inclusive('\n');
        let mut length = 0;
        for line in &mut lines {
            length += line.len();
            let line = line.trim_end();
            if line.is_empty() || ends.iter().any(|end| line.ends_with(end)) {
                break;
            }
        }
        self.rest = &self.rest[length..];
    }

    /// `:::note Title` of Docusaurus, VuePress and Starlight, `::: {.callout-note}` of Quarto.
    fn take_admonition(&mut self, trimmed: &str) -> bool {
        let inside = trimmed.trim_start_matches(':').trim();
        if inside.is_empty() {
            if self.boxes == 0 {
                return false;
            }
            self.boxes -= 1;
            self.push_quotes();
            self.out.markdown.push('\n');
            return true;
        }
        let inside = inside
            .trim_matches(['{', '}'])
            .trim_start_matches(".callout-");
        let end = inside
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(inside.len());
        let (kind, title) = inside.split_at(end);
        let Some(kind) = callout(kind).filter(|_| self.boxes < MAX_BOXES) else {
            return false;
        };
        let title = title.trim().trim_matches(['[', ']']);
        self.push_quotes();
        self.out.markdown.push('\n');
        self.boxes += 1;
        self.push_callout(kind, title, &"> ".repeat(self.boxes));
        true
    }

    fn push_callout(&mut self, kind: &str, title: &str, quotes: &str) {
        let out = &mut self.out.markdown;
        out.push_str(&format!("{quotes}[!{kind}]\n"));
        if !title.is_empty() && !title.contains('=') {
            out.push_str(&format!("{quotes}**{title}**\n{quotes}\n"));
        }
    }

    /// `> [!info] Title` of Obsidian.
    fn take_titled_quote(&mut self, trimmed: &str) -> bool {
        let inside = trimmed.trim_start_matches(['>', ' ']);
        let quotes = &trimmed[..trimmed.len() - inside.len()];
        let callout = inside
            .strip_prefix("[!")
            .filter(|_| quotes.starts_with('>'))
            .and_then(|rest| rest.split_once(']'))
            .and_then(|(kind, title)| Some((callout(kind)?, title)));
        let Some((kind, title)) = callout else {
            return false;
        };
        let quotes = format!("{}{quotes}", "> ".repeat(self.boxes));
        self.push_callout(kind, title.trim_start_matches(['+', '-']).trim(), &quotes);
        true
    }

    /// Translates the rest of the line. A tag may continue on the next lines.
    fn inline(&mut self) {
        loop {
            let at = self.rest.find(['\n', '`', '{', '<']);
            let Some(at) = at else {
                self.out.markdown.push_str(self.rest);
                self.rest = "";
                return;
            };
            self.out.markdown.push_str(&self.rest[..at]);
            self.rest = &self.rest[at..];
            match self.rest.as_bytes()[0] {
                b'\n' => {
                    self.take(1);
                    return;
                }
                b'`' => self.code_span(),
                _ => self.tag(),
            }
        }
    }

    fn take(&mut self, length: usize) {
        self.out.markdown.push_str(&self.rest[..length]);
        self.rest = &self.rest[length..];
    }

    /// Copies a code span, which ends with as many backticks as it begins with. Copies only the backticks
    /// when the line has no such end.
    fn code_span(&mut self) {
        let length = self.rest.len() - self.rest.trim_start_matches('`').len();
        let (marks, after) = self.rest.split_at(length);
        let line = after.lines().next().unwrap_or_default();
        let end = line.match_indices(marks).find_map(|(at, _)| {
            let is_longer = line[at + length..].starts_with('`') || line[..at].ends_with('`');
            (!is_longer).then_some(length + at + length)
        });
        self.take(end.unwrap_or(length));
    }

    fn tag(&mut self) {
        let mut window = self.rest.len().min(MAX_TAG);
        window = self.rest.floor_char_boundary(window);
        let is_value = self.out.markdown.ends_with(['"', '\'', '=', '(']);
        let Some((length, reading)) = read_tag(&self.rest[..window], self.is_mdx) else {
            return self.take(1);
        };
        let (tag, after) = self.rest.split_at(length);
        self.rest = after;
        match reading {
            Reading::Text(text) => self.out.markdown.push_str(&text),
            Reading::SummaryMark => {
                self.out
                    .markdown
                    .push_str(&format!("\n\n{SUMMARY_MARK}\n\n"));
            }
            Reading::Untouched => self.out.markdown.push_str(tag),
            Reading::Code { language, end } => {
                let code = self.up_to(end);
                let fence = "`".repeat(longest_run(code).max(2) + 1);
                let code = code.trim_matches('\n');
                self.out
                    .markdown
                    .push_str(&format!("\n\n{fence}{language}\n{code}\n{fence}\n\n"));
            }
            Reading::Verbatim(end) => {
                let text = self.up_to(end);
                self.out.markdown.push_str(text);
            }
            Reading::Nothing(end) => {
                self.up_to(end);
            }
            Reading::Unknown(kind) => {
                self.out.unread.insert(kind);
                if is_value {
                    self.out.markdown.push_str(tag);
                } else {
                    self.out.markdown.push_str(&tags::as_code(tag));
                }
            }
        }
    }

    /// Takes the text up to a closing tag, or all of it without one. Returns it without the tag.
    fn up_to(&mut self, end: &str) -> &'a str {
        let rest = self.rest;
        let open = if end.starts_with('/') { "{{" } else { "{%" };
        let mut tags = rest.match_indices(open);
        let found = tags.find_map(|(at, _)| {
            let inside = rest[at..].trim_start_matches(['{', '%', '<', '-', ' ']);
            let after = inside.strip_prefix(end)?;
            let name_end = rest.len() - after.len();
            let close = after
                .bytes()
                .take(CLOSING_TAG)
                .position(|byte| byte == b'}')?;
            let length = name_end + close;
            let braces = rest[length..].len() - rest[length..].trim_start_matches('}').len();
            Some((at, length + braces))
        });
        let (at, length) = found.unwrap_or((rest.len(), rest.len()));
        self.rest = &rest[length..];
        &rest[..at]
    }
}

fn is_indented(line: &str) -> bool {
    line.starts_with('\t') || line.starts_with("    ")
}

fn longest_run(code: &str) -> usize {
    code.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// GitHub's name for a kind of admonition.
pub(super) fn callout(kind: &str) -> Option<&'static str> {
    Some(match kind.to_ascii_lowercase().as_str() {
        "note" | "info" | "abstract" | "seealso" | "details" => "NOTE",
        "tip" | "hint" | "success" => "TIP",
        "important" => "IMPORTANT",
        "warning" | "attention" => "WARNING",
        "caution" | "danger" | "error" => "CAUTION",
        _ => return None,
    })
}
