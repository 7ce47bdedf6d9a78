//! JSON as the browser's own parser returns it, read member by member. Serde's code for the same types
//! makes the app 15 KB larger (docs/benchmarks.md).

mod basics;
#[cfg(test)]
mod tests;
mod wire;

use std::cell::Cell;

use js_sys::{JSON, Object, Reflect};
use wasm_bindgen::JsValue;

/// A JSON value: the browser's, and in tests on the host that of `serde_json`.
pub trait Json: Sized {
    /// The value of a member of an object. None if it is absent or `null`.
    fn member(&self, name: &str) -> Option<Self>;
    /// None if this is no string.
    fn text(&self) -> Option<String>;
    /// None if this is no number.
    fn number(&self) -> Option<f64>;
    /// None if this is neither `true` nor `false`.
    fn flag(&self) -> Option<bool>;
    /// None if this is no array.
    fn items(&self) -> Option<Vec<Self>>;
    /// Names and values of an object. None if this is none.
    fn members(&self) -> Option<Vec<(String, Self)>>;
}

/// Notes that a value is not what its type wants. Readers go on, so that they need no branches.
#[derive(Debug, Default)]
pub struct Fault(Cell<bool>);

impl Fault {
    /// The value, or a default and a note.
    pub fn check<T: Default>(&self, value: Option<T>) -> T {
        if value.is_none() {
            self.note();
        }
        value.unwrap_or_default()
    }

    /// Notes a fault.
    pub fn note(&self) {
        self.0.set(true);
    }
}

/// A type that is read from JSON.
pub trait FromJson: Sized {
    /// The value, or any other value and a note of the fault. `None` is an absent member.
    fn from_json<J: Json>(json: Option<&J>, fault: &Fault) -> Self;
}

/// A type that is written as JSON.
pub trait ToJson {
    /// The value for the browser's `JSON.stringify`.
    fn to_json(&self) -> JsValue;
}

/// Reads a value. None if it is not of this type.
pub fn read<T: FromJson>(json: &impl Json) -> Option<T> {
    let fault = Fault::default();
    let value = T::from_json(Some(json), &fault);
    (!fault.0.get()).then_some(value)
}

/// Parses and reads a text.
pub fn parse<T: FromJson>(text: &str) -> Option<T> {
    read(&JSON::parse(text).ok()?)
}

/// Writes a value. None if the browser can't.
pub fn write(value: &(impl ToJson + ?Sized)) -> Option<String> {
    Some(JSON::stringify(&value.to_json()).ok()?.into())
}

/// A member of an object.
pub fn member<J: Json, T: FromJson>(json: Option<&J>, name: &str, fault: &Fault) -> T {
    T::from_json(json.and_then(|json| json.member(name)).as_ref(), fault)
}

/// An object with these members.
pub fn object(members: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in members {
        // It fails only for what is no object.
        let _ = Reflect::set(&object, &JsValue::from_str(name), value);
    }
    object.into()
}

/// Reads each struct member by member: `field`, `field: "name"`, or `field: ..` for a struct whose members
/// stand beside those of this one.
macro_rules! read_members {
    ($($type:ty { $($field:ident $(: $name:tt)?),* $(,)? })*) => {$(
        impl $crate::json::FromJson for $type {
            fn from_json<J: $crate::json::Json>(json: Option<&J>, fault: &$crate::json::Fault) -> Self {
                Self { $($field: $crate::json::read_members!(@ json fault $field $($name)?)),* }
            }
        }
    )*};
    (@ $json:ident $fault:ident $field:ident ..) => {
        $crate::json::FromJson::from_json($json, $fault)
    };
    (@ $json:ident $fault:ident $field:ident) => {
        $crate::json::member($json, stringify!($field), $fault)
    };
    (@ $json:ident $fault:ident $field:ident $name:tt) => {
        $crate::json::member($json, $name, $fault)
    };
}
pub(crate) use read_members;
