//! `#[rig_tool]` above and below ours: the tool that it makes has the arguments and descriptions that
//! it had, calls the function, and the call makes one span of ours.

#![allow(clippy::unwrap_used)]

#[path = "../../../ui-tests/tests/support/mod.rs"]
mod support;

use agentscope::{tool, tool_call};
use rig::core::rig_tool;
use rig::core::tool::{PortableTool, ToolExecutionError};
use support::{assert_one_span_each, record};

/// Add two numbers.
#[tool(effect = read, output = internal)]
#[rig_tool]
fn ours_above(
    /// The left one.
    #[sensitivity(internal)]
    left: i32,
    #[sensitivity(internal)] right: Option<i32>,
) -> Result<i32, ToolExecutionError> {
    Ok(left + right.unwrap_or_default())
}

/// Add two numbers.
#[rig_tool]
#[tool_call(default = internal)]
async fn ours_below(
    /// The left one.
    left: i32,
    right: Option<i32>,
) -> Result<i32, ToolExecutionError> {
    tokio::task::yield_now().await;
    Ok(left + right.unwrap_or_default())
}

fn assert_described(tool: &impl PortableTool) {
    assert_eq!(tool.description(), "Add two numbers.");
    let parameters = tool.parameters();
    assert_eq!(
        parameters["properties"]["left"]["description"],
        "The left one."
    );
    assert_eq!(parameters["required"], serde_json::json!(["left"]));
}

#[tokio::test]
async fn rig_tool_calls_the_recorded_function() {
    record();
    let (left, right) = (2, Some(3));
    let above = OURS_ABOVE.call(OursAboveParameters { left, right }).await;
    let below = OURS_BELOW.call(OursBelowParameters { left, right }).await;
    assert_eq!((above.ok(), below.ok()), (Some(5), Some(5)));
    assert_described(&OURS_ABOVE);
    assert_described(&OURS_BELOW);
    assert_one_span_each(&["ours_above", "ours_below"]);
}
