//! A field of the contact form.

use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

/// What kind of text a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One line.
    Text,
    /// An email address.
    Email,
    /// Several lines.
    Multiline,
}

/// A field, whatever stands in it.
#[derive(Debug)]
pub struct Field {
    /// Its name in the form, and its id.
    pub name: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// Which of the reader's own data fits (WCAG 1.3.5).
    pub autocomplete: &'static str,
    /// The most characters, trimmed.
    pub limit: usize,
}

/// What stands in a field, and what people may do with it.
#[derive(Debug)]
pub struct Entry<'a> {
    /// What stands in it.
    pub value: &'a str,
    /// Sentences about what is wrong.
    pub faults: &'a [String],
    /// Whether it can't be changed just now: what is typed would not be sent.
    pub is_readonly: bool,
    /// Told the name and the new text.
    pub on_change: &'a Callback<(&'static str, String)>,
    /// Told the name when the focus leaves.
    pub on_leave: &'a Callback<&'static str>,
}

/// A label, a control, a counter once the limit is near, and the errors, which the control refers
/// to (WCAG 3.3.1, 3.3.2).
pub fn contact_field(field: &Field, entry: &Entry<'_>) -> Html {
    let name = field.name;
    let value = entry.value.to_owned();
    let readonly = entry.is_readonly;
    let error_id = format!("{name}-error");
    let is_bad = !entry.faults.is_empty();
    let class = classes!("form-control", is_bad.then_some("is-invalid"));
    let described = is_bad.then(|| error_id.clone());
    let invalid = is_bad.then_some("true");
    let onblur = entry.on_leave.reform(move |_: FocusEvent| name);
    let control = match field.kind {
        Kind::Multiline => {
            let oninput = entry.on_change.reform(move |event: InputEvent| {
                let area: HtmlTextAreaElement = event.target_unchecked_into();
                (name, area.value())
            });
            html! {
                <textarea id={name} {name} {class} rows="8" autocomplete={field.autocomplete}
                    {value} required=true {readonly}
                    aria-invalid={invalid} aria-describedby={described} {oninput} {onblur} />
            }
        }
        Kind::Text | Kind::Email => {
            let oninput = entry.on_change.reform(move |event: InputEvent| {
                let input: HtmlInputElement = event.target_unchecked_into();
                (name, input.value())
            });
            let kind = if field.kind == Kind::Email {
                "email"
            } else {
                "text"
            };
            html! {
                <input id={name} {name} {class} type={kind} autocomplete={field.autocomplete}
                    {value} required=true {readonly}
                    aria-invalid={invalid} aria-describedby={described} {oninput} {onblur} />
            }
        }
    };
    html! {
        <div class="field">
            <label class="form-label" for={name}>{ field.label }</label>
            { control }
            <div class="field-notes">
                <p class="field-error" id={error_id}>{ entry.faults.join(" ") }</p>
                <p class="field-count" role="status">
                    { remaining(entry.value, field.limit).unwrap_or_default() }
                </p>
            </div>
        </div>
    }
}

/// How many characters are left, once fewer than a tenth are.
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
    fn the_counter_speaks_up_near_the_limit() {
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
