//! The tools. What they find is written here: this example is about the way to them.

use agentscope::tool;

/// Read which order a ticket is about.
#[tool(effect = read, default = internal)]
pub(crate) fn read_ticket(ticket: u32) -> u32 {
    ticket + 4_700
}

/// Find what was ordered.
#[tool(effect = read, default = internal)]
pub(crate) fn find_orders(order: u32) -> String {
    format!("one kettle by order {order}")
}

/// Read the terms that an article is sold on.
#[tool(effect = read, default = internal)]
pub(crate) fn read_policy(article: &str) -> String {
    let _ = article;
    "to be paid once".to_owned()
}

/// Count the invoices of an order.
#[tool(effect = read, default = internal)]
pub(crate) fn find_invoices(order: u32) -> u32 {
    let _ = order;
    1
}

/// Count what the ledger has of an order.
#[tool(effect = read, default = internal)]
pub(crate) fn read_ledger(order: u32) -> u32 {
    let _ = order;
    2
}

/// Put into words what the customer gets to read; nothing is sent.
#[tool(effect = read, default = internal)]
pub(crate) fn write_answer(history: &str, charges: &str) -> String {
    format!("You bought {history}. We have {charges}. You get one payment back.")
}
