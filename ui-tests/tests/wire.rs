//! What the derive writes has the names and the structure that serde gives the value.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, HashMap, VecDeque};

use agentscope::{Classify, tool};
use serde::Serialize;
use serde_json::{Value, json};

#[derive(Clone, Serialize, Classify)]
#[sensitivity(default = internal)]
#[serde(rename_all = "camelCase")]
struct Named {
    first_word: u32,
    #[serde(rename = "e-mail")]
    #[sensitivity(internal, reason = "of nobody")]
    address: String,
    #[serde(skip)]
    _never: Unclassified,
    #[serde(skip_serializing_if = "Option::is_none")]
    seldom: Option<u32>,
    #[serde(flatten)]
    inner: Inner,
    #[serde(flatten)]
    none: Option<Inner>,
    #[serde(flatten)]
    #[sensitivity(internal)]
    more: BTreeMap<String, u32>,
}

#[derive(Clone)]
struct Unclassified;

impl Default for Unclassified {
    fn default() -> Self {
        Self
    }
}

#[derive(Clone, Serialize, Classify)]
#[sensitivity(default = internal)]
struct Inner {
    deep: u32,
    r#type: &'static str,
}

#[derive(Clone, Serialize, Classify)]
#[sensitivity(default = internal)]
struct Pair(u32, Inner, #[serde(skip)] (), bool);

#[derive(Clone, Serialize, Classify)]
#[sensitivity(default = internal)]
struct Newtype(Inner);

#[derive(Clone, Serialize, Classify)]
struct Unit;

#[derive(Clone, Serialize, Classify)]
#[sensitivity(default = internal)]
#[serde(transparent)]
struct Transparent<T> {
    #[serde(skip)]
    marker: std::marker::PhantomData<T>,
    only: Inner,
}

#[derive(Clone, Serialize, Classify)]
#[serde(into = "Inner")]
struct Into {
    secret: u32,
}

impl From<Into> for Inner {
    fn from(it: Into) -> Self {
        Self {
            deep: it.secret,
            r#type: "into",
        }
    }
}

/// One enum for each way to tag it.
macro_rules! tagged {
    ($($name:ident: $(#[$serde:meta])*;)*) => {$(
        #[derive(Clone, Serialize, Classify)]
        #[sensitivity(default = internal)]
        #[serde(rename_all = "snake_case", rename_all_fields = "UPPERCASE")]
        $(#[$serde])*
        enum $name {
            JustThis,
            OneOf(Inner),
            WithFields { some: u32, #[serde(rename = "x")] more: Inner },
            #[serde(rename = "other", rename_all = "kebab-case")]
            Renamed { two_words: u32 },
        }

        impl $name {
            fn all() -> Vec<Value> {
                let inner = Inner { deep: 1, r#type: "t" };
                let all = [
                    Self::JustThis,
                    Self::OneOf(inner.clone()),
                    Self::WithFields { some: 2, more: inner },
                    Self::Renamed { two_words: 3 },
                ];
                all.iter().map(same).collect()
            }
        }
    )*};
}

tagged! {
    External:;
    Internal: #[serde(tag = "t")];
    Adjacent: #[serde(tag = "t", content = "c")];
    Untagged: #[serde(untagged)];
}

#[derive(Clone, Serialize, Classify)]
#[sensitivity(default = internal)]
enum Mixed {
    Two(u32, Inner),
    Zero(),
    #[serde(untagged)]
    Bare(Inner),
}

/// A type in itself.
#[derive(Clone, Serialize, Classify)]
#[sensitivity(default = internal)]
struct Tree<T> {
    value: T,
    below: Vec<Tree<T>>,
    beside: Option<Box<Self>>,
}

#[derive(Clone, Serialize, Classify)]
struct Maps<'a> {
    #[sensitivity(key = internal)]
    by_number: BTreeMap<u32, Inner>,
    #[sensitivity(key = public)]
    by_word: Option<&'a HashMap<String, Inner>>,
    tuple: (Inner, Unit),
    queue: VecDeque<Inner>,
    classified: BTreeMap<External, Inner>,
}

impl PartialEq for External {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for External {}

impl PartialOrd for External {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for External {
    fn cmp(&self, _: &Self) -> std::cmp::Ordering {
        std::cmp::Ordering::Equal
    }
}

#[tool(output = internal)]
fn look(value: &impl Classify, #[sensitivity(internal)] visible: bool) -> bool {
    let _ = value;
    visible
}

/// What is recorded of a value of which everything is shown is its JSON.
fn same<T: Serialize + Classify>(value: &T) -> Value {
    let shown = shown(value);
    assert_eq!(shown, serde_json::to_value(value).unwrap());
    shown
}

fn shown(value: &impl Classify) -> Value {
    let recorded = agentscope::testing::record(|| look(value, true));
    let input = recorded.span("look").attribute("input.value").unwrap();
    let mut input: Value = serde_json::from_str(&input.to_string()).unwrap();
    input["value"].take()
}

fn inner() -> Inner {
    Inner {
        deep: 7,
        r#type: "t",
    }
}

#[test]
fn structs_are_written_as_serde_writes_them() {
    let named = Named {
        first_word: 1,
        address: "a".into(),
        _never: Unclassified,
        seldom: None,
        inner: inner(),
        none: None,
        more: BTreeMap::from([("extra".into(), 2)]),
    };
    let json = same(&named);
    assert_eq!(json["firstWord"], 1);
    same(&Named {
        seldom: Some(1),
        more: BTreeMap::new(),
        ..named
    });
    assert_eq!(
        same(&Pair(1, inner(), (), true)).as_array().unwrap().len(),
        3
    );
    same(&Newtype(inner()));
    same(&Unit);
    same(&Into { secret: 1 });
    same(&Transparent::<u8> {
        marker: std::marker::PhantomData,
        only: inner(),
    });
}

#[test]
fn enums_are_tagged_as_serde_tags_them() {
    assert_eq!(External::all()[3], json!({"other": {"two-words": 3}}));
    assert_eq!(
        Internal::all()[1],
        json!({"t": "one_of", "deep": 1, "type": "t"})
    );
    assert_eq!(Adjacent::all()[0], json!({"t": "just_this"}));
    Untagged::all();
    same(&Mixed::Two(1, inner()));
    same(&Mixed::Zero());
    same(&Mixed::Bare(inner()));
}

#[test]
fn a_type_may_hold_itself() {
    let leaf = Tree {
        value: inner(),
        below: Vec::new(),
        beside: None,
    };
    same(&Tree {
        value: inner(),
        below: vec![leaf.clone()],
        beside: Some(Box::new(leaf)),
    });
}

#[test]
fn maps_and_tuples_are_written_as_serde_writes_them() {
    let by_word = HashMap::from([("a".to_owned(), inner())]);
    same(&Maps {
        by_number: BTreeMap::from([(1, inner()), (2, inner())]),
        by_word: Some(&by_word),
        tuple: (inner(), Unit),
        queue: VecDeque::from([inner()]),
        classified: BTreeMap::from([(External::JustThis, inner())]),
    });
}

#[derive(Serialize, Classify)]
struct Person {
    #[sensitivity(pii, kind = "email")]
    email: String,
}

#[derive(Serialize, Classify)]
struct People {
    #[sensitivity(key = pii)]
    people: BTreeMap<String, Person>,
    #[serde(flatten)]
    #[sensitivity(secret)]
    extra: BTreeMap<String, String>,
}

#[tool(output = internal)]
fn load(#[sensitivity(key = confidential)] people: &HashMap<String, Person>) -> usize {
    people.len()
}

#[test]
fn keys_are_redacted_by_their_class() {
    let person = || Person {
        email: "a@example.org".into(),
    };
    let people = People {
        people: BTreeMap::from([("Alice".into(), person())]),
        extra: BTreeMap::from([("token".into(), "hunter2".into())]),
    };
    let json = shown(&people);
    let text = json.to_string();
    assert!(
        !text.contains("Alice") && !text.contains("example"),
        "{text}"
    );
    assert_eq!(json["extra"], "[secret]");
    let people = HashMap::from([("Alice".to_owned(), person())]);
    let recorded = agentscope::testing::record(|| load(&people));
    let input = recorded.span("load").attribute("input.value").unwrap();
    let input: Value = serde_json::from_str(&input.to_string()).unwrap();
    assert!(
        input["people"]["[confidential]"]["email"].is_string(),
        "{input}"
    );
}

#[test]
fn a_type_tells_of_its_fields() {
    let meta = <People as Classify>::type_meta().unwrap();
    assert!(meta.name.ends_with("::People") && meta.file.ends_with("wire.rs"));
    let [people, extra] = meta.fields else {
        panic!("{meta:?}");
    };
    assert_eq!(people.line + 3, extra.line);
    let person = people.nested.unwrap()().unwrap();
    assert_eq!(person.fields[0].wire_name, "email");
    let enumerated = <External as Classify>::type_meta().unwrap();
    assert_eq!(enumerated.fields[1].wire_name, "SOME");
    assert_eq!(enumerated.fields[1].variant, Some("with_fields"));
    let listed = agentscope::__private::inventory::iter::<agentscope::__private::RegisteredType>;
    let listed: Vec<_> = listed.into_iter().filter_map(|it| (it.0)()).collect();
    assert!(listed.iter().any(|it| it.name == meta.name));
}
