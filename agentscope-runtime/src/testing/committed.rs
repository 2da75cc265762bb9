//! A file beside the `Cargo.toml` of the package under test, which is committed and held to.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// What the file says in general, and which variable has it written anew.
pub(super) struct Committed {
    pub(super) is: &'static str,
    pub(super) variable: &'static str,
}

pub(super) fn directory() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(PathBuf::new, PathBuf::from)
}

impl Committed {
    pub(super) fn is_to_be_written(&self) -> bool {
        std::env::var(self.variable).is_ok_and(|word| word == "update")
    }

    /// What to do about a difference.
    pub(super) fn how(&self) -> String {
        let variable = self.variable;
        format!("if that is right, run the test with {variable}=update and commit the file")
    }

    /// What stands in the file; `None` where it was written just now.
    pub(super) fn read<T: Serialize + DeserializeOwned>(
        &self,
        path: &Path,
        current: &T,
        update: bool,
    ) -> Result<Option<T>, String> {
        let (shown, is, how) = (path.display(), self.is, self.how());
        if update {
            let mut text = serde_json::to_string_pretty(current)
                .map_err(|error| format!("{shown}: {error}"))?;
            text.push('\n');
            std::fs::write(path, text)
                .map_err(|error| format!("{shown} cannot be written: {error}"))?;
            return Ok(None);
        }
        let text = std::fs::read_to_string(path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => {
                let variable = self.variable;
                format!(
                    "there is no {shown} yet: run the test with {variable}=update to make it, and \
                     commit the file"
                )
            }
            _ => format!("{shown} cannot be read ({error}); {how}"),
        })?;
        let committed = serde_json::from_str(&text)
            .map_err(|error| format!("{shown} is not {is} ({error}); {how}"))?;
        Ok(Some(committed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // "cannot be read; if that is right .." was all that the first test of a project said.
    #[test]
    fn who_has_no_file_yet_is_told_how_to_make_it() {
        let lock = Committed {
            is: "a lock",
            variable: "AGENTSCOPE_LOCK",
        };
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("agentscope.lock");
        let told = lock.read(&path, &0, false).expect_err("there is none");
        assert!(told.starts_with("there is no ") && told.contains("agentscope.lock yet: "));
        assert!(told.contains("AGENTSCOPE_LOCK=update to make it"), "{told}");
        std::fs::write(&path, "{").expect("written");
        let told = lock.read(&path, &0, false).expect_err("no lock");
        assert!(told.contains("is not a lock"), "{told}");
    }
}
