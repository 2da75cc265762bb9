//! What an agent says of itself is on every later snapshot, bounded and by its class.

use agentscope::testing::{Recorded, SnapshotView, record};
use agentscope::{agent, confidential, inference, internal, names, pii, tool};
use agentscope_runtime as agentscope;

#[tool]
fn step() {}

#[tool]
fn step_that_learns() {
    agentscope::memory("the step has learned");
}

#[inference(provider = "test")]
fn complete() {}

fn text(snapshot: &SnapshotView, key: &str) -> Option<String> {
    match snapshot.attribute(key)? {
        opentelemetry::logs::AnyValue::String(text) => Some(text.as_str().to_owned()),
        other => Some(format!("{other:?}")),
    }
}

/// What each snapshot says of the memory's change.
fn changes<T>(recorded: &Recorded<T>) -> Vec<Option<String>> {
    let snapshots = recorded.snapshots().iter();
    snapshots
        .map(|snapshot| text(snapshot, names::MEMORY_CHANGE))
        .collect()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn a_change_of_memory_is_told_from_step_to_step_and_once_to_a_step() {
    #[agent]
    fn learns() {
        agentscope::memory("order not found yet");
        step(); // nothing to compare with
        agentscope::memory("order found");
        complete(); // between steps
        agentscope::memory("order found, not paid");
        step();
        step(); // unchanged
    }
    let expected = [
        None,
        None,
        some("+ found\n- not found yet"),
        some("+ found, not paid\n- not found yet"),
        None,
        None,
        None,
    ];
    assert_eq!(changes(&record(learns)), expected);
}

#[test]
fn what_a_tool_adds_to_the_memory_is_told_when_it_returns() {
    #[agent]
    fn learns() {
        agentscope::memory("nothing is known");
        step_that_learns();
        step();
    }
    let expected = [
        None,
        some("+ the step has learned\n- nothing is known"),
        None,
        None,
    ];
    assert_eq!(changes(&record(learns)), expected);
}

#[test]
fn a_derived_memory_has_no_change_for_it_tells_the_latest_step_itself() {
    #[agent]
    fn silent() {
        step();
        step();
    }
    assert_eq!(changes(&record(silent)), [None, None, None, None]);
}

#[test]
fn a_change_shows_no_more_than_the_memories_do() {
    #[agent]
    fn discreet() {
        agentscope::memory(confidential("alice owes 7"));
        step();
        agentscope::memory(confidential("alice owes 8"));
        step();
        agentscope::memory(pii("alice owes 9"));
        step();
    }
    let recorded = record(discreet);
    let told: Vec<_> = changes(&recorded).into_iter().flatten().collect();
    // From one hidden text to another nothing can be seen to change; a hash is another word.
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("+ h") && told[0].ends_with("\n- [confidential]"));
    assert!(!format!("{:?}", recorded.snapshots()).contains("owes"));
}

#[test]
fn a_long_memory_is_cut_and_says_so_while_it_lasts() {
    #[agent]
    fn talks() {
        agentscope::memory(internal("word ".repeat(300)));
        complete();
        agentscope::memory("short");
        complete();
    }
    let recorded = record(talks);
    let [long, short] = recorded.snapshots() else {
        panic!("two decisions");
    };
    let memory = long.memory.as_deref().expect("it was stated");
    assert!(memory.len() <= 1024 && memory.ends_with('…'));
    assert!(long.attribute(names::MEMORY_TRUNCATED).is_some());
    assert!(short.attribute(names::MEMORY_TRUNCATED).is_none());
}

/// A few names that were made at run time are longer than it may be.
#[test]
fn a_derived_memory_is_cut_too() {
    #[tool(name = "n".repeat(2000))]
    fn named(#[sensitivity(internal)] _number: u32) {}
    #[agent]
    fn caller() {
        (0..8).for_each(named);
    }
    let recorded = record(caller);
    let last = recorded.snapshots().last().expect("a step");
    assert!(last.memory.as_ref().is_some_and(|it| it.len() <= 1024));
    assert!(last.attribute(names::MEMORY_TRUNCATED).is_some());
}

#[test]
fn goals_belief_and_certainty_stay_until_they_are_stated_anew() {
    #[agent]
    fn states() {
        step();
        agentscope::goal("refund the order");
        agentscope::sub_goal("find the order");
        agentscope::belief("it qualifies");
        agentscope::confidence("I am 80% sure");
        step();
        agentscope::sub_goal("pay");
        agentscope::confidence(0.9);
        step();
    }
    let recorded = record(states);
    let told = |at: usize| {
        let it: &SnapshotView = &recorded.snapshots()[at];
        let words = [&it.goal, &it.sub_goal, &it.belief].map(|text| text.clone());
        (words, it.confidence)
    };
    let [goal, belief] = ["refund the order", "it qualifies"].map(some);
    assert_eq!(told(1), ([None, None, None], None));
    let find = [goal.clone(), some("find the order"), belief.clone()];
    assert_eq!(told(2), (find.clone(), Some(0.8)));
    assert_eq!(told(3), (find, Some(0.8)));
    assert_eq!(told(4), ([goal, some("pay"), belief], Some(0.9)));
}

#[test]
fn a_certainty_that_is_none_is_ignored_and_counted() {
    #[agent]
    fn unsure() {
        agentscope::confidence(0.5);
        agentscope::confidence(1.5);
        agentscope::confidence(f64::NAN);
        agentscope::confidence("fairly sure");
        step();
    }
    let before = agentscope::stats().ignored_confidences;
    let recorded = record(unsure);
    assert_eq!(recorded.snapshots()[0].confidence, Some(0.5));
    // The one test here that states such.
    assert_eq!(agentscope::stats().ignored_confidences, before + 3);
}

#[test]
fn a_prompt_is_known_by_its_name_and_version_and_by_hashes_of_its_text() {
    #[agent(
        prompt_name = "support", prompt_version = Some("7"), prompt_template = "Dear {name}",
        system_prompt = "Be kind."
    )]
    fn of_agent() {
        of_inference("Dear {name}");
        of_inference("Dear {customer}");
    }
    #[inference(
        provider = "test", prompt_name = "draft", prompt_version = None::<&str>,
        prompt_template = template, system_prompt = "Be kind.", default = secret
    )]
    fn of_inference(template: &str) {}

    let recorded = record(of_agent);
    let [agent, one, other] = [1, 2, 3].map(|at| {
        let span = &recorded.spans()[at];
        [
            names::PROMPT_NAME,
            names::PROMPT_VERSION,
            names::PROMPT_TEMPLATE_HASH,
            names::SYSTEM_PROMPT_HASH,
        ]
        .map(|key| span.attribute(key).map(ToString::to_string))
    });
    assert_eq!(agent[..2], [some("support"), some("7")]);
    assert_eq!(one[..2], [some("draft"), None]);
    assert_eq!(agent[2..], one[2..], "the same texts");
    assert!(one[2] != other[2] && one[3] == other[3]);
    let all = format!("{:?}", recorded.spans());
    assert!(!all.contains("Dear") && !all.contains("Be kind"), "{all}");
}
