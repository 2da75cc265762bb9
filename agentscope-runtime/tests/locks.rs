//! A lock that the caller holds is not waited for, wherever it is. Each of these waited for ever.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, RwLock};

use agentscope::{Classify, tool};
use agentscope_runtime as agentscope;

mod support;

#[derive(serde::Serialize, Classify)]
struct Customer {
    #[sensitivity(internal)]
    id: u32,
}

#[derive(serde::Serialize, Classify)]
struct Held {
    #[sensitivity(internal)]
    name: &'static str,
    #[sensitivity(internal)]
    count: Mutex<u32>,
    #[sensitivity(confidential)]
    customers: [Mutex<Customer>; 1],
}

#[derive(serde::Serialize, Classify)]
struct Holder {
    held: Vec<Held>,
}

#[allow(clippy::too_many_arguments, reason = "one of each kind")]
#[tool(default = internal)]
fn takes(
    #[sensitivity(internal)] _map: &HashMap<u8, Mutex<u32>>,
    _array: [&Mutex<u32>; 1],
    _either: Result<(), &Mutex<u32>>,
    _cow: Cow<'_, [&'static Mutex<u32>]>,
    _whole: &Mutex<Customer>,
    _many: &Vec<RwLock<Customer>>,
    _holder: &Holder,
    #[sensitivity(confidential)] _masked: &Holder,
) {
}

#[tool(output = secret)]
fn gives() -> &'static Mutex<u32> {
    &GIVEN
}

#[tool(output = internal)]
fn gives_customer() -> &'static Mutex<Customer> {
    &CUSTOMER
}

#[tool]
fn gives_holder(#[sensitivity(secret)] holder: Arc<Holder>) -> Arc<Holder> {
    holder
}

static GIVEN: Mutex<u32> = Mutex::new(1);
static CUSTOMER: Mutex<Customer> = Mutex::new(Customer { id: 7 });

#[test]
fn no_lock_is_waited_for_in_a_collection_a_field_or_a_result() {
    let recorder = support::recorder();
    let holder = Arc::new(Holder {
        held: vec![Held {
            name: "one",
            count: Mutex::new(1),
            customers: [Mutex::new(Customer { id: 7 })],
        }],
    });
    let map = HashMap::from([(1, Mutex::new(1))]);
    let many = vec![RwLock::new(Customer { id: 7 })];
    let held = [map[&1].lock(), GIVEN.lock(), holder.held[0].count.lock()]
        .map(|guard| guard.expect("nobody panicked"));
    let customers = [CUSTOMER.lock(), holder.held[0].customers[0].lock()];
    let written = many[0].write();
    agentscope::Session::builder().task("locks").run_sync(|| {
        let given: Cow<'static, [&'static Mutex<u32>]> = Cow::Owned(vec![&GIVEN]);
        takes(
            &map,
            [&GIVEN],
            Err(&GIVEN),
            given,
            &CUSTOMER,
            &many,
            &holder,
            &holder,
        );
        gives();
        gives_customer();
        gives_holder(holder.clone());
    });
    drop((held, customers, written));
    let spans = recorder.task("locks");
    assert_eq!(spans.len(), 5, "four tools and the session");
    let takes = support::named(&spans, "execute_tool takes");
    let input = support::text(takes, "input.value").expect("something is shown");
    assert!(
        input.contains(r#"{"name":"one","count":"[opaque]""#),
        "{input}"
    );
}
