//! The team: an analyst that delegates, a searcher that finds places, a reader that reads them.

use std::collections::{BTreeSet, VecDeque};

use agentscope::{agent, because, internal};
use serde::Serialize;
use tokio::time::timeout;

use crate::chat::{Arguments, Call, Chat, Turn, definition};
use crate::error::{AnalystError, ToolError};
use crate::model::Model;
use crate::tools::{
    Commit, Excerpt, Grep, Lines, Log, Match, Package, Repository, Walk, Workspace,
};

/// Tokens that one question may cost, all three agents together.
const TOKEN_BUDGET: u32 = 30_000;
/// Turns that one agent may take.
const TURNS: u32 = 12;

const ANALYST: &str = "You answer a question about a repository. You see none of it yourself: send the \
    searcher to find the places that matter, then the reader to read them. Answer in a few sentences \
    and name the files.";
const SEARCHER: &str = "You find the places in a repository that matter for a task. Report paths and \
    what is there, not what you believe is there.";
const READER: &str = "You read the places in a repository that matter for a task, and report what they \
    say. If a path is wrong, correct it; if a tool takes too long, give it more time.";

/// The agents, and what they share.
pub(crate) struct Team {
    pub(crate) model: Model,
    pub(crate) repository: Repository,
}

/// What the model calls to send an agent.
#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Delegation {
    /// What the agent has to find out.
    task: String,
}

// The question and everything made from it is about a public repository: internal.
impl Team {
    /// Answers the question by sending the other two.
    #[agent(
        mode = "react",
        model = self.model.name(),
        system_prompt = ANALYST,
        token_budget = TOKEN_BUDGET,
        iteration_limit = TURNS,
        output = internal
    )]
    pub(crate) async fn analyst(
        &self,
        #[sensitivity(internal)] question: &str,
    ) -> Result<String, AnalystError> {
        agentscope::goal("answer the question from what is in the repository");
        agentscope::memory("nobody has looked at the repository yet");
        let tools = vec![
            definition::<Delegation>("searcher", "An agent that finds places in the repository"),
            definition::<Delegation>("reader", "An agent that reads places in the repository"),
        ];
        converse(
            Chat::new(&self.model, ANALYST, question, tools),
            async |call: &Call| {
                let Arguments {
                    own: Delegation { task },
                    ..
                } = match call.arguments() {
                    Ok(arguments) => arguments,
                    Err(problem) => return Ok(Observation::failed(call, problem)),
                };
                let report = match call.name.as_str() {
                    "searcher" => self.searcher(&task).await?,
                    _ => self.reader(&task).await?,
                };
                agentscope::belief(internal(report.clone()));
                Ok(Observation {
                    note: format!("the {} has reported", call.name),
                    text: report,
                })
            },
        )
        .await
    }

    /// Finds the places that matter.
    #[agent(
        mode = "react",
        model = self.model.name(),
        system_prompt = SEARCHER,
        iteration_limit = TURNS,
        output = internal
    )]
    async fn searcher(&self, #[sensitivity(internal)] task: &str) -> Result<String, AnalystError> {
        agentscope::goal(internal(task));
        agentscope::memory("nothing searched yet");
        let tools = vec![
            definition::<Walk>("walk", "Lists the files under a directory"),
            definition::<Grep>("grep", "Finds lines that match a regular expression"),
            definition::<Log>("git_log", "Lists the latest commits that changed a path"),
        ];
        converse(
            Chat::new(&self.model, SEARCHER, task, tools),
            async |call: &Call| Ok(self.work(call).await),
        )
        .await
    }

    /// Reads the places that matter.
    #[agent(
        mode = "react",
        model = self.model.name(),
        system_prompt = READER,
        iteration_limit = TURNS,
        output = internal
    )]
    async fn reader(&self, #[sensitivity(internal)] task: &str) -> Result<String, AnalystError> {
        agentscope::goal(internal(task));
        agentscope::memory("nothing read yet");
        let tools = vec![
            definition::<Lines>("read_lines", "Reads some lines of a file"),
            definition::<Workspace>("cargo_metadata", "Lists the crates of the workspace"),
        ];
        converse(
            Chat::new(&self.model, READER, task, tools),
            async |call: &Call| Ok(self.work(call).await),
        )
        .await
    }

    /// Does what the model asks for.
    async fn work(&self, call: &Call) -> Observation {
        let Self { repository, .. } = self;
        let observed = match call.name.as_str() {
            "walk" => self.call(call, async |walk| repository.walk(&walk)).await,
            "grep" => self.call(call, async |grep| repository.grep(&grep)).await,
            "git_log" => {
                self.call(call, async |log| repository.git_log(&log).await)
                    .await
            }
            "read_lines" => {
                self.call(call, async |lines| repository.read_lines(&lines))
                    .await
            }
            _ => {
                self.call(call, async |workspace| {
                    repository.cargo_metadata(&workspace).await
                })
                .await
            }
        };
        observed.unwrap_or_else(|problem| Observation::failed(call, problem))
    }

    /// Calls one tool for the model's own reason, for as long as the model is ready to wait.
    ///
    /// The limit is the caller's: a tool that takes longer is dropped, and its outcome `cancelled`.
    async fn call<Own, Found>(
        &self,
        call: &Call,
        run: impl AsyncFnOnce(Own) -> Result<Found, ToolError>,
    ) -> Result<Observation, String>
    where
        Own: serde::de::DeserializeOwned,
        Found: Finding,
    {
        let Arguments { own, about } = call.arguments()?;
        let limit = about.limit();
        let result = timeout(limit, run(own).because(internal(about.reason))).await;
        let found = result
            .map_err(|_| format!("no result within {limit:?}"))?
            .map_err(|error| error.to_string())?;
        let text = serde_json::to_string(&found).map_err(|error| error.to_string())?;
        Ok(Observation {
            text,
            note: format!("{}: {}", call.name, found.note()),
        })
    }
}

/// The loop of every agent here: the model decides, the agent acts and remembers, until the model
/// answers.
async fn converse(
    mut chat: Chat<'_>,
    act: impl AsyncFn(&Call) -> Result<Observation, AnalystError>,
) -> Result<String, AnalystError> {
    // The latest first: where the memory is cut, it is cut at its oldest.
    let mut notes: VecDeque<String> = VecDeque::new();
    for _ in 0..TURNS {
        let calls = match chat.next().await? {
            Turn::Answer(answer) => return Ok(answer),
            Turn::Calls(calls) => calls,
        };
        for call in calls {
            let observation = if chat.offers(&call.name) {
                act(&call).await?
            } else {
                Observation::failed(&call, "there is no such tool".to_owned())
            };
            notes.push_front(observation.note);
            agentscope::memory(internal(notes.make_contiguous().join("; before: ")));
            chat.tell(call, observation.text);
        }
    }
    Err(AnalystError::TooManyTurns { limit: TURNS })
}

/// What a call gave: in full for the model, in short for the agent's memory.
struct Observation {
    text: String,
    note: String,
}

impl Observation {
    fn failed(call: &Call, problem: String) -> Self {
        let note = format!("{}: {problem}", call.name);
        Self {
            text: problem,
            note,
        }
    }
}

/// A tool's result, in a few words.
trait Finding: Serialize {
    fn note(&self) -> String;
}

impl Finding for Vec<String> {
    fn note(&self) -> String {
        format!("{} files", self.len())
    }
}

impl Finding for Vec<Match> {
    fn note(&self) -> String {
        let files: BTreeSet<_> = self.iter().map(|found| &found.path).collect();
        format!("{} lines in {} files", self.len(), files.len())
    }
}

impl Finding for Excerpt {
    fn note(&self) -> String {
        format!("{} lines of {}", self.lines.len(), self.path)
    }
}

impl Finding for Vec<Commit> {
    fn note(&self) -> String {
        format!("{} commits", self.len())
    }
}

impl Finding for Vec<Package> {
    fn note(&self) -> String {
        format!("{} crates", self.len())
    }
}
