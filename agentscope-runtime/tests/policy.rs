//! A deployment can show less than the classes let; to show more takes a name and a reason.

mod support;

use agentscope::{Class, Session, Treatment, internal, policy, tool};
use agentscope_runtime as agentscope;
use support::{named, recorder, text};

#[tool(output = internal)]
fn pay(
    #[sensitivity(internal)] order: &str,
    #[sensitivity(confidential)] note: &str,
    #[sensitivity(pii, kind = "pan")] pan: &str,
    #[sensitivity(pii, kind = "ip")] ip: &str,
    #[sensitivity(secret)] token: &str,
) -> usize {
    agentscope::note(
        agentscope::Level::Info,
        internal(format!("{order} is paid")),
    );
    order.len() + note.len() + pan.len() + ip.len() + token.len()
}

fn shown(task: &str) -> String {
    let recorder = recorder();
    Session::builder().task(task).run_sync(|| {
        pay(
            "order-7",
            "the note",
            "4111 1111 1111 1234",
            "203.0.113.77",
            "hunter2",
        );
    });
    let spans = recorder.task(task);
    text(named(&spans, "execute_tool pay"), "input.value").expect("arguments")
}

// One test, for the policy is that of the process.
#[test]
fn a_policy_is_made_stricter_at_once_and_looser_only_by_name_and_never_for_secrets() {
    assert_eq!(
        shown("by the table"),
        r#"{"order":"order-7","note":"[confidential]","pan":"411111…1234","ip":"203.0.113.*","token":"[secret]"}"#
    );
    policy::loosen(Class::Confidential, Treatment::Last4, "", "without a name");
    policy::loosen(Class::Secret, Treatment::Keep, "all", "never");
    policy::loosen(Class::Internal, Treatment::Drop, "less", "not for this");
    policy::loosen(Class::Pii, Treatment::Hash, "the same", "as the table");
    assert!(policy::overrides().is_empty());
    assert!(shown("not stricter").contains("order-7"));
    policy::loosen(
        Class::Confidential,
        Treatment::Keep,
        "all notes",
        "at first",
    );
    policy::loosen(Class::Pii, Treatment::Last4, "ends", "they are made up");
    let loosened = shown("no kind is tightened");
    assert!(loosened.contains(r#""ip":"203.0.113.*""#), "{loosened}");
    policy::loosen(
        Class::Confidential,
        Treatment::Last4,
        "notes",
        "they are made up",
    );
    assert!(shown("looser").contains(r#""note":"…note""#));
    let names = policy::overrides().into_iter().map(|it| it.name);
    assert_eq!(names.collect::<Vec<_>>(), ["ends", "notes"]);

    policy::tighten(Class::Confidential, Treatment::Drop);
    policy::tighten(Class::Pii, Treatment::Mask);
    policy::tighten(Class::Internal, Treatment::Mask);
    assert_eq!(
        shown("stricter"),
        r#"{"order":"[internal]","note":"[confidential]","pan":"[pii]","ip":"[pii]","token":"[secret]"}"#
    );
    let snapshots = format!("{:?}", recorder().snapshots_of("stricter"));
    assert!(!snapshots.contains("order-7"), "{snapshots}");
}
