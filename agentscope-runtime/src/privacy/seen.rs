//! The compile-time check of a value that a class of its place shows: nothing may be in it that
//! nobody has classified.

use serde::Serialize;

use crate::privacy::class::Class;
use crate::privacy::classify::Classify;
use crate::privacy::leaf::Leaf;
use crate::probe::Probe;
use crate::settle::{Decided, Judge};

/// A type that may be shown whole; none, for what may be is asked first.
#[diagnostic::on_unimplemented(
    message = "`{Self}` would be shown as it is, and nothing says what is in it",
    label = "shown by a class, but not classified by its type",
    note = "if you own `{Self}`: add `#[derive(agentscope::Classify)]` to it, and to what is in it",
    note = "else hide it: write `#[sensitivity(secret)]` before the field or argument, or another of special, pii, confidential; for the result of a function `output = secret`",
    note = "if it may be shown, say why: `#[sensitivity(internal, reason = \"..\")]`; for the result of a function `output(internal, reason = \"..\")`"
)]
pub trait ShownWhole {}

// So that the message names what is held, not what holds it.
impl<T: ShownWhole + ?Sized> ShownWhole for &T {}
impl<T: ShownWhole> ShownWhole for Option<T> {}
impl<T: ShownWhole> ShownWhole for Vec<T> {}

/// In place of what is not shown, or classified.
pub enum Nothing {}

#[diagnostic::do_not_recommend]
impl ShownWhole for Nothing {}

/// Whether a class may show what is probed; asked of a reference to that, as `probe`
/// explains.
pub trait Sees {
    type Seen;

    fn __seen(self) -> Self::Seen;
}

/// It may be shown.
pub struct Passes<P>(P);

impl<P> Passes<P> {
    pub fn __passes(self) -> P {
        self.0
    }
}

/// It may not, unless its type were known to be harmless.
pub struct Unknown<P, T: ?Sized>(P, std::marker::PhantomData<fn(&T)>);

impl<P, T: ?Sized> Unknown<P, T> {
    pub fn __passes(self) -> P
    where
        T: ShownWhole,
    {
        self.0
    }
}

/// A leaf: that is what the class of the place is for. Classified: by its own classes. What is not
/// `Serialize` is never shown.
macro_rules! sees {
    ($([$($generics:tt)*] $probed:ty, $value:ty $(, $judge:path)?;)*) => {$(
        impl<$($generics)*> $probed
        where
            $value: Leaf,
        {
            pub fn __seen(&self) -> Passes<Self> {
                Passes(*self)
            }
        }

        impl<$($generics)*> Sees for &$probed
        where
            $value: Classify,
        {
            type Seen = Passes<$probed>;

            fn __seen(self) -> Self::Seen {
                Passes(*self)
            }
        }

        impl<$($generics)*> Sees for &&$probed
        where
            $value: Serialize,
        {
            type Seen = Unknown<$probed, $value>;

            fn __seen(self) -> Self::Seen {
                Unknown(**self, std::marker::PhantomData)
            }
        }

        impl<$($generics)*> Sees for $probed {
            type Seen = Passes<$probed>;

            fn __seen(self) -> Self::Seen {
                Passes(self)
            }
        }
    )*};
}

sees! {
    ['a, T: ?Sized] Probe<'a, T>, T;
    [K, J: Judge] Decided<K, J>, J::Value;
}

/// The compile-time check of a class that was said of a value whose type has classes too.
#[track_caller]
pub const fn holds_no_more(inside: Class, said: Class, message: &'static str) {
    assert!(inside as u8 <= said as u8, "{}", message);
}
