//! Budgets in a program that has left everything as it is: no provider, the switch untouched.

#[path = "support/looping.rs"]
mod looping;
#[path = "support/stops.rs"]
mod stops;

fn begin() {}
