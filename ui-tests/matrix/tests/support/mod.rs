//! Crates that are generated from forms under the target directory, and what cargo says of them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde_json::Value;

/// Where the package of the matrix is.
pub(crate) const HERE: &str = env!("CARGO_MANIFEST_DIR");

/// Whether the compiler is the one that has these lints and messages.
pub(crate) fn is_rustc(version: &str) -> bool {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output();
    let output = output.expect("rustc runs");
    String::from_utf8_lossy(&output.stdout).starts_with(version)
}

/// A crate that is being written, module by module.
pub(crate) struct Generated {
    directory: PathBuf,
    source: String,
    /// The last line of each module.
    modules: Vec<(usize, String)>,
}

/// What the compiler, or a lint, has to say of a module.
#[derive(Debug)]
pub(crate) struct Diagnostic {
    pub(crate) module: String,
    pub(crate) is_error: bool,
    /// Name of the lint, or code of the error.
    pub(crate) code: Option<String>,
    pub(crate) text: String,
}

impl Generated {
    /// `head`: what stands before all modules.
    pub(crate) fn new(name: &str, edition: &str, head: &str) -> Self {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{edition}"));
        fs::create_dir_all(directory.join("src")).expect("a directory");
        let root = Path::new(HERE).join("../..");
        let manifest = format!(
            r#"[package]
name = "agentscope-generated-{name}-{edition}"
edition = "{edition}"

[dependencies]
agentscope = {{ package = "agentscope-runtime", path = {runtime:?} }}
async-trait = "0.1"
futures-util = {{ version = "0.3", default-features = false, features = ["std", "async-await-macro"] }}
matrix = {{ package = "agentscope-matrix", path = {HERE:?} }}
tracing = {{ version = "0.1", default-features = false, features = ["std", "attributes"] }}

[workspace]
"#,
            runtime = root.join("agentscope-runtime"),
        );
        fs::write(directory.join("Cargo.toml"), manifest).expect("a manifest");
        // The versions of the workspace, which are there without a network.
        fs::copy(root.join("Cargo.lock"), directory.join("Cargo.lock")).expect("a lock file");
        Self {
            directory,
            source: format!("{head}\n"),
            modules: Vec::new(),
        }
    }

    /// Adds a module; `key` names it in diagnostics.
    pub(crate) fn push(&mut self, key: &str, module: &str) {
        self.source.push_str(module);
        let last = self.source.lines().count();
        self.modules.push((last, key.to_owned()));
    }

    /// Runs a cargo command on the crate.
    pub(crate) fn cargo(&self, command: &str) -> Vec<Diagnostic> {
        fs::write(self.directory.join("src/lib.rs"), &self.source).expect("a source file");
        let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args([
                command,
                "--offline",
                "--message-format=json",
                "--target-dir",
            ])
            .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join(".."))
            .current_dir(&self.directory)
            .output()
            .expect("cargo runs");
        let messages = String::from_utf8_lossy(&output.stdout);
        let found: Vec<_> = messages
            .lines()
            .filter_map(|line| self.diagnostic(&serde_json::from_str(line).ok()?))
            .collect();
        let errors = found.iter().any(|diagnostic| diagnostic.is_error);
        let explained = output.status.success() || errors;
        assert!(explained, "{}", String::from_utf8_lossy(&output.stderr));
        found
    }

    fn diagnostic(&self, line: &Value) -> Option<Diagnostic> {
        let message = line.get("message")?;
        let spans = message.get("spans")?.as_array()?;
        let mut span = spans.iter().find(|span| span["is_primary"] == true)?;
        // What a macro made is where the macro stands.
        while let Some(outer) = span["expansion"].get("span") {
            span = outer;
        }
        if span["file_name"] != "src/lib.rs" {
            return None;
        }
        let line = usize::try_from(span["line_start"].as_u64()?).ok()?;
        let (_, module) = self.modules.iter().find(|(last, _)| line <= *last)?;
        Some(Diagnostic {
            module: module.clone(),
            is_error: message["level"] == "error",
            code: message["code"]["code"].as_str().map(str::to_owned),
            text: message["rendered"].as_str().unwrap_or_default().to_owned(),
        })
    }
}
