//! Colour, icon and word of a flash's category.

use shared::flash::Category;

use crate::components::icon::Shape;

/// The look of a category. Colour alone is not enough (WCAG 1.4.1).
pub(super) struct Look {
    pub(super) class: &'static str,
    pub(super) shape: Shape,
    pub(super) word: &'static str,
}

pub(super) fn look(category: Category) -> Look {
    let (class, shape, word) = match category {
        Category::Success => ("alert-success", Shape::Check, "Success"),
        Category::Info => ("alert-info", Shape::Info, "Note"),
        Category::Warning => ("alert-warning", Shape::Warning, "Warning"),
        Category::Error => ("alert-danger", Shape::Error, "Error"),
    };
    Look { class, shape, word }
}
