//! `silent_failure` looks like a success everywhere but in its tree.

mod support;

#[test]
fn it_says_success_and_its_tree_shows_the_invented_value() {
    let run = support::silent_failure();
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(
        run.stderr.lines().last(),
        Some("INFO refund_assistant: success"),
        "{run:?}"
    );
    assert!(
        !run.stderr.contains("WARN") && !run.stderr.contains("ERROR"),
        "{run:?}"
    );
    assert!(
        run.stdout.contains("refunded 431.00 EUR"),
        "the wrong answer: {run:?}"
    );

    let tree = run.tree();
    assert!(
        run.stdout.starts_with("Good news!"),
        "first the answer, then the tree: {run:?}"
    );
    assert_eq!(tree.matches("▸ tool #").count(), 5, "{tree}");
    assert_eq!(tree.matches("why: \"").count(), 5, "{tree}");
    assert!(
        !tree.contains('!') && !tree.contains("error"),
        "no tool failed: {tree}"
    );
    let third = tree
        .find("▸ tool #2 exchange_rate  ok")
        .expect("the malformed answer came back as ok");
    assert!(
        tree.contains("1,O842"),
        "the malformed answer is there to see: {tree}"
    );
    let assumed = tree.find("rate assumed: 1.0").expect("the memory says it");
    let believed = tree
        .find("belief: \"a euro is worth 1.0 dollar today\"")
        .expect("the belief says it");
    assert!(
        third < assumed && third < believed,
        "after the malformed answer: {tree}"
    );
    assert!(
        !tree.contains("dana@example.com") && !tree.contains("4021"),
        "{tree}"
    );
}
