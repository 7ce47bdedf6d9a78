//! Bounds on the work for a post's HTML, so that one post can't take all time or memory.
//!
//! At each tag the parser searches all open elements. For each attribute it searches the tag's other
//! attributes, and to move an element it searches all children of the parent. So a megabyte of HTML can
//! take minutes. A dry run comes first: it parses piece by piece, counts instead of building a tree, and
//! stops at fixed bounds. HTML of real posts stays far below them.

mod attributes;

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{Attribute, ExpandedName, ParseOpts, QualName, local_name, ns, parse_fragment};

use self::attributes::{MAX_ATTRIBUTES, check_attributes};

/// How deep elements may be nested.
const MAX_DEPTH: usize = 512;
/// How many elements a post may have, those that the parser adds included.
const MAX_ELEMENTS: usize = 250_000;
/// How many siblings the parser may search to move elements, in total.
const MAX_STEPS: usize = 20_000_000;
/// How many bytes the serialiser may search to escape characters, in total.
const MAX_ESCAPE_STEPS: u64 = 4_000_000_000;
/// The counts are checked after this many bytes.
const PIECE: usize = 1024;

/// The HTML would take too much work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooComplex {
    /// Elements within elements.
    #[error("its HTML is nested more than {MAX_DEPTH} elements deep")]
    NestedTooDeep,
    /// Too many elements of all kinds together.
    #[error("its HTML has more than {MAX_ELEMENTS} elements")]
    TooManyElements,
    /// Too many attributes in one tag.
    #[error("a tag of its HTML has more than {MAX_ATTRIBUTES} attributes")]
    TooManyAttributes,
    /// Too many elements in places where they are not allowed.
    #[error("too many elements of its HTML stand where they may not, as text within a table does")]
    Misplaced,
    /// Too many characters to escape in one text.
    #[error("a text of its HTML has too many characters that have to be escaped")]
    TooManyEscapes,
}

/// Refuses HTML that takes too much work to parse or to write.
pub(super) fn check(html: &str) -> Result<(), TooComplex> {
    check_escapes(html)?;
    if html.bytes().filter(|byte| *byte == b'<').count() < MAX_DEPTH {
        return check_attributes(html);
    }
    check_attributes(html)?;
    let figures = Rc::new(Figures::default());
    let sink = Measure {
        document: Node::new(None),
        figures: Rc::clone(&figures),
    };
    let context = QualName::new(None, ns!(html), local_name!("div"));
    let mut parser = parse_fragment(sink, ParseOpts::default(), context, vec![], false);
    let mut rest = html;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.floor_char_boundary(PIECE.min(rest.len())));
        parser.process(StrTendril::from(piece));
        figures.check()?;
        rest = after;
    }
    Ok(())
}

/// At each `&`, and at each first byte of a no-break space, the serialiser searches the rest of the text
/// for `<`. A text of only these characters costs the square of its length.
fn check_escapes(html: &str) -> Result<(), TooComplex> {
    let steps = |text: &str| {
        let escapes = text.bytes().filter(|byte| matches!(byte, b'&' | 0xC2));
        escapes.count() as u64 * text.len() as u64 / 2
    };
    let steps: u64 = html.split('<').map(steps).sum();
    if steps > MAX_ESCAPE_STEPS {
        return Err(TooComplex::TooManyEscapes);
    }
    Ok(())
}

#[derive(Default)]
struct Figures {
    elements: Cell<usize>,
    depth: Cell<usize>,
    steps: Cell<usize>,
}

impl Figures {
    fn check(&self) -> Result<(), TooComplex> {
        if self.depth.get() > MAX_DEPTH {
            return Err(TooComplex::NestedTooDeep);
        }
        if self.elements.get() > MAX_ELEMENTS {
            return Err(TooComplex::TooManyElements);
        }
        if self.steps.get() > MAX_STEPS {
            return Err(TooComplex::Misplaced);
        }
        Ok(())
    }
}

/// A node without its content.
struct Node {
    name: Option<QualName>,
    is_integration_point: bool,
    depth: Cell<usize>,
    children: Cell<usize>,
    parent: RefCell<Weak<Node>>,
    /// The content of a `template`.
    inside: Option<Rc<Node>>,
}

impl Node {
    fn new(name: Option<QualName>) -> Rc<Self> {
        Rc::new(Self {
            name,
            is_integration_point: false,
            depth: Cell::new(0),
            children: Cell::new(0),
            parent: RefCell::default(),
            inside: None,
        })
    }
}

/// Counts what the parser would build.
struct Measure {
    document: Rc<Node>,
    figures: Rc<Figures>,
}

impl Measure {
    fn adopt(&self, parent: &Rc<Node>, child: NodeOrText<Rc<Node>>) {
        parent.children.set(parent.children.get() + 1);
        if let NodeOrText::AppendNode(child) = child {
            let depth = parent.depth.get() + 1;
            child.depth.set(depth);
            *child.parent.borrow_mut() = Rc::downgrade(parent);
            self.figures.depth.set(self.figures.depth.get().max(depth));
        }
    }

    fn walk(&self, steps: usize) {
        self.figures.steps.set(self.figures.steps.get() + steps);
    }
}

impl TreeSink for Measure {
    type Handle = Rc<Node>;
    type Output = ();
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) {}

    fn parse_error(&self, _message: Cow<'static, str>) {}

    fn get_document(&self) -> Rc<Node> {
        Rc::clone(&self.document)
    }

    fn elem_name<'a>(&'a self, target: &'a Rc<Node>) -> ExpandedName<'a> {
        const NONE: ExpandedName<'static> = ExpandedName {
            ns: &ns!(html),
            local: &local_name!(""),
        };
        target.name.as_ref().map_or(NONE, QualName::expanded)
    }

    fn create_element(
        &self,
        name: QualName,
        _attributes: Vec<Attribute>,
        flags: ElementFlags,
    ) -> Rc<Node> {
        self.figures.elements.set(self.figures.elements.get() + 1);
        Rc::new(Node {
            name: Some(name),
            is_integration_point: flags.mathml_annotation_xml_integration_point,
            depth: Cell::new(0),
            children: Cell::new(0),
            parent: RefCell::default(),
            inside: flags.template.then(|| Node::new(None)),
        })
    }

    fn create_comment(&self, _text: StrTendril) -> Rc<Node> {
        self.figures.elements.set(self.figures.elements.get() + 1);
        Node::new(None)
    }

    fn create_pi(&self, _target: StrTendril, _data: StrTendril) -> Rc<Node> {
        Node::new(None)
    }

    fn append(&self, parent: &Rc<Node>, child: NodeOrText<Rc<Node>>) {
        self.adopt(parent, child);
    }

    fn append_based_on_parent_node(
        &self,
        element: &Rc<Node>,
        previous: &Rc<Node>,
        child: NodeOrText<Rc<Node>>,
    ) {
        if element.parent.borrow().upgrade().is_some() {
            self.append_before_sibling(element, child);
        } else {
            self.append(previous, child);
        }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &Rc<Node>) -> Rc<Node> {
        let inside = target.inside.as_ref().unwrap_or(target);
        inside.depth.set(target.depth.get() + 1);
        Rc::clone(inside)
    }

    fn same_node(&self, one: &Rc<Node>, other: &Rc<Node>) -> bool {
        Rc::ptr_eq(one, other)
    }

    fn set_quirks_mode(&self, _mode: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Rc<Node>, child: NodeOrText<Rc<Node>>) {
        let parent = sibling.parent.borrow().upgrade();
        if let Some(parent) = parent {
            self.walk(parent.children.get());
            self.adopt(&parent, child);
        }
    }

    fn add_attrs_if_missing(&self, _target: &Rc<Node>, _attributes: Vec<Attribute>) {}

    fn remove_from_parent(&self, target: &Rc<Node>) {
        if let Some(parent) = target.parent.take().upgrade() {
            self.walk(parent.children.get());
            parent.children.set(parent.children.get().saturating_sub(1));
        }
    }

    fn reparent_children(&self, node: &Rc<Node>, new_parent: &Rc<Node>) {
        let children = node.children.take();
        self.walk(children);
        new_parent
            .children
            .set(new_parent.children.get() + children);
        // Its descendants are at most one level deeper now.
        let depth = self.figures.depth.get().max(new_parent.depth.get() + 1);
        self.figures.depth.set(depth);
    }

    fn is_mathml_annotation_xml_integration_point(&self, target: &Rc<Node>) -> bool {
        target.is_integration_point
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn honest_html_passes_and_each_kind_of_excess_is_named() {
        let many = |piece: &str, times: usize| piece.repeat(times);
        let attributes =
            |count: usize| -> String { (0..count).map(|number| format!(" a{number}=x")).collect() };
        for (html, expected) in [
            (many("<p>One <b>two</b>", 50_000), Ok(())),
            (many("<h2>Same</h2>", 20_000), Ok(())),
            (format!("{}x", many("<div>", 500)), Ok(())),
            (many("<div>", 2_000), Err(TooComplex::NestedTooDeep)),
            // An end tag within a table does not close what is outside of it.
            (
                many("<div><table></div></table>", 1_000),
                Err(TooComplex::NestedTooDeep),
            ),
            (many("<br>", 300_000), Err(TooComplex::TooManyElements)),
            // Each paragraph repeats the open `b` elements.
            (
                format!(
                    "<p>{}</p>{}",
                    (0..400).map(|n| format!("<b id={n}>")).collect::<String>(),
                    many("<p>x</p>", 10_000)
                ),
                Err(TooComplex::TooManyElements),
            ),
            (
                format!("<table>{}", many("x<i></i>", 20_000)),
                Err(TooComplex::Misplaced),
            ),
            (many("« Été » & hiver ", 5_000), Ok(())),
            (many("<p>a &amp; b</p>", 20_000), Ok(())),
            (many("&amp;", 400_000), Err(TooComplex::TooManyEscapes)),
            (
                format!("<img alt=\"{}\">", many("\u{a0}", 400_000)),
                Err(TooComplex::TooManyEscapes),
            ),
            (format!("<p{}>x", attributes(1_500)), Ok(())),
            (
                format!("<p{}>x", attributes(2_500)),
                Err(TooComplex::TooManyAttributes),
            ),
            (
                format!("<!-- <i x=\"--><p y='>'{}>", attributes(2_500)),
                Err(TooComplex::TooManyAttributes),
            ),
            (format!("<pre>and/or {}", many("word ", 20_000)), Ok(())),
            (
                format!("<img alt=\"{}\">", many("word / = ", 100_000)),
                Ok(()),
            ),
        ] {
            let start: String = html.chars().take(40).collect();
            assert_eq!(check(&html), expected, "{start}");
        }
    }
}
