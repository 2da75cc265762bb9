//! Tools are listed with their definitions, and arguments that do not fit say where, never what.

mod support;

use agentscope::{Level, Session, args, tool};
use agentscope_runtime as agentscope;
use serde_json::json;
use support::recorder;

#[derive(
    Debug, serde::Serialize, serde::Deserialize, schemars::JsonSchema, agentscope::Classify,
)]
#[sensitivity(default = internal)]
struct Range {
    /// First line, from 1.
    from: u32,
    to: Option<u32>,
}

struct Opaque;

/// Can be read from JSON, and has no schema.
#[derive(serde::Deserialize)]
#[allow(dead_code, reason = "only its type is looked at")]
struct Options {
    numbered: bool,
}

/// Read lines of a file.
#[tool(name = "read", default = internal)]
fn read_lines(path: &str, range: Option<Range>, options: &Options, handle: &Opaque) -> usize {
    let _ = (range, options, handle);
    path.len()
}

#[tool(default = secret)]
fn generic<T>(value: T) {
    let _ = value;
}

struct Store<T>(T);

impl<T: Clone> Store<T> {
    #[tool(default = secret)]
    fn method(&self, value: T) {
        let _ = (&self.0, value);
    }

    #[tool(default = secret)]
    fn associated(value: T) {
        let _ = value;
    }
}

#[tool(default = secret)]
async fn borrows<'a>(text: &'a str, words: std::borrow::Cow<'a, [&'a str]>) {
    let _ = (text, words);
}

mod own_types {
    use agentscope::tool;
    use agentscope_runtime as agentscope;

    pub(super) struct String;

    #[tool(default = internal)]
    pub(super) fn own(text: String, count: u32) {
        let _ = (text, count);
    }
}

#[test]
fn a_tool_has_a_definition_in_the_form_that_each_model_api_wants() {
    let read = agentscope::tools()
        .find(|tool| tool.name() == "read")
        .expect("registered");
    assert_eq!(read.function(), "definitions::read_lines");
    let openai = read.openai();
    assert_eq!(openai["function"]["description"], "Read lines of a file.");
    let schema = &openai["function"]["parameters"];
    assert_eq!(schema["properties"]["path"], json!({"type": "string"}));
    assert_eq!(
        schema["properties"]["options"],
        json!({}),
        "what has no schema accepts anything"
    );
    // A model was asked to write a database pool.
    assert_eq!(schema["properties"]["handle"], json!(null));
    assert_eq!(schema["required"], json!(["path", "options"]));
    assert_eq!(
        schema["$defs"]["Range"]["properties"]["from"]["description"],
        "First line, from 1."
    );
    assert_eq!(read.anthropic()["input_schema"], *schema);
    assert_eq!(read.mcp()["inputSchema"], *schema);
    assert_eq!(read.opaque_arguments(), ["options", "handle"]);
    let all = read.schema()["required"].clone();
    assert_eq!(
        all,
        json!(["path", "options", "handle"]),
        "as the hash is over"
    );
}

thread_local! {
    static KEY: std::cell::Cell<&'static str> = const { std::cell::Cell::new("sk-live-first") };
}

#[derive(
    Debug, serde::Serialize, serde::Deserialize, schemars::JsonSchema, agentscope::Classify,
)]
struct Login {
    #[serde(default = "key")]
    #[sensitivity(secret)]
    key: String,
    /// A property that is called as the keyword.
    #[sensitivity(internal)]
    #[schemars(example = "sk-live-example")]
    default: String,
}

fn key() -> String {
    KEY.get().to_owned()
}

#[tool(output = internal)]
fn log_in(login: Login) {
    let _ = (login.key, login.default);
}

// schemars writes into the schema what the function of `#[serde(default = ..)]` returns.
#[test]
fn what_an_argument_is_by_default_is_in_no_definition_and_not_hashed() {
    let _ = log_in;
    let tool = agentscope::tools().find(|tool| tool.name() == "log_in");
    let tool = tool.expect("registered");
    let told = [tool.schema(), tool.openai(), tool.anthropic(), tool.mcp()];
    for told in &told {
        assert!(!told.to_string().contains("sk-live"), "{told}");
    }
    let login = &told[0]["$defs"]["Login"];
    assert_eq!(login["properties"]["default"]["type"], "string");
    assert_eq!(login["required"], json!(["default"]));

    let hash = || args::parse::<Login>("").expect_err("empty").schema_hash;
    let first = hash();
    KEY.set("sk-live-other");
    assert_eq!(hash(), first, "another machine has another default");
}

#[test]
fn what_cannot_be_told_without_a_call_is_not_listed() {
    let mut names: Vec<_> = agentscope::tools().map(|tool| tool.name()).collect();
    names.sort_unstable();
    assert_eq!(names, ["borrows", "log_in", "own", "read"]);
    generic(1);
    Store(1).method(2);
    Store::associated(3);
}

// Types with the names of leaves are asked no further question.
#[test]
fn a_type_that_only_has_the_name_of_a_leaf_is_opaque() {
    let own = agentscope::tools().find(|tool| tool.name() == "own");
    let own = own.expect("registered");
    assert_eq!(own.opaque_arguments(), ["text"]);
    assert_eq!(own.schema()["properties"]["count"]["type"], "integer");
}

#[tokio::test]
async fn the_schema_of_the_registry_is_that_of_the_call() {
    let recorder = recorder();
    let run = Session::builder().task("T-hash").run(async {
        let options = Options { numbered: true };
        read_lines("a", None, &options, &Opaque);
        borrows("a", vec!["b"].into()).await;
        own_types::own(own_types::String, 1);
    });
    run.await;
    for span in recorder.task("T-hash") {
        let tool =
            agentscope::tools().find(|tool| span.name.ends_with(&format!(" {}", tool.name())));
        if let Some(tool) = tool {
            let hash = support::text(&span, "agentscope.tool.schema.hash");
            assert_eq!(hash, Some(tool.schema_hash()));
        }
    }
}

#[test]
fn arguments_that_do_not_fit_are_an_error_snapshot_without_their_value() {
    let recorder = recorder();
    let cases = [
        (r#"{"from": "alice@example.com"}"#, "/from", "data"),
        (r#"{"to": 3}"#, "", "data"),
        (r#"{"from": 1"#, "", "truncated"),
        (r#"{"from": 1} alice"#, "", "syntax"),
        ("alice", "", "syntax"),
    ];
    Session::builder().task("T-args").run_sync(|| {
        for (text, pointer, violation) in cases {
            let error = args::parse::<Range>(text).expect_err(text);
            assert_eq!(
                (error.pointer.as_str(), error.violation.as_str()),
                (pointer, violation)
            );
            assert!(error.schema_hash.starts_with("sha256:"));
            assert!(!format!("{error} {error:?}").contains("alice"), "{error}");
        }
        args::parse::<Range>(r#"{"from": 1, "to": null}"#).expect("it fits");
    });
    let snapshots = recorder.snapshots_of("T-args");
    assert_eq!(snapshots.len(), cases.len());
    for snapshot in snapshots {
        assert_eq!(
            (snapshot.level, snapshot.warning),
            (Level::Error, Some("schema_violation"))
        );
        assert!(snapshot.schema_hash.is_some());
        assert!(!format!("{snapshot:?}").contains("alice"));
    }
}
