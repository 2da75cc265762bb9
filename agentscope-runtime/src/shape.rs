//! The observed shape of values: keys, JSON types and enum variants, never the values.
//!
//! `{"id": 7, "tags": ["a", "b"]}` has the shape `{"id":n,"tags":[s]}`. Keys are sorted and a list has
//! the set of its items' shapes, so that neither field order nor length changes a shape.

use std::ops::Range;

use serde::ser::{self, Serialize};

/// Appends the shape of a value; false, and nothing is appended, if it cannot be serialised.
pub(crate) fn append<T: Serialize + ?Sized>(shape: &mut String, value: &T) -> bool {
    let from = shape.len();
    let written = value.serialize(Shape(shape)).is_ok();
    if !written {
        shape.truncate(from);
    }
    written
}

/// serde wants an error type; the texts of errors are never kept, for they may carry values.
#[derive(Debug)]
pub(crate) struct Unserialisable;

impl std::fmt::Display for Unserialisable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the value cannot be serialised")
    }
}

impl std::error::Error for Unserialisable {}

impl ser::Error for Unserialisable {
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        Self
    }
}

type Result<T = ()> = std::result::Result<T, Unserialisable>;

struct Shape<'a>(&'a mut String);

impl Shape<'_> {
    fn put(self, shape: &str) -> Result {
        self.0.push_str(shape);
        Ok(())
    }
}

macro_rules! leaves {
    ($($shape:literal: $($method:ident($type:ty)),*;)*) => {$($(
        fn $method(self, _: $type) -> Result {
            self.put($shape)
        }
    )*)*};
}

impl<'a> ser::Serializer for Shape<'a> {
    type Ok = ();
    type Error = Unserialisable;
    type SerializeSeq = Items<'a>;
    type SerializeTuple = Items<'a>;
    type SerializeTupleStruct = Items<'a>;
    type SerializeTupleVariant = Items<'a>;
    type SerializeMap = Fields<'a>;
    type SerializeStruct = Fields<'a>;
    type SerializeStructVariant = Fields<'a>;

    leaves! {
        "b": serialize_bool(bool);
        "n": serialize_i8(i8), serialize_i16(i16), serialize_i32(i32), serialize_i64(i64),
            serialize_i128(i128), serialize_u8(u8), serialize_u16(u16), serialize_u32(u32),
            serialize_u64(u64), serialize_u128(u128), serialize_f32(f32), serialize_f64(f64);
        "s": serialize_char(char), serialize_str(&str);
        "[n]": serialize_bytes(&[u8]);
        "z": serialize_unit_struct(&'static str);
    }

    fn serialize_none(self) -> Result {
        self.put("z")
    }

    fn serialize_unit(self) -> Result {
        self.put("z")
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result {
        self.0.push('#');
        self.put(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result {
        self.0.extend(["#", variant, "("]);
        value.serialize(Shape(self.0))?;
        self.put(")")
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'a>> {
        Ok(Items::new(self.0, None))
    }

    fn serialize_tuple(self, _: usize) -> Result<Items<'a>> {
        Ok(Items::new(self.0, None))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items<'a>> {
        Ok(Items::new(self.0, None))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items<'a>> {
        Ok(Items::new(self.0, Some(variant)))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Fields<'a>> {
        Ok(Fields::new(self.0, None))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields<'a>> {
        Ok(Fields::new(self.0, None))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Fields<'a>> {
        Ok(Fields::new(self.0, Some(variant)))
    }
}

/// Different shapes of the items of one list that are told.
const MOST_SHAPES: usize = 64;

/// Parts that are written one behind the other, sorted at the end where they are not already.
struct Parts<'a> {
    out: &'a mut String,
    separator: char,
    places: Vec<Range<usize>>,
    sorted: bool,
}

impl<'a> Parts<'a> {
    fn new(
        out: &'a mut String,
        variant: Option<&'static str>,
        open: &str,
        separator: char,
    ) -> Self {
        if let Some(variant) = variant {
            out.extend(["#", variant]);
        }
        out.push_str(open);
        Self {
            out,
            separator,
            places: Vec::new(),
            sorted: true,
        }
    }

    /// Writes a part; one that is there already is taken back if parts are to be `distinct`.
    fn push(&mut self, distinct: bool, write: impl FnOnce(&mut String) -> Result) -> Result {
        let end = self.out.len();
        if !self.places.is_empty() {
            self.out.push(self.separator);
        }
        let place = self.out.len();
        write(self.out)?;
        if distinct && self.places.len() == MOST_SHAPES {
            // Different enough: what comes is not looked at one by one.
            self.out.truncate(end);
            return Ok(());
        }
        let part = |place: &Range<usize>| &self.out[place.clone()];
        let new = &self.out[place..];
        // The last one is the likeliest: lists are mostly of one shape.
        if distinct && self.places.iter().rev().any(|known| part(known) == new) {
            self.out.truncate(end);
            return Ok(());
        }
        self.sorted &= self.places.last().is_none_or(|last| part(last) < new);
        self.places.push(place..self.out.len());
        Ok(())
    }

    fn finish(self, close: &str) -> Result {
        if let (false, Some(first)) = (self.sorted, self.places.first()) {
            let begin = first.start;
            let mut parts: Vec<&str> = self
                .places
                .iter()
                .map(|place| &self.out[place.clone()])
                .collect();
            parts.sort_unstable();
            let joined = parts.join(self.separator.encode_utf8(&mut [0; 4]));
            self.out.truncate(begin);
            self.out.push_str(&joined);
        }
        self.out.push_str(close);
        Ok(())
    }
}

struct Items<'a>(Parts<'a>);

impl<'a> Items<'a> {
    fn new(out: &'a mut String, variant: Option<&'static str>) -> Self {
        Self(Parts::new(out, variant, "[", '|'))
    }

    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        self.0.push(true, |out| value.serialize(Shape(out)))
    }

    fn finish(self) -> Result {
        self.0.finish("]")
    }
}

struct Fields<'a> {
    parts: Parts<'a>,
    key: Option<String>,
}

impl<'a> Fields<'a> {
    fn new(out: &'a mut String, variant: Option<&'static str>) -> Self {
        Self {
            parts: Parts::new(out, variant, "{", ','),
            key: None,
        }
    }

    fn push<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result {
        self.parts.push(false, |out| {
            push_key(out, key);
            value.serialize(Shape(out))
        })
    }

    fn finish(self) -> Result {
        self.parts.finish("}")
    }
}

/// Quoted, so that no key can imitate structure.
fn push_key(out: &mut String, key: &str) {
    out.push('"');
    if key.contains(['"', '\\']) {
        out.push_str(&key.replace('\\', "\\\\").replace('"', "\\\""));
    } else {
        out.push_str(key);
    }
    out.push_str("\":");
}

macro_rules! item_like {
    ($($trait:ident::$method:ident),*) => {$(
        impl ser::$trait for Items<'_> {
            type Ok = ();
            type Error = Unserialisable;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
                self.push(value)
            }

            fn end(self) -> Result {
                self.finish()
            }
        }
    )*};
}

item_like! {
    SerializeSeq::serialize_element, SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field, SerializeTupleVariant::serialize_field
}

macro_rules! struct_like {
    ($($trait:ident),*) => {$(
        impl ser::$trait for Fields<'_> {
            type Ok = ();
            type Error = Unserialisable;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result {
                self.push(key, value)
            }

            fn end(self) -> Result {
                self.finish()
            }
        }
    )*};
}

struct_like!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Fields<'_> {
    type Ok = ();
    type Error = Unserialisable;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result {
        let json = serde_json::to_string(key).map_err(|_| Unserialisable)?;
        self.key = Some(serde_json::from_str(&json).unwrap_or(json));
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        let key = self.key.take().ok_or(Unserialisable)?;
        self.push(&key, value)
    }

    fn end(self) -> Result {
        self.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of<T: Serialize + ?Sized>(value: &T) -> Option<String> {
        let mut shape = String::from("before ");
        append(&mut shape, value).then(|| shape["before ".len()..].to_owned())
    }

    #[derive(serde::Serialize)]
    enum Order {
        Open,
        Paid { cents: u64 },
        Many(u8, String),
    }

    #[test]
    fn a_shape_tells_structure_and_no_value() {
        let value = json!({"b": [1, 2.5, "x", null], "a": {"deep": true}});
        assert_eq!(
            of(&value).as_deref(),
            Some(r#"{"a":{"deep":b},"b":[n|s|z]}"#)
        );
        let orders = [
            Order::Open,
            Order::Paid { cents: 3 },
            Order::Many(1, "x".into()),
        ];
        assert_eq!(
            of(&orders).as_deref(),
            Some(r##"[#Many[n|s]|#Open|#Paid{"cents":n}]"##)
        );
    }

    #[test]
    fn length_and_order_do_not_change_a_shape() {
        assert_eq!(of(&[1]), of(&[1, 2, 3]));
        let (one, other) = (r#"{"a":1,"b":"x"}"#, r#"{"b":"y","a":2}"#);
        let parse = |text| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
        assert_eq!(of(&parse(one)), of(&parse(other)));
        assert_ne!(of(&json!({"a": 1})), of(&json!({"a": "1"})));
    }
}
