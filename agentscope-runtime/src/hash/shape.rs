//! The observed shape of values: keys, JSON types and enum variants, never the values.
//!
//! `{"id": 7, "tags": ["a", "b"]}` has the shape `{"id":n,"tags":[s]}`. Keys are sorted and a list has
//! the set of its items' shapes, so that neither field order nor length changes a shape.

use std::mem;

use serde::ser::{self, Serialize};

use crate::hash::look::Look;
use crate::hash::print::Print;
use crate::json;
use crate::json::map_key;
use crate::json::ordered::{FEW, List, Part};

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

pub(crate) type Result<T = ()> = std::result::Result<T, Unserialisable>;

/// Writes the shape of a value.
pub(crate) struct Shape<'a>(pub(crate) &'a mut Look);

/// Numbers in JSON are never longer.
const NUMBER: usize = 40;

macro_rules! numbers {
    ($($method:ident($type:ty) => |$value:ident| $bits:expr;)*) => {$(
        fn $method(self, $value: $type) -> Result {
            self.0.print.word($bits);
            self.0.leaf("n", NUMBER + 1)
        }
    )*};
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

    numbers! {
        serialize_i8(i8) => |value| value as u64;
        serialize_i16(i16) => |value| value as u64;
        serialize_i32(i32) => |value| value as u64;
        serialize_i64(i64) => |value| value as u64;
        serialize_u8(u8) => |value| value.into();
        serialize_u16(u16) => |value| value.into();
        serialize_u32(u32) => |value| value.into();
        serialize_u64(u64) => |value| value;
        serialize_f32(f32) => |value| value.to_bits().into();
        serialize_f64(f64) => |value| value.to_bits();
    }

    fn serialize_i128(self, value: i128) -> Result {
        self.serialize_u128(value as u128)
    }

    fn serialize_u128(self, value: u128) -> Result {
        self.0.print.word((value >> 64) as u64);
        self.serialize_u64(value as u64)
    }

    fn serialize_bool(self, value: bool) -> Result {
        self.0.print.word(value.into());
        self.0.leaf("b", 6)
    }

    fn serialize_char(self, value: char) -> Result {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result {
        self.0.text(value)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result {
        self.0.print.bytes(value);
        self.0.leaf("[n]", value.len().saturating_mul(4) + 3)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result {
        self.serialize_unit()
    }

    fn serialize_none(self) -> Result {
        self.serialize_unit()
    }

    fn serialize_unit(self) -> Result {
        self.0.print.word(u64::MAX);
        self.0.leaf("z", 5)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result {
        self.0.variant(variant)
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
        self.0.descend()?;
        self.0.variant(variant)?;
        self.0.sign("(");
        value.serialize(Shape(self.0))?;
        self.0.sign(")");
        self.0.ascend();
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'a>> {
        Items::new(self.0, None)
    }

    fn serialize_tuple(self, _: usize) -> Result<Items<'a>> {
        Items::new(self.0, None)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items<'a>> {
        Items::new(self.0, None)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items<'a>> {
        Items::new(self.0, Some(variant))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Fields<'a>> {
        Fields::new(self.0, None)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields<'a>> {
        Fields::new(self.0, None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Fields<'a>> {
        Fields::new(self.0, Some(variant))
    }
}

/// Different shapes of the items of one list that are told.
const MOST_SHAPES: usize = FEW;

/// Opens a list of parts, inside a variant where there is one.
fn open(look: &mut Look, variant: Option<&'static str>, bracket: &'static str) -> Result {
    look.descend()?;
    if let Some(variant) = variant {
        look.variant(variant)?;
    }
    look.sign(bracket);
    look.take(3)
}

pub(crate) struct Items<'a> {
    look: &'a mut Look,
    list: List,
    count: u64,
    /// Form of the item before.
    latest: Option<u64>,
}

impl<'a> Items<'a> {
    fn new(look: &'a mut Look, variant: Option<&'static str>) -> Result<Self> {
        open(look, variant, "[")?;
        let list = look.shapes.open(b'|', false);
        Ok(Self {
            look,
            list,
            count: 0,
            latest: None,
        })
    }

    /// Appends the shape of an item, unless it is there already.
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        self.count += 1;
        self.look.take(1)?;
        if self.look.is_glance {
            return self.glance(value);
        }
        let before = self.look.shapes.text.len();
        let is_full = self.look.shapes.count(&self.list) == MOST_SHAPES;
        let begin = self.look.shapes.begin(&self.list);
        value.serialize(Shape(self.look))?;
        let end = self.look.shapes.text.len();
        // Once full they are different enough: what comes is not looked at one by one.
        if is_full || self.look.shapes.end(&mut self.list, begin, end) == Part::Known {
            self.look.shapes.text.truncate(before);
        }
        Ok(())
    }

    /// Items that are alike count once, so that lists of these have one form.
    fn glance<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        let outer = mem::take(&mut self.look.form);
        let seen = value.serialize(Shape(self.look));
        let item = mem::replace(&mut self.look.form, outer).finish();
        if self.latest != Some(item) {
            self.latest = Some(item);
            self.look.form.word(item);
        }
        seen
    }

    fn finish(self) -> Result {
        self.look.print.word(self.count);
        if !self.look.is_glance {
            self.look.shapes.close(&self.list);
        }
        self.look.sign("]");
        self.look.ascend();
        Ok(())
    }
}

pub(crate) struct Fields<'a> {
    look: &'a mut Look,
    list: List,
    count: u64,
    key: String,
}

impl<'a> Fields<'a> {
    fn new(look: &'a mut Look, variant: Option<&'static str>) -> Result<Self> {
        open(look, variant, "{")?;
        let list = look.shapes.open(b',', true);
        Ok(Self {
            look,
            list,
            count: 0,
            key: String::new(),
        })
    }

    fn push<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result {
        self.count += 1;
        let name = Print::of(key.as_bytes());
        self.look.print.word(name);
        self.look.take(json::largest_string(key) + 1)?;
        if self.look.is_glance {
            self.look.form.word(name);
            return value.serialize(Shape(self.look));
        }
        let begin = self.look.shapes.begin(&self.list);
        push_key(&mut self.look.shapes.text, key);
        value.serialize(Shape(self.look))?;
        let end = self.look.shapes.text.len();
        self.look.shapes.end(&mut self.list, begin, end);
        Ok(())
    }

    fn finish(self) -> Result {
        self.look.print.word(self.count);
        if !self.look.is_glance {
            self.look.shapes.close(&self.list);
        }
        self.look.sign("}");
        self.look.ascend();
        Ok(())
    }
}

/// Quoted, so that no key can imitate structure.
fn push_key(out: &mut Vec<u8>, key: &str) {
    out.push(b'"');
    if key.bytes().any(|byte| matches!(byte, b'"' | b'\\')) {
        let escaped = key.replace('\\', "\\\\").replace('"', "\\\"");
        out.extend_from_slice(escaped.as_bytes());
    } else {
        out.extend_from_slice(key.as_bytes());
    }
    out.extend_from_slice(b"\":");
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
        self.key.clear();
        if !map_key::append(&mut self.key, key) {
            self.look.odd_key = true;
            let json = serde_json::to_string(key).map_err(|_| Unserialisable)?;
            self.key = serde_json::from_str(&json).unwrap_or(json);
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        let key = std::mem::take(&mut self.key);
        let pushed = self.push(&key, value);
        self.key = key;
        pushed
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
        let mut look = Look::default();
        look.put("before ");
        look.append(value)
            .then(|| String::from_utf8_lossy(&look.shapes()["before ".len()..]).into_owned())
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
