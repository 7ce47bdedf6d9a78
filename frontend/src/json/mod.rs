//! Reading JSON member by member from the values of the browser's parser. Serde's code for the same types
//! would make the app 15 KB larger (docs/benchmarks.md).

mod basics;
#[cfg(test)]
mod tests;
mod wire;

use std::cell::Cell;

use js_sys::{JSON, Object, Reflect};
use wasm_bindgen::JsValue;

/// A JSON value: of the browser, or of `serde_json` in tests on the host.
pub trait Json: Sized {
    /// The value of a member of an object. None if it is absent or `null`.
    fn member(&self, name: &str) -> Option<Self>;
    /// None if this is not a string.
    fn text(&self) -> Option<String>;
    /// None if this is not a number.
    fn number(&self) -> Option<f64>;
    /// None if this is neither `true` nor `false`.
    fn flag(&self) -> Option<bool>;
    /// None if this is not an array.
    fn items(&self) -> Option<Vec<Self>>;
    /// Names and values of an object's members. None if this is not an object.
    fn members(&self) -> Option<Vec<(String, Self)>>;
}

/// Whether a value did not fit its type. Reading goes on after a fault, which needs less code than
/// returning early.
#[derive(Debug, Default)]
pub struct Fault(Cell<bool>);

impl Fault {
    /// The value. Without one, the default, and a fault is noted.
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
    /// Reads the value; `None` stands for an absent member. If it does not fit, notes a fault and returns
    /// any value.
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
        // `set` fails only for a value that is not an object.
        let _ = Reflect::set(&object, &JsValue::from_str(name), value);
    }
    object.into()
}

/// Implements [`FromJson`] for structs. `field` is read from the member of the same name, `field: "name"`
/// from the member `name`, and `field: ..` from the same object (serde's `flatten`).
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
