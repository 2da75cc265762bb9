//! Finds out at compile time what a type can do, and records what it can.
//!
//! The compiler tries an inherent method first, then a trait method on the value, then one on a
//! reference to it. So `Probe(&value).__argument(..)` follows the classes in the type where it
//! implements `Classify`, whatever is said at the argument; else it is that of [`ByClass`] where the type
//! implements `Serialize`, else that of [`Opaque`]. Inside a generic function only the bounds that the
//! function states are seen.

use schemars::JsonSchema;
use serde::Serialize;

use crate::capture::Capture;
use crate::class::{Class, Classify, Sensitivity};
use crate::output::{Failure, Output};
use crate::redact::Redactor;
use crate::schema::SchemaBuilder;
use crate::site::Site;

/// A reference whose type is probed.
pub struct Probe<'a, T: ?Sized>(pub &'a T);

impl<T: Classify + ?Sized> Probe<'_, T> {
    pub fn __argument(self, capture: &mut Capture, index: usize) {
        capture.classified(index, self.0);
    }

    pub fn __output(self, output: &mut Output) {
        output.classified(self.0);
    }

    /// Writes a field of a classified type whose class is at the field.
    pub fn __field(self, out: &mut Redactor<'_>, sensitivity: &Sensitivity) {
        out.classified(self.0, sensitivity);
    }
}

/// What is recorded of a type whose class is at the place that holds it.
pub trait ByClass: Sized {
    fn __argument(self, capture: &mut Capture, index: usize);
    fn __output(self, output: &mut Output);
    fn __field(self, out: &mut Redactor<'_>, sensitivity: &Sensitivity);
}

impl<T: Serialize + ?Sized> ByClass for Probe<'_, T> {
    fn __argument(self, capture: &mut Capture, index: usize) {
        capture.value(index, self.0);
    }

    fn __output(self, output: &mut Output) {
        output.value(self.0);
    }

    fn __field(self, out: &mut Redactor<'_>, sensitivity: &Sensitivity) {
        out.value(self.0, sensitivity);
    }
}

/// Hashes, sizes and shapes; after the value itself, whose class decides what may be looked at.
impl<T: Serialize + ?Sized> Probe<'_, T> {
    pub fn __structure(self, capture: &mut Capture) {
        capture.structure(self.0);
    }

    pub fn __output_structure(self, output: &mut Output) {
        output.structure(self.0);
    }
}

/// The highest class in a type, as far as the type says.
pub struct Highest<T: ?Sized>(std::marker::PhantomData<T>);

impl<T: Classify + ?Sized> Highest<T> {
    pub const CLASS: Class = T::MAX;
}

/// A type that says nothing.
pub trait Unclassified {
    const CLASS: Class = Class::Public;
}

impl<T: ?Sized> Unclassified for Highest<T> {}

impl<T: JsonSchema + ?Sized> Probe<'_, T> {
    pub fn __schema(self, builder: &mut SchemaBuilder, site: &Site, index: usize) {
        builder.declared::<T>(site.meta.param(index).name);
    }
}

impl<T: Classify + ?Sized> Probe<'_, T> {
    pub fn __failure(self, failure: &mut Failure) {
        failure.variant(self.0.variant());
    }
}

/// What is recorded of a type that cannot do more.
pub trait Opaque: Sized {
    fn __argument(self, capture: &mut Capture, index: usize) {
        capture.opaque(index);
    }

    fn __structure(self, capture: &mut Capture) {
        capture.no_structure();
    }

    fn __output(self, output: &mut Output) {
        output.opaque();
    }

    fn __output_structure(self, _: &mut Output) {}

    fn __schema(self, builder: &mut SchemaBuilder, site: &Site, index: usize) {
        let param = site.meta.param(index);
        builder.opaque(param.name, param.signature);
    }

    fn __failure(self, _: &mut Failure) {}

    fn __field(self, out: &mut Redactor<'_>, sensitivity: &Sensitivity) {
        out.opaque(sensitivity);
    }
}

impl<T: ?Sized> Opaque for &Probe<'_, T> {}

/// Records an argument by the classes in its type; the bound is the compile-time check.
pub fn classified_argument<T: Classify + ?Sized>(value: &T, capture: &mut Capture, index: usize) {
    capture.classified(index, value);
}

/// Records a result by the classes in its type; the bound is the compile-time check.
pub fn classified_output<T: Classify + ?Sized>(value: &T, output: &mut Output) {
    output.classified(value);
}

/// Tells the instantiations of a generic function apart.
pub fn type_key<T: ?Sized>(_: &T) -> &'static str {
    std::any::type_name::<T>()
}

/// A type to be probed without a value of it.
pub struct TypeProbe<T: ?Sized>(std::marker::PhantomData<T>);

impl<T: ?Sized> TypeProbe<T> {
    pub const NEW: Self = Self(std::marker::PhantomData);
}

impl<T: JsonSchema + ?Sized> TypeProbe<T> {
    pub fn __declare(self, builder: &mut SchemaBuilder, name: &'static str, _: &'static str) {
        builder.declared::<T>(name);
    }
}

/// A type without a schema contributes its signature.
pub trait OpaqueType: Sized {
    fn __declare(self, builder: &mut SchemaBuilder, name: &'static str, signature: &'static str) {
        builder.opaque(name, signature);
    }
}

impl<T: ?Sized> OpaqueType for TypeProbe<T> {}

/// Gives a closure written in an attribute its argument type before its body is checked.
pub fn apply<T: ?Sized, R>(value: &T, closure: impl FnOnce(&T) -> R) -> R {
    closure(value)
}
