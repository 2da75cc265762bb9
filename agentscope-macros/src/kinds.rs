//! The kinds of values that the runtime knows: their words, the least class of each, and what is
//! shown of one of class `pii`. A test holds them to the runtime's own table.

use proc_macro2::{Ident, Span};
use syn::LitStr;

use crate::class::Class;
use crate::suggest;
use crate::treatment::Treatment;

/// A row of the table.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    /// As it is written after `kind =`.
    pub(crate) word: &'static str,
    /// Variant of the runtime's `Kind`.
    variant: &'static str,
    /// The lowest class that such a value may have without a reason.
    pub(crate) least: Class,
    /// What is shown of such a value of class `pii`, where nothing else is said.
    pub(crate) shown: Treatment,
    /// What it is, with its article.
    pub(crate) what: &'static str,
}

const fn kind(
    word: &'static str,
    variant: &'static str,
    least: Class,
    shown: Treatment,
    what: &'static str,
) -> Kind {
    Kind {
        word,
        variant,
        least,
        shown,
        what,
    }
}

use Class::{Pii, Secret, Special};
use Treatment::{BinLast4, Drop, Generalise, Hash, Last4};

#[rustfmt::skip]
static KINDS: &[Kind] = &[
    kind("name",           "Name",          Pii,     Hash,       "the name of a person"),
    kind("email",          "Email",         Pii,     Hash,       "an e-mail address"),
    kind("phone",          "Phone",         Pii,     Hash,       "a telephone number"),
    kind("address",        "Address",       Pii,     Hash,       "a postal address"),
    kind("postcode",       "Postcode",      Pii,     Generalise, "a postal code"),
    kind("dob",            "Dob",           Pii,     Generalise, "a date of birth"),
    kind("date",           "Date",          Pii,     Generalise, "a date in somebody's life"),
    kind("national_id",    "NationalId",    Pii,     Drop,       "a number that a state gives a person"),
    kind("medical_record", "MedicalRecord", Special, Drop,       "the number of a medical record"),
    kind("health_plan",    "HealthPlan",    Special, Drop,       "the number of a health plan"),
    kind("account",        "Account",       Pii,     Drop,       "the number of an account"),
    kind("licence",        "Licence",       Pii,     Hash,       "the number of a licence"),
    kind("vehicle",        "Vehicle",       Pii,     Hash,       "what identifies a vehicle"),
    kind("device",         "Device",        Pii,     Hash,       "what identifies a device"),
    kind("url",            "Url",           Pii,     Generalise, "a URL"),
    kind("ip",             "Ip",            Pii,     Generalise, "an IP address"),
    kind("biometric",      "Biometric",     Special, Drop,       "biometric data"),
    kind("user_id",        "UserId",        Pii,     Hash,       "what identifies a user"),
    kind("pan",            "Pan",           Pii,     BinLast4,   "the number of a payment card"),
    kind("card_secret",    "CardSecret",    Secret,  Drop,       "a secret of a payment card"),
    kind("iban",           "Iban",          Pii,     Last4,      "the number of a bank account"),
    kind("health",         "Health",        Special, Drop,       "something about somebody's health"),
    kind("genetic",        "Genetic",       Special, Drop,       "genetic data"),
    kind("religion",       "Religion",      Special, Drop,       "somebody's religion"),
    kind("ethnicity",      "Ethnicity",     Special, Drop,       "somebody's ethnic origin"),
    kind("politics",       "Politics",      Special, Drop,       "somebody's political opinion"),
    kind("union",          "Union",         Special, Drop,       "membership of a trade union"),
    kind("sexuality",      "Sexuality",     Special, Drop,       "somebody's sexuality"),
    kind("credential",     "Credential",    Secret,  Drop,       "a credential"),
];

impl Kind {
    /// The row of a word.
    pub(crate) fn of(word: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.word == word)
    }

    /// The row of the word that somebody wrote.
    pub(crate) fn parse(word: &LitStr) -> syn::Result<&'static Self> {
        let text = word.value();
        Self::of(&text).ok_or_else(|| {
            let known: Vec<_> = KINDS.iter().map(|kind| kind.word).collect();
            let hint = suggest::among(&text, &known);
            syn::Error::new(word.span(), format!("`{text}` is no kind of value; {hint}"))
        })
    }

    pub(crate) fn variant(&self) -> Ident {
        Ident::new(self.variant, Span::call_site())
    }

    /// Whether it has a form that many values share.
    pub(crate) fn is_generalised(&self) -> bool {
        ["ip", "dob", "date", "postcode", "url"].contains(&self.word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kinds_are_those_of_the_runtime() {
        let theirs: Vec<_> = agentscope_runtime::Kind::all().collect();
        assert_eq!(KINDS.len(), theirs.len());
        for (ours, theirs) in KINDS.iter().zip(theirs) {
            let of_theirs = (
                theirs.as_str(),
                format!("{theirs:?}"),
                theirs.least_class().as_str(),
                theirs.treatment().as_str(),
            );
            let of_ours = (
                ours.word,
                ours.variant.to_owned(),
                ours.least.word(),
                ours.shown.word(),
            );
            assert_eq!(of_ours, of_theirs);
        }
    }
}
