//! Which prompt a call was made with: its name and version, and hashes that tell when it changes.

use crate::capture::Capture;
use crate::names;
use crate::option::TextOption;
use crate::privacy::text;

impl Capture {
    pub fn prompt_name(&mut self, name: impl TextOption) {
        self.attribute(names::PROMPT_NAME, name.text_option().map(text::label));
    }

    pub fn prompt_version(&mut self, version: impl TextOption) {
        let version = version.text_option().map(text::label);
        self.attribute(names::PROMPT_VERSION, version);
    }

    pub fn prompt_template(&mut self, template: impl TextOption) {
        self.hashed(names::PROMPT_TEMPLATE_HASH, "prompt_template", template);
    }

    pub fn system_prompt(&mut self, prompt: impl TextOption) {
        self.hashed(names::SYSTEM_PROMPT_HASH, "system_prompt", prompt);
    }

    /// By the key of the tenant, which an expansion says before everything else.
    fn hashed(&mut self, key: &'static str, domain: &str, text: impl TextOption) {
        let text = text.text_option();
        let hash = text.map(|text| self.values.hasher.hash(domain, text.as_str().as_bytes()));
        self.attribute(key, hash);
    }
}
