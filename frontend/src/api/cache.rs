//! Answers of the API, kept while the page is open.

use std::any::Any;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

/// The most answers kept. A reader is unlikely to go back through so many pages.
const CAPACITY: usize = 40;

/// The newest answers of the API by path, newest first. A reload empties it.
#[derive(Default)]
pub(crate) struct AnswerCache {
    answers: RefCell<VecDeque<(String, Rc<dyn Any>)>>,
}

impl PartialEq for AnswerCache {
    /// A cache equals only itself.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl AnswerCache {
    /// The answer to `path`, if it is a `T`.
    pub(crate) fn get<T: 'static>(&self, path: &str) -> Option<Rc<T>> {
        let answers = self.answers.borrow();
        let (_, answer) = answers.iter().find(|(kept, _)| kept == path)?;
        Rc::clone(answer).downcast().ok()
    }

    /// Keeps an answer. It replaces an older one to `path`, and pushes out the oldest if there are too
    /// many.
    pub(crate) fn put<T: 'static>(&self, path: &str, answer: Rc<T>) {
        self.forget(path);
        let mut answers = self.answers.borrow_mut();
        answers.push_front((path.to_owned(), answer));
        answers.truncate(CAPACITY);
    }

    /// Drops the answer to `path`.
    pub(crate) fn forget(&self, path: &str) {
        self.answers.borrow_mut().retain(|(kept, _)| kept != path);
    }

    /// The first hit of `find` among the answers of type `T`, newest first.
    pub(crate) fn find<T: 'static, R>(&self, find: impl Fn(&T) -> Option<R>) -> Option<R> {
        let answers = self.answers.borrow();
        answers
            .iter()
            .filter_map(|(_, answer)| answer.downcast_ref())
            .find_map(find)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_answer_to_a_path_is_kept() {
        let cache = AnswerCache::default();
        cache.put("/a", Rc::new(1_u8));
        cache.put("/a", Rc::new(2_u8));
        assert_eq!(cache.get("/a"), Some(Rc::new(2_u8)));
        assert_eq!(cache.get::<u8>("/b"), None);
        assert_eq!(cache.get::<String>("/a"), None, "another type is no answer");
        cache.forget("/a");
        assert_eq!(cache.get::<u8>("/a"), None);
    }

    #[test]
    fn the_oldest_answer_goes_first() {
        let cache = AnswerCache::default();
        for n in 0..=CAPACITY {
            cache.put(&format!("/{n}"), Rc::new(n));
        }
        assert_eq!(cache.get::<usize>("/0"), None);
        assert_eq!(cache.get("/1"), Some(Rc::new(1_usize)));
    }

    #[test]
    fn answers_are_searched_newest_first() {
        let cache = AnswerCache::default();
        cache.put("/a", Rc::new(1_u8));
        cache.put("/b", Rc::new(3_u8));
        cache.put("/c", Rc::new("another type"));
        assert_eq!(cache.find(|n: &u8| Some(*n)), Some(3));
        assert_eq!(cache.find(|n: &u8| (*n < 3).then_some(*n)), Some(1));
    }
}
