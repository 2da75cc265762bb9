//! What a type holds, as far as its spelling tells: what a name may mean depends on it.

use syn::Type;

use crate::leaf;

/// What is in a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Contents {
    Bool,
    Float,
    Number,
    /// A point in time.
    Moment,
    /// Of a machine in a network.
    Address,
    Path,
    /// Text, bytes or JSON, which can be anything.
    Text,
    /// A type whose name says nothing.
    Unknown,
}

/// The most telling of what a type holds: of a map from text to numbers it is text.
pub(crate) fn of(ty: &Type) -> Contents {
    match ty {
        Type::Reference(reference) => of(&reference.elem),
        Type::Paren(paren) => of(&paren.elem),
        Type::Group(group) => of(&group.elem),
        Type::Array(array) => of_many(&array.elem),
        Type::Slice(slice) => of_many(&slice.elem),
        Type::Tuple(tuple) => most(tuple.elems.iter().map(of)),
        Type::Path(path) => {
            let Some(segment) = path.path.segments.last() else {
                return Contents::Unknown;
            };
            let name = segment.ident.to_string();
            match leaf::type_arguments(segment) {
                None => of_name(&name),
                Some(arguments) if name.starts_with("Vec") || name == "Box" => {
                    most(arguments.into_iter().map(of_many))
                }
                Some(arguments) if leaf::is_holder(&name) => most(arguments.into_iter().map(of)),
                Some(_) => of_name(&name),
            }
        }
        _ => Contents::Unknown,
    }
}

fn most(contents: impl Iterator<Item = Contents>) -> Contents {
    contents.max().unwrap_or(Contents::Unknown)
}

/// Many bytes are anything.
fn of_many(item: &Type) -> Contents {
    match item {
        Type::Path(path) if path.path.is_ident("u8") => Contents::Text,
        item => of(item),
    }
}

fn of_name(name: &str) -> Contents {
    match name {
        "bool" => Contents::Bool,
        "f32" | "f64" | "Duration" | "TimeDelta" => Contents::Float,
        "IpAddr" | "Ipv4Addr" | "Ipv6Addr" | "SocketAddr" | "SocketAddrV4" | "SocketAddrV6" => {
            Contents::Address
        }
        "SystemTime" | "DateTime" | "NaiveDate" | "NaiveDateTime" | "Timestamp" | "Zoned"
        | "Date" => Contents::Moment,
        "Path" | "PathBuf" => Contents::Path,
        "Number" => Contents::Number,
        name if is_integer(name) => Contents::Number,
        name if leaf::is_name_of_leaf(name) => Contents::Text,
        _ => Contents::Unknown,
    }
}

fn is_integer(name: &str) -> bool {
    let digits = name.strip_prefix(['u', 'i']).unwrap_or_default();
    ["8", "16", "32", "64", "128", "size"].contains(&digits)
}

/// The kind that values of a leaf type have whatever they are called.
pub(crate) fn kind_of_type(ty: &Type) -> Option<&'static str> {
    fn any(ty: &Type, is_it: fn(&str) -> bool) -> bool {
        match ty {
            Type::Reference(reference) => any(&reference.elem, is_it),
            Type::Paren(paren) => any(&paren.elem, is_it),
            Type::Group(group) => any(&group.elem, is_it),
            Type::Array(array) => any(&array.elem, is_it),
            Type::Slice(slice) => any(&slice.elem, is_it),
            Type::Tuple(tuple) => tuple.elems.iter().any(|ty| any(ty, is_it)),
            Type::Path(path) => path.path.segments.last().is_some_and(|segment| {
                let inner = leaf::type_arguments(segment).unwrap_or_default();
                is_it(&segment.ident.to_string()) || inner.into_iter().any(|ty| any(ty, is_it))
            }),
            _ => false,
        }
    }
    if any(ty, |name| of_name(name) == Contents::Address) {
        return Some("ip");
    }
    let is_url = |name: &str| name == "Url" && leaf::is_name_of_leaf(name);
    any(ty, is_url).then_some("url")
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn the_most_telling_of_what_a_type_holds() {
        let cases: [(Type, Contents); 8] = [
            (parse_quote!(Option<&'a str>), Contents::Text),
            (parse_quote!(Vec<u8>), Contents::Text),
            (parse_quote!(&[u8]), Contents::Text),
            (parse_quote!(Option<u8>), Contents::Number),
            (parse_quote!(HashMap<String, u32>), Contents::Text),
            (parse_quote!(std::net::IpAddr), Contents::Address),
            (parse_quote!((bool, f32)), Contents::Float),
            (parse_quote!(Customer), Contents::Unknown),
        ];
        for (ty, contents) in cases {
            assert_eq!(of(&ty), contents);
        }
        assert_eq!(kind_of_type(&parse_quote!(Option<SocketAddr>)), Some("ip"));
        assert_eq!(kind_of_type(&parse_quote!(Option<String>)), None);
    }
}
