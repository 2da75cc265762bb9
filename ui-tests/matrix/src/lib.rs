//! What the forms of the matrix are written with, and what holds for each of its cells.
//!
//! A form logs what can be observed of it from outside: its result, the order of its drops, the
//! auto traits of what it returns. The annotated function must log what the bare one logs.

mod check;
mod drive;
mod traits;

pub use check::{Bare, Cell, Entry, check, check_bare};
pub use drive::{Loud, cancel, finish, inside, items, log, pause};
pub use traits::{Lacks, Traits};
