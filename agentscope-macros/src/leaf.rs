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
    "Bytes",
];

/// Types that are leaves if all that they hold are.
const HOLDERS: &[&str] = &[
    "Option", "Vec", "VecDeque", "Box", "Rc", "Arc", "Cow", "HashMap", "BTreeMap", "IndexMap",
    "Map", "HashSet", "BTreeSet", "IndexSet", "NonZero", "Wrapping",
];

/// Whether a type is a leaf by its spelling. An alias of one is not seen here; it fails the
/// `Classify` bound instead.
pub(crate) fn is_leaf(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => is_leaf(&reference.elem),
        Type::Paren(paren) => is_leaf(&paren.elem),
        Type::Group(group) => is_leaf(&group.elem),
        Type::Array(array) => is_leaf(&array.elem),
        Type::Slice(slice) => is_leaf(&slice.elem),
        Type::Tuple(tuple) => !tuple.elems.is_empty() && tuple.elems.iter().all(is_leaf),
        Type::Path(path) if path.qself.is_none() => {
            path.path.segments.last().is_some_and(is_leaf_segment)
        }
        _ => false,
    }
}

fn is_leaf_segment(segment: &PathSegment) -> bool {
    let name = segment.ident.to_string();
    match type_arguments(segment) {
        None => LEAVES.contains(&name.as_str()) || (name == "Map"),
        Some(arguments) => {
            HOLDERS.contains(&name.as_str())
                && !arguments.is_empty()
                && arguments.iter().all(|ty| is_leaf(ty))
        }
    }
}

fn type_arguments(segment: &PathSegment) -> Option<Vec<&Type>> {
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
