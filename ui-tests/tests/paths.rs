//! Wherever the runtime is, seen from the annotated crate, the attributes find it: each fixture is a
//! crate that has it in another place.

#![allow(clippy::unwrap_used)]

mod support;

use agentscope_fixture_behind_facade as behind_facade;
use agentscope_fixture_no_prelude as no_prelude;
use agentscope_fixture_own_name as own_name;
use agentscope_fixture_renamed as renamed;
use support::{assert_one_span_each, record};

#[tokio::test]
async fn a_renamed_runtime_is_found() {
    record();
    let order = renamed::renamed_tool(7).unwrap();
    assert_eq!(renamed::renamed_agent(order).await, 7);
    assert_eq!(renamed::renamed_inference("a").await.unwrap(), "a");
    assert_one_span_each(&["renamed_tool", "renamed_agent", "renamed_inference"]);
}

#[tokio::test]
async fn the_runtime_is_found_by_its_own_name() {
    record();
    let order = own_name::own_name_tool(7).unwrap();
    assert_eq!(own_name::own_name_agent(order).await, 7);
    assert_eq!(own_name::own_name_inference("a").await.unwrap(), "a");
    assert_one_span_each(&["own_name_tool", "own_name_agent", "own_name_inference"]);
}

#[tokio::test]
async fn the_runtime_is_found_behind_a_facade() {
    record();
    let order = behind_facade::behind_facade_tool(7).unwrap();
    assert_eq!(behind_facade::behind_facade_agent(order).await, 7);
    assert_eq!(behind_facade::behind_facade_echo(7), 7);
    let answer = behind_facade::behind_facade_inference("a").await;
    assert_eq!(answer.unwrap(), "a");
    assert_one_span_each(&[
        "behind_facade_tool",
        "behind_facade_agent",
        "behind_facade_echo",
        "behind_facade_inference",
    ]);
}

#[tokio::test]
async fn an_expansion_needs_no_name_of_the_prelude() {
    record();
    let order = no_prelude::no_prelude_tool(7).unwrap();
    assert_eq!(no_prelude::no_prelude_agent(order).await, 7);
    assert_eq!(no_prelude::no_prelude_inference("a").await.unwrap(), 1);
    assert_one_span_each(&[
        "no_prelude_tool",
        "no_prelude_agent",
        "no_prelude_inference",
    ]);
}
