//! A value as canonical JSON: what response sizes and response hashes are taken over.

use serde::ser::{self, Serialize};
use serde_json::Value;

use crate::hash::shape::Unserialisable;
use crate::json::map_key;
use crate::json::ordered::{List, Ordered, Part};
use crate::json::{self, DEEPEST, LARGEST};

/// RFC 8785 numbers are doubles, which hold integers exactly up to 2^53 only.
const EXACT: u64 = 1 << 53;

/// Writes the canonical JSON (RFC 8785) of a value, and nothing else; false if it cannot be
/// serialised or is too large for the thread of the agent.
///
/// Integers beyond 2^53 go as tagged strings, so that two of them never look alike.
pub(crate) fn write<T: Serialize + ?Sized>(out: &mut Ordered, value: &T) -> bool {
    out.truncate(0);
    let mut writer = Writer {
        out,
        room: LARGEST,
        depth: 0,
    };
    if value.serialize(&mut writer).is_ok() {
        return true;
    }
    out.truncate(0);
    match with_care(value) {
        Some(text) => {
            out.text = text;
            true
        }
        None => false,
    }
}

/// The same of a value of any size, in bytes of its own: for what is not written on every call.
pub(crate) fn whole<T: Serialize + ?Sized>(value: &T) -> Option<Vec<u8>> {
    let mut out = Ordered::default();
    out.text.reserve(256);
    let room = usize::MAX;
    if value
        .serialize(&mut Writer {
            out: &mut out,
            room,
            depth: 0,
        })
        .is_ok()
    {
        return Some(out.text);
    }
    let mut value = serde_json::to_value(value).ok()?;
    tag_large_integers(&mut value);
    serde_json_canonicalizer::to_vec(&value).ok()
}

/// For whatever the writer below does not decide: odd keys, and values that may be too large.
fn with_care<T: Serialize + ?Sized>(value: &T) -> Option<Vec<u8>> {
    let mut value = json::fits(value).then(|| serde_json::to_value(value).ok())??;
    tag_large_integers(&mut value);
    serde_json_canonicalizer::to_vec(&value).ok()
}

fn tag_large_integers(value: &mut Value) {
    match value {
        Value::Number(number) => {
            let magnitude = number.as_i64().map(i64::unsigned_abs).or(number.as_u64());
            if magnitude.is_some_and(|magnitude| magnitude > EXACT) {
                *value = Value::String(format!("integer:{number}"));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(tag_large_integers),
        Value::Object(fields) => fields.values_mut().for_each(tag_large_integers),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

type Result<T = ()> = std::result::Result<T, Unserialisable>;

/// Writes the canonical form in one pass, and gives up on what is not ordinary.
struct Writer<'a> {
    out: &'a mut Ordered,
    /// Bytes that plain JSON may still take, whose numbers can be longer.
    room: usize,
    /// Lists, objects and variants that are open.
    depth: usize,
}

impl Writer<'_> {
    fn take(&mut self, bytes: usize) -> Result {
        self.room = self.room.checked_sub(bytes).ok_or(Unserialisable)?;
        Ok(())
    }

    /// A list, an object or a variant begins.
    fn descend(&mut self) -> Result {
        self.depth += 1;
        match self.depth <= DEEPEST {
            true => Ok(()),
            false => Err(Unserialisable),
        }
    }

    /// Writes what takes at most so many bytes of plain JSON.
    fn raw(&mut self, text: &str, bytes: usize) -> Result {
        self.out.text.extend_from_slice(text.as_bytes());
        self.take(bytes)
    }

    fn integer(&mut self, integer: impl std::fmt::Display + Serialize, magnitude: u64) -> Result {
        self.take(21)?;
        if magnitude > EXACT {
            return self.raw(&format!("\"integer:{integer}\""), 0);
        }
        serde_json::to_writer(&mut self.out.text, &integer).map_err(|_| Unserialisable)
    }

    fn string(&mut self, text: &str) -> Result {
        if json::has_escaped(text.as_bytes()) {
            self.take(json::largest_string(text))?;
            return serde_json::to_writer(&mut self.out.text, text).map_err(|_| Unserialisable);
        }
        self.take(3 + text.len())?;
        self.out.text.push(b'"');
        self.out.text.extend_from_slice(text.as_bytes());
        self.out.text.push(b'"');
        Ok(())
    }

    /// Opens `{"variant":` around what an enum variant holds.
    fn open_variant(&mut self, variant: &'static str) -> Result {
        self.raw("{", 3)?;
        self.string(variant)?;
        self.raw(":", 1)
    }
}

impl<'w, 'a> ser::Serializer for &'w mut Writer<'a> {
    type Ok = ();
    type Error = Unserialisable;
    type SerializeSeq = Items<'w, 'a>;
    type SerializeTuple = Items<'w, 'a>;
    type SerializeTupleStruct = Items<'w, 'a>;
    type SerializeTupleVariant = Items<'w, 'a>;
    type SerializeMap = Fields<'w, 'a>;
    type SerializeStruct = Fields<'w, 'a>;
    type SerializeStructVariant = Fields<'w, 'a>;

    fn serialize_bool(self, value: bool) -> Result {
        self.raw(if value { "true" } else { "false" }, 6)
    }

    fn serialize_i8(self, value: i8) -> Result {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Result {
        self.integer(value, value.unsigned_abs())
    }

    fn serialize_u8(self, value: u8) -> Result {
        self.serialize_u64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result {
        self.serialize_u64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result {
        self.serialize_u64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Result {
        self.integer(value, value)
    }

    fn serialize_i128(self, _: i128) -> Result {
        Err(Unserialisable)
    }

    fn serialize_u128(self, _: u128) -> Result {
        Err(Unserialisable)
    }

    fn serialize_f32(self, value: f32) -> Result {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result {
        if !value.is_finite() {
            return self.serialize_unit();
        }
        self.take(32)?;
        serde_json_canonicalizer::to_writer(&value, &mut self.out.text).map_err(|_| Unserialisable)
    }

    fn serialize_char(self, value: char) -> Result {
        self.string(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result {
        self.string(value)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result {
        self.collect_seq(value)
    }

    fn serialize_none(self) -> Result {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result {
        self.raw("null", 5)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result {
        self.string(variant)
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
        self.descend()?;
        self.open_variant(variant)?;
        value.serialize(&mut *self)?;
        self.depth -= 1;
        self.raw("}", 0)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'w, 'a>> {
        Items::new(self, "]")
    }

    fn serialize_tuple(self, _: usize) -> Result<Items<'w, 'a>> {
        Items::new(self, "]")
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items<'w, 'a>> {
        Items::new(self, "]")
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items<'w, 'a>> {
        self.open_variant(variant)?;
        Items::new(self, "]}")
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Fields<'w, 'a>> {
        Fields::new(self, "}")
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Fields<'w, 'a>> {
        // Numbers and texts that serde_json passes on as they are.
        if name.starts_with("$serde_json::private::") {
            return Err(Unserialisable);
        }
        Fields::new(self, "}")
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Fields<'w, 'a>> {
        self.open_variant(variant)?;
        Fields::new(self, "}}")
    }
}

struct Items<'w, 'a> {
    writer: &'w mut Writer<'a>,
    close: &'static str,
    first: bool,
}

impl<'w, 'a> Items<'w, 'a> {
    fn new(writer: &'w mut Writer<'a>, close: &'static str) -> Result<Self> {
        writer.descend()?;
        writer.raw("[", 3)?;
        Ok(Self {
            writer,
            close,
            first: true,
        })
    }

    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        if !std::mem::take(&mut self.first) {
            self.writer.raw(",", 0)?;
        }
        value.serialize(&mut *self.writer)
    }

    fn finish(self) -> Result {
        self.writer.depth -= 1;
        self.writer.raw(self.close, 0)
    }
}

struct Fields<'w, 'a> {
    writer: &'w mut Writer<'a>,
    close: &'static str,
    list: List,
    key: String,
}

impl<'w, 'a> Fields<'w, 'a> {
    fn new(writer: &'w mut Writer<'a>, close: &'static str) -> Result<Self> {
        writer.descend()?;
        writer.raw("{", 3)?;
        let list = writer.out.open(b',', false);
        Ok(Self {
            writer,
            close,
            list,
            key: String::new(),
        })
    }

    fn push<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result {
        // Keys are sorted as UTF-16; that is how the bytes of plain ASCII sort.
        let is_plain = |byte: u8| (b' '..0x7f).contains(&byte) && !matches!(byte, b'"' | b'\\');
        if !key.bytes().all(is_plain) {
            return Err(Unserialisable);
        }
        let writer = &mut *self.writer;
        let begin = writer.out.begin(&self.list);
        writer.string(key)?;
        let key_end = writer.out.text.len() - 1;
        writer.raw(":", 1)?;
        value.serialize(&mut *writer)?;
        match writer.out.end(&mut self.list, begin, key_end) {
            Part::New => Ok(()),
            Part::Known => Err(Unserialisable),
        }
    }

    fn finish(self) -> Result {
        if self.writer.out.close(&self.list) == Part::Known {
            return Err(Unserialisable);
        }
        self.writer.depth -= 1;
        self.writer.raw(self.close, 0)
    }
}

macro_rules! parts {
    ($parts:ident: $($trait:ident::$method:ident($($key:ident)?)),*) => {$(
        impl ser::$trait for $parts<'_, '_> {
            type Ok = ();
            type Error = Unserialisable;

            fn $method<T: Serialize + ?Sized>(
                &mut self,
                $($key: &'static str,)?
                value: &T,
            ) -> Result {
                self.push($($key,)? value)
            }

            fn end(self) -> Result {
                self.finish()
            }
        }
    )*};
}

parts!(Items: SerializeSeq::serialize_element(), SerializeTuple::serialize_element(),
    SerializeTupleStruct::serialize_field(), SerializeTupleVariant::serialize_field());
parts!(Fields: SerializeStruct::serialize_field(key), SerializeStructVariant::serialize_field(key));

impl ser::SerializeMap for Fields<'_, '_> {
    type Ok = ();
    type Error = Unserialisable;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result {
        self.key.clear();
        match map_key::append(&mut self.key, key) {
            true => Ok(()),
            false => Err(Unserialisable),
        }
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
#[path = "canonical_tests.rs"]
mod tests;
