//! Many texts are looked for in megabytes, in one pass.

use std::collections::{BTreeMap, HashMap};

use crate::canaries::Canary;

/// Bytes by which a text is recognised; none is shorter.
const HEAD: usize = 8;

/// For canaries in all their forms.
pub(crate) struct Search<'c> {
    forms: HashMap<u64, Vec<(&'c Canary, Vec<u8>)>>,
    /// Whether a form can begin so, by a part of its first bytes: mostly none does.
    begins: Vec<bool>,
}

fn slot(head: u64) -> usize {
    (head.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48) as usize
}

impl<'c> Search<'c> {
    pub(crate) fn new(canaries: impl Iterator<Item = &'c Canary>) -> Self {
        let mut search = Self {
            forms: HashMap::new(),
            begins: vec![false; 1 << 16],
        };
        for canary in canaries {
            for form in canary.forms() {
                let head = form.first_chunk::<HEAD>();
                let head = u64::from_be_bytes(*head.expect("it is long enough"));
                search.begins[slot(head)] = true;
                search.forms.entry(head).or_default().push((canary, form));
            }
        }
        search
    }

    /// Those that are there, by their text, and where each is first.
    pub(crate) fn found_in(&self, bytes: &[u8]) -> BTreeMap<&'c str, (&'c Canary, usize)> {
        let mut found = BTreeMap::new();
        let mut head = 0;
        for (end, byte) in bytes.iter().enumerate() {
            head = head << 8 | u64::from(*byte);
            if !self.begins[slot(head)] || end + 1 < HEAD {
                continue;
            }
            let from = end + 1 - HEAD;
            for (canary, form) in self.forms.get(&head).into_iter().flatten() {
                if bytes[from..].starts_with(form) {
                    found.entry(canary.text.as_str()).or_insert((*canary, from));
                }
            }
        }
        found
    }
}

/// Where a text is first.
pub(crate) fn find(bytes: &[u8], text: &str) -> Option<usize> {
    let text = text.as_bytes();
    bytes.windows(text.len()).position(|window| window == text)
}

#[test]
fn each_form_is_found_wherever_it_is() {
    let canary = Canary {
        class: agentscope::Class::Secret,
        place: String::new(),
        text: "bcdfghjklmnp".to_owned(),
    };
    for form in canary.forms() {
        for before in 0..10 {
            let bytes = [&vec![b'b'; before], &form[..]].concat();
            let found = Search::new([&canary].into_iter()).found_in(&bytes);
            assert!(found.contains_key("bcdfghjklmnp"), "{before} {form:?}");
        }
        let cut = &form[..form.len() - 1];
        let found = Search::new([&canary].into_iter()).found_in(cut);
        assert!(found.is_empty());
    }
}
