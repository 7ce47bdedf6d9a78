//! Reading and writing texts, numbers, lists, maps and optional values.

use std::collections::BTreeMap;

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::{Fault, FromJson, Json, ToJson};

impl Json for JsValue {
    fn member(&self, name: &str) -> Option<Self> {
        // `get` fails for a value that is not an object.
        let value = Reflect::get(self, &JsValue::from_str(name)).ok()?;
        (!value.is_null() && !value.is_undefined()).then_some(value)
    }

    fn text(&self) -> Option<String> {
        self.as_string()
    }

    fn number(&self) -> Option<f64> {
        self.as_f64()
    }

    fn flag(&self) -> Option<bool> {
        self.as_bool()
    }

    fn items(&self) -> Option<Vec<Self>> {
        Some(self.dyn_ref::<Array>()?.to_vec())
    }

    fn members(&self) -> Option<Vec<(String, Self)>> {
        let names = Object::keys(self.dyn_ref::<Object>()?).to_vec();
        let member = |name: JsValue| {
            let name = name.as_string()?;
            let value = self.member(&name)?;
            Some((name, value))
        };
        names.into_iter().map(member).collect()
    }
}

impl FromJson for String {
    fn from_json<J: Json>(json: Option<&J>, fault: &Fault) -> Self {
        fault.check(json.and_then(Json::text))
    }
}

impl FromJson for bool {
    fn from_json<J: Json>(json: Option<&J>, fault: &Fault) -> Self {
        fault.check(json.and_then(Json::flag))
    }
}

impl FromJson for f64 {
    fn from_json<J: Json>(json: Option<&J>, fault: &Fault) -> Self {
        fault.check(json.and_then(Json::number))
    }
}

impl FromJson for u32 {
    fn from_json<J: Json>(json: Option<&J>, fault: &Fault) -> Self {
        let number = f64::from_json(json, fault);
        // The cast saturates, so another number than `whole` was out of range or had a fraction.
        let whole = number as Self;
        fault.check((f64::from(whole) == number).then_some(whole))
    }
}

impl FromJson for u16 {
    fn from_json<J: Json>(json: Option<&J>, fault: &Fault) -> Self {
        fault.check(u32::from_json(json, fault).try_into().ok())
    }
}

impl FromJson for u8 {
    fn from_json<J: Json>(json: Option<&J>, fault: &Fault) -> Self {
        fault.check(u32::from_json(json, fault).try_into().ok())
    }
}

/// A span `[start, end]`.
impl FromJson for (u32, u32) {
    fn from_json<J: Json>(json: Option<&J>, fault: &Fault) -> Self {
        let numbers = Vec::<u32>::from_json(json, fault);
        match numbers[..] {
            [start, end] => (start, end),
            _ => fault.check(None),
        }
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json<J: Json>(json: Option<&J>, fault: &Fault) -> Self {
        json.map(|json| T::from_json(Some(json), fault))
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json<J: Json>(json: Option<&J>, fault: &Fault) -> Self {
        let items = fault.check(json.and_then(Json::items));
        items
            .iter()
            .map(|item| T::from_json(Some(item), fault))
            .collect()
    }
}

impl<T: FromJson> FromJson for BTreeMap<String, T> {
    fn from_json<J: Json>(json: Option<&J>, fault: &Fault) -> Self {
        let members = fault.check(json.and_then(Json::members));
        members
            .into_iter()
            .map(|(name, value)| (name, T::from_json(Some(&value), fault)))
            .collect()
    }
}

impl<T: ToJson> ToJson for [T] {
    fn to_json(&self) -> JsValue {
        self.iter().map(ToJson::to_json).collect::<Array>().into()
    }
}
