//! Random values with random classes, and what may be seen of them.

use std::sync::LazyLock;

use agentscope::__private::probing::*;
use agentscope::__private::scrub::is_clean;
use agentscope::__private::{Probe, Sensitivity};
use agentscope::{Class, Classify, Kind, Redactor, Treatment};
use agentscope_runtime as agentscope;
use proptest::prelude::*;
use proptest::sample::select;

use crate::forms::forms;

#[derive(Clone, Debug)]
pub(crate) enum Node {
    Object(Vec<Node>),
    List(Vec<Node>),
    Leaf(Leaf),
}

#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    value: serde_json::Value,
    /// What is looked for: the text, or the digits of a number.
    word: String,
    sensitivity: Sensitivity,
}

/// Long enough not to be anywhere by chance; letters that JSON escapes, and such as others do.
pub(crate) fn word() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9]{9}[a-zé\"\\\\ 0-9\n🦀]{0,12}[a-zA-Z0-9]{2}"
}

fn value() -> impl Strategy<Value = (serde_json::Value, String)> {
    let text = |word: String| (word.clone().into(), word);
    prop_oneof![
        6 => word().prop_map(text),
        // More than is shown of a value, and than is kept.
        1 => word().prop_map(move |word| (format!("{}{word}", "- ".repeat(9_000)).into(), word)),
        1 => (100_000_000_000_u64..u64::MAX).prop_map(|it| (it.into(), it.to_string())),
        2 => "[1-9][0-9]{3} [0-9]{4} [0-9]{4} [0-9]{4}".prop_map(text),
        1 => "https://[a-z]{12}:[a-z]{5}@shop.example/a\\?q=[a-z]{9}".prop_map(text),
        1 => "203\\.0\\.113\\.1[0-9]{2}".prop_map(text),
        1 => "(19|20)[0-9]{2}-0[1-9]-1[0-9]".prop_map(text),
        1 => "[a-z]{12}@[a-z]{5}\\.example".prop_map(text),
        1 => prop::collection::vec(word(), 1..3).prop_map(|words| {
            let word = words[0].clone();
            (words.into(), word)
        }),
    ]
}

/// What the macros let be written, and what the runtime is handed in other ways.
fn sensitivities(most: Class) -> impl Strategy<Value = Sensitivity> {
    let classes = Class::ALL.into_iter().filter(|class| *class <= most);
    let kinds = Kind::all().map(Some).chain([None; 12]);
    let own = [
        Treatment::Truncate,
        Treatment::Hash,
        Treatment::Last4,
        Treatment::BinLast4,
        Treatment::Generalise,
        Treatment::Mask,
        Treatment::Drop,
    ];
    let own = own.map(Some).into_iter().chain([None; 14]);
    let all = (
        select(classes.collect::<Vec<_>>()),
        select(kinds.collect::<Vec<_>>()),
        select(own.collect::<Vec<_>>()),
    );
    all.prop_map(|(class, kind, redact)| Sensitivity {
        kind,
        // What shows more than the class lets is an error where it is written.
        redact: redact.filter(|redact| match class {
            Class::Public | Class::Internal => true,
            Class::Pii => *redact >= Treatment::Generalise,
            class => *redact >= class.treatment(),
        }),
        ..Sensitivity::of(class)
    })
}

pub(crate) fn trees(most: Class) -> impl Strategy<Value = Node> {
    let leaf = (value(), sensitivities(most)).prop_map(|((value, word), sensitivity)| {
        Node::Leaf(Leaf {
            value,
            word,
            sensitivity,
        })
    });
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Node::Object),
            prop::collection::vec(inner, 0..4).prop_map(Node::List),
        ]
    })
}

/// What a deployment has made stricter, as this process was told to.
static FLOORS: LazyLock<[Treatment; 6]> = LazyLock::new(|| {
    let policy = std::env::var("AGENTSCOPE_POLICY").unwrap_or_default();
    let rules: Vec<_> = policy.split(',').filter(|rule| !rule.is_empty()).collect();
    Class::ALL.map(|class| {
        let of_class = rules.iter().map(|rule| match rule.split_once('=') {
            Some((said, _)) if said != class.as_str() => Treatment::Keep,
            Some((_, "truncate")) => Treatment::Truncate,
            Some((_, "last4")) => Treatment::Last4,
            Some((_, "hmac")) => Treatment::Hash,
            Some((_, "mask")) => Treatment::Mask,
            Some((_, "drop")) | None => Treatment::Drop,
            Some((_, other)) => panic!("{other} is not in the list of the test"),
        });
        of_class.max().unwrap_or(Treatment::Keep)
    })
});

impl Leaf {
    pub(crate) fn of_class(class: Class, word: &str) -> Self {
        Self {
            value: word.into(),
            word: word.to_owned(),
            sensitivity: Sensitivity::of(class),
        }
    }

    /// By the table, written once more.
    fn treatment(&self) -> Treatment {
        let Sensitivity {
            class,
            kind,
            redact,
            ..
        } = self.sensitivity;
        let of_class = match class {
            Class::Public | Class::Internal => Treatment::Keep,
            Class::Confidential => Treatment::Mask,
            Class::Pii => kind.map_or(Treatment::Hash, Kind::treatment),
            Class::Special | Class::Secret => Treatment::Drop,
        };
        let (said, floor) = (redact.unwrap_or(of_class), FLOORS[class as usize]);
        let is_part = |it| (Treatment::Generalise..=Treatment::Last4).contains(&it);
        // Of two parts neither is in the other.
        match is_part(said) && is_part(floor) && floor > said {
            true => Treatment::Hash,
            false => said.max(floor),
        }
    }

    pub(crate) fn tells_equality(&self) -> bool {
        matches!(self.treatment(), Treatment::Keep | Treatment::Hash)
    }

    /// What must be found of it.
    pub(crate) fn shown_whole(&self) -> Option<&str> {
        let is_short = self.value.as_str().is_none_or(|text| text.len() < 1024);
        let is_kept = self.treatment() == Treatment::Keep && is_short;
        // A find is hidden whatever the class, and what is beside it can make one of it.
        let is_word = !self
            .word
            .contains(|it: char| it.is_ascii_digit() || "@\\\"\n".contains(it));
        (is_kept && is_word && is_clean(&self.word)).then_some(&self.word)
    }

    /// What must not be.
    pub(crate) fn forbidden(&self) -> Vec<String> {
        let word = self.word.as_str();
        let parts = |from: usize, to: usize| -> String {
            word.chars()
                .skip(from)
                .take(to.saturating_sub(from))
                .collect()
        };
        let length = word.chars().count();
        match self.treatment() {
            Treatment::Keep => Vec::new(),
            // Of a text that is longer; nothing else is looked for in what is shown of it.
            Treatment::Truncate => match self.value.as_str() {
                Some(text) if text.chars().count() > 64 + length => forms(word),
                _ => Vec::new(),
            },
            Treatment::Last4 => forms(&parts(0, length - 3)),
            Treatment::BinLast4 => forms(&parts(0, 9)),
            Treatment::Generalise => match word.strip_prefix("https://") {
                Some(rest) => vec![rest[..12].to_owned(), rest[rest.len() - 9..].to_owned()],
                None => forms(word),
            },
            Treatment::Hash | Treatment::Mask | Treatment::Drop => forms(word),
            other => panic!("{other:?} is not in the list of the test"),
        }
    }
}

impl Node {
    pub(crate) fn leaves(&self) -> Vec<&Leaf> {
        match self {
            Self::Object(nodes) | Self::List(nodes) => {
                nodes.iter().flat_map(Self::leaves).collect()
            }
            Self::Leaf(leaf) => vec![leaf],
        }
    }

    pub(crate) fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }
}

const FIELDS: [&str; 4] = ["a", "b", "c", "d"];

impl Classify for Node {
    const MAX: Class = Class::Secret;

    fn redact(&self, out: &mut Redactor<'_>) {
        match self {
            Self::Object(nodes) => out.object(|object| {
                for (name, node) in FIELDS.into_iter().zip(nodes) {
                    object.field(name, |out| node.redact(out));
                }
            }),
            Self::List(nodes) => out.list(nodes, Node::redact),
            Self::Leaf(leaf) => (&Probe(&leaf.value)).__field(out, &leaf.sensitivity),
        }
    }
}

impl serde::Serialize for Node {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Object(nodes) => serializer.collect_map(FIELDS.into_iter().zip(nodes)),
            Self::List(nodes) => nodes.serialize(serializer),
            Self::Leaf(leaf) => leaf.value.serialize(serializer),
        }
    }
}

/// One without anything special or secret in it.
#[derive(Clone, Debug)]
pub(crate) struct UpToPii(pub(crate) Node);

impl Classify for UpToPii {
    const MAX: Class = Class::Pii;

    fn redact(&self, out: &mut Redactor<'_>) {
        self.0.redact(out);
    }
}

impl serde::Serialize for UpToPii {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
