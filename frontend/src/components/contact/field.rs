//! A field of the contact form.

use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

/// The kind of text in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One line.
    Text,
    /// An email address.
    Email,
    /// Several lines.
    Multiline,
}

/// The fixed properties of a field.
#[derive(Debug)]
pub(super) struct Field {
    /// The name in the form, and the element's id.
    pub(super) name: &'static str,
    /// The label.
    pub(super) label: &'static str,
    /// The kind of text.
    pub(super) kind: Kind,
    /// The value of `autocomplete` (WCAG 1.3.5).
    pub(super) autocomplete: &'static str,
    /// The most characters, without the spaces around them.
    pub(super) limit: usize,
}

/// The current state of a field.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    /// The text.
    pub(super) value: &'a str,
    /// The errors, as sentences.
    pub(super) errors: &'a [String],
    /// Whether the text is locked, because it is being sent.
    pub(super) is_readonly: bool,
    /// Called with the field's name and the new text.
    pub(super) on_change: &'a Callback<(&'static str, String)>,
    /// Called with the field's name when the focus leaves.
    pub(super) on_leave: &'a Callback<&'static str>,
}

/// A label, a control, its errors (WCAG 3.3.1, 3.3.2), and a counter when the limit is near.
pub(super) fn contact_field(field: &Field, entry: &Entry<'_>) -> Html {
    let error_id = format!("{}-error", field.name);
    html! {
        <div class="field">
            <label class="form-label" for={field.name}>{ field.label }</label>
            { control(field, entry, &error_id) }
            <div class="field-notes">
                <p class="field-error" id={error_id}>{ entry.errors.join(" ") }</p>
                <p class="field-count" role="status">
                    { remaining(entry.value, field.limit).unwrap_or_default() }
                </p>
            </div>
        </div>
    }
}

fn control(field: &Field, entry: &Entry<'_>, error_id: &str) -> Html {
    let name = field.name;
    let value = entry.value.to_owned();
    let readonly = entry.is_readonly;
    let is_invalid = !entry.errors.is_empty();
    let class = classes!("form-control", is_invalid.then_some("is-invalid"));
    let described = is_invalid.then(|| error_id.to_owned());
    let invalid = is_invalid.then_some("true");
    let onblur = entry.on_leave.reform(move |_: FocusEvent| name);
    let kind = match field.kind {
        Kind::Text => "text",
        Kind::Email => "email",
        Kind::Multiline => {
            let oninput = entry.on_change.reform(move |event: InputEvent| {
                let area: HtmlTextAreaElement = event.target_unchecked_into();
                (name, area.value())
            });
            return html! {
                <textarea id={name} {name} {class} rows="8" autocomplete={field.autocomplete}
                    {value} required=true {readonly}
                    aria-invalid={invalid} aria-describedby={described} {oninput} {onblur} />
            };
        }
    };
    let oninput = entry.on_change.reform(move |event: InputEvent| {
        let input: HtmlInputElement = event.target_unchecked_into();
        (name, input.value())
    });
    html! {
        <input id={name} {name} {class} type={kind} autocomplete={field.autocomplete}
            {value} required=true {readonly}
            aria-invalid={invalid} aria-describedby={described} {oninput} {onblur} />
    }
}

/// The number of characters left, when it is a tenth of the limit or less.
fn remaining(text: &str, limit: usize) -> Option<String> {
    let length = text.trim().chars().count();
    match limit.checked_sub(length) {
        Some(left) if left * 10 > limit => None,
        Some(1) => Some("1 character left".to_owned()),
        Some(left) => Some(format!("{left} characters left")),
        None => Some(format!("{} too many", length - limit)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counter_appears_near_the_limit() {
        assert_eq!(remaining(&"x".repeat(89), 100), None);
        assert_eq!(
            remaining(&"é".repeat(90), 100).as_deref(),
            Some("10 characters left")
        );
        assert_eq!(
            remaining(&"x".repeat(99), 100).as_deref(),
            Some("1 character left")
        );
        assert_eq!(remaining(" x ", 1).as_deref(), Some("0 characters left"));
        assert_eq!(
            remaining(&"x".repeat(103), 100).as_deref(),
            Some("3 too many")
        );
    }
}
