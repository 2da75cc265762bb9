//! Values of every class in every kind of place.

use std::collections::{BTreeMap, HashMap};

use agentscope::{Class, Classify, tool};

use crate::canaries::{email, number, of_each_class, partly, word};

/// One of each class.
#[derive(Clone, Debug, serde::Serialize, Classify)]
pub(crate) struct Record {
    #[sensitivity(public)]
    at_public: String,
    #[sensitivity(internal)]
    at_internal: String,
    #[sensitivity(confidential)]
    at_confidential: String,
    #[sensitivity(pii)]
    at_pii: String,
    #[sensitivity(special)]
    at_special: String,
    #[sensitivity(secret)]
    at_secret: String,
}

impl Record {
    pub(crate) fn planted(place: &str) -> Self {
        let [
            at_public,
            at_internal,
            at_confidential,
            at_pii,
            at_special,
            at_secret,
        ] = of_each_class(place);
        Self {
            at_public,
            at_internal,
            at_confidential,
            at_pii,
            at_special,
            at_secret,
        }
    }
}

/// What the kinds show a part of, or nothing.
#[derive(Clone, Debug, serde::Serialize, Classify)]
struct Kinds {
    #[sensitivity(pii, kind = "email")]
    email: String,
    #[sensitivity(pii, kind = "phone")]
    phone: String,
    #[sensitivity(pii, kind = "pan")]
    pan: String,
    #[sensitivity(pii, kind = "pan")]
    pan_number: u64,
    #[sensitivity(pii, kind = "iban")]
    iban: String,
    #[sensitivity(pii, kind = "ip")]
    ip: std::net::IpAddr,
    #[sensitivity(pii, kind = "name")]
    name: Option<String>,
    #[sensitivity(pii, kind = "dob")]
    dob: String,
    #[sensitivity(pii, kind = "url")]
    url: String,
    #[sensitivity(pii, kind = "national_id")]
    national_id: String,
    #[sensitivity(special, kind = "health")]
    health: Vec<String>,
    #[sensitivity(secret, kind = "credential")]
    password: Option<String>,
    #[sensitivity(pii)]
    balance: f64,
}

impl Kinds {
    fn planted(place: &str) -> Self {
        let pii = |what: &str| word(Class::Pii, &format!("{place}/{what}"));
        let [user, password, query, fragment] = ["user", "pw", "query", "fragment"].map(pii);
        let pan = number(Class::Pii, "kinds/pan");
        // The first six and the last four digits are shown, of which no ten stand together.
        let spaced = |pan: u64| {
            let digits = pan.to_string();
            format!("{} {} {}", &digits[..4], &digits[4..8], &digits[8..])
        };
        let ip = "203.0.113.177";
        let iban = "GB33BUKB20201555557723";
        let all = |text: &str| partly(Class::Pii, place, text, &[text]);
        Self {
            email: email(Class::Pii, &format!("{place}/email")),
            phone: all("+44 20 7946 0958"),
            pan: spaced(pan),
            pan_number: pan,
            iban: partly(Class::Pii, place, iban, &[&iban[..18], &iban[4..]]),
            ip: all(ip).parse().expect("an address"),
            name: Some(pii("name")),
            dob: all("1984-05-17"),
            url: format!("https://{user}:{password}@shop.example/o?q={query}#{fragment}"),
            national_id: all("078-05-1120"),
            health: vec![word(Class::Special, place)],
            password: Some(word(Class::Secret, place)),
            balance: number(Class::Pii, "kinds/balance") as f64,
        }
    }
}

#[derive(Clone, Debug, serde::Serialize, Classify)]
enum Event {
    Named {
        record: Record,
        #[sensitivity(internal)]
        note: String,
    },
    Unnamed(
        #[sensitivity(confidential)] String,
        #[sensitivity(secret)] String,
    ),
}

#[derive(Clone, Debug, serde::Serialize, Classify)]
struct Nested {
    list: Vec<Record>,
    maybe: Option<Box<Record>>,
    events: Vec<Event>,
    kinds: Kinds,
    #[sensitivity(internal)]
    pair: (String, u32),
    #[sensitivity(pii)]
    people: Vec<(String, Option<String>)>,
}

impl Nested {
    fn planted(place: &str) -> Self {
        let at = |what: &str| format!("{place}/{what}");
        Self {
            list: vec![Record::planted(&at("list"))],
            maybe: Some(Box::new(Record::planted(&at("maybe")))),
            events: vec![
                Event::Named {
                    record: Record::planted(&at("variant")),
                    note: word(Class::Internal, &at("variant/note")),
                },
                Event::Unnamed(
                    word(Class::Confidential, &at("unnamed")),
                    word(Class::Secret, &at("unnamed")),
                ),
            ],
            kinds: Kinds::planted(place),
            pair: (word(Class::Internal, &at("pair")), 7),
            people: vec![(word(Class::Pii, &at("people")), None)],
        }
    }
}

#[tool]
fn nested(value: &Nested) -> Nested {
    value.clone()
}

/// The same word for all of it, for the class of the place is all that there is.
#[tool]
fn only_kinds(value: Kinds) -> Result<Kinds, std::fmt::Error> {
    Ok(value)
}

#[tool]
fn of_up_to_pii(
    #[sensitivity(public)] a: &str,
    #[sensitivity(internal)] b: String,
    #[sensitivity(confidential)] c: Option<&str>,
    #[sensitivity(pii)] d: u64,
) -> Option<Record> {
    let _ = (a, b, c, d);
    None
}

type Map = BTreeMap<String, String>;

/// Keys are values too.
#[tool(output = secret)]
fn maps(
    #[sensitivity(public)] a: Map,
    #[sensitivity(internal)] b: HashMap<String, Vec<u32>>,
    #[sensitivity(confidential)] c: Map,
    #[sensitivity(pii)] d: Map,
    #[sensitivity(special)] e: Map,
    #[sensitivity(secret)] headers: Map,
) -> Map {
    let _ = (a, b, c, d, e);
    headers
}

/// The first day: nobody has looked at anything.
#[tool(default = secret)]
fn unclassified(text: &str, headers: &Map, bytes: &[u8]) -> (String, usize) {
    (text.to_owned(), headers.len() + bytes.len())
}

macro_rules! results {
    ($($name:ident: $class:ident $of:ident;)*) => {
        $(#[tool(output = $class)]
        fn $name() -> Vec<String> {
            vec![word(Class::$of, "result")]
        })*

        fn results() {
            $($name();)*
        }
    };
}

results! {
    result_public: public Public;
    result_internal: internal Internal;
    result_confidential: confidential Confidential;
    result_pii: pii Pii;
    result_special: special Special;
    result_secret: secret Secret;
}

/// What is too large to be shown is begun.
#[tool(output = internal)]
fn large(#[sensitivity(internal)] page: &str, #[sensitivity(confidential)] other: &str) -> usize {
    page.len() + other.len()
}

fn large_values() {
    let begun = word(Class::Internal, "large");
    let found = email(Class::Pii, "in a large value");
    let (address, card) = (
        format!("{}@a.example ", "x".repeat(50)),
        "4556 7375 8689 9855",
    );
    let half = partly(Class::Pii, "cut card", "", &[&card[..14]]);
    // Behind what is shown, but not behind what is looked at.
    let page = format!("{begun} {found} {half}{}", address.repeat(23));
    for place in 0..24 {
        let page = format!("{page}{} {card} {}", "y ".repeat(place), "z ".repeat(5000));
        large(&page, &word(Class::Confidential, "large").repeat(1000));
    }
}

pub(crate) fn run() {
    nested(&Nested::planted("nested"));
    only_kinds(Kinds::planted("kinds alone")).expect("it gives back what it got");
    of_up_to_pii(
        &word(Class::Public, "scalar"),
        // Who said that it may be shown did not know what is in it.
        format!(
            "{} of {}",
            word(Class::Internal, "scalar"),
            email(Class::Pii, "in an argument")
        ),
        Some(&word(Class::Confidential, "scalar")),
        number(Class::Pii, "scalar"),
    );
    let map = |class| {
        let (key, value) = (word(class, "key"), word(class, "value"));
        Map::from([(key, value)])
    };
    let keys = HashMap::from([(word(Class::Internal, "other key"), vec![1])]);
    maps(
        map(Class::Public),
        keys,
        map(Class::Confidential),
        map(Class::Pii),
        map(Class::Special),
        map(Class::Secret),
    );
    let bytes = word(Class::Secret, "bytes by default");
    unclassified(
        &word(Class::Secret, "text by default").repeat(2000),
        &map(Class::Secret),
        bytes.as_bytes(),
    );
    results();
    large_values();
}
