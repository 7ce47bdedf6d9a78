//! The one shape of every API response body.

use serde::de::Error as _;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::flash::Flash;
use crate::problem::Problem;

/// A response body: an outcome and the flash messages delivered with it.
///
/// On the wire it is `{"data": …, "flash": […]}` or `{"error": …, "flash": […]}`, never both.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope<T> {
    /// The data or the problem.
    pub outcome: Outcome<T>,
    /// Flash messages for the session's visitor, oldest first.
    pub flash: Vec<Flash>,
}

/// The result of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome<T> {
    /// The member `data`.
    Data(T),
    /// The member `error`: why there is no data.
    Error(Problem),
}

impl<T: Serialize> Serialize for Envelope<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut envelope = serializer.serialize_struct("Envelope", 2)?;
        match &self.outcome {
            Outcome::Data(data) => envelope.serialize_field("data", data)?,
            Outcome::Error(problem) => envelope.serialize_field("error", problem)?,
        }
        envelope.serialize_field("flash", &self.flash)?;
        envelope.end()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Envelope<T> {
    /// # Errors
    /// When the object holds both `data` and `error`, or neither.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(bound = "T: Deserialize<'de>")]
        struct Fields<T> {
            #[serde(default = "Option::default")]
            data: Option<T>,
            #[serde(default)]
            error: Option<Problem>,
            #[serde(default)]
            flash: Vec<Flash>,
        }
        let Fields { data, error, flash } = Fields::deserialize(deserializer)?;
        let outcome = match (data, error) {
            (Some(data), None) => Outcome::Data(data),
            (None, Some(problem)) => Outcome::Error(problem),
            (Some(_), Some(_)) => return Err(D::Error::custom("both `data` and `error`")),
            (None, None) => return Err(D::Error::custom("neither `data` nor `error`")),
        };
        Ok(Self { outcome, flash })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flash::Category;

    #[test]
    fn data_and_flash_travel_in_one_object() {
        let envelope = Envelope {
            outcome: Outcome::Data(7),
            flash: vec![Flash {
                id: "a".into(),
                category: Category::Success,
                message: "Done.".into(),
            }],
        };
        let json = serde_json::to_string(&envelope).expect("serialises");
        assert_eq!(
            json,
            r#"{"data":7,"flash":[{"id":"a","category":"success","message":"Done."}]}"#
        );
        assert_eq!(
            serde_json::from_str::<Envelope<i32>>(&json).expect("parses"),
            envelope
        );
    }

    #[test]
    fn a_body_with_both_or_neither_is_refused() {
        let problem = r#"{"type":"about:blank","title":"Not Found","status":404,"code":"not_found","detail":"","request_id":""}"#;
        let both = format!(r#"{{"data":1,"error":{problem},"flash":[]}}"#);
        assert!(serde_json::from_str::<Envelope<i32>>(&both).is_err());
        assert!(serde_json::from_str::<Envelope<i32>>(r#"{"flash":[]}"#).is_err());
        let error = format!(r#"{{"error":{problem},"flash":[]}}"#);
        assert!(matches!(
            serde_json::from_str::<Envelope<i32>>(&error).expect("parses").outcome,
            Outcome::Error(problem) if problem.status == 404
        ));
    }
}
