//! The tools: what they take, what they give, and of which class that is.
//!
//! Paths and lines of a public repository are internal. The arguments of each tool are one struct:
//! from it come the definition that the model gets, the parser of what it asks for, the schema hash
//! and the classes.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use agentscope::{Classify, tool};
use grep::regex::RegexMatcher;
use grep::searcher::{Searcher, sinks::Lossy};
use ignore::WalkBuilder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::process::Command;

use crate::error::{AnalystError, ToolError};

/// A model's context is small: longer lists are cut.
const MOST_FILES: usize = 200;
const MOST_MATCHES: usize = 50;
const MOST_LINES: usize = 200;

#[derive(Deserialize, Serialize, JsonSchema, Classify)]
#[sensitivity(default = internal)]
pub(crate) struct Walk {
    /// Directory to list, relative to the repository.
    pub(crate) under: String,
}

#[derive(Deserialize, Serialize, JsonSchema, Classify)]
#[sensitivity(default = internal)]
pub(crate) struct Grep {
    /// Regular expression.
    pub(crate) pattern: String,
    /// File or directory to search, relative to the repository.
    pub(crate) under: String,
}

#[derive(Deserialize, Serialize, JsonSchema, Classify)]
#[sensitivity(default = internal)]
pub(crate) struct Lines {
    /// File to read, relative to the repository.
    pub(crate) path: String,
    /// First line, from 1.
    pub(crate) first: usize,
    /// Last line.
    pub(crate) last: usize,
}

#[derive(Deserialize, Serialize, JsonSchema, Classify)]
#[sensitivity(default = internal)]
pub(crate) struct Log {
    /// File or directory whose history is wanted, relative to the repository.
    pub(crate) path: String,
    /// How many commits at most.
    pub(crate) count: u32,
}

#[derive(Deserialize, Serialize, JsonSchema, Classify)]
pub(crate) struct Workspace {}

/// One line that a pattern matches.
#[derive(Serialize, Classify)]
#[sensitivity(default = internal)]
pub(crate) struct Match {
    pub(crate) path: String,
    pub(crate) line: u64,
    pub(crate) text: String,
}

/// Some lines of a file.
#[derive(Serialize, Classify)]
#[sensitivity(default = internal)]
pub(crate) struct Excerpt {
    pub(crate) path: String,
    pub(crate) first: usize,
    pub(crate) lines: Vec<String>,
}

/// A commit. Who made it is personal data that no question here needs.
#[derive(Serialize, Classify)]
#[sensitivity(default = internal)]
pub(crate) struct Commit {
    pub(crate) hash: String,
    pub(crate) date: String,
    pub(crate) subject: String,
}

/// A crate of a workspace, as `cargo metadata` describes it.
#[derive(Deserialize, Serialize, Classify)]
#[sensitivity(default = internal)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) description: Option<String>,
}

/// A repository, and the tools that look at it.
pub(crate) struct Repository {
    root: PathBuf,
}

impl Repository {
    /// The repository at a path.
    pub(crate) fn at(path: &Path) -> Result<Self, AnalystError> {
        let missing = || AnalystError::NoRepository {
            path: path.display().to_string(),
        };
        let root = path.canonicalize().map_err(|_| missing())?;
        // `.git` is a file in a worktree.
        if root.join(".git").exists() {
            Ok(Self { root })
        } else {
            Err(missing())
        }
    }

    /// The repository that a path is in.
    pub(crate) fn around(path: &Path) -> Result<Self, AnalystError> {
        let missing = || AnalystError::NoRepository {
            path: path.display().to_string(),
        };
        let start = path.canonicalize().map_err(|_| missing())?;
        start
            .ancestors()
            .find_map(|directory| Self::at(directory).ok())
            .ok_or_else(missing)
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// List the files under a directory; what .gitignore names is left out.
    #[tool(effect = read, output = internal)]
    pub(crate) fn walk(&self, walk: &Walk) -> Result<Vec<String>, ToolError> {
        let directory = self.resolve(&walk.under)?;
        Ok(self
            .files(&directory)
            .take(MOST_FILES)
            .map(|path| self.relative(&path))
            .collect())
    }

    /// Find lines that match a regular expression, at most 50.
    #[tool(effect = read)]
    pub(crate) fn grep(&self, grep: &Grep) -> Result<Vec<Match>, ToolError> {
        let start = self.resolve(&grep.under)?;
        let matcher = RegexMatcher::new(&grep.pattern).map_err(|error| ToolError::Pattern {
            problem: error.to_string(),
        })?;
        let mut matches = Vec::new();
        for path in self.files(&start) {
            let mut take = |line, text: &str| {
                let text = text.trim_end().to_owned();
                matches.push(Match {
                    path: self.relative(&path),
                    line,
                    text,
                });
                Ok(matches.len() < MOST_MATCHES)
            };
            // A file that cannot be read matches nothing.
            let _ = Searcher::new().search_path(&matcher, &path, Lossy(&mut take));
            if matches.len() >= MOST_MATCHES {
                break;
            }
        }
        Ok(matches)
    }

    /// Read some lines of a file, at most 200.
    #[tool(effect = read)]
    pub(crate) fn read_lines(&self, lines: &Lines) -> Result<Excerpt, ToolError> {
        let &Lines {
            ref path,
            first,
            last,
        } = lines;
        let text = std::fs::read_to_string(self.resolve(path)?)
            .map_err(|_| ToolError::NotText { path: path.clone() })?;
        let all: Vec<&str> = text.lines().collect();
        let end = last
            .min(first.saturating_add(MOST_LINES - 1))
            .min(all.len());
        let Some(wanted) = all.get(first.saturating_sub(1)..end) else {
            return Err(ToolError::Lines {
                path: path.clone(),
                first,
                last,
                lines: all.len(),
            });
        };
        let lines = wanted.iter().map(|line| (*line).to_owned()).collect();
        Ok(Excerpt {
            path: path.clone(),
            first,
            lines,
        })
    }

    /// List the latest commits that changed a path.
    #[tool(effect = read)]
    pub(crate) async fn git_log(&self, log: &Log) -> Result<Vec<Commit>, ToolError> {
        self.resolve(&log.path)?;
        let count = format!("--max-count={}", log.count);
        let arguments = ["log", &count, "--format=%h%x09%cs%x09%s", "--", &log.path];
        let text = self.output("git", &arguments).await?;
        let commits = text.lines().filter_map(|line| {
            let mut parts = line.splitn(3, '\t').map(str::to_owned);
            Some(Commit {
                hash: parts.next()?,
                date: parts.next()?,
                subject: parts.next()?,
            })
        });
        Ok(commits.collect())
    }

    /// List the crates of the workspace.
    #[tool(effect = read)]
    pub(crate) async fn cargo_metadata(
        &self,
        workspace: &Workspace,
    ) -> Result<Vec<Package>, ToolError> {
        #[derive(Deserialize)]
        struct Metadata {
            packages: Vec<Package>,
        }
        let Workspace {} = workspace;
        // Without dependencies, which cargo would have to download.
        let arguments = ["metadata", "--no-deps", "--offline", "--format-version=1"];
        let text = self.output("cargo", &arguments).await?;
        let metadata: Metadata =
            serde_json::from_str(&text).map_err(|error| ToolError::Failed {
                program: "cargo".to_owned(),
                problem: error.to_string(),
            })?;
        Ok(metadata.packages)
    }

    /// Runs a program in the repository; dropped, it kills it.
    async fn output(&self, program: &str, arguments: &[&str]) -> Result<String, ToolError> {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(&self.root)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let output = command
            .output()
            .await
            .map_err(|error| ToolError::NotStarted {
                program: program.to_owned(),
                problem: error.to_string(),
            })?;
        if !output.status.success() {
            let problem = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(ToolError::Failed {
                program: program.to_owned(),
                problem,
            });
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// The model names paths, so none may lead out of the repository.
    fn resolve(&self, path: &str) -> Result<PathBuf, ToolError> {
        let found = self.root.join(path).canonicalize();
        let found = found.map_err(|_| ToolError::NotFound {
            path: path.to_owned(),
        })?;
        if found.starts_with(&self.root) {
            Ok(found)
        } else {
            Err(ToolError::Outside {
                path: path.to_owned(),
            })
        }
    }

    fn files(&self, start: &Path) -> impl Iterator<Item = PathBuf> {
        let walk = WalkBuilder::new(start).sort_by_file_path(Path::cmp).build();
        let entries = walk.filter_map(Result::ok);
        entries
            .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
            .map(|entry| entry.into_path())
    }

    fn relative(&self, path: &Path) -> String {
        path.strip_prefix(&self.root)
            .unwrap_or(path)
            .display()
            .to_string()
    }
}
