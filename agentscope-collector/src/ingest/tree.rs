//! A message in JSON, before it is known to be one of OTLP.
//!
//! A map of serde_json takes six hundred bytes for one field, and nearly every value of OTLP is an
//! object of one or two: here it takes what they need. What senders may write and the decoder of
//! OpenTelemetry's crate does not take is put right on the way.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{
    Deserializer, Error as _, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;

type Field<'a> = (Cow<'a, str>, Tree<'a>);

#[derive(Debug)]
pub(crate) enum Tree<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    Text(Cow<'a, str>),
    List(Vec<Tree<'a>>),
    Map(Vec<Field<'a>>),
}

impl<'a> Tree<'a> {
    /// The fields, where it has such.
    #[cfg(any(feature = "server", test))]
    pub(super) fn fields(&self) -> Option<&[Field<'a>]> {
        match self {
            Self::Map(fields) => Some(fields),
            _ => None,
        }
    }

    fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Adds what may be left out where it is empty.
    fn complete(&mut self, defaults: impl IntoIterator<Item = (&'static str, Self)>) {
        let Self::Map(fields) = self else { return };
        for (name, empty) in defaults {
            if !fields.iter().any(|(field, _)| field == name) {
                fields.push((Cow::Borrowed(name), empty));
            }
        }
    }

    /// A number that is written as a text. What is no number in JSON stays a text that says it.
    fn number(name: &mut Cow<'a, str>, value: Self) -> Self {
        match value {
            Self::Text(text) => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => Self::Double(number),
                _ => {
                    *name = Cow::Borrowed("stringValue");
                    Self::Text(text)
                }
            },
            other => other,
        }
    }
}

impl<'de> Deserialize<'de> for Tree<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reading)
    }
}

struct Reading;

impl<'de> Visitor<'de> for Reading {
    type Value = Tree<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Tree<'de>, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree<'de>, E> {
        Ok(Tree::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree<'de>, E> {
        Ok(Tree::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree<'de>, E> {
        Ok(Tree::Uint(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Tree<'de>, E> {
        Ok(Tree::Double(value))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Tree<'de>, E> {
        Ok(Tree::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree<'de>, E> {
        Ok(Tree::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Tree<'de>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element::<Tree<'de>>()? {
            if !item.is_null() {
                items.push(item);
            }
        }
        items.shrink_to_fit();
        Ok(Tree::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree<'de>, A::Error> {
        let mut fields = Vec::new();
        while let Some((Name(mut name), mut value)) = map.next_entry::<Name<'de>, Tree<'de>>()? {
            match &*name {
                "doubleValue" => value = Tree::number(&mut name, value),
                "arrayValue" | "kvlistValue" => {
                    value.complete([("values", Tree::List(Vec::new()))]);
                }
                "entityRefs" => {
                    if let Tree::List(entities) = &mut value {
                        entities.iter_mut().for_each(entity);
                    }
                }
                _ => {}
            }
            if !value.is_null() {
                fields.push((name, value));
            }
        }
        fields.shrink_to_fit();
        Ok(Tree::Map(fields))
    }
}

/// The decoder wants all fields of an entity.
fn entity(entity: &mut Tree<'_>) {
    entity.complete([
        ("schemaUrl", Tree::Text(Cow::Borrowed(""))),
        ("type", Tree::Text(Cow::Borrowed(""))),
        ("idKeys", Tree::List(Vec::new())),
        ("descriptionKeys", Tree::List(Vec::new())),
    ]);
}

/// The name of a field; borrowed where it can be, which `Cow` alone is not.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match Tree::deserialize(from)? {
            Tree::Text(name) => Ok(Self(name)),
            _ => Err(D::Error::invalid_type(
                Unexpected::Other("a name"),
                &"a text",
            )),
        }
    }
}

/// Reads what it holds.
impl<'de> Deserializer<'de> for &'de Tree<'_> {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self {
            Tree::Null => visitor.visit_unit(),
            Tree::Bool(value) => visitor.visit_bool(*value),
            Tree::Int(value) => visitor.visit_i64(*value),
            Tree::Uint(value) => visitor.visit_u64(*value),
            Tree::Double(value) => visitor.visit_f64(*value),
            Tree::Text(value) => visitor.visit_borrowed_str(value),
            Tree::List(items) => visitor.visit_seq(SeqDeserializer::new(items.iter())),
            Tree::Map(fields) => {
                let fields = fields.iter().map(|(name, value)| (&**name, value));
                visitor.visit_map(MapDeserializer::new(fields))
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self {
            Tree::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, serde_json::Error> for &'de Tree<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
