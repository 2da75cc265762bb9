//! Which auto traits a value has: inherent methods are found first where their bounds hold.

use std::marker::PhantomData;
use std::panic::{RefUnwindSafe, UnwindSafe};

/// A type to be asked; see [`auto_traits!`](crate::auto_traits).
#[derive(Debug)]
pub struct Traits<T>(PhantomData<T>);

impl<T> Traits<T> {
    /// Of this value.
    pub const fn of(_: &T) -> Self {
        Self(PhantomData)
    }
}

/// The answer of types that have not got the trait.
pub trait Lacks {
    #[doc(hidden)]
    fn send(&self) -> bool {
        false
    }
    #[doc(hidden)]
    fn sync(&self) -> bool {
        false
    }
    #[doc(hidden)]
    fn unpin(&self) -> bool {
        false
    }
    #[doc(hidden)]
    fn unwind_safe(&self) -> bool {
        false
    }
    #[doc(hidden)]
    fn ref_unwind_safe(&self) -> bool {
        false
    }
}

impl<T> Lacks for Traits<T> {}

macro_rules! has {
    ($($bound:ident $name:ident),*) => {$(
        impl<T: $bound> Traits<T> {
            #[doc(hidden)]
            #[must_use]
            pub const fn $name(&self) -> bool {
                true
            }
        }
    )*};
}

has!(Send send, Sync sync, Unpin unpin, UnwindSafe unwind_safe, RefUnwindSafe ref_unwind_safe);

/// Logs the auto traits of a value, and hands it back.
#[macro_export]
macro_rules! auto_traits {
    // `match`, for the temporaries of the expression.
    ($value:expr) => {
        match $value {
            value => {
                #[allow(unused_imports)]
                use $crate::Lacks as _;
                let traits = $crate::Traits::of(&value);
                $crate::log(::std::format!(
                    "Send {}, Sync {}, Unpin {}, UnwindSafe {}, RefUnwindSafe {}",
                    traits.send(),
                    traits.sync(),
                    traits.unpin(),
                    traits.unwind_safe(),
                    traits.ref_unwind_safe(),
                ));
                value
            }
        }
    };
}
