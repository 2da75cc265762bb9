//! `[package.metadata.agentscope] default = ".."` gives a class to all that has none.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::Command;
use std::{env, fs};

use agentscope::Classify as _;
use agentscope_fixture_crate_default::{Note, Shelf, file, sort, summarise};

#[test]
fn what_is_nearer_to_a_value_overrides_the_manifest() {
    let recorded = agentscope::testing::record(|| {
        let shelf = Shelf {
            place: "left".into(),
        };
        file("hello", 7, shelf);
        sort("by name");
        summarise("hello");
    });
    let shown = |span: &str, key: &str| {
        let span = recorded.span(span);
        span.attribute(key).unwrap().to_string()
    };
    assert_eq!(
        shown("file", "input.value"),
        r#"{"text":"[confidential]","number":7,"shelf":{"place":"left"}}"#
    );
    assert_eq!(
        shown("file", "output.value"),
        r#"{"text":"[confidential]","number":7}"#
    );
    assert_eq!(shown("sort", "input.value"), r#"{"order":"by name"}"#);
    assert_eq!(
        shown("summarise", "input.value"),
        r#"{"text":"[confidential]"}"#
    );
    assert_eq!(shown("summarise", "output.value"), r#""hello""#);
}

#[test]
fn it_is_said_that_nobody_has_looked_at_such_a_value() {
    let note = Note::type_meta().unwrap();
    let by_default = |index: usize| note.fields[index].sensitivity.unwrap().by_default;
    assert!(by_default(0) && !by_default(1));
}

/// Cargo does not look at metadata, so that the crate itself must.
#[test]
fn a_change_of_the_manifest_builds_the_crate_again() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("metadata");
    fs::create_dir_all(directory.join("src")).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    fs::copy(root.join("Cargo.lock"), directory.join("Cargo.lock")).unwrap();
    let source = "#[agentscope::tool]\npub fn noted(text: &str) -> usize {\n    text.len()\n}\n";
    fs::write(directory.join("src/lib.rs"), source).unwrap();
    let check = |metadata: &str| {
        let manifest = format!(
            "[package]\nname = \"agentscope-generated-metadata\"\nedition = \"2024\"\n\n\
             [dependencies]\nagentscope = {{ package = \"agentscope-runtime\", path = {:?} }}\n\n\
             [workspace]\n\n{metadata}\n",
            root.join("agentscope-runtime"),
        );
        fs::write(directory.join("Cargo.toml"), manifest).unwrap();
        let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["check", "--offline", "--target-dir"])
            .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join(".."))
            .current_dir(&directory)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.success(), said)
    };
    let secret = "[package.metadata.agentscope]\ndefault = \"secret\"";
    let (builds, said) = check(secret);
    assert!(builds, "{said}");

    let (builds, said) = check("[package.metadata.agentscope]\ndefault = \"sekret\"");
    assert!(!builds, "a wrong word was not seen: {said}");
    let expected = "Cargo.toml: `default` in `[package.metadata.agentscope]`: `sekret` is no \
                    sensitivity class; did you mean `secret`?";
    assert!(said.contains(expected), "{said}");
    assert_eq!(
        said.matches("error:").count(),
        2,
        "cargo's is the other: {said}"
    );

    // These were read by nobody, and the crate built without the default that it was to have.
    for (misspelt, expected) in [
        (
            "[package.metadata.agentscope]\ndefualt = \"secret\"",
            "unknown key `defualt` in `[package.metadata.agentscope]`; did you mean `default`?",
        ),
        (
            "[package.metadata.agent-scope]\ndefault = \"secret\"",
            "`[package.metadata.agent-scope]` is not read; did you mean `[package.metadata.agentscope]`?",
        ),
    ] {
        let (builds, said) = check(misspelt);
        assert!(!builds && said.contains(expected), "{said}");
    }

    let of_another_tool = format!("{secret}\n[package.metadata.scope]\ndefault = 1");
    let (builds, said) = check(&of_another_tool);
    assert!(builds, "{said}");
    let (builds, said) = check("");
    assert!(!builds, "without a default there is no class: {said}");
    assert!(
        said.contains("argument `text` of type `&str` has no"),
        "{said}"
    );
}
