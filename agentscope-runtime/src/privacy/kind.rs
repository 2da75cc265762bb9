//! What a classified value is, and what the law says of values like it.

use crate::privacy::class::{Class, Treatment};

/// What a value is: selects how it is brought into one form before it is hashed, how it is shown
/// where nothing else is said, and the lowest class it may have.
///
/// Written as `kind = ".."` in `#[sensitivity(..)]`. The references to regulations are an aid to
/// whoever reviews a classification. **They are not legal advice**, and the GDPR and HIPAA ones are
/// written from memory.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::{Class, Kind};
///
/// assert_eq!(Kind::Pan.as_str(), "pan");
/// assert_eq!(Kind::Pan.least_class(), Class::Pii);
/// assert_eq!(Kind::Pan.regulation().pci_dss, Some("3.4.1, 3.5.1, 3.5.1.1"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The name of a person.
    Name,
    /// An e-mail address.
    Email,
    /// A telephone or fax number.
    Phone,
    /// A postal address.
    Address,
    /// A postal code.
    Postcode,
    /// A date of birth.
    Dob,
    /// Another date that is about a person: of an admission, a death.
    Date,
    /// A number that a state gives a person: social security, passport, tax.
    NationalId,
    /// Number of a medical record.
    MedicalRecord,
    /// Number of a health plan.
    HealthPlan,
    /// Number of an account.
    Account,
    /// Number of a licence or certificate.
    Licence,
    /// What identifies a vehicle.
    Vehicle,
    /// What identifies a device.
    Device,
    /// The address of something on the web.
    Url,
    /// An IP address.
    Ip,
    /// A fingerprint, a voice, the picture of a face.
    Biometric,
    /// Any other identifier of a person: a user id, a handle.
    UserId,
    /// The number of a payment card.
    Pan,
    /// What proves that a payment card is at hand: verification value, PIN, track data.
    CardSecret,
    /// The number of a bank account.
    Iban,
    /// The state of somebody's health.
    Health,
    /// Genetic data.
    Genetic,
    /// A religious or philosophical belief.
    Religion,
    /// Racial or ethnic origin.
    Ethnicity,
    /// A political opinion.
    Politics,
    /// Membership of a trade union.
    Union,
    /// Sex life or sexual orientation.
    Sexuality,
    /// A password, key, token or cookie.
    Credential,
}

/// Where regulations speak of a kind of value; an aid to a reviewer, **not legal advice**.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// let regulation = agentscope::Kind::Email.regulation();
/// assert_eq!((regulation.gdpr, regulation.hipaa), (Some("4(1)"), Some("6")));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Regulation {
    /// Articles of the General Data Protection Regulation, (EU) 2016/679.
    pub gdpr: Option<&'static str>,
    /// Requirements of PCI DSS 4.0.1.
    pub pci_dss: Option<&'static str>,
    /// Numbers of the identifiers in HIPAA's Safe Harbor, 45 CFR 164.514(b)(2).
    pub hipaa: Option<&'static str>,
}

struct Row {
    kind: Kind,
    word: &'static str,
    least: Class,
    shown: Treatment,
    regulation: Regulation,
}

const fn row(
    kind: Kind,
    word: &'static str,
    least: Class,
    shown: Treatment,
    [gdpr, pci_dss, hipaa]: [&'static str; 3],
) -> Row {
    Row {
        kind,
        word,
        least,
        shown,
        regulation: Regulation {
            gdpr: said(gdpr),
            pci_dss: said(pci_dss),
            hipaa: said(hipaa),
        },
    }
}

const fn said(text: &'static str) -> Option<&'static str> {
    if text.is_empty() { None } else { Some(text) }
}

use Class::{Pii, Secret, Special};
use Treatment::{BinLast4, Drop, Generalise, Hash, Last4};

/// In the order of the variants. The macros have the words and the classes too, which a test of
/// theirs holds to these.
#[rustfmt::skip]
const TABLE: &[Row] = &[
    //   kind                 word              least    shown       GDPR          PCI DSS                  HIPAA
    row(Kind::Name,          "name",           Pii,     Hash,       ["4(1)",       "",                      "1"]),
    row(Kind::Email,         "email",          Pii,     Hash,       ["4(1)",       "",                      "6"]),
    row(Kind::Phone,         "phone",          Pii,     Hash,       ["4(1)",       "",                      "4, 5"]),
    row(Kind::Address,       "address",        Pii,     Hash,       ["4(1)",       "",                      "2"]),
    row(Kind::Postcode,      "postcode",       Pii,     Generalise, ["4(1)",       "",                      "2"]),
    row(Kind::Dob,           "dob",            Pii,     Generalise, ["4(1)",       "",                      "3"]),
    row(Kind::Date,          "date",           Pii,     Generalise, ["4(1)",       "",                      "3"]),
    row(Kind::NationalId,    "national_id",    Pii,     Drop,       ["4(1), 87",   "",                      "7"]),
    row(Kind::MedicalRecord, "medical_record", Special, Drop,       ["9(1)",       "",                      "8"]),
    row(Kind::HealthPlan,    "health_plan",    Special, Drop,       ["9(1)",       "",                      "9"]),
    row(Kind::Account,       "account",        Pii,     Drop,       ["4(1)",       "",                      "10"]),
    row(Kind::Licence,       "licence",        Pii,     Hash,       ["4(1)",       "",                      "11"]),
    row(Kind::Vehicle,       "vehicle",        Pii,     Hash,       ["4(1)",       "",                      "12"]),
    row(Kind::Device,        "device",         Pii,     Hash,       ["4(1)",       "",                      "13"]),
    row(Kind::Url,           "url",            Pii,     Generalise, ["4(1)",       "",                      "14"]),
    row(Kind::Ip,            "ip",             Pii,     Generalise, ["4(1), r. 30", "",                     "15"]),
    row(Kind::Biometric,     "biometric",      Special, Drop,       ["9(1)",       "",                      "16, 17"]),
    row(Kind::UserId,        "user_id",        Pii,     Hash,       ["4(1), 4(5)", "",                      "18"]),
    row(Kind::Pan,           "pan",            Pii,     BinLast4,   ["4(1)",       "3.4.1, 3.5.1, 3.5.1.1", ""]),
    row(Kind::CardSecret,    "card_secret",    Secret,  Drop,       ["4(1)",       "3.3",                   ""]),
    row(Kind::Iban,          "iban",           Pii,     Last4,      ["4(1)",       "",                      "10"]),
    row(Kind::Health,        "health",         Special, Drop,       ["9(1)",       "",                      ""]),
    row(Kind::Genetic,       "genetic",        Special, Drop,       ["9(1)",       "",                      ""]),
    row(Kind::Religion,      "religion",       Special, Drop,       ["9(1)",       "",                      ""]),
    row(Kind::Ethnicity,     "ethnicity",      Special, Drop,       ["9(1)",       "",                      ""]),
    row(Kind::Politics,      "politics",       Special, Drop,       ["9(1)",       "",                      ""]),
    row(Kind::Union,         "union",          Special, Drop,       ["9(1)",       "",                      ""]),
    row(Kind::Sexuality,     "sexuality",      Special, Drop,       ["9(1)",       "",                      ""]),
    row(Kind::Credential,    "credential",     Secret,  Drop,       ["32",         "",                      ""]),
];

impl Kind {
    const fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }

    /// All kinds.
    ///
    /// ```
    /// # extern crate agentscope_runtime as agentscope;
    /// assert!(agentscope::Kind::all().any(|kind| kind.as_str() == "email"));
    /// ```
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.kind)
    }

    /// The word for the kind, as written in `#[sensitivity(..)]`.
    pub const fn as_str(self) -> &'static str {
        self.row().word
    }

    /// The lowest class that a value of this kind may have without a reason.
    pub const fn least_class(self) -> Class {
        self.row().least
    }

    /// What is shown of such a value of class `pii` where the place says nothing else.
    pub const fn treatment(self) -> Treatment {
        self.row().shown
    }

    /// Where regulations speak of it.
    pub const fn regulation(self) -> Regulation {
        self.row().regulation
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_own_row_and_word() {
        for (index, row) in TABLE.iter().enumerate() {
            assert_eq!(row.kind as usize, index, "{}", row.word);
            let twice = TABLE.iter().filter(|other| other.word == row.word);
            assert_eq!(twice.count(), 1, "{}", row.word);
        }
    }

    #[test]
    fn no_kind_is_shown_more_of_than_its_class_lets() {
        for row in TABLE {
            let allowed = row.shown >= row.least.treatment()
                || row.least == Class::Pii && row.shown >= Treatment::Generalise;
            assert!(allowed, "{}", row.word);
        }
    }
}
