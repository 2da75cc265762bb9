//! Texts that say their class, and names that have none.

use agentscope::{
    Class, IntoText as _, Level, Session, Text, Usage, agent, because, confidential, declassify,
    guardrail, inference, internal, pii, tool,
};

use crate::canaries::{email, word};
use crate::propagated;

/// The address in it is scrubbed, whoever said that the text may be shown.
fn internal_with_address(place: &str) -> agentscope::Text {
    let address = email(Class::Pii, &format!("{place}/address"));
    internal(format!("{} of {address}", word(Class::Internal, place)))
}

#[tool(reason = internal_with_address("reason"), output = internal)]
fn has_a_reason() -> bool {
    agentscope::set_attribute("shop.internal", internal_with_address("attribute"));
    agentscope::set_attribute(
        "shop.confidential",
        confidential(word(Class::Confidential, "attribute")),
    );
    agentscope::set_attribute("shop.pii", pii(word(Class::Pii, "attribute")));
    propagated::inject();
    true
}

#[inference(
    provider = email(Class::Pii, "provider"),
    model = email(Class::Pii, "model"),
    usage = |_| Usage { input_tokens: 60, ..Usage::default() }
)]
fn complete(
    #[sensitivity(internal)] prompt: String,
    #[sensitivity(confidential)] context: String,
    #[sensitivity(pii)] who: String,
    #[sensitivity(secret)] token: String,
) -> Answer {
    let _ = (prompt, context, who, token);
    Answer {
        text: word(Class::Internal, "completion"),
        hidden: word(Class::Special, "completion"),
    }
}

#[derive(serde::Serialize, agentscope::Classify)]
struct Answer {
    #[sensitivity(internal)]
    text: String,
    #[sensitivity(special)]
    hidden: String,
}

#[inference(provider = "test", model = "m", default = secret)]
fn fails(prompt: String) -> Result<String, std::io::Error> {
    Err(std::io::Error::other(prompt))
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
#[allow(dead_code, reason = "nothing that is returned fits it")]
struct Schema(Vec<std::collections::BTreeMap<String, u32>>);

/// Neither the key nor the value that does not fit may be told.
#[tool(output = secret, result_schema = Schema)]
fn fits_no_schema() -> Vec<std::collections::BTreeMap<String, String>> {
    let [key, value] = ["key", "value"].map(|what| word(Class::Secret, what));
    vec![[(key, value)].into()]
}

#[agent(
    name = email(Class::Pii, "agent"),
    mode = email(Class::Pii, "mode"),
    version = email(Class::Pii, "version"),
    system_prompt = word(Class::Secret, "system prompt"),
    prompt_name = email(Class::Pii, "prompt name"),
    prompt_version = email(Class::Pii, "prompt version"),
    prompt_template = word(Class::Secret, "prompt template"),
    token_budget = 100,
    iteration_limit = 1,
    output = secret
)]
fn knows() -> String {
    let tells: [fn(Text); 7] = [
        agentscope::memory,
        agentscope::goal,
        agentscope::sub_goal,
        agentscope::belief,
        agentscope::retry,
        |text| agentscope::fallback(text.clone(), text),
        |text| guardrail::failed(&email(Class::Pii, "policy"), text),
    ];
    for tell in tells {
        tell(confidential(word(Class::Confidential, "told")));
        has_a_reason();
        tell(pii(word(Class::Pii, "told")));
        has_a_reason();
        tell(internal_with_address("told"));
        because(
            confidential(word(Class::Confidential, "because")),
            has_a_reason,
        );
        because(pii(word(Class::Pii, "because")), has_a_reason);
    }
    for level in [
        Level::Warn,
        Level::SemanticWarn,
        Level::Critical,
        Level::Debug,
    ] {
        agentscope::note(level, internal_with_address("note"));
        agentscope::note(level, confidential(word(Class::Confidential, "note")));
        agentscope::note(level, pii(word(Class::Pii, "note")));
    }
    for _ in 0..3 {
        // Beyond the budget, and beyond the limit.
        complete(
            format!(
                "{} {}",
                word(Class::Internal, "prompt"),
                email(Class::Pii, "in a prompt")
            ),
            word(Class::Confidential, "prompt"),
            word(Class::Pii, "prompt"),
            word(Class::Secret, "prompt"),
        );
    }
    let _ = fails(word(Class::Secret, "prompt that fails"));
    agentscope::confidence(word(Class::Secret, "certainty"));
    fits_no_schema();
    word(Class::Secret, "answer")
}

pub(crate) fn run() {
    let address = |what: &str| email(Class::Pii, &format!("session {what}"));
    let session = Session::builder()
        .name(address("name"))
        .id(address("id"))
        .user(address("user"))
        .task(address("task"))
        .tenant(address("tenant"));
    propagated::print(&session);
    session.run_sync(|| {
        knows();
    });
    for text in [
        confidential(word(Class::Confidential, "Debug")),
        pii(word(Class::Pii, "Debug")),
        internal_with_address("Debug"),
    ] {
        propagated::print(&text);
        propagated::print(&agentscope::Redacted::from(text));
    }
}

/// What must be found wherever it can be.
#[tool(output = internal)]
fn leaks() -> bool {
    let leak = || declassify::public(word(Class::Secret, "leak"), "the test must be able to fail");
    agentscope::set_attribute("shop.leak", leak());
    agentscope::note(Level::Warn, leak());
    propagated::print(&leak().into_text());
    propagated::inject_a_leak(&word(Class::Secret, "leak"));
    true
}

pub(crate) fn leak() {
    leaks();
}
