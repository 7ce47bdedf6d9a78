//! What the first page of a visit starts with, besides data.

use std::cell::RefCell;
use std::rc::Rc;

use shared::contact::ContactMessage;
use shared::flash::Flash;

/// Flashes that come with the first page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FirstFlashes {
    /// Oldest first.
    pub flashes: Vec<Flash>,
    /// When the app received them, in milliseconds since 1970. No page shows it at first.
    pub at_ms: f64,
    /// Whether the server holds back further flashes, because it can't tell that a person sees the
    /// page.
    pub are_waiting: bool,
}

/// Text in the fields of the first page: what a reader typed before the app started, or what a form
/// post contained. Clones share it, and each part is taken once.
#[derive(Clone, Default)]
pub struct Typed(Rc<RefCell<TypedText>>);

#[derive(Default)]
struct TypedText {
    search: Option<String>,
    message: Option<ContactMessage>,
}

impl PartialEq for Typed {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Typed {
    /// The text of the search box and of the contact form, as far as the page has them.
    pub fn new(search: Option<String>, message: Option<ContactMessage>) -> Self {
        Self(Rc::new(RefCell::new(TypedText { search, message })))
    }

    /// The text of the search box.
    pub fn take_search(&self) -> Option<String> {
        self.0.borrow_mut().search.take()
    }

    /// The text of the contact form.
    pub fn take_message(&self) -> Option<ContactMessage> {
        self.0.borrow_mut().message.take()
    }
}
