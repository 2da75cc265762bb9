//! Decides how one value is classified: by what is said of it, a default, or its type; and whether
//! what is said can be, of something of that name and type.

use proc_macro2::TokenStream;
use syn::Type;

use crate::checks::spelt;
use crate::class::Class;
use crate::contents;
use crate::errors::Errors;
use crate::kinds::Kind;
use crate::leaf;
use crate::personal;
use crate::sensitivity::{Said, Sensitivity, example};

/// How a value is classified.
pub(crate) enum Classified {
    /// By an attribute at the value, or a default.
    Here(Sensitivity),
    /// A map: its keys at the place, its values by their type.
    Keyed(Sensitivity),
    /// By its type, which must implement `Classify`.
    ByType,
}

impl Classified {
    /// What is shown of it where it is what somebody said, and nobody said why.
    pub(crate) fn unexplained(&self) -> Option<&Sensitivity> {
        match self {
            Self::Here(here) if here.reason.is_none() && !here.is_guess => Some(here),
            _ => None,
        }
    }
}

/// A class for what has none.
#[derive(Clone, Copy)]
pub(crate) struct Default {
    pub(crate) class: Class,
    /// Of the crate: `[package.metadata.agentscope]`.
    pub(crate) of_crate: bool,
}

impl Default {
    fn name(self) -> String {
        let whose = if self.of_crate { "crate's " } else { "" };
        format!("the {whose}default `{}`", self.class.word())
    }
}

/// A field or an argument.
pub(crate) struct Place<'a> {
    /// `field` or `argument`.
    pub(crate) noun: &'static str,
    pub(crate) name: &'a str,
    /// What else it is called: how to say so, and the name.
    pub(crate) other_name: Option<(String, &'a str)>,
    pub(crate) ty: &'a Type,
    /// What an error underlines.
    pub(crate) at: TokenStream,
    pub(crate) default: Option<Default>,
    /// How to give all that has no class one.
    pub(crate) how_to_default: &'a str,
    /// Which one that is.
    pub(crate) suggested: Class,
}

/// What a value seems to be, and by which of its names.
struct Looks<'a> {
    kind: &'static Kind,
    /// How to say by which other name than its own.
    by: Option<&'a str>,
}

impl Place<'_> {
    pub(crate) fn classified(&self, said: Option<Said>, errors: &mut Errors) -> Classified {
        match said {
            Some(Said::Whole(here)) => {
                if let Some(message) = self.too_low(&here, "") {
                    errors.at(&self.at, message);
                }
                Classified::Here(here)
            }
            Some(Said::Keys(keys)) => {
                if leaf::is_leaf(self.ty) {
                    errors.at(&self.at, self.keys_of_leaves());
                    return Classified::Here(Sensitivity::guess());
                }
                if let Some(message) = self.too_low(&keys, "key = ") {
                    errors.at(&self.at, message);
                }
                Classified::Keyed(keys)
            }
            None => self.unsaid(errors),
        }
    }

    fn unsaid(&self, errors: &mut Errors) -> Classified {
        let has_bare_keys = leaf::is_map_with_leaf_keys(self.ty);
        if !leaf::is_leaf(self.ty) && !has_bare_keys {
            return match self.default {
                // A default covers what the type says nothing of, but not what a name says. Of a
                // field it does where it hides: what it shows its type must say.
                Some(default)
                    if (self.is_argument() || default.class >= Class::Confidential)
                        && self.looks(default.class).is_none() =>
                {
                    Classified::Here(Sensitivity::by_default(default.class))
                }
                _ => Classified::ByType,
            };
        }
        let Some(default) = self.default else {
            errors.at(&self.at, self.unclassified(has_bare_keys));
            return Classified::Here(Sensitivity::guess());
        };
        if let Some(looks) = self.looks(default.class) {
            errors.at(
                &self.at,
                self.not_by_default(default, &looks, has_bare_keys),
            );
            return Classified::Here(Sensitivity::guess());
        }
        // What hides all asks nothing of the values.
        match has_bare_keys && default.class < Class::Confidential {
            true => Classified::Keyed(Sensitivity::by_default(default.class)),
            false => Classified::Here(Sensitivity::by_default(default.class)),
        }
    }

    fn is_argument(&self) -> bool {
        self.noun == "argument"
    }

    /// What the value seems to be, if that needs more than this class.
    fn looks(&self, class: Class) -> Option<Looks<'_>> {
        let contents = contents::of(self.ty);
        let by_name = |name: &str| personal::kind_of(name, contents);
        let by_type = contents::kind_of_type(self.ty).and_then(Kind::of);
        let own = by_name(self.name).or(by_type);
        let other = || {
            let (by, name) = self.other_name.as_ref()?;
            let kind = by_name(name)?;
            Some(Looks { kind, by: Some(by) })
        };
        own.map(|kind| Looks { kind, by: None })
            .into_iter()
            .chain(other())
            .find(|looks| looks.kind.least > class)
    }

    fn named(&self, looks: &Looks<'_>) -> String {
        let by = looks.by.unwrap_or_default();
        format!("{} `{}`{by}", self.noun, self.name)
    }

    fn unclassified(&self, keys: bool) -> String {
        let (noun, name, ty) = (self.noun, self.name, spelt(self.ty));
        let of_keys = if keys { "key = " } else { "" };
        let hint = match self.looks(Class::Public) {
            Some(looks) => format!(
                "it looks like {}: write {} before it",
                looks.kind.what,
                example(of_keys, looks.kind.least, Some(looks.kind), false)
            ),
            None => format!(
                "write {} before it, or another of {}",
                example(of_keys, Class::Secret, None, false),
                Class::ALL_BUT_SECRET,
            ),
        };
        let subject = match keys {
            true => format!("the keys of {noun} `{name}` of type `{ty}` have"),
            false => format!("{noun} `{name}` of type `{ty}` has"),
        };
        let values = match keys {
            true => "; the values have the classes of their type",
            false => "",
        };
        // A default that would be refused is no help.
        let or_default = match self.looks(self.suggested) {
            Some(_) => String::new(),
            None => format!("\nhelp: or {}", self.how_to_default),
        };
        format!("{subject} no sensitivity classification\nhelp: {hint}{values}{or_default}")
    }

    fn not_by_default(&self, default: Default, looks: &Looks<'_>, keys: bool) -> String {
        let kind = looks.kind;
        let of_keys = if keys { "key = " } else { "" };
        format!(
            "{} looks like {} and must be classified explicitly: {} does not cover it\n\
             help: write {} before it\n\
             help: or, if that is not what it is, say why: {}",
            self.named(looks),
            kind.what,
            default.name(),
            example(of_keys, kind.least, Some(kind), false),
            example(of_keys, default.class, None, true),
        )
    }

    fn too_low(&self, here: &Sensitivity, of_keys: &str) -> Option<String> {
        if here.reason.is_some() || here.is_guess {
            return None;
        }
        let (class, said) = (here.class.word(), here.kind);
        let (subject, kind) = match said.filter(|kind| kind.least > here.class) {
            Some(kind) => (format!("{} `{}` is", self.noun, self.name), kind),
            None => {
                let looks = self.looks(here.class)?;
                (format!("{} looks like", self.named(&looks)), looks.kind)
            }
        };
        Some(format!(
            "{subject} {} but is classified `{class}`, below `{}`\n\
             help: write {}\nhelp: or, if `{class}` is right, say why: {}",
            kind.what,
            kind.least.word(),
            example(of_keys, kind.least, Some(kind), false),
            example(of_keys, here.class, said, true),
        ))
    }

    fn keys_of_leaves(&self) -> String {
        format!(
            "`key = ..` is for maps whose values are of a classified type; {} `{}` of type `{}` has \
             one class\nhelp: write #[sensitivity(internal)] or another class before it",
            self.noun,
            self.name,
            spelt(self.ty)
        )
    }
}
