//! Leaf types: text, numbers, JSON and collections of such. Whether one of them is harmless only
//! the place that holds it can say, so they need a class there.

use syn::{GenericArgument, PathArguments, PathSegment, Type};

const LEAVES: &[&str] = &[
    "bool",
    "char",
    "str",
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "usize",
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "isize",
    "f32",
    "f64",
    "String",
    "Value",
    "RawValue",
    "Number",
    "Path",
    "PathBuf",
    "OsStr",
    "OsString",
    "CStr",
    "CString",
    "Duration",
    "SystemTime",
    "IpAddr",
    "Ipv4Addr",
    "Ipv6Addr",
    "SocketAddr",
    "SocketAddrV4",
    "SocketAddrV6",
    "Bytes",
];

/// Leaves of other crates, where the runtime knows them.
const FOREIGN: &[(&str, bool)] = &[
    ("Uuid", cfg!(feature = "uuid")),
    (
        "DateTime",
        cfg!(feature = "chrono") || cfg!(feature = "jiff"),
    ),
    ("NaiveDate", cfg!(feature = "chrono")),
    ("NaiveDateTime", cfg!(feature = "chrono")),
    ("NaiveTime", cfg!(feature = "chrono")),
    ("Timestamp", cfg!(feature = "jiff")),
    ("Zoned", cfg!(feature = "jiff")),
    ("Date", cfg!(feature = "jiff")),
    ("Time", cfg!(feature = "jiff")),
    ("Url", cfg!(feature = "url")),
];

/// Leaves of the language itself, whose name can hardly be that of another type.
const PRIMITIVES: &[&str] = &[
    "bool", "char", "str", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64",
    "i128", "isize", "f32", "f64",
];

/// Maps: their keys are the first of what they hold.
const MAPS: &[&str] = &["HashMap", "BTreeMap", "IndexMap"];

/// Types that are leaves if all that they hold are.
const HOLDERS: &[&str] = &[
    "Option",
    "Vec",
    "VecDeque",
    "Box",
    "Rc",
    "Arc",
    "Cow",
    "HashMap",
    "BTreeMap",
    "IndexMap",
    "Map",
    "HashSet",
    "BTreeSet",
    "LinkedList",
    "BinaryHeap",
    "IndexSet",
    "NonZero",
    "Wrapping",
];

/// Whether a type is a leaf by its spelling. An alias of one is not seen here; it fails the
/// `Classify` bound instead.
pub(crate) fn is_leaf(ty: &Type) -> bool {
    all_named(ty, &is_name_of_leaf)
}

/// Whether a type is a leaf whatever else is called like it: not what holds one, for anybody may
/// call a type `Map`.
pub(crate) fn is_sure(ty: &Type) -> bool {
    is_sure_of(ty, &|name| {
        matches!(name, "()" | "String") || is_primitive_name(name)
    })
}

/// Whether a type is such, or a list of them or an option, whose names are rarely others'.
pub(crate) fn is_plain(ty: &Type) -> bool {
    let holds = |segment: &PathSegment| {
        let is_it = ["Option", "Vec"].iter().any(|name| segment.ident == name);
        match &segment.arguments {
            PathArguments::AngleBracketed(held) if is_it => {
                held.args.iter().all(|held| match held {
                    GenericArgument::Type(held) => is_plain(held),
                    _ => false,
                })
            }
            _ => false,
        }
    };
    match ty {
        Type::Reference(reference) => is_plain(&reference.elem),
        Type::Path(path) if path.qself.is_none() && path.path.segments.len() == 1 => {
            is_sure(ty) || path.path.segments.first().is_some_and(holds)
        }
        _ => false,
    }
}

/// Whether a type is a number, text or the like of the language itself, or a reference to one. There
/// are crates whose `String` takes the place of the standard library's.
pub(crate) fn is_primitive(ty: &Type) -> bool {
    is_sure_of(ty, &is_primitive_name)
}

fn is_primitive_name(name: &str) -> bool {
    PRIMITIVES.contains(&name)
}

fn is_sure_of(ty: &Type, is_it: &dyn Fn(&str) -> bool) -> bool {
    match ty {
        Type::Reference(reference) => is_sure_of(&reference.elem, is_it),
        Type::Paren(paren) => is_sure_of(&paren.elem, is_it),
        Type::Group(group) => is_sure_of(&group.elem, is_it),
        Type::Tuple(tuple) => tuple.elems.is_empty() && is_it("()"),
        Type::Path(path) => {
            let name = path.path.get_ident();
            name.is_some_and(|name| is_it(&name.to_string()))
        }
        _ => false,
    }
}

/// The same of a result: in a `Result` of two types, for one of one type is an alias of anything.
pub(crate) fn is_sure_result(declared: &Type) -> bool {
    is_result_of(declared, &is_sure)
}

/// The same of what is of the language itself.
pub(crate) fn is_primitive_result(declared: &Type) -> bool {
    is_result_of(declared, &is_primitive)
}

fn is_result_of(declared: &Type, is_it: &dyn Fn(&Type) -> bool) -> bool {
    let Type::Path(path) = declared else {
        return is_it(declared);
    };
    match path.path.segments.last() {
        Some(segment) if segment.ident == "Result" => {
            let types = type_arguments(segment).unwrap_or_default();
            matches!(types[..], [value, _] if is_it(value))
        }
        _ => is_it(declared),
    }
}

pub(crate) fn is_name_of_leaf(name: &str) -> bool {
    LEAVES.contains(&name) || FOREIGN.contains(&(name, true))
}

pub(crate) fn is_holder(name: &str) -> bool {
    HOLDERS.contains(&name)
}

/// Whether all that a type is made of, but for what only holds it, has such names.
fn all_named(ty: &Type, is_it: &dyn Fn(&str) -> bool) -> bool {
    match ty {
        Type::Reference(reference) => all_named(&reference.elem, is_it),
        Type::Paren(paren) => all_named(&paren.elem, is_it),
        Type::Group(group) => all_named(&group.elem, is_it),
        Type::Array(array) => all_named(&array.elem, is_it),
        Type::Slice(slice) => all_named(&slice.elem, is_it),
        Type::Tuple(tuple) => {
            !tuple.elems.is_empty() && tuple.elems.iter().all(|ty| all_named(ty, is_it))
        }
        Type::Path(path) if path.qself.is_none() => {
            let named = |segment: &PathSegment| {
                let name = segment.ident.to_string();
                match type_arguments(segment) {
                    // `serde_json::Map` is one of JSON unless it says otherwise.
                    None => is_it(&name) || (name == "Map" && is_it("Value")),
                    // `DateTime<Utc>`: what is in the brackets is no value.
                    Some(_) if FOREIGN.contains(&(&name, true)) => is_it(&name),
                    Some(arguments) => {
                        is_holder(&name)
                            && !arguments.is_empty()
                            && arguments.iter().all(|ty| all_named(ty, is_it))
                    }
                }
            };
            path.path.segments.last().is_some_and(named)
        }
        _ => false,
    }
}

/// Whether a type is made of types of such names, but for what only holds it.
pub(crate) fn is_made_of(ty: &Type, is_it: &dyn Fn(&str) -> bool) -> bool {
    match ty {
        Type::Path(path) if path.qself.is_none() => path.path.segments.last().is_some_and(|last| {
            let name = last.ident.to_string();
            let inner = type_arguments(last).unwrap_or_default();
            is_it(&name)
                || is_holder(&name)
                    && inner.iter().any(|ty| is_made_of(ty, is_it))
                    && inner.iter().all(|ty| is_leaf(ty) || is_made_of(ty, is_it))
        }),
        _ => all_named(ty, is_it),
    }
}

pub(crate) fn is_named(ty: &Type, name: &str) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == name))
}

/// Whether it is a map, or holds maps, with leaves for keys and something else for values.
pub(crate) fn is_map_with_leaf_keys(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => is_map_with_leaf_keys(&reference.elem),
        Type::Paren(paren) => is_map_with_leaf_keys(&paren.elem),
        Type::Group(group) => is_map_with_leaf_keys(&group.elem),
        Type::Path(path) if path.qself.is_none() => {
            let Some(segment) = path.path.segments.last() else {
                return false;
            };
            let name = segment.ident.to_string();
            match &type_arguments(segment).unwrap_or_default()[..] {
                [key, value, ..] if MAPS.contains(&name.as_str()) => {
                    is_leaf(key) && !is_leaf(value)
                }
                [inner] if ["Option", "Vec", "Box", "Rc", "Arc"].contains(&name.as_str()) => {
                    is_map_with_leaf_keys(inner)
                }
                _ => false,
            }
        }
        _ => false,
    }
}

pub(crate) fn type_arguments(segment: &PathSegment) -> Option<Vec<&Type>> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return None;
    };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    Some(types.collect())
}

/// The type that a caller gets in the end, as far as spelling tells: through futures, streams and
/// iterators, boxed or not, and `Result`.
pub(crate) fn result_type(ty: &Type) -> &Type {
    match ty {
        Type::Paren(paren) => result_type(&paren.elem),
        Type::Group(group) => result_type(&group.elem),
        Type::ImplTrait(bounds) => later_output(&bounds.bounds).map_or(ty, result_type),
        Type::TraitObject(bounds) => later_output(&bounds.bounds).map_or(ty, result_type),
        Type::Path(path) => {
            let Some(segment) = path.path.segments.last() else {
                return ty;
            };
            let inner = type_arguments(segment).and_then(|arguments| arguments.first().copied());
            match (segment.ident.to_string().as_str(), inner) {
                (
                    "Result" | "BoxFuture" | "LocalBoxFuture" | "BoxStream" | "LocalBoxStream",
                    Some(inner),
                ) => result_type(inner),
                ("Pin" | "Box", Some(inner)) if works_later(inner) => result_type(inner),
                _ => ty,
            }
        }
        _ => ty,
    }
}

fn works_later(ty: &Type) -> bool {
    match ty {
        Type::TraitObject(bounds) => later_output(&bounds.bounds).is_some(),
        Type::Path(path) => path.path.segments.last().is_some_and(|segment| {
            let inner = type_arguments(segment).and_then(|arguments| arguments.first().copied());
            segment.ident == "Box" && inner.is_some_and(works_later)
        }),
        _ => false,
    }
}

pub(crate) type Bounds = syn::punctuated::Punctuated<syn::TypeParamBound, syn::Token![+]>;

fn later_output(bounds: &Bounds) -> Option<&Type> {
    ["Future", "Stream", "Iterator"]
        .iter()
        .find_map(|name| output_of(bounds, name))
}

/// `T` of `Future<Output = T>`, `Stream<Item = T>` and so on among the bounds.
pub(crate) fn output_of<'a>(bounds: &'a Bounds, name: &str) -> Option<&'a Type> {
    bounds.iter().find_map(|bound| {
        let syn::TypeParamBound::Trait(bound) = bound else {
            return None;
        };
        let segment = bound.path.segments.last()?;
        let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
            return None;
        };
        let is_it = segment.ident.to_string().ends_with(name);
        arguments.args.iter().find_map(|argument| match argument {
            GenericArgument::AssocType(output)
                if is_it && (output.ident == "Output" || output.ident == "Item") =>
            {
                Some(&output.ty)
            }
            _ => None,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn leaves_are_text_numbers_json_and_collections_of_such() {
        let leaves: [Type; 8] = [
            parse_quote!(&'a str),
            parse_quote!(std::string::String),
            parse_quote!(Option<Vec<u8>>),
            parse_quote!(serde_json::Value),
            parse_quote!(HashMap<String, Vec<f64>>),
            parse_quote!(&mut [i64; 4]),
            parse_quote!((u8, String)),
            parse_quote!(Cow<'_, str>),
        ];
        assert!(leaves.iter().all(is_leaf));
        let others: [Type; 5] = [
            parse_quote!(Customer),
            parse_quote!(Vec<Customer>),
            parse_quote!(HashMap<String, Customer>),
            parse_quote!(impl Fn(u8)),
            parse_quote!(()),
        ];
        assert!(!others.iter().any(is_leaf));
    }

    #[test]
    fn the_result_type_is_found_through_futures_and_results() {
        let wanted: Type = parse_quote!(String);
        let spelt: [Type; 4] = [
            parse_quote!(Result<String, E>),
            parse_quote!(impl Future<Output = io::Result<String>> + Send),
            parse_quote!(Pin<Box<dyn Future<Output = String> + Send + 'a>>),
            parse_quote!(BoxFuture<'a, Result<String>>),
        ];
        assert!(spelt.iter().all(|ty| {
            quote::ToTokens::to_token_stream(result_type(ty)).to_string()
                == quote::ToTokens::to_token_stream(&wanted).to_string()
        }));
    }
}
