#![allow(dead_code)]

use agentscope::Classify;

#[derive(Classify)]
struct Page<T, C: Classify> {
    #[sensitivity(internal)]
    items: Vec<T>,
    #[sensitivity(internal)]
    classified: C,
    #[sensitivity(secret)]
    hidden: T,
    #[sensitivity(internal, reason = "only ids are put in")]
    known: T,
}

fn main() {}
