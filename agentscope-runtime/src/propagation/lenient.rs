//! Reads an envelope so that nothing in its context can cost the task.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{self, DeserializeOwned, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::envelope::{Delegation, Envelope};
use super::signature::Signature;

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Field {
    Version,
    Traceparent,
    Tracestate,
    Baggage,
    Delegation,
    Signature,
    Task,
    /// Of a later version.
    #[serde(other)]
    Unknown,
}

/// Of a signature.
#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Said {
    KeyId,
    Hmac,
    #[serde(other)]
    Unknown,
}

/// Needs a format that describes itself, as JSON does.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Envelope<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields(PhantomData))
    }
}

struct Fields<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
    type Value = Envelope<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an envelope: an object with a `task`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut task = None;
        let mut version = Part::Absent;
        let [mut traceparent, mut tracestate, mut baggage] = [const { Part::Absent }; 3];
        let (mut delegation, mut signature) = (None, Part::Absent);
        let mut is_malformed = false;
        while let Some(field) = map.next_key()? {
            // What stands twice is read in two ways by two readers.
            let mut put = |place: &mut Part, part: Apart<Part>| {
                is_malformed |= !matches!(place, Part::Absent);
                *place = part.0.unwrap_or(Part::Other);
            };
            match field {
                Field::Version => put(&mut version, map.next_value()?),
                Field::Traceparent => put(&mut traceparent, map.next_value()?),
                Field::Tracestate => put(&mut tracestate, map.next_value()?),
                Field::Baggage => put(&mut baggage, map.next_value()?),
                Field::Delegation => {
                    let Apart(came) = map.next_value()?;
                    is_malformed |= delegation.is_some() || came.is_none();
                    delegation = Some(came.unwrap_or(Value::Null));
                }
                Field::Signature => put(&mut signature, map.next_value()?),
                Field::Task if task.is_some() => return Err(de::Error::duplicate_field("task")),
                Field::Task => task = Some(map.next_value()?),
                Field::Unknown => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let mut text = |part| match part {
            Part::Text(text) => Some(text),
            Part::Absent => None,
            Part::Number(_) | Part::Signature(_) | Part::Other => {
                is_malformed = true;
                None
            }
        };
        let [traceparent, tracestate, baggage] = [traceparent, tracestate, baggage].map(&mut text);
        Ok(Envelope {
            version: match version {
                Part::Number(version) => version,
                _ => 0,
            },
            traceparent,
            tracestate,
            baggage,
            delegation: match delegation {
                None | Some(Value::Null) => Delegation::None,
                Some(came) => Delegation::Came(came),
            },
            signature: match signature {
                Part::Absent => None,
                Part::Signature(came) => Some(came),
                // It names no key, and is wrong.
                _ => Some(Signature::default()),
            },
            task: task.ok_or_else(|| de::Error::missing_field("task"))?,
            attempt: 1,
            is_malformed,
            account: Default::default(),
        })
    }
}

/// A value of the context that is read apart from what is around it; `None` where that fails: it is
/// nested too deep, a number is too large for any, a text is no Unicode.
struct Apart<T>(Option<T>);

/// What serde_json reads as text whatever it says, as its `RawValue` asks for. That type itself is of
/// JSON only; other formats take this for the name of any type.
const RAW: &str = "$serde_json::private::RawValue";

impl<'de, T: DeserializeOwned> Deserialize<'de> for Apart<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(RAW, OfJson(PhantomData))
    }
}

struct OfJson<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for OfJson<T> {
    type Value = Apart<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut json: A) -> Result<Apart<T>, A::Error> {
        let text = json.next_entry::<IgnoredAny, String>()?;
        let parsed = text.map(|(_, text)| serde_json::from_str(&text));
        Ok(Apart(parsed.and_then(Result::ok)))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<Apart<T>, D::Error> {
        T::deserialize(value).map(Some).map(Apart)
    }
}

/// A value of the context, which ought to be one of these.
enum Part {
    Absent,
    Text(String),
    Number(u64),
    /// What of one there is in an object.
    Signature(Signature),
    Other,
}

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Part;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_unit<E>(self) -> Result<Part, E> {
        Ok(Part::Absent)
    }

    fn visit_none<E>(self) -> Result<Part, E> {
        Ok(Part::Absent)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Part, D::Error> {
        Part::deserialize(deserializer)
    }

    fn visit_str<E>(self, text: &str) -> Result<Part, E> {
        Ok(Part::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Part, E> {
        Ok(Part::Text(text))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Part, E> {
        Ok(Part::Number(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Part, E> {
        Ok(u64::try_from(number).map_or(Part::Other, Part::Number))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Part, E> {
        Ok(Part::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Part, E> {
        Ok(Part::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Part, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Part::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Part, A::Error> {
        let mut signature = Signature::default();
        while let Some(field) = map.next_key()? {
            let place = match field {
                Said::KeyId => &mut signature.key_id,
                Said::Hmac => &mut signature.hmac,
                Said::Unknown => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            if let Part::Text(text) = map.next_value()? {
                *place = text;
            }
        }
        Ok(Part::Signature(signature))
    }
}
