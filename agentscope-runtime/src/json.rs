//! A JSON text that is being written.

use serde::Serialize;

/// Bytes, because serde_json writes bytes; only whole JSON texts and strings ever go in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Json(Vec<u8>);

impl Json {
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Takes back what was written after `len`.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.0.truncate(len);
    }

    /// Writes structure: braces, commas, `null`.
    pub(crate) fn raw(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    /// Writes a text that is code (a name, a hash, a placeholder) as a JSON string: there is nothing
    /// to escape in it.
    pub(crate) fn word(&mut self, word: &str) {
        self.raw("\"");
        self.raw(word);
        self.raw("\"");
    }

    /// Writes a text as a JSON string.
    pub(crate) fn string(&mut self, text: &str) {
        self.raw("\"");
        let bytes = text.as_bytes();
        let mut from = 0;
        // What needs escaping is ASCII, so the text is only cut between characters.
        for (place, byte) in bytes.iter().enumerate() {
            let escaped = match byte {
                b'"' => "\\\"",
                b'\\' => "\\\\",
                b'\n' => "\\n",
                0..=31 => &format!("\\u{byte:04x}"),
                _ => continue,
            };
            self.0.extend_from_slice(&bytes[from..place]);
            self.raw(escaped);
            from = place + 1;
        }
        self.0.extend_from_slice(&bytes[from..]);
        self.raw("\"");
    }

    /// Writes a value; false, and nothing is written, if it cannot be serialised.
    pub(crate) fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> bool {
        let from = self.len();
        let written = serde_json::to_writer(&mut self.0, value).is_ok();
        if !written {
            self.truncate(from);
        }
        written
    }

    /// What was written from `from` on.
    pub(crate) fn since(&self, from: usize) -> &str {
        // Only UTF-8 goes in.
        std::str::from_utf8(&self.0[from..]).unwrap_or_default()
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn into_string(self) -> String {
        // Only UTF-8 goes in.
        String::from_utf8(self.0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Json;

    #[test]
    fn any_text_becomes_a_string_that_reads_back() {
        for text in ["", "ä\"\\\n\u{1}\t🦀", "plain"] {
            let mut json = Json::default();
            json.string(text);
            let read: String = serde_json::from_str(&json.into_string()).expect("valid JSON");
            assert_eq!(read, text);
        }
    }

    #[test]
    fn a_value_that_fails_leaves_nothing_behind() {
        let mut json = Json::default();
        json.raw("[");
        let map = std::collections::HashMap::from([((1, 2), 3)]);
        assert!(!json.value(&map), "JSON keys are strings");
        assert_eq!(json.into_string(), "[");
    }
}
