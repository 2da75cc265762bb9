//! A class of keys says all of text and of numbers, not of a type that may hold anything.

use std::collections::BTreeMap;

use agentscope::{Classify, tool};

#[derive(serde::Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct Person(String);

#[derive(serde::Serialize, Classify)]
struct Row {
    #[sensitivity(internal)]
    count: u32,
}

#[tool(output = internal)]
fn load(#[sensitivity(key = internal)] people: BTreeMap<Person, Row>) -> usize {
    people.len()
}

fn main() {}
