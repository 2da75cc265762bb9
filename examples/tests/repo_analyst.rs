//! The default run of `repo_analyst`: real tools, recorded completions, and a tree that shows both.

mod support;

use support::repo_analyst;

/// The number in each `prefix number suffix`, in the order of the text.
fn numbers(text: &str, prefix: &str, suffix: &str) -> Vec<u64> {
    let after = text.split(prefix).skip(1);
    let found = after.filter_map(|rest| rest.split(suffix).next());
    found
        .filter_map(|digits| digits.replace(',', "").parse().ok())
        .collect()
}

#[test]
fn the_default_run_says_whose_completions_it_plays() {
    let run = repo_analyst(&[], &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let mut lines = run.stdout.lines();
    let first = lines.next().expect("output");
    assert!(
        first.contains("recorded completions") && first.contains("tools run live"),
        "{first}"
    );
    let second = lines.next().expect("output");
    for words in [
        "\"scripted-by-hand\"",
        "written by hand",
        "no model was asked",
        "2026-11-22",
        "estimates",
    ] {
        assert!(second.contains(words), "{words}: {second}");
    }
    assert!(
        run.stdout.contains("agentscope-runtime/src/opening.rs"),
        "the answer: {}",
        run.stdout
    );
    let (answer, tree) = (run.stdout.find("answered in"), run.stdout.find('◆'));
    assert!(
        answer < tree,
        "first the answer, then the tree: {}",
        run.stdout
    );
    assert_eq!(run.stderr, "", "nothing to warn of");
}

#[test]
fn the_tree_shows_what_every_layer_did_and_why() {
    let run = repo_analyst(&[], &[]);
    let tree = run.tree();
    for layer in [
        "◆ session repo_analysis",
        "● agent analyst",
        "● agent searcher",
        "● agent reader",
        "▸ tool #",
        "✦ inference",
    ] {
        assert!(tree.contains(layer), "{layer}: {tree}");
    }
    let steps = numbers(tree, "▸ tool #", " ");
    assert_eq!(
        steps,
        (0..steps.len() as u64).collect::<Vec<_>>(),
        "steps without gap: {tree}"
    );
    assert_eq!(
        tree.matches("why: \"").count(),
        steps.len(),
        "a reason for each step: {tree}"
    );
    assert!(!tree.contains("why: missing"), "{tree}");

    let memories: Vec<_> = tree
        .lines()
        .filter_map(|line| line.split("memory: ").nth(1))
        .collect();
    assert!(memories.len() > 5, "{tree}");
    assert!(
        memories.windows(2).all(|pair| pair[0] != pair[1]),
        "memory changes: {tree}"
    );

    let budgets = numbers(tree, "budget: ", " tokens left");
    assert!(
        budgets.len() > 5 && budgets.windows(2).all(|pair| pair[0] > pair[1]),
        "budget falls: {tree}"
    );
    assert!(
        tree.contains("goal: ") && tree.contains("belief: "),
        "{tree}"
    );
}

#[test]
fn the_tree_shows_an_error_an_empty_result_a_timeout_and_a_retry() {
    let run = repo_analyst(&[], &[]);
    let lines: Vec<_> = run.tree().lines().collect();
    let of_tool = |words: &str| -> Vec<&str> {
        lines
            .iter()
            .copied()
            .filter(|line| line.contains("▸ tool #") && line.contains(words))
            .collect()
    };
    assert_eq!(
        of_tool("read_lines  error repo_analyst::error::ToolError::NotFound").len(),
        1,
        "{lines:#?}"
    );
    assert_eq!(
        of_tool("read_lines  ok").len(),
        2,
        "the path was corrected: {lines:#?}"
    );
    assert_eq!(of_tool("result empty").len(), 1, "{lines:#?}");
    assert_eq!(of_tool("cargo_metadata  cancelled").len(), 1, "{lines:#?}");
    assert_eq!(of_tool("cargo_metadata  ok").len(), 1, "{lines:#?}");
    // The recording is played whatever the tools find: where a file has moved it must be written anew.
    assert_eq!(
        of_tool("  error ").len(),
        1,
        "only the error that the recording wants: {lines:#?}"
    );
    for warning in [
        "! ERROR tool_error",
        "! WARN empty_response",
        "! WARN retry",
    ] {
        assert_eq!(
            lines.iter().filter(|line| line.contains(warning)).count(),
            1,
            "{warning}: {lines:#?}"
        );
    }
}

#[test]
fn what_was_not_recorded_exits_with_what_to_start() {
    let elsewhere =
        std::env::temp_dir().join(format!("agentscope-examples-{}", std::process::id()));
    std::fs::create_dir_all(elsewhere.join(".git")).expect("a directory");
    let elsewhere_path = elsewhere.to_str().expect("UTF-8");
    let unasked = repo_analyst(&["--question", "What is the weather?"], &[]);
    let foreign = repo_analyst(&["--repo", elsewhere_path], &[]);
    std::fs::remove_dir_all(&elsewhere).expect("removed");
    for run in [unasked, foreign] {
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(
            run.stderr.contains("no completions are recorded for"),
            "{run:?}"
        );
        assert!(
            run.stderr.contains("--model-url http://localhost"),
            "{run:?}"
        );
        assert_eq!(run.stdout, "", "{run:?}");
    }
}
