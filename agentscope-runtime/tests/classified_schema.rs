//! The schema of a tool says the class of each value, and a relabel changes only the hash that is
//! about classes.

use agentscope_runtime as agentscope;

use agentscope::{Classify, tool};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, JsonSchema, Classify)]
#[serde(rename_all = "camelCase")]
struct Customer {
    #[sensitivity(internal)]
    customer_number: u64,
    #[sensitivity(pii, kind = "email")]
    contact_email: Option<String>,
    orders: Vec<Order>,
    parent: Option<Box<Customer>>,
}

#[derive(Serialize, Deserialize, JsonSchema, Classify)]
enum Order {
    Open {
        #[sensitivity(confidential)]
        note: String,
    },
    Closed(#[sensitivity(internal)] u64),
}

#[tool(output = internal)]
fn one(customer: Customer, #[sensitivity(public)] currency: String) -> u64 {
    customer.customer_number + currency.len() as u64
}

mod relabelled {
    use super::{Customer, agentscope, tool};

    #[tool(output = confidential)]
    pub(crate) fn one(customer: Customer, #[sensitivity(internal)] currency: String) -> u64 {
        customer.customer_number + currency.len() as u64
    }

    pub(crate) const _USED: fn() -> agentscope::Stats = agentscope::stats;
}

fn tool_of(function: &str) -> agentscope::Tool {
    agentscope::tools()
        .find(|tool| tool.function() == function)
        .expect("it is registered")
}

#[test]
fn each_value_has_its_class_in_the_schema_by_the_name_that_json_has() {
    let _ = (one, relabelled::one);
    let tool = tool_of("classified_schema::one");
    let schema = tool.schema();
    let class = |path: &str| {
        let said = schema.pointer(&format!("{path}/x-agentscope-sensitivity/class"));
        said.and_then(|class| class.as_str()).map(str::to_owned)
    };
    let customer = "/$defs/Customer/properties";
    assert_eq!(class("/properties/currency").as_deref(), Some("public"));
    assert_eq!(
        class(&format!("{customer}/customerNumber")).as_deref(),
        Some("internal")
    );
    assert_eq!(
        class(&format!("{customer}/contactEmail")).as_deref(),
        Some("pii")
    );
    let order = serde_json::to_string(&schema["$defs"]["Order"]).expect("JSON");
    assert!(order.contains("confidential"), "{order}");
    let definition = tool.openai().to_string();
    assert!(
        !definition.contains("x-agentscope"),
        "a model need not know: {definition}"
    );
}

#[test]
fn a_relabel_changes_the_hash_of_the_classes_and_not_that_of_the_schema() {
    let (before, after) = (
        tool_of("classified_schema::one"),
        tool_of("classified_schema::relabelled::one"),
    );
    assert_eq!(before.schema_hash(), after.schema_hash());
    assert_ne!(before.classification_hash(), after.classification_hash());
    let classes = before.classification();
    assert_eq!(classes["customer.contactEmail"], "pii email hmac");
    assert_eq!(classes["customer.orders.Open.note"], "confidential mask");
    assert_eq!(classes["output"], "internal keep");
}
