//! Whether a value is empty as the design defines it: `()`, `None`, `null`, `""`, `[]`, `{}`.
//!
//! Looks at the head of the value only, whatever its class and size.

use serde::ser::{self, Impossible, Serialize};

/// False where it cannot be judged.
pub(crate) fn of<T: Serialize + ?Sized>(value: &T) -> bool {
    value.serialize(Head).unwrap_or(false)
}

/// Enough was seen: the value is not empty.
#[derive(Debug)]
struct Full;

impl std::fmt::Display for Full {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the value is not empty")
    }
}

impl std::error::Error for Full {}

impl ser::Error for Full {
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        Self
    }
}

type Result<T = bool> = std::result::Result<T, Full>;

struct Head;

macro_rules! judged {
    ($($empty:literal: $($method:ident($type:ty)),*;)*) => {$($(
        fn $method(self, _: $type) -> Result {
            Ok($empty)
        }
    )*)*};
}

impl ser::Serializer for Head {
    type Ok = bool;
    type Error = Full;
    type SerializeSeq = Parts;
    type SerializeTuple = Parts;
    type SerializeTupleStruct = Parts;
    type SerializeTupleVariant = Impossible<bool, Full>;
    type SerializeMap = Parts;
    type SerializeStruct = Parts;
    type SerializeStructVariant = Impossible<bool, Full>;

    judged! {
        false: serialize_bool(bool), serialize_char(char), serialize_i8(i8), serialize_i16(i16),
            serialize_i32(i32), serialize_i64(i64), serialize_i128(i128), serialize_u8(u8),
            serialize_u16(u16), serialize_u32(u32), serialize_u64(u64), serialize_u128(u128),
            serialize_f32(f32), serialize_f64(f64);
        true: serialize_unit_struct(&'static str);
    }

    fn serialize_str(self, text: &str) -> Result {
        Ok(text.is_empty())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result {
        Ok(bytes.is_empty())
    }

    fn serialize_none(self) -> Result {
        Ok(true)
    }

    fn serialize_unit(self) -> Result {
        Ok(true)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result {
        Err(Full)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result {
        Err(Full)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Parts> {
        Ok(Parts)
    }

    fn serialize_tuple(self, _: usize) -> Result<Parts> {
        Ok(Parts)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Parts> {
        Ok(Parts)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant> {
        Err(Full)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Parts> {
        Ok(Parts)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Parts> {
        Ok(Parts)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant> {
        Err(Full)
    }
}

/// Empty unless a first part comes.
struct Parts;

macro_rules! parts {
    ($($trait:ident { $($method:ident($($key:ty)?)),* })*) => {$(
        impl ser::$trait for Parts {
            type Ok = bool;
            type Error = Full;

            $(fn $method<T: Serialize + ?Sized>(&mut self, $(_: $key,)? _: &T) -> Result<()> {
                Err(Full)
            })*

            fn end(self) -> Result {
                Ok(true)
            }
        }
    )*};
}

parts! {
    SerializeSeq { serialize_element() }
    SerializeTuple { serialize_element() }
    SerializeTupleStruct { serialize_field() }
    SerializeMap { serialize_key(), serialize_value() }
    SerializeStruct { serialize_field(&'static str) }
}

#[cfg(test)]
mod tests {
    use super::of;
    use serde_json::json;

    #[test]
    fn emptiness_is_that_of_the_design() {
        for empty in [json!(null), json!(""), json!([]), json!({})] {
            assert!(of(&empty), "{empty}");
        }
        assert!(of(&()) && of(&None::<u8>) && of(&Some("")));
        for full in [json!(0), json!(false), json!([null]), json!({"a": null})] {
            assert!(!of(&full), "{full}");
        }
    }
}
