//! `store`, and stores that cannot be used.

use agentscope_collector::store::{self, Access};

use crate::{Place, records};

#[test]
fn segments_are_listed_and_dropped_when_their_time_is_over() {
    let place = Place::new();
    let old = place.file("old.jsonl", records::lines(20 * 24).as_bytes());
    place.json(&["import", &old]);
    let days = |arguments: &[&str]| -> Vec<String> {
        let listed = place.json(arguments);
        let day = |it: &serde_json::Value| it["day"].as_str().expect("a day").to_owned();
        listed.as_array().expect("a list").iter().map(day).collect()
    };
    // What is said of whole sessions has no day.
    let is_old = |day: &String| !day.is_empty();
    assert!(days(&["store", "ls"]).iter().any(is_old));
    let config = place.file(
        "agentscope.toml",
        b"[retention]\ntrace = 7\ndebug = 7\nstep = 7\nwarn = 7\n",
    );
    let dropped = days(&["store", "prune", "--config", &config]);
    assert!(
        !dropped.is_empty() && dropped.iter().all(is_old),
        "{dropped:?}"
    );
    assert!(!days(&["store", "ls"]).iter().any(is_old));
    assert_eq!(
        place.text(&["store", "prune", "--config", &config]),
        "dropped 0 segments, 0.0 MB\n"
    );
    assert_eq!(
        place.ids(&["sessions", "--since", "30d"]).len(),
        3,
        "they are still listed"
    );
}

#[test]
fn a_wrong_configuration_names_its_line_and_key_and_drops_nothing() {
    let place = Place::with_sessions();
    let before = place.json(&["store", "ls"]);
    for (text, expected) in [
        (
            "share = 1\n\n[retention]\nsteps = 7\n",
            ["agentscope.toml", "line 4", "steps"],
        ),
        (
            "[retention]\ntrace = \"long\"\n",
            ["agentscope.toml", "line 2", "(trace)"],
        ),
        (
            "[retention]\ntrace = 60\n",
            ["agentscope.toml", "retention.trace", "7 to 30"],
        ),
    ] {
        let config = place.file("agentscope.toml", text.as_bytes());
        let (code, said) = place.fails(&["store", "prune", "--config", &config]);
        assert_eq!(code, 1);
        for word in expected {
            assert!(said.contains(word), "{word}: {said}");
        }
    }
    assert_eq!(place.json(&["store", "ls"]), before);
}

#[test]
fn a_store_that_another_process_writes_to_can_be_read_and_says_so_to_who_would_write() {
    let place = Place::with_sessions();
    let address = place.store.to_str().expect("UTF-8");
    let _held = store::open(address, Access::Write).expect("nobody else writes");
    let file = place.file("more.jsonl", records::lines(1).as_bytes());
    let (code, said) = place.fails(&["import", &file]);
    assert_eq!(code, 1);
    assert!(
        said.contains(address) && said.contains("another process"),
        "{said}"
    );
    assert_eq!(place.ids(&["sessions"]).len(), 3);
    place.text(&["verdict", "shop-1", "success", "--source", "x"]);
}

#[test]
fn a_directory_that_is_no_store_is_not_taken_for_an_empty_one() {
    let place = Place::new();
    for command in [
        &["sessions"][..],
        &["tree", "x"],
        &["triage"],
        &["store", "ls"],
        &["export"],
    ] {
        let (code, said) = place.fails(command);
        assert_eq!(code, 1, "{command:?}");
        let address = place.store.to_str().expect("UTF-8");
        assert!(
            said.contains(address) && said.contains("--store"),
            "{command:?}: {said}"
        );
    }
    assert!(!place.store.exists(), "reading makes nothing");
}

/// `serve`, `sessions` and `doctor` printed the password of the address that they were given.
#[test]
fn no_command_shows_the_password_of_a_store() {
    let place = Place::new();
    for address in [
        "redis://bob:hunter2@localhost",
        "clickhouse://bob:hunter2@127.0.0.1:9/agents",
    ] {
        for command in [&["serve"][..], &["sessions"], &["doctor"], &["tree", "s-1"]] {
            let output = place
                .unnamed()
                .args(["--store", address])
                .args(command)
                .output()
                .expect("it runs");
            let said = String::from_utf8([output.stdout, output.stderr].concat()).expect("text");
            assert!(
                !said.contains("hunter2") && !said.contains("param_"),
                "{said}"
            );
            assert!(
                said.contains("..@") || said.contains("127.0.0.1:9"),
                "{command:?}: {said}"
            );
        }
    }
}

/// It said "0 agents 0 tool calls" and ended with 0.
#[test]
fn of_a_session_whose_records_were_dropped_it_is_said_so() {
    let place = Place::new();
    let old = place.file("old.jsonl", records::lines(20 * 24).as_bytes());
    place.json(&["import", &old]);
    let config = place.file(
        "days.toml",
        b"[retention]\ntrace = 7\ndebug = 7\nstep = 7\nwarn = 7\n",
    );
    place.json(&["store", "prune", "--config", &config]);
    let (code, said) = place.fails(&["tree", "shop-1"]);
    assert!(
        code == 1 && said.contains("dropped by retention: 2 spans"),
        "{said}"
    );
    let output = crate::run(&place.store, &["export", "--since", "30d"]);
    let said = String::from_utf8(output.stderr).expect("text");
    assert!(
        said.contains("3 sessions were dropped by retention"),
        "{said}"
    );
}

/// A person who drops what is too old had to know every secret of the server.
#[test]
fn to_prune_needs_no_token() {
    let place = Place::with_sessions();
    let config = place.file(
        "agentscope.toml",
        b"[[tokens]]\ntenant = \"acme\"\nrole = \"read\"\ntoken = \"env:AGENTSCOPE_TEST_UNSET\"\n",
    );
    assert!(
        place
            .text(&["store", "prune", "--config", &config])
            .starts_with("dropped 0 ")
    );
    let (code, said) = place.fails(&["serve", "--config", &config]);
    assert!(
        code == 1 && said.contains("AGENTSCOPE_TEST_UNSET"),
        "{said}"
    );
}

#[test]
fn what_serve_cannot_do_it_says_with_the_option_that_it_is_about() {
    let place = Place::new();
    let (_, said) = place.fails(&["serve", "--tenant", "acme"]);
    assert!(said.contains("--tenant"), "{said}");
    let (code, said) = place.fails(&["serve", "--http", "4400"]);
    assert!(code == 2 && said.contains("127.0.0.1:4400"), "{said}");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let taken = taken.local_addr().map(|it| (it, taken)).expect("bound");
    let address = taken.0.to_string();
    let (_, said) = place.fails(&["serve", "--grpc", "127.0.0.1:0", "--http", &address]);
    assert!(said.contains("with --http"), "{said}");
}
