//! Writes the matrix of the edition of the crate that is built. Shared by the edition crates.

use std::path::Path;
use std::{env, fs};

#[path = "generator/mod.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod generator;

fn main() {
    let variable = |name: &str| env::var(name).expect("cargo sets it");
    let here = Path::new(&variable("CARGO_MANIFEST_DIR")).join("..");
    for input in ["forms", "generator", "build.rs"] {
        println!("cargo::rerun-if-changed={}", here.join(input).display());
    }
    let package = variable("CARGO_PKG_NAME");
    let edition = package.rsplit('-').next().unwrap_or_default();
    let matrix = generator::matrix(&generator::forms(&here.join("forms")), edition);
    let to = Path::new(&variable("OUT_DIR")).join("matrix.rs");
    fs::write(to, matrix).expect("the matrix is written");
}
