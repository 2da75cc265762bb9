#![allow(dead_code)]

use agentscope::Classify;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Classify)]
struct Address {
    #[sensitivity(special)]
    street: String,
}

#[derive(Classify)]
struct Orders<'a> {
    #[sensitivity(internal)]
    list: Vec<Address>,
    #[sensitivity(public)]
    shared: Arc<Box<Address>>,
    #[sensitivity(pii)]
    cow: Cow<'a, Address>,
    #[sensitivity(confidential)]
    keys: BTreeMap<Address, Address>,
    #[sensitivity(internal)]
    pair: (Address, Address),
    #[sensitivity(internal)]
    nested: HashMap<Address, Option<Vec<Address>>>,
}

fn main() {}
