//! The flashes and typed text that the first page of a visit starts with.

use std::cell::RefCell;
use std::rc::Rc;

use shared::contact::ContactMessage;
use shared::flash::Flash;

/// Flashes that come with the first page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FirstFlashes {
    /// Oldest first.
    pub flashes: Vec<Flash>,
    /// When the app received them, in milliseconds since 1970. The first render does not show it, since
    /// the server renders the page without a browser's clock.
    pub at_ms: f64,
    /// Whether flashes wait that the page does not deliver, because it was requested as a prefetch.
    pub are_waiting: bool,
}

/// Text in the fields of the first page: typed by the reader before the app started, or sent by a form
/// post. Clones share it, and each part is taken once.
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
    /// The text of the search box and of the contact form. None for a page without them.
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
