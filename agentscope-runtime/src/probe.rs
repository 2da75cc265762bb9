//! Finds out at compile time what a type can do, and records what it can.
//!
//! What `(&Probe(&value)).__argument()` means the compiler looks for in this order, and what comes
//! first is what most values are, for each further question costs whoever compiles an annotated
//! function:
//!
//! | on | it is | recorded |
//! |---|---|---|
//! | `Probe`, inherent | a leaf, which has no classes of its own | by the class of the place |
//! | `&Probe` | `Classify` and `Serialize` | by the classes in its type, whatever is said at the place |
//! | `&&Probe` | `Serialize` | by the class of the place, as something unknown |
//! | `&mut &Probe` | `Classify` | by the classes in its type |
//! | `Probe` | anything | that there is one |
//!
//! Inside a generic function only the bounds that the function states are seen.

use std::ops::Deref;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::capture::Capture;
use crate::model::InferenceRequest;
use crate::privacy::class::{Class, Sensitivity};
use crate::privacy::classify::{Classify, TypeMeta};
use crate::privacy::leaf::Leaf;
use crate::privacy::redact::Redactor;
use crate::privacy::seen::{Nothing, ShownWhole};
use crate::settle::{ByPlace, ByType, ByTypeWhole, Unknown};
use crate::tool::schema::SchemaBuilder;

/// A reference whose type is probed.
pub struct Probe<'a, T: ?Sized>(pub &'a T);

impl<T: ?Sized> Clone for Probe<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for Probe<'_, T> {}

/// An argument, and what of it is recorded. An expansion hands over a list of these, not code of its
/// own: what records a value is compiled once for each type, not for each function.
pub struct Argued<'a> {
    recorded: Recorded<'a>,
    /// The same, where it is what a model is asked.
    pub(crate) request: Option<&'a dyn InferenceRequest>,
}

enum Recorded<'a> {
    Classified(&'a dyn Record<ByTypeWhole>),
    Leaf(&'a dyn Record<ByPlace>),
    Unknown(&'a dyn Record<Unknown>),
    Unserialized(&'a dyn Record<ByType>),
    /// That there is one.
    Opaque,
}

/// A value that can be recorded in one way: its value, then its structure.
trait Record<How> {
    fn record(&self, capture: &mut Capture, index: usize);
}

impl<T: Classify + Serialize> Record<ByTypeWhole> for T {
    fn record(&self, capture: &mut Capture, index: usize) {
        capture.classified(index, self);
        match T::IS_LOCKED {
            true => capture.structure_as_shown(),
            false => capture.structure(self),
        }
    }
}

impl<T: Serialize> Record<ByPlace> for T {
    fn record(&self, capture: &mut Capture, index: usize) {
        capture.value(index, self);
        capture.leaf_structure(self);
    }
}

impl<T: Serialize> Record<Unknown> for T {
    fn record(&self, capture: &mut Capture, index: usize) {
        capture.unknown(index, self);
        capture.structure(self);
    }
}

impl<T: Classify> Record<ByType> for T {
    fn record(&self, capture: &mut Capture, index: usize) {
        capture.classified(index, self);
        capture.structure_as_shown();
    }
}

impl<'a> Argued<'a> {
    fn new(recorded: Recorded<'a>) -> Self {
        let request = None;
        Self { recorded, request }
    }

    pub(crate) fn record(&self, capture: &mut Capture, index: usize) {
        match self.recorded {
            Recorded::Classified(value) => value.record(capture, index),
            Recorded::Leaf(value) => value.record(capture, index),
            Recorded::Unknown(value) => value.record(capture, index),
            Recorded::Unserialized(value) => value.record(capture, index),
            Recorded::Opaque => {
                capture.opaque(index);
                capture.no_structure();
            }
        }
        if let Some(request) = self.request {
            capture.request(index, request);
        }
    }
}

impl<'a, T: Leaf + Serialize> Probe<'a, T> {
    pub fn __argument(&self) -> Argued<'a> {
        Argued::new(match T::IS_LOCKED {
            true => Recorded::Opaque,
            false => Recorded::Leaf(self.0),
        })
    }

    pub fn __shown_argument(&self) -> Argued<'a> {
        self.__argument()
    }

    /// For a type with the name of a number or of `str`: nothing else is asked of it first.
    pub fn __primitive(self) -> Argued<'a> {
        // By its path: a method would be that of any type.
        Self::__argument(&self)
    }
}

/// A type that only has such a name.
pub trait NoPrimitive<'a>: Sized {
    fn __primitive(self) -> Argued<'a>;
}

impl<'a, T: ?Sized> NoPrimitive<'a> for Probe<'a, T> {
    fn __primitive(self) -> Argued<'a> {
        Argued::new(Recorded::Opaque)
    }
}

/// Finds what is recorded of an argument that is no leaf, as its type allows; asked of `&Probe`.
pub trait Argument<'a>: Sized {
    /// What would be shown and nobody has classified.
    type Unclassified: ?Sized;

    fn __argument(self) -> Argued<'a>;

    /// The same where a class of the place shows it: in one question, for a second one would cost
    /// the compiler as much.
    fn __shown_argument(self) -> Argued<'a>
    where
        Self::Unclassified: ShownWhole,
    {
        self.__argument()
    }
}

impl<'a, T: Classify + Serialize> Argument<'a> for &Probe<'a, T> {
    type Unclassified = Nothing;

    fn __argument(self) -> Argued<'a> {
        Argued::new(Recorded::Classified(self.0))
    }
}

impl<'a, T: Serialize> Argument<'a> for &&Probe<'a, T> {
    type Unclassified = T;

    fn __argument(self) -> Argued<'a> {
        Argued::new(Recorded::Unknown(self.0))
    }
}

impl<'a, T: Classify> Argument<'a> for &mut &Probe<'a, T> {
    type Unclassified = Nothing;

    fn __argument(self) -> Argued<'a> {
        Argued::new(Recorded::Unserialized(self.0))
    }
}

impl<'a, T> Argument<'a> for Probe<'a, T> {
    type Unclassified = Nothing;

    fn __argument(self) -> Argued<'a> {
        Argued::new(Recorded::Opaque)
    }
}

/// Writes a field of a classified type whose class is at the field; asked of `&&&Probe`.
pub trait Field {
    fn __field(self, out: &mut Redactor<'_>, sensitivity: &Sensitivity);
}

impl<T: Classify + ?Sized> Field for &&&Probe<'_, T> {
    fn __field(self, out: &mut Redactor<'_>, sensitivity: &Sensitivity) {
        out.classified(self.0, sensitivity);
    }
}

impl<T: Leaf + Serialize + ?Sized> Field for &&Probe<'_, T> {
    fn __field(self, out: &mut Redactor<'_>, sensitivity: &Sensitivity) {
        match T::IS_LOCKED {
            true => out.opaque(sensitivity),
            false => out.value(self.0, sensitivity),
        }
    }
}

impl<T: Serialize + ?Sized> Field for &Probe<'_, T> {
    fn __field(self, out: &mut Redactor<'_>, sensitivity: &Sensitivity) {
        out.unknown(self.0, sensitivity);
    }
}

impl<T: ?Sized> Field for Probe<'_, T> {
    fn __field(self, out: &mut Redactor<'_>, sensitivity: &Sensitivity) {
        out.opaque(sensitivity);
    }
}

/// Adds an argument to a schema; asked of `&&Probe`.
pub trait Described {
    fn __schema(self, builder: &mut SchemaBuilder, index: usize);
}

impl<T: JsonSchema + Classify + ?Sized> Described for &&Probe<'_, T> {
    fn __schema(self, builder: &mut SchemaBuilder, index: usize) {
        builder.classified::<T>(index);
    }
}

impl<T: JsonSchema + ?Sized> Described for &Probe<'_, T> {
    fn __schema(self, builder: &mut SchemaBuilder, index: usize) {
        builder.declared::<T>(index);
    }
}

impl<T: ?Sized> Described for Probe<'_, T> {
    fn __schema(self, builder: &mut SchemaBuilder, index: usize) {
        builder.opaque(index);
    }
}

/// The highest class in a type, as far as the type says.
pub struct Highest<T: ?Sized>(std::marker::PhantomData<T>);

impl<T: Classify + ?Sized> Highest<T> {
    pub const CLASS: Class = T::MAX;
    pub const IS_LOCKED: bool = T::IS_LOCKED;

    pub fn __type_meta() -> Option<&'static TypeMeta> {
        T::type_meta()
    }
}

/// A type that says nothing.
pub trait Unclassified {
    const CLASS: Class = Class::Public;
    const IS_LOCKED: bool = false;

    fn __type_meta() -> Option<&'static TypeMeta> {
        None
    }
}

impl<T: ?Sized> Unclassified for Highest<T> {}

/// Whether a type that has no classes of its own is not looked into, as far as that is known.
pub struct Locked<T: ?Sized>(std::marker::PhantomData<T>);

impl<T: Leaf + ?Sized> Locked<T> {
    pub const IS: bool = T::IS_LOCKED;
}

/// A type that says nothing.
pub trait Unlocked {
    const IS: bool = false;
}

impl<T: ?Sized> Unlocked for Locked<T> {}

/// The compile-time check of an argument whose type must say its classes.
pub fn classified<T: Classify + ?Sized>(_: &T) {}

/// Tells the instantiations of a generic function apart.
pub fn type_key<T: ?Sized>(_: &T) -> &'static str {
    std::any::type_name::<T>()
}

/// A type to be probed without a value of it.
pub struct TypeProbe<T: ?Sized>(Written<T>);

impl<T: ?Sized> TypeProbe<T> {
    pub const NEW: Self = Self(Written(std::marker::PhantomData));
}

/// Adds the argument of an index to a schema.
pub(crate) type Declares = fn(&mut SchemaBuilder, usize);

/// A leaf: most types are, and to ask this first costs the compiler least.
impl<T: JsonSchema + Leaf + ?Sized> TypeProbe<T> {
    /// For a type with the name of a leaf: a constant, where a call would have to be in a function.
    pub const LEAF: Declares = SchemaBuilder::declared::<T>;

    pub fn __declare(self, builder: &mut SchemaBuilder, index: usize) {
        builder.declared::<T>(index);
    }
}

/// A type that only has the name of a leaf.
pub trait NoLeaf {
    const LEAF: Declares = SchemaBuilder::opaque;
}

impl<T: ?Sized> NoLeaf for TypeProbe<T> {}

/// Finds what a type that is no leaf contributes to a schema: its classes too, only its schema, or
/// its signature; and of that whether it is a handle.
pub trait DeclaredType: Sized {
    fn __declare(self, builder: &mut SchemaBuilder, index: usize);
}

impl<T: JsonSchema + Classify + ?Sized> DeclaredType for TypeProbe<T> {
    fn __declare(self, builder: &mut SchemaBuilder, index: usize) {
        builder.classified::<T>(index);
    }
}

impl<T: JsonSchema + ?Sized> DeclaredType for &TypeProbe<T> {
    fn __declare(self, builder: &mut SchemaBuilder, index: usize) {
        builder.declared::<T>(index);
    }
}

/// Asked last, of what has no schema: whether it can be read from JSON, as what a model writes is.
pub struct Written<T: ?Sized>(std::marker::PhantomData<T>);

impl<T: ?Sized> Clone for Written<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for Written<T> {}

impl<T: ?Sized> Deref for TypeProbe<T> {
    type Target = Written<T>;

    fn deref(&self) -> &Written<T> {
        &self.0
    }
}

impl<'de, T: Deserialize<'de>> Written<T> {
    pub fn __declare(self, builder: &mut SchemaBuilder, index: usize) {
        builder.opaque(index);
    }
}

/// What is borrowed of something that can be read.
pub trait Borrows<'de> {}

impl<'de, T: Deserialize<'de>> Borrows<'de> for &T {}
impl<'de, T: Deserialize<'de>> Borrows<'de> for &mut T {}
impl<'de, T: Deserialize<'de>> Borrows<'de> for &[T] {}
impl<'de, T: Deserialize<'de>> Borrows<'de> for &mut [T] {}
impl<'de, T: Deserialize<'de>> Borrows<'de> for Option<&T> {}
impl<'de, T: Deserialize<'de>> Borrows<'de> for Option<&[T]> {}

impl<'de, T: Borrows<'de>> DeclaredType for Written<T> {
    fn __declare(self, builder: &mut SchemaBuilder, index: usize) {
        builder.opaque(index);
    }
}

impl<T: ?Sized> DeclaredType for &Written<T> {
    fn __declare(self, builder: &mut SchemaBuilder, index: usize) {
        builder.handle(index);
    }
}

/// Gives a closure written in an attribute its argument type before its body is checked.
pub fn apply<T: ?Sized, R>(value: &T, closure: impl FnOnce(&T) -> R) -> R {
    closure(value)
}
