//! `import` and `export`.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use serde_json::Value;

use crate::{Place, records};

fn account<'a>(imported: &'a Value, signal: &str) -> &'a Value {
    let accounts = imported["accounts"].as_array().expect("accounts");
    accounts
        .iter()
        .find(|it| it["signal"] == signal)
        .expect(signal)
}

#[test]
fn a_file_is_read_plain_or_packed_and_twice_keeps_everything_once() {
    let place = Place::new();
    let plain = place.file("shop.jsonl", records::lines(1).as_bytes());
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed
        .write_all(records::lines(1).as_bytes())
        .expect("in memory");
    let packed = place.file("shop.jsonl.gz", &packed.finish().expect("in memory"));
    let imported = place.json(&["import", &plain]);
    assert_eq!(
        (&imported["lines"], &imported["unreadable"]),
        (&4.into(), &0.into())
    );
    assert_eq!(account(&imported, "traces")["stored"], 6);
    assert_eq!(account(&imported, "logs")["stored"], 1);
    let again = place.json(&["import", &packed]);
    assert_eq!(account(&again, "traces")["received"], 6);
    assert_eq!(account(&again, "traces")["stored"], 0);
    assert_eq!(place.ids(&["sessions"]), ["desk-1", "shop-2", "shop-1"]);
    for session in place.json(&["sessions"]).as_array().expect("a list") {
        assert_eq!(
            (&session["spans"], &session["state"]),
            (&2.into(), &"ended".into())
        );
    }
}

#[test]
fn what_cannot_be_read_is_told_with_its_place_and_counted() {
    let place = Place::new();
    let text = format!("{}{{\"half\": \n\n[1]\n", records::lines(1));
    let file = place.file("shop.jsonl", text.as_bytes());
    let output = crate::run(&place.store, &["import", &file]);
    assert_eq!(output.status.code(), Some(1), "something went wrong");
    let kept = place.ids(&["sessions"]);
    assert!(!kept.is_empty(), "what can be read is kept");
    let said = String::from_utf8(output.stderr).expect("text");
    for line in [5, 7] {
        assert!(said.contains(&format!("{file}:{line}: ")), "{said}");
    }
    let told = String::from_utf8(output.stdout).expect("text");
    assert!(
        told.starts_with("6 lines, 2 of them unreadable\n"),
        "{told}"
    );
    let (code, said) = place.fails(&["import", &place.path("missing.jsonl")]);
    assert_eq!(code, 1);
    assert!(said.contains("missing.jsonl: "), "{said}");
}

#[test]
fn a_trajectory_becomes_a_session() {
    let place = Place::new();
    let file = place.file("demo.jsonl", records::trajectory().as_bytes());
    place.json(&["import", "--content", "recorded", &file]);
    let since = ["--since", "2023-12-01"];
    assert_eq!(
        place.ids(&["sessions", since[0], since[1], "--verdict", "success"]),
        ["demo-1"]
    );
    let tree = place.text(&["tree", "demo-1"]);
    assert!(tree.contains("solver") && tree.contains("add"), "{tree}");
}

#[test]
fn what_is_exported_gives_the_same_sessions_in_another_store() {
    let (from, to) = (Place::with_sessions(), Place::new());
    let file = to.path("exported.jsonl");
    let written = from.json(&["export", "--output", &file]);
    assert_eq!(
        (&written["sessions"], &written["spans"], &written["logs"]),
        (&3.into(), &6.into(), &1.into())
    );
    let (code, said) = from.fails(&["export", "--output", &file]);
    assert_eq!(code, 1, "it is there already");
    assert!(said.contains("exported.jsonl: "), "{said}");
    to.json(&["import", &file]);
    assert_eq!(from.json(&["sessions"]), to.json(&["sessions"]));
    for id in ["shop-1", "shop-2", "desk-1"] {
        assert_eq!(
            from.text(&["tree", "--all", id]),
            to.text(&["tree", "--all", id])
        );
    }
    let one = from.text(&["export", "shop-2"]);
    assert!(one.contains("shop-2") && !one.contains("shop-1"), "{one}");
}

#[cfg(feature = "parquet")]
#[test]
fn spans_are_exported_as_a_parquet_table() {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};
    use parquet::record::RowAccessor as _;

    let place = Place::with_sessions();
    let file = place.path("spans.parquet");
    assert_eq!(
        place.json(&["export", "--parquet", "--output", &file])["spans"],
        6
    );
    let table = SerializedFileReader::try_from(file.as_str()).expect("a table");
    let rows = table
        .get_row_iter(None)
        .expect("rows")
        .map(|row| row.expect("a row"));
    let calls: Vec<_> = rows
        .filter(|row| row.get_string(3).expect("layer") == "tool")
        .collect();
    let mut found: Vec<_> = calls
        .iter()
        .map(|row| {
            (
                row.get_string(0).expect("session").as_str(),
                row.get_long(7).expect("step"),
            )
        })
        .collect();
    found.sort();
    assert_eq!(found, [("desk-1", 3), ("shop-1", 3), ("shop-2", 3)]);
}

/// It ended with 0, and nobody looked.
#[test]
fn an_import_that_does_not_keep_all_fails_and_takes_the_limits_of_the_configuration() {
    let place = Place::new();
    place.file(
        "agentscope.toml",
        b"share = 0.0\n[limits]\nrecords_per_session = 1\n",
    );
    let file = place.file("shop.jsonl", records::lines(1).as_bytes());
    let (code, said) = place.fails(&["import", &file]);
    assert!(code == 1 && said.contains("4 records not kept"), "{said}");
    assert_eq!(place.ids(&["sessions"]).len(), 3);
}

/// Seven days were taken for all that there is.
#[test]
fn an_export_says_what_is_too_old_for_it() {
    let place = Place::new();
    let file = place.file("old.jsonl", records::lines(20 * 24).as_bytes());
    place.json(&["import", &file]);
    let said = |arguments: &[&str]| {
        let output = crate::run(&place.store, arguments);
        assert!(output.status.success());
        String::from_utf8(output.stderr).expect("text")
    };
    assert!(said(&["export"]).contains("--since 1970-01-01"));
    assert_eq!(said(&["export", "--since", "1970-01-01"]), "");
    assert_eq!(said(&["export", "shop-1"]), "");
}

/// Half a file was left, and the next attempt failed because of it.
#[test]
fn an_export_that_fails_leaves_no_file() {
    let place = Place::with_sessions();
    let file = place.path("all.jsonl");
    let spoilt = place.spoil_a_segment();
    place.fails(&["export", "--output", &file]);
    let left = std::fs::read_dir(place.directory.path())
        .expect("listed")
        .flatten();
    let left: Vec<_> = left.map(|it| it.file_name()).collect();
    assert!(
        !left
            .iter()
            .any(|it| it.to_string_lossy().contains("all.jsonl")),
        "{left:?}"
    );
    std::fs::remove_file(spoilt).expect("moved away");
    place.json(&["export", "--output", &file]);
}

/// It said "at the moment" of a full disk.
#[cfg(target_os = "linux")]
#[test]
fn an_import_that_the_disk_does_not_take_says_why() {
    let place = Place::new();
    let file = place.file("shop.jsonl", records::lines(1).as_bytes());
    // As on a full disk: no file of its process may grow further.
    let shell = "ulimit -f 60; trap '' XFSZ; exec \"$0\" \"$@\"";
    let output = place
        .unnamed()
        .args(["--store", "store", "import", &file])
        .output();
    assert!(
        output.expect("it runs").status.success(),
        "there is room for it"
    );
    std::fs::remove_dir_all(&place.store).expect("removed");
    let output = std::process::Command::new("sh")
        .args(["-c", shell, env!("CARGO_BIN_EXE_agentscope"), "--store"])
        .arg(&place.store)
        .args(["import", &file])
        .output();
    let output = output.expect("it runs");
    let said = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains(".db: ") && said.contains("disk"), "{said}");
}
