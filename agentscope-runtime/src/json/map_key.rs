//! Values that are one text: what the key of a map is in JSON, and most others that are recorded.

use serde::ser::{self, Impossible, Serialize};

use crate::hash::shape::Unserialisable;

/// Appends the text of a key; false for one whose text is not told here: only words and integers
/// are, which nearly all keys are.
pub(crate) fn append<T: Serialize + ?Sized>(text: &mut String, key: &T) -> bool {
    let take = |key: &str| {
        text.push_str(key);
        true
    };
    let one = OneText {
        take,
        integers: true,
    };
    key.serialize(one).is_ok()
}

/// Hands over the text that a value is; false for any other value, and where `take` says so.
pub(crate) fn text<T: Serialize + ?Sized>(value: &T, take: impl FnOnce(&str) -> bool) -> bool {
    let one = OneText {
        take,
        integers: false,
    };
    value.serialize(one).is_ok()
}

struct OneText<F> {
    take: F,
    /// Whether an integer is one too.
    integers: bool,
}

type Result<T = ()> = std::result::Result<T, Unserialisable>;
type No = Impossible<(), Unserialisable>;

macro_rules! keys {
    (written: $($integer:ident($integer_type:ty)),*; refused: $($method:ident($type:ty)),*;) => {
        $(fn $integer(self, integer: $integer_type) -> Result {
            match self.integers {
                true => self.serialize_str(&integer.to_string()),
                false => Err(Unserialisable),
            }
        })*
        $(fn $method(self, _: $type) -> Result {
            Err(Unserialisable)
        })*
    };
}

macro_rules! compounds {
    ($($method:ident($($argument:ty),*) -> $compound:ty;)*) => {$(
        fn $method(self, $(_: $argument),*) -> Result<$compound> {
            Err(Unserialisable)
        }
    )*};
}

impl<F: FnOnce(&str) -> bool> ser::Serializer for OneText<F> {
    type Ok = ();
    type Error = Unserialisable;
    type SerializeSeq = No;
    type SerializeTuple = No;
    type SerializeTupleStruct = No;
    type SerializeTupleVariant = No;
    type SerializeMap = No;
    type SerializeStruct = No;
    type SerializeStructVariant = No;

    keys! {
        written: serialize_i8(i8), serialize_i16(i16), serialize_i32(i32), serialize_i64(i64),
            serialize_u8(u8), serialize_u16(u16), serialize_u32(u32), serialize_u64(u64);
        refused: serialize_bool(bool), serialize_i128(i128), serialize_u128(u128),
            serialize_f32(f32), serialize_f64(f64), serialize_char(char),
            serialize_bytes(&[u8]), serialize_unit_struct(&'static str);
    }

    compounds! {
        serialize_none() -> ();
        serialize_unit() -> ();
        serialize_seq(Option<usize>) -> No;
        serialize_tuple(usize) -> No;
        serialize_tuple_struct(&'static str, usize) -> No;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> No;
        serialize_map(Option<usize>) -> No;
        serialize_struct(&'static str, usize) -> No;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> No;
    }

    fn serialize_str(self, text: &str) -> Result {
        (self.take)(text).then_some(()).ok_or(Unserialisable)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result {
        self.serialize_str(variant)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result {
        Err(Unserialisable)
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
        Err(Unserialisable)
    }
}

#[cfg(test)]
mod tests {
    use super::append;

    #[test]
    fn a_key_is_the_text_that_json_has() {
        let mut text = String::new();
        assert!(append(&mut text, "a ") && append(&mut text, &-7) && !append(&mut text, &(1, 2)));
        assert_eq!(text, "a -7");
    }
}
