//! What an expansion says of its function, as one text that the runtime reads: the compiler works on
//! each constant of each annotated function. The module of that name in `agentscope-runtime` says how.

use proc_macro2::Ident;
use syn::{Expr, Lit, LitStr};

use crate::arguments::Macro;
use crate::checks;
use crate::expand::Expansion;
use crate::function::Function;
use crate::places::Classified;
use crate::sensitivity::Sensitivity;
use crate::tokens::{doc_comment, literal};

impl Expansion<'_> {
    /// What comes after the path of the module.
    pub(crate) fn said(&self, function: &Function) -> String {
        let own_name = checks::unraw(&function.signature.ident);
        let name = match self.arguments.name.as_ref().and_then(literal) {
            Some(Lit::Str(name)) => name.value(),
            _ => own_name.clone(),
        };
        let description = match &self.arguments.description {
            Some(description) => description.value(),
            None => doc_comment(&function.attributes),
        };
        let layer = match self.kind {
            Macro::Agent => "agent",
            Macro::Tool => "tool",
            Macro::Inference => "inference",
        };
        let effect = match self.arguments.reads_only {
            true => "read",
            false => "",
        };
        let mut said = own_name;
        let mut say = |part: &str| {
            said.push('\0');
            // A part ends where a NUL is.
            said.extend(part.chars().filter(|letter| *letter != '\0'));
        };
        let options = self.arguments.options.iter();
        let literals = options.filter_map(|(name, value)| {
            // A literal ends where a SOH is.
            let text = said_literal(name, value)?.value().replace('\u{1}', "");
            Some(format!("{name}={text}"))
        });
        let literals = literals.collect::<Vec<_>>().join("\u{1}");
        let class_of_output = class(self.output);
        for part in [
            layer,
            &name,
            effect,
            &description,
            &class_of_output,
            &literals,
        ] {
            say(part);
        }
        for value in self.values {
            for part in [
                &value.name,
                &checks::spelt(&value.ty),
                &class(&value.classified),
            ] {
                say(part);
            }
        }
        said
    }
}

/// The text of an option that is said here: of one that is a text, where it is a literal.
pub(crate) fn said_literal<'a>(name: &Ident, value: &'a Expr) -> Option<&'a LitStr> {
    const OPTIONS: [&str; 6] = ["mode", "model", "operation", "provider", "tier", "version"];
    let Lit::Str(text) = literal(value)? else {
        return None;
    };
    OPTIONS.iter().any(|it| name == it).then_some(text)
}

fn class(classified: &Classified) -> String {
    match classified {
        Classified::Here(said) => said.words(),
        // What is said of keys holds for no value: a map with it is a classified value.
        Classified::Keyed(_) | Classified::ByType => String::new(),
    }
}

impl Sensitivity {
    /// As the runtime reads it.
    fn words(&self) -> String {
        let mut words = match self.by_default {
            true => String::from("default "),
            false => String::new(),
        };
        words.push_str(self.class.word());
        if let Some(kind) = self.kind {
            words.push_str(&format!(" kind={}", kind.word));
        }
        if let Some(redact) = self.redact {
            words.push_str(&format!(" redact={}", redact.word()));
        }
        if let Some(reason) = &self.reason {
            words.push_str(&format!(" reason={}", reason.value()));
        }
        words
    }
}
