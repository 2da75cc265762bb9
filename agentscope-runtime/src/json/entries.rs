//! Writes maps, tuples and parts that are merged into what holds them.

use crate::json::text_of;
use crate::privacy::redact::{Object, Redactor, separator};

/// Writes one value.
type Write<'w> = &'w dyn Fn(&mut Redactor<'_>);

impl Redactor<'_> {
    /// Writes a map as an object. What `key` writes becomes text, for keys are text in JSON.
    pub fn entries<K, V>(
        &mut self,
        entries: impl IntoIterator<Item = (K, V)>,
        key: impl Fn(K, &mut Redactor<'_>),
        value: impl Fn(V, &mut Redactor<'_>),
    ) {
        if self.is_too_deep() {
            return;
        }
        self.out.raw("{");
        for (index, (name, held)) in entries.into_iter().enumerate() {
            if index > 0 {
                self.out.raw(",");
            }
            let from = self.out.len();
            key(name, &mut self.again());
            let written = self.out.since(from);
            if !written.starts_with('"') {
                let text = String::from_utf8_lossy(&text_of(written.as_bytes())).into_owned();
                self.out.truncate(from);
                self.out.string(&text);
            }
            self.out.raw(":");
            value(held, &mut self.again());
        }
        self.out.raw("}");
    }

    /// Writes a tuple as a list.
    #[doc(hidden)]
    pub fn tuple(&mut self, items: &[Write<'_>]) {
        self.list(items, |write, out| write(out));
    }
}

impl Object<'_, '_> {
    /// Writes the parts of an object into this one, as `#[serde(flatten)]` does; what is hidden whole
    /// stands under the name of its field.
    pub fn merge(&mut self, name: &'static str, write: impl FnOnce(&mut Redactor<'_>)) {
        let from = self.redactor.out.len();
        write(&mut self.redactor.again());
        let out = &mut *self.redactor.out;
        let written = out.since(from).to_owned();
        out.truncate(from);
        let inner = written
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'));
        match inner {
            Some("") => {}
            Some(inner) => {
                out.raw(separator(&mut self.first));
                out.raw(inner);
            }
            None if written == "null" => {}
            None => self.field(name, |part| part.out.raw(&written)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::hash::keyring::Hasher;
    use crate::json::Json;
    use crate::privacy::class::{Class, Sensitivity};
    use crate::privacy::redact::Redactor;
    use crate::privacy::redact::View;
    use crate::privacy::tally::Tally;

    fn written(write: impl FnOnce(&mut Redactor<'_>)) -> String {
        let (mut out, mut tally) = (Json::default(), Tally::default());
        write(&mut Redactor::new(
            &mut out,
            &mut tally,
            View::Telemetry(&Hasher::default()),
        ));
        out.into_string()
    }

    #[test]
    fn the_keys_of_a_map_are_text() {
        let shown = Sensitivity::of(Class::Internal);
        let map = BTreeMap::from([(1, "a"), (2, "b")]);
        let json = written(|out| {
            let value = |value: &&str, out: &mut Redactor<'_>| out.value(value, &shown);
            out.entries(&map, |key, out| out.value(key, &shown), value);
        });
        assert_eq!(json, r#"{"1":"a","2":"b"}"#);
    }

    #[test]
    fn a_merged_object_has_no_braces_of_its_own() {
        let json = written(|out| {
            out.object(|object| {
                object.merge("none", |out| out.null());
                object.merge("empty", |out| out.object(|_| {}));
                object.merge("inner", |out| {
                    out.object(|inner| inner.field("a", |out| out.null()))
                });
                object.merge("hidden", |out| out.word("[secret]"));
                object.field("b", |out| out.null());
            });
        });
        assert_eq!(json, r#"{"a":null,"hidden":"[secret]","b":null}"#);
    }
}
