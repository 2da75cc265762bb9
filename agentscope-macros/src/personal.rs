//! Names that look like those of personal data or of credentials, and the kinds that they mean.
//!
//! A default that nobody thought of a value for must not cover these. It is a net, not the rule: the
//! rule is that everything needs a class. So what is often something else is left out (`name`,
//! `address`, `card`, `zip`, `orientation`, `race`), and whole words are compared: `membership` is
//! no `ship`.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::contents::Contents;
use crate::kinds::Kind;

/// The kind of each name; words are joined by `_`, and the longest match is taken.
#[rustfmt::skip]
const NAMES: &[(&str, &[&str])] = &[
    ("name", &["first_name", "last_name", "full_name", "given_name", "family_name",
        "middle_name", "maiden_name", "firstname", "lastname", "fullname", "surname",
        "patient_name", "customer_name", "person_name", "contact_name", "cardholder",
        "cardholder_name", "card_holder", "account_holder", "employee_name", "guest_name",
        "legal_name", "billing_name", "nickname", "contact_person"]),
    ("email", &["email", "emails", "e_mail", "mail_address"]),
    ("phone", &["phone", "phones", "telephone", "cellphone", "mobile_number", "msisdn", "fax",
        "mobile", "mobile_phone", "whatsapp", "phone_number"]),
    ("address", &["street", "street_address", "postal_address", "home_address",
        "mailing_address", "billing_address", "shipping_address", "delivery_address",
        "house_number", "address_line1", "address_line2", "home_addr"]),
    ("postcode", &["postcode", "post_code", "postal_code", "zip_code", "zipcode"]),
    ("dob", &["dob", "birthday", "birthdate", "birth_date", "date_of_birth", "birth_year",
        "year_of_birth", "birth_day", "birthplace"]),
    ("national_id", &["ssn", "social_security", "social_security_number", "passport",
        "passport_number", "national_id", "national_insurance", "tax_id", "aadhaar",
        "personnummer", "cpf", "nino", "nhs_number", "vat_id", "personal_id"]),
    ("medical_record", &["mrn", "medical_record", "medical_records", "patient_id",
        "patient_number"]),
    ("health_plan", &["health_plan", "health_insurance", "insurance_number"]),
    ("account", &["account_number", "account_no", "bank_account"]),
    ("licence", &["driver_license", "drivers_license", "driver_licence", "driving_license",
        "driving_licence", "license_number", "licence_number"]),
    ("vehicle", &["license_plate", "licence_plate", "number_plate", "vin"]),
    ("device", &["device_id", "imei", "imsi", "mac_address", "advertising_id", "idfa",
        "serial_number"]),
    ("ip", &["ip", "ips", "ip_address", "ip_addr", "ipv4", "ipv6", "x_forwarded_for",
        "remote_addr", "peer_addr"]),
    ("biometric", &["biometric", "biometrics", "face_id", "faceprint", "voiceprint", "iris_scan",
        "retina_scan"]),
    ("user_id", &["user_id", "userid", "username", "user_name"]),
    ("pan", &["pan", "card_number", "cardnumber", "card_no", "credit_card", "creditcard",
        "debit_card", "primary_account_number"]),
    ("card_secret", &["cvv", "cvv2", "cvc", "cvc2", "security_code", "card_pin", "pin", "pin_code",
        "track_data"]),
    ("iban", &["iban", "ibans", "bank_account_number", "routing_number", "sort_code"]),
    ("health", &["diagnosis", "diagnoses", "medical_history", "medication", "medications",
        "prescription", "prescriptions", "allergy", "allergies", "blood_type", "blood_group",
        "health_condition", "disability", "symptoms", "symptom", "medical_notes", "icd10"]),
    ("genetic", &["genome", "genotype", "dna", "genetic_data"]),
    ("religion", &["religion", "religious_belief", "religious_beliefs"]),
    ("ethnicity", &["ethnicity", "ethnic_origin", "racial_origin", "race_ethnicity"]),
    ("politics", &["political_party", "political_opinion", "political_views", "party_membership"]),
    ("union", &["trade_union", "union_membership"]),
    ("sexuality", &["sexuality", "sexual_orientation", "sex_life"]),
    ("credential", &["password", "passwords", "passwd", "pwd", "passphrase", "passcode",
        "secret", "secrets", "api_key", "apikey", "api_keys", "access_key", "secret_key",
        "private_key", "signing_key", "encryption_key", "auth_key", "token", "access_token",
        "refresh_token", "jwt", "bearer", "cookie", "cookies", "authorization", "credential",
        "credentials", "otp", "totp", "seed_phrase", "session_key", "connection_string",
        "auth_header", "basic_auth", "database_url", "dsn", "redis_url", "signed_url",
        "slack_webhook", "webhook_url", "ssh_key", "psk", "openai_key", "security_answer",
        "recovery_code", "recovery_codes", "backup_codes", "mfa_code", "verification_code",
        "one_time_code", "csrf", "csrf_token", "otp_code", "id_token", "aws_access_key_id"]),
];

/// Beside one of these a name means something about the value, not the value: `email_count`.
const ABOUT: &[&str] = &[
    "allowed",
    "attempts",
    "available",
    "budget",
    "changed",
    "column",
    "cost",
    "count",
    "domain",
    "enabled",
    "exists",
    "expires",
    "expiry",
    "field",
    "format",
    "index",
    "kind",
    "label",
    "len",
    "length",
    "limit",
    "max",
    "maximum",
    "min",
    "minimum",
    "offset",
    "pattern",
    "policy",
    "position",
    "prefix",
    "price",
    "provider",
    "rate",
    "regex",
    "remaining",
    "required",
    "retries",
    "schema",
    "score",
    "size",
    "status",
    "strength",
    "template",
    "timeout",
    "total",
    "ttl",
    "type",
    "usage",
    "used",
    "valid",
    "verified",
    "version",
];

/// Beside one of these a name means what a credential is called.
const CALLS: &[&str] = &["id", "ids", "name", "names", "uuid"];

/// Beside one of these a token is none that opens anything.
const HARMLESS_TOKENS: &[&str] = &[
    "bos",
    "cancellation",
    "continuation",
    "eos",
    "next",
    "page",
    "pad",
    "special",
    "stop",
    "stream",
    "text",
];

/// What looks like one of those names and is none.
const HARMLESS: &[&str] = &[
    "cookie_banner",
    "fax_machine",
    "id_of_token",
    "ip_range",
    "ip_whitelist",
    "pan_x",
    "pan_y",
    "pan_zoom",
    "phone_country_code",
    "phone_model",
    "secret_santa",
    "secrets_manager",
    "security_code_scanning",
    "street_view",
    "token_id",
];

/// The kinds that are numbers too.
const NUMBERS: &[&str] = &[
    "account",
    "card_secret",
    "device",
    "dob",
    "medical_record",
    "national_id",
    "pan",
    "phone",
    "postcode",
    "user_id",
];

/// The kind that the name of a value means, where the value can be that.
pub(crate) fn kind_of(name: &str, contents: Contents) -> Option<&'static Kind> {
    let words = words(name);
    let joined = |from: usize, to: usize| words[from..to].join("_");
    let mut spans: Vec<_> = (0..words.len())
        .flat_map(|from| (from + 1..=words.len()).map(move |to| (from, to)))
        .collect();
    spans.sort_by_key(|(from, to)| std::cmp::Reverse(to - from));
    // An earlier word with a number is not the one meant: the longest, then the highest class.
    let found = spans.into_iter().filter_map(|(from, to)| {
        let phrase = joined(from, to);
        let word = kind_word(&phrase)?;
        let kind = Kind::of(word)?;
        let others = || words[..from].iter().chain(&words[to..]);
        let beside = |list: &[&str]| others().any(|word| list.contains(&word.as_str()));
        // Of what is special a status or a type is no less.
        let is_about = kind.least != crate::class::Class::Special && beside(ABOUT);
        let is_token = phrase == "token" && beside(HARMLESS_TOKENS);
        let is_told_of = is_about
            || is_token
            || phrase_of_id(&words[..from])
            || (word == "credential" && beside(CALLS));
        (!is_told_of && fits(kind, &phrase, contents)).then_some((to - from, kind))
    });
    found
        .max_by_key(|(length, kind)| (*length, kind.least))
        .map(|(_, kind)| kind)
        .filter(|_| !HARMLESS.contains(&words.join("_").as_str()))
}

/// What kind such words mean, if one. Asked of every name, by a compiler that runs this unoptimised.
fn kind_word(phrase: &str) -> Option<&'static str> {
    static KINDS: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
        let names = NAMES
            .iter()
            .flat_map(|(kind, names)| names.iter().map(move |name| (*name, *kind)));
        names.collect()
    });
    KINDS.get(phrase).copied()
}

/// `id_of_..`, `number_of_..`.
fn phrase_of_id(before: &[String]) -> bool {
    matches!(before, [.., noun, of] if of == "of" && ["id", "number"].contains(&noun.as_str()))
}

fn fits(kind: &Kind, phrase: &str, contents: Contents) -> bool {
    match contents {
        Contents::Text | Contents::Unknown => true,
        // A path is no password: `pwd` is a directory then.
        Contents::Path => !matches!(kind.word, "credential" | "card_secret"),
        Contents::Number => NUMBERS.contains(&kind.word) && !matches!(phrase, "pan" | "pin"),
        Contents::Moment => kind.word == "dob",
        Contents::Address => kind.word == "ip",
        // Only of special categories a yes or a measure says all.
        Contents::Bool | Contents::Float => kind.least == crate::class::Class::Special,
    }
}

/// The words of a name in snake case, kebab case or camel case, in small letters.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut letters = name.chars().peekable();
    let mut before = ' ';
    while let Some(letter) = letters.next() {
        let is_new = letter.is_uppercase()
            && (before.is_lowercase()
                || before.is_ascii_digit()
                || (before.is_uppercase()
                    && letters.peek().is_some_and(|next| next.is_lowercase())));
        if (is_new || !letter.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if letter.is_alphanumeric() {
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    words.push(word);
    // `email2` is a second e-mail address, unless it is a word of its own.
    for word in &mut words {
        let end = word
            .trim_end_matches(|last: char| last.is_ascii_digit())
            .len();
        if end < word.len() && kind_word(word).is_none() {
            word.truncate(end);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str, contents: Contents) -> Option<&'static str> {
        kind_of(name, contents).map(|kind| kind.word)
    }

    #[test]
    fn a_name_means_a_kind_in_any_case_and_among_other_words() {
        let cases = [
            ("ship_to_email", "email"),
            ("shipToEmail", "email"),
            ("customerEMail", "email"),
            ("email2", "email"),
            ("user-id", "user_id"),
            ("password", "credential"),
            ("db_password_hash", "credential"),
            ("APIKey", "credential"),
            ("X-Api-Key", "credential"),
            ("access_token", "credential"),
            ("bank_account_number", "iban"),
            ("card_pin", "card_secret"),
            ("clientIP", "ip"),
            ("sexual_orientation", "sexuality"),
            ("cvv2", "card_secret"),
            ("id_token", "credential"),
            ("aws_access_key_id", "credential"),
            ("disability_status", "health"),
            ("email_body", "email"),
            ("DATE_OF_BIRTH", "dob"),
        ];
        for (name, word) in cases {
            assert_eq!(kind(name, Contents::Text), Some(word), "{name}");
        }
    }

    #[test]
    fn what_is_about_a_value_is_not_the_value() {
        let names = [
            "membership",
            "ship",
            "spinner",
            "orientation",
            "addr",
            "address",
            "name",
            "zip",
            "max_tokens",
            "input_tokens",
            "token_budget",
            "token_type",
            "token_id",
            "next_page_token",
            "stop_token",
            "secret_santa",
            "api_key_id",
            "secret_name",
            "email_count",
            "email_template",
            "password_attempts",
            "phone_verified",
            "ip_version",
            "id_of_email",
            "cookie_name",
            "race",
            "card",
            "pinned",
            "company",
            "fingerprint",
            "password_policy",
            "session_id",
            "trace_id",
            "tool_name",
            "model",
            "prompt",
        ];
        for name in names {
            assert_eq!(kind(name, Contents::Text), None, "{name}");
        }
    }

    #[test]
    fn a_value_that_cannot_be_what_its_name_means_is_not_it() {
        assert_eq!(kind("email", Contents::Number), None);
        assert_eq!(kind("token", Contents::Number), None);
        assert_eq!(kind("pan", Contents::Float), None);
        assert_eq!(kind("password", Contents::Bool), None);
        assert_eq!(kind("pwd", Contents::Path), None);
        assert_eq!(kind("phone", Contents::Number), Some("phone"));
        assert_eq!(kind("ssn", Contents::Number), Some("national_id"));
        assert_eq!(kind("birthday", Contents::Moment), Some("dob"));
        assert_eq!(kind("disability", Contents::Bool), Some("health"));
    }

    #[test]
    fn each_name_is_of_one_kind_that_there_is() {
        let mut seen = std::collections::HashSet::new();
        for (word, names) in NAMES {
            assert!(Kind::of(word).is_some(), "{word}");
            assert!(names.iter().all(|name| seen.insert(*name)), "{word}");
        }
    }
}
