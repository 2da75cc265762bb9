//! Lists the tools of a program and gives their definitions in the forms that model APIs want.

use std::collections::BTreeMap;
use std::iter;
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value, json};

use crate::privacy::classification;
use crate::privacy::classify::TypeMeta;
use crate::site::Site;
use crate::tool::schema::Schema;

/// The annotated function that was registered last; each says which was registered before it.
static LAST: Mutex<&'static Site> = Mutex::new(&END);

/// What stands before the one that was registered first.
static END: Site = Site::EMPTY;

/// Adds a function to the program's; called before `main`, so it allocates nothing.
#[doc(hidden)]
pub fn register(site: &'static Site) {
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    // Some platforms call what is called before `main` more than once.
    if site.before.set(*last).is_ok() {
        *last = site;
    }
}

/// The annotated functions of the program, in no particular order.
pub(crate) fn sites() -> impl Iterator<Item = &'static Site> {
    let last = *LAST.lock().unwrap_or_else(PoisonError::into_inner);
    let with_end = iter::successors(Some(last), |site| site.before.get());
    with_end.take_while(|site| !std::ptr::eq(*site, &END))
}

/// A type that derives `Classify`, without type parameters; gives what the derive knows of it.
#[doc(hidden)]
#[allow(missing_docs, reason = "made by expansions only")]
pub struct RegisteredType(pub fn() -> Option<&'static TypeMeta>);

inventory::collect!(RegisteredType);

/// What a model has to know of a tool; made from the function's doc comment and argument types.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::tool;
///
/// /// Look up the price of an article, in cents.
/// #[tool(default = internal)]
/// fn price(article: &str, currency: Option<&str>) -> u32 {
///     349
/// }
///
/// # fn main() {
/// let price = agentscope::tools().find(|tool| tool.name() == "price").expect("it is registered");
/// assert_eq!(price.description(), "Look up the price of an article, in cents.");
/// let definition = price.openai();
/// assert_eq!(definition["function"]["parameters"]["required"], serde_json::json!(["article"]));
/// # }
/// ```
///
/// Definitions ([`openai`](Self::openai), [`anthropic`](Self::anthropic), [`mcp`](Self::mcp)) leave
/// out what is not for a model to write: an argument whose type has neither a JSON Schema nor
/// `Deserialize` is a handle of the program, a database pool or `&Shop`, and cannot be made of JSON.
/// State that could be, a configuration, goes in a type of its own that derives neither.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// struct Shop { prices: Vec<u32> }
///
/// #[agentscope::tool(default = internal)]
/// fn price_of(#[sensitivity(secret)] shop: &Shop, number: usize) -> Option<u32> {
///     shop.prices.get(number).copied()
/// }
///
/// # fn main() {
/// let tool = agentscope::tools().find(|tool| tool.name() == "price_of").expect("it is registered");
/// assert_eq!(tool.mcp()["inputSchema"]["required"], serde_json::json!(["number"]));
/// # assert_eq!(price_of(&Shop { prices: vec![349] }, 0), Some(349));
/// # }
/// ```
///
/// Nor do they say what an argument is where it is left out: what `#[serde(default = ..)]` makes may
/// be a secret of this machine. Say in the doc comment of the field what a model has to know of it.
#[derive(Clone, Copy)]
pub struct Tool {
    site: &'static Site,
}

/// The registered tools of the program, in no particular order.
///
/// Registered are the `#[tool]` functions without `self` and without type parameters, on the
/// platforms that the crate `inventory` supports: Linux, macOS, Windows, the BSDs, Android, iOS and
/// WebAssembly. A method, or a generic function, has no schema before it is called. The linker may
/// leave out a library of which nothing is used.
pub fn tools() -> impl Iterator<Item = Tool> {
    sites()
        .filter(|site| site.declares.is_some())
        .map(|site| Tool { site })
}

impl Tool {
    /// The name that a model calls it by: `name = ".."`, else the function's.
    pub fn name(&self) -> &'static str {
        self.site.known().meta.name
    }

    /// Path of the function: `crate::module::function`.
    pub fn function(&self) -> &'static str {
        self.site.known().meta.function
    }

    /// The file and the line of its attribute.
    pub fn place(&self) -> (&'static str, u32) {
        (self.site.place.file(), self.site.place.line())
    }

    /// What it is for: `description = ".."`, else the doc comment; empty where there is none.
    pub fn description(&self) -> &'static str {
        self.site.known().meta.description
    }

    /// Names of the arguments whose type has no JSON Schema; in [`schema`](Self::schema) they
    /// accept anything. Handles are among them.
    pub fn opaque_arguments(&self) -> Vec<&'static str> {
        self.read(|schema| schema.opaque.clone())
            .unwrap_or_default()
    }

    /// `sha256:` and the hash of the canonical form of the schema without its annotations.
    pub fn schema_hash(&self) -> String {
        self.read(|schema| schema.hash.to_owned())
            .unwrap_or_default()
    }

    /// Each value with its class, kind and treatment, `output` among them: `customer.email` is
    /// `pii email hmac`. `by type` where its type says it and that has no schema.
    pub fn classification(&self) -> BTreeMap<String, String> {
        self.read(|schema| schema.classes.clone())
            .unwrap_or_default()
    }

    /// `sha256:` and the hash of [`classification`](Self::classification): it changes when a class
    /// does, and the hash of the schema does not.
    pub fn classification_hash(&self) -> String {
        classification::hash(&self.classification())
    }

    /// The JSON Schema (draft 2020-12) of the arguments, an object, without `default` and `examples`;
    /// with the class of each value under `x-agentscope-sensitivity`, which the definitions for model
    /// APIs leave out as they do handles.
    pub fn schema(&self) -> Value {
        let mut document = self
            .read(|schema| schema.document.clone())
            .unwrap_or_default();
        if let Some(schema) = document.as_object_mut() {
            if schema
                .get("$defs")
                .and_then(Value::as_object)
                .is_some_and(Map::is_empty)
            {
                schema.remove("$defs");
            }
            let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
            for property in properties.into_iter().flat_map(Map::values_mut) {
                if let Some(property) = property.as_object_mut() {
                    property.remove("x-opaque");
                }
            }
        }
        document
    }

    /// As an element of `tools` in OpenAI's chat completions API.
    pub fn openai(&self) -> Value {
        json!({
            "type": "function",
            "function": {
                "name": self.name(),
                "description": self.description(),
                "parameters": self.parameters(),
            },
        })
    }

    /// As an element of `tools` in Anthropic's messages API.
    pub fn anthropic(&self) -> Value {
        json!({
            "name": self.name(),
            "description": self.description(),
            "input_schema": self.parameters(),
        })
    }

    /// As an element of `tools` in the answer to MCP's `tools/list`.
    pub fn mcp(&self) -> Value {
        json!({
            "name": self.name(),
            "description": self.description(),
            "inputSchema": self.parameters(),
        })
    }

    /// What a model has to know.
    fn parameters(&self) -> Value {
        let mut schema = self.schema();
        classification::remove(&mut schema);
        let handles = self.read(|schema| &*schema.handles).unwrap_or_default();
        if let Some(properties) = schema["properties"].as_object_mut() {
            properties.retain(|name, _| !handles.contains(&&**name));
        }
        if let Some(required) = schema["required"].as_array_mut() {
            required.retain(|name| !name.as_str().is_some_and(|name| handles.contains(&name)));
        }
        schema
    }

    fn read<R>(&self, read: impl FnOnce(&'static Schema) -> R) -> Option<R> {
        self.site.known().declared_schema().map(read)
    }
}

impl std::fmt::Debug for Tool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tool")
            .field("function", &self.function())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::TOOL;

    // WebAssembly calls what is called before `main` again at each export.
    #[test]
    fn a_function_that_is_registered_twice_is_listed_once() {
        static SITE: Site = Site::new("", TOOL);
        static OTHER: Site = Site::new("", TOOL);
        for site in [&SITE, &OTHER, &SITE] {
            register(site);
        }
        let is_listed = |site: &Site| sites().filter(|it| std::ptr::eq(*it, site)).count();
        assert_eq!((is_listed(&SITE), is_listed(&OTHER)), (1, 1));
    }
}
