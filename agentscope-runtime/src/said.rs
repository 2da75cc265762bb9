//! Reads what an expansion says of its function: one text, for the compiler works on each constant of
//! each annotated function, and on one text as long as on a number.
//!
//! Its parts end where a NUL is: the function in its module, layer, name, effect, description, class
//! of the result, options that are string literals; then name, type and class of each argument.
//! `agentscope-macros` writes it.

use crate::privacy::class::{Class, Sensitivity, Treatment};
use crate::privacy::kind::Kind;
use crate::privacy::redacted::Redacted;
use crate::privacy::text;
use crate::site::{Layer, Meta, OptionName, Param};

pub(crate) fn read(module: &str, said: &'static str) -> Meta {
    let mut parts = said.split('\0');
    let mut next = || parts.next().unwrap_or_default();
    let function = match module {
        // One of our own, whose name says all.
        "" => next().to_owned(),
        module => format!("{module}::{}", next()),
    };
    let layer = match next() {
        "agent" => Layer::Agent,
        "tool" => Layer::Tool,
        _ => Layer::Inference,
    };
    let name = next();
    let reads_only = next() == "read";
    let description = next();
    let output = sensitivity(next());
    let literals = next().split('\u{1}').filter_map(literal).collect();
    let mut params = Vec::new();
    while let (Some(name), Some(signature), Some(class)) =
        (parts.next(), parts.next(), parts.next())
    {
        params.push(Param {
            name,
            signature,
            sensitivity: sensitivity(class),
        });
    }
    Meta {
        layer,
        name,
        // Of a site, and so never dropped.
        span_name: match layer {
            Layer::Agent => format!("invoke_agent {name}").leak(),
            Layer::Tool => format!("execute_tool {name}").leak(),
            _ => "",
        },
        function: function.leak(),
        description,
        reads_only,
        params: params.leak(),
        output,
        literals,
    }
}

/// `model=gpt-4o`
fn literal(said: &'static str) -> Option<(OptionName, Redacted)> {
    let (option, text) = said.split_once('=')?;
    let option = match option {
        "mode" => OptionName::Mode,
        "model" => OptionName::Model,
        "operation" => OptionName::Operation,
        "provider" => OptionName::Provider,
        "tier" => OptionName::Tier,
        "version" => OptionName::Version,
        _ => return None,
    };
    Some((option, text::label(text.into())))
}

/// `pii kind=email redact=mask reason=..`, the reason last; `default internal`; nothing where the type
/// says it. What is not understood hides the value.
fn sensitivity(said: &'static str) -> Option<Sensitivity> {
    if said.is_empty() {
        return None;
    }
    let (words, reason) = match said.split_once(" reason=") {
        Some((words, reason)) => (words, Some(reason)),
        None => (said, None),
    };
    let mut sensitivity = Sensitivity {
        reason,
        ..Sensitivity::UNCLASSIFIED
    };
    for word in words.split(' ') {
        let is_known = match word.split_once('=') {
            None if word == "default" => {
                sensitivity.by_default = true;
                true
            }
            None => {
                let class = Class::ALL.into_iter().find(|it| it.as_str() == word);
                sensitivity.class = class.unwrap_or(Class::Secret);
                class.is_some()
            }
            Some(("kind", word)) => {
                sensitivity.kind = Kind::all().find(|it| it.as_str() == word);
                sensitivity.kind.is_some()
            }
            Some((_, word)) => {
                sensitivity.redact = Treatment::ALL.into_iter().find(|it| it.as_str() == word);
                sensitivity.redact.is_some()
            }
        };
        if !is_known {
            return Some(Sensitivity::UNCLASSIFIED);
        }
    }
    Some(sensitivity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_said_of_a_function_is_read() {
        let meta = read(
            "shop",
            "get\0tool\0get it\0read\0Looks it up.\0pii kind=email redact=mask reason=shown = in the shop\0\
             model=m=1\u{1}provider=p q\0id\0u64\0default internal\0customer\0&Customer\0",
        );
        assert_eq!(
            (meta.function, meta.layer, meta.name, meta.span_name),
            ("shop::get", Layer::Tool, "get it", "execute_tool get it"),
        );
        assert_eq!((meta.description, meta.reads_only), ("Looks it up.", true));
        let output = meta.output.expect("its class is said");
        assert_eq!(
            (output.class, output.kind, output.redact),
            (Class::Pii, Some(Kind::Email), Some(Treatment::Mask)),
        );
        assert_eq!(
            meta.literals,
            [
                (OptionName::Model, "m=1".into()),
                (OptionName::Provider, "p q".into())
            ],
        );
        assert_eq!(output.reason, Some("shown = in the shop"));
        let [id, customer] = meta.params else {
            panic!("{:?}", meta.params);
        };
        assert_eq!((id.name, id.signature), ("id", "u64"));
        let class = id.sensitivity.expect("a default says it");
        assert_eq!((class.class, class.by_default), (Class::Internal, true));
        assert_eq!(
            (customer.name, customer.signature),
            ("customer", "&Customer")
        );
        assert!(customer.sensitivity.is_none());
    }

    #[test]
    fn what_is_not_understood_is_secret() {
        for said in [
            "pubic",
            "public kind=x",
            "public redact=x",
            "public keep=keep x",
        ] {
            let class = sensitivity(said).expect("something is said");
            assert_eq!((class.class, class.redact), (Class::Secret, None), "{said}");
        }
    }
}
