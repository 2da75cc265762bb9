//! The values that are planted, and the forms in which one can come out.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::{LazyLock, Mutex, PoisonError};

use agentscope::Class;

/// A value that is nowhere but where it was planted.
#[derive(Clone, Debug)]
pub(crate) struct Canary {
    pub(crate) class: Class,
    /// What holds it, for messages.
    pub(crate) place: String,
    pub(crate) text: String,
}

/// Where the program under test writes down what it plants: no list of them can be out of date.
pub(crate) const LIST: &str = "CANARY_DIRECTORY";

static PLANTED: LazyLock<Mutex<File>> = LazyLock::new(|| {
    let directory = std::env::var_os(LIST).expect("the parent says where");
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(Path::new(&directory).join("planted"));
    Mutex::new(file.expect("the directory is there"))
});

/// What was planted.
pub(crate) fn planted(directory: &Path) -> Vec<Canary> {
    let list = std::fs::read_to_string(directory.join("planted")).expect("written by the child");
    let canary = |line: &str| {
        let [class, place, text] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let class = Class::ALL.into_iter().find(|it| it.as_str() == class);
        Canary {
            class: class.expect("a class"),
            place: place.to_owned(),
            text: text.to_owned(),
        }
    };
    list.lines().map(canary).collect()
}

/// Letters that look random and are always the same for the same place.
fn letters(place: &str, count: usize) -> String {
    let mut state = place
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |state, byte| {
            (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    let next = |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        // No vowels: it spells nothing, and the scrubber takes it for nothing.
        char::from(b"bcdfghjklmnpqrstvwxz"[(state >> 33) as usize % 20])
    };
    (0..count).map(next).collect()
}

fn write_down(class: Class, place: &str, text: &str) {
    let mut planted = PLANTED.lock().unwrap_or_else(PoisonError::into_inner);
    writeln!(planted, "{}\t{place}\t{text}", class.as_str()).expect("there is room");
}

/// A word of the class.
pub(crate) fn word(class: Class, place: &str) -> String {
    let word = letters(&format!("{place}/{}", class.as_str()), 14);
    write_down(class, place, &word);
    word
}

/// One word of each class: the place, and what to do with it.
pub(crate) fn of_each_class(place: &str) -> [String; 6] {
    Class::ALL.map(|class| word(class, place))
}

/// A secret number.
pub(crate) fn number(class: Class, place: &str) -> u64 {
    let digits: String = letters(place, 15)
        .bytes()
        .map(|byte| char::from(b'1' + byte % 9))
        .collect();
    write_down(class, place, &digits);
    digits.parse().expect("digits")
}

pub(crate) fn email(class: Class, place: &str) -> String {
    let email = format!("{}@{}.example", letters(place, 9), letters(place, 5));
    write_down(class, place, &email);
    // So that it is found without its domain, and the domain without it.
    write_down(class, place, email.split_once('@').expect("an address").0);
    email
}

/// A text of which some part may be shown, and the parts that may not.
pub(crate) fn partly(class: Class, place: &str, text: &str, hidden: &[&str]) -> String {
    hidden
        .iter()
        .for_each(|part| write_down(class, place, part));
    text.to_owned()
}

impl Canary {
    /// A word of the class, which whoever makes it plants.
    pub(crate) fn word(class: Class, place: &str) -> Self {
        Self {
            class,
            place: place.to_owned(),
            text: letters(place, 14),
        }
    }

    /// The text as it is, in capitals, backwards, escaped, and encoded.
    pub(crate) fn forms(&self) -> Vec<Vec<u8>> {
        let text = self.text.as_str();
        let encoded = |byte: u8| match byte.is_ascii_alphanumeric() {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        };
        let hex = |byte: u8| format!("{byte:02x}");
        let mut forms = vec![
            text.to_owned(),
            text.to_uppercase(),
            text.chars().rev().collect(),
            text.bytes().map(encoded).collect(),
            text.bytes().map(hex).collect(),
            format!("{:?}", text.as_bytes()),
        ];
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        // Fewer are somewhere by chance.
        if digits.len() >= 9 {
            forms.push(digits);
        }
        // Inside a longer text that was encoded it begins at any place of three.
        forms.extend((0..3).map(|skipped| base64(&text.as_bytes()[skipped..])));
        let mut forms: Vec<_> = forms.into_iter().map(String::into_bytes).collect();
        forms.sort();
        forms.dedup();
        forms
    }
}

/// Without what depends on what comes behind.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let four = |triple: &[u8]| {
        let bits = triple
            .iter()
            .fold(0, |bits, byte| bits << 8 | usize::from(*byte));
        [18, 12, 6, 0].map(|place| char::from(DIGITS[bits >> place & 63]))
    };
    bytes.chunks_exact(3).flat_map(four).collect()
}

#[test]
fn a_canary_is_found_in_whatever_form() {
    let canary = Canary {
        class: Class::Secret,
        place: String::new(),
        text: "zeppelin".to_owned(),
    };
    // In base64 of `zeppelin`, `xzeppelin` and `xxzeppelin`.
    for held in [
        "zeppelin",
        "ZEPPELIN",
        "nileppez",
        "7a657070656c696e",
        "emVwcGVsaW4=",
        "eHplcHBlbGlu",
        "eHh6ZXBwZWxpbg==",
    ] {
        let is_in = |form: &Vec<u8>| held.as_bytes().windows(form.len()).any(|it| it == form);
        assert!(canary.forms().iter().any(is_in), "{held}");
    }
}
