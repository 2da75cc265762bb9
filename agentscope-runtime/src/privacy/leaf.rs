//! Leaf types: text, numbers, JSON and collections of such. What they hold only the place can say.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::ffi::{CStr, CString, OsStr, OsString};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::num::{NonZero, Saturating, Wrapping};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, SystemTime};

/// What a class of its place says all of: there is nothing in it that has a class of its own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither text nor a number: one class does not say what is in it",
    label = "not text, nor a number",
    note = "if it is the key of a map: derive `agentscope::Classify` for it, and leave `key = ..` out"
)]
pub trait Leaf {
    /// It is not looked into: serde would wait for a lock, and the observed code may hold it.
    #[doc(hidden)]
    const IS_LOCKED: bool = false;
}

macro_rules! leaves {
    ($($leaf:ty),* $(,)?) => { $(impl Leaf for $leaf {})* };
}

leaves!(
    bool, char, f32, f64, u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize
);
leaves!(str, String, Path, PathBuf, OsStr, OsString, CStr, CString);
leaves!(Duration, SystemTime);
leaves!(
    IpAddr,
    Ipv4Addr,
    Ipv6Addr,
    SocketAddr,
    SocketAddrV4,
    SocketAddrV6
);
leaves!(serde_json::Value, serde_json::Number, serde_json::Map<String, serde_json::Value>);

macro_rules! holders {
    ($([$($parameter:ident)*] $holder:ty;)*) => {
        $(impl<$($parameter: Leaf),*> Leaf for $holder {
            const IS_LOCKED: bool = false $(|| $parameter::IS_LOCKED)*;
        })*
    };
}

/// Not `()`, which is classified: no type is a leaf and has classes too.
impl<T: Leaf> Leaf for Result<(), T> {
    const IS_LOCKED: bool = T::IS_LOCKED;
}

holders! {
    [T] Option<T>;
    [T] Vec<T>;
    [T] VecDeque<T>;
    [T] LinkedList<T>;
    [T] BinaryHeap<T>;
    [T] BTreeSet<T>;
    [K V] BTreeMap<K, V>;
    [T] [T];
    [T] Wrapping<T>;
    [T] Saturating<T>;
    [T] std::cmp::Reverse<T>;
    [T] std::ops::Range<T>;
    [T] std::ops::RangeInclusive<T>;
    [T U] Result<T, U>;
    [A] (A,);
    [A B] (A, B);
    [A B C] (A, B, C);
    [A B C D] (A, B, C, D);
    [A B C D E] (A, B, C, D, E);
    [A B C D E F] (A, B, C, D, E, F);
    [A B C D E F G] (A, B, C, D, E, F, G);
    [A B C D E F G H] (A, B, C, D, E, F, G, H);
}

macro_rules! around {
    ($($around:ty),*) => {
        $(impl<T: Leaf + ?Sized> Leaf for $around {
            const IS_LOCKED: bool = T::IS_LOCKED;
        })*
    };
}

around!(&T, &mut T, Box<T>, Rc<T>, Arc<T>, Cell<T>, RefCell<T>);

/// Whatever they hold: nobody looks.
macro_rules! locks {
    ($($lock:ty),*) => {
        $(impl<T: ?Sized> Leaf for $lock {
            const IS_LOCKED: bool = true;
        })*
    };
}

locks!(Mutex<T>, RwLock<T>);

impl<T: Leaf + ToOwned + ?Sized> Leaf for Cow<'_, T> {
    const IS_LOCKED: bool = T::IS_LOCKED;
}

impl<T: Leaf, const N: usize> Leaf for [T; N] {
    const IS_LOCKED: bool = T::IS_LOCKED;
}

impl<T: Leaf, S> Leaf for HashSet<T, S> {
    const IS_LOCKED: bool = T::IS_LOCKED;
}

impl<K: Leaf, V: Leaf, S> Leaf for HashMap<K, V, S> {
    const IS_LOCKED: bool = K::IS_LOCKED || V::IS_LOCKED;
}

macro_rules! numbers {
    ($($number:ty),*) => { $(impl Leaf for NonZero<$number> {})* };
}

numbers!(
    u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize
);
