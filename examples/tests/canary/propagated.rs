//! What goes to other processes beside telemetry: headers of requests, and what is printed.

use std::collections::HashMap;
use std::fmt::Debug;
use std::io::Write as _;
use std::path::PathBuf;

use opentelemetry::baggage::BaggageExt as _;
use opentelemetry::{Context, KeyValue, global};

use crate::canaries::LIST;

/// Appends to a file of the child's directory, which the parent looks through.
pub(crate) fn append(name: &str, text: &str) {
    let directory = PathBuf::from(std::env::var_os(LIST).expect("the parent says where"));
    let mut options = std::fs::OpenOptions::new();
    let file = options.create(true).append(true).open(directory.join(name));
    let mut file = file.expect("the directory is there");
    file.write_all(format!("{text}\n").as_bytes())
        .expect("there is room");
}

/// The headers that a request would have that is made here.
pub(crate) fn inject() {
    let mut headers = HashMap::new();
    global::get_text_map_propagator(|propagator| propagator.inject(&mut headers));
    append("headers", &format!("{headers:?}"));
}

/// What a program may print of our types.
pub(crate) fn print(value: &impl Debug) {
    append("printed", &format!("{value:?} {value:#?}"));
}

/// In baggage and in a metric, where nothing of ours goes.
pub(crate) fn inject_a_leak(text: &str) {
    let pair = KeyValue::new("leak", text.to_owned());
    let _entered = Context::current_with_baggage([pair.clone()]).attach();
    inject();
    global::meter("canary")
        .u64_counter("leaks")
        .build()
        .add(1, &[pair]);
}
