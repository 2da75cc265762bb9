//! Writes the code of an annotated function.
//!
//! The expansion is small: the work is in generic functions of the runtime. The user's body is
//! emitted as the token it came as, so that its braces keep the edition of the user's crate.

use proc_macro2::{Group, Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Expr, Path, ReturnType};

use crate::arguments::{self, Arguments, Macro};
use crate::checks::{self, Argument, Plan};
use crate::errors::Errors;
use crate::fallback;
use crate::function::Function;
use crate::guards;
use crate::leaf;
use crate::places::Classified;
use crate::resolve;
use crate::said::said_literal;
use crate::schema::{self, REGISTRATION};
use crate::tokens::{hidden, literal, read, split_inner_attributes, type_span};

/// The whole pipeline of an attribute.
pub(crate) fn attribute(kind: Macro, tokens: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    // The attribute, as something that the user has written: with the hygiene of ours the compiler
    // would explain how attributes expand.
    let written = item.clone().into_iter().next();
    let place = written.map_or_else(Span::call_site, |token| {
        Span::call_site().resolved_at(token.span())
    });
    let arguments = arguments::parse(kind, tokens, place, &mut errors);
    let plan = match Function::read(&item) {
        Ok(function) if function.words.any(resolve::is_expanded) => {
            errors.push(syn::Error::new(place, TWO_ATTRIBUTES));
            None
        }
        Ok(function) => Some(checks::check(kind, &arguments, function, &mut errors)),
        Err(error) => {
            // Arguments in the wrong place are no use to anybody: one error is enough.
            errors = Errors::default();
            errors.push(error);
            None
        }
    };
    match plan {
        Some(plan) if errors.is_empty() => function(kind, &arguments, plan),
        Some(plan) => fallback::checked(kind, &arguments, &plan, errors, item),
        None => fallback::beside(errors.into_compile_errors(), item),
    }
}

const TWO_ATTRIBUTES: &str = "this function has two attributes of agentscope; a function is an agent, a tool or a model call: \
     keep one of them, or put the other on a function that this one calls";

pub(crate) struct Expansion<'a> {
    pub(crate) kind: Macro,
    pub(crate) arguments: &'a Arguments,
    pub(crate) values: &'a [Argument],
    pub(crate) captured: bool,
    pub(crate) output: &'a Classified,
    pub(crate) private: Path,
    /// Whether the schema is declared, by an item.
    pub(crate) declared: bool,
    /// Where the type of the result is written.
    pub(crate) declared_span: Span,
}

fn function(kind: Macro, arguments: &Arguments, plan: Plan) -> TokenStream {
    let runtime = resolve::runtime(arguments.runtime.as_ref());
    let Plan {
        function,
        arguments: values,
        captured,
        output,
        tracked,
    } = plan;
    let (import, private) = resolve::private(&runtime);
    let expansion = Expansion {
        kind,
        arguments,
        values: &values,
        captured,
        output: &output,
        private,
        declared: schema::is_declared(kind, arguments, &values, &function.signature),
        declared_span: match &function.signature.output {
            ReturnType::Default => Span::call_site(),
            ReturnType::Type(_, ty) => type_span(leaf::result_type(ty)),
        },
    };
    let Function {
        attributes,
        visibility,
        signature,
        body,
        ..
    } = &function;
    let (inner_attributes, body) = split_inner_attributes(body);

    let work = expansion.work(&function, &body);
    // The outermost braces carry the span of the user's body, else `dead_code` is lost.
    let mut outer = Group::new(
        proc_macro2::Delimiter::Brace,
        quote!(#import #tracked #work),
    );
    outer.set_span(body.span());
    quote! {
        #(#attributes)*
        #(#inner_attributes)*
        #visibility #signature #outer
    }
}

impl Expansion<'_> {
    /// The runtime's module in a call that an error may be about, as if written at `at`.
    pub(crate) fn private_at(&self, at: Span) -> TokenStream {
        guards::located(&self.private, at)
    }

    /// `if asked() { begin(&SITE, ..) }`, where the arguments are: with no closure unless somebody
    /// has written an expression, for each would be compiled for each function.
    pub(crate) fn begin(&self, function: &Function) -> TokenStream {
        let private = &self.private;
        let schema_by_call = self.kind == Macro::Tool && !self.declared;
        let left_out = self.values.iter().any(|value| !value.cfgs.is_empty());
        if schema_by_call || left_out || self.has_expressions() {
            let begin = self.open("begin_with", function);
            return quote!(if #private::asked() { #begin; });
        }
        let site = self.site(function);
        let checks = self.values.iter().map(|value| self.checks(value, function));
        let arguments = self.values.iter().map(|value| self.recorded(value));
        quote! {
            if #private::asked() {
                #(#checks)*
                #private::begin(#site, &[#(#arguments),*]);
            }
        }
    }

    /// Whether the attribute says something that is not in the site.
    fn has_expressions(&self) -> bool {
        let name = self.arguments.name.as_ref();
        let mut options = self.arguments.options.iter();
        name.is_some_and(|name| literal(name).is_none())
            || options.any(|(name, value)| said_literal(name, value).is_none())
    }

    /// `open(&SITE, |capture| ..)`, where the arguments are; `how` is one of the runtime's functions
    /// that open a call.
    pub(crate) fn open(&self, how: &str, function: &Function) -> TokenStream {
        let how = hidden(how);
        let private = &self.private;
        let capture = hidden("__capture");
        let values = self
            .values
            .iter()
            .enumerate()
            .map(|(index, value)| self.capture_value(index, value, function, &capture));
        let schema = match self.declared {
            true => Some(quote!(#capture.declared_schema();)),
            false => self.capture_schema(&capture),
        };
        let site = self.site(function);
        // Before the arguments: the tenant chooses the key that they are hashed with, and the context
        // may know a tenant.
        let (tenant, others): (Vec<_>, Vec<_>) = self
            .arguments
            .options
            .iter()
            .partition(|(name, _)| name == "tenant" || name == "context");
        let options = tenant
            .into_iter()
            .chain(others)
            .filter(|(name, value)| said_literal(name, value).is_none())
            .map(|(name, value)| quote_spanned!(value.span()=> #capture.#name(#value);));
        let name = self
            .arguments
            .name
            .as_ref()
            .filter(|name| literal(name).is_none());
        let name = name.map(|name| quote_spanned!(name.span()=> #capture.name(#name);));
        quote! {
            #private::#how(
                #site,
                |#capture| {
                    let _ = &#capture;
                    #name
                    #(#options)*
                    #(#values)*
                    #schema
                },
            )
        }
    }

    /// The static of the function, and what is an item beside it.
    fn site(&self, function: &Function) -> TokenStream {
        let leaves = self.declared.then(|| self.leaves()).flatten();
        let (how, schema, declaration) = match (self.declared, leaves) {
            (true, Some(leaves)) => ("of_leaves", format!(", &[{leaves}]"), None),
            (true, None) => {
                let declaration = Some(self.schema_declaration());
                ("declaring", ", __schema".to_owned(), declaration)
            }
            (false, _) => ("new", String::new(), None),
        };
        let budget = match (self.arguments.has_budget(), self.arguments.enforces_budget) {
            (true, _) => ".with_budget()",
            (false, Some(_)) => ".enforcing_budget()",
            (false, None) => "",
        };
        let context = match self.arguments.has_context() {
            true => ".with_context()",
            false => "",
        };
        // Only the compiler knows the path of the module.
        let said = self.said(function);
        let site = read(&format!(
            "static __SITE: __agentscope::Site = __agentscope::Site::{how}(
                 ::core::module_path!(), {said:?}{schema}
             ){budget}{context};
             {REGISTRATION}"
        ));
        let items = self.laundering_items(function);
        quote! {
            {
                #site
                #declaration
                #items
                &__SITE
            }
        }
    }

    fn capture_value(
        &self,
        index: usize,
        value: &Argument,
        function: &Function,
        capture: &Ident,
    ) -> TokenStream {
        let cfgs = &value.cfgs;
        let checks = self.checks(value, function);
        let recorded = self.recorded(value);
        quote!(#checks #(#cfgs)* #capture.argument(#index, #recorded);)
    }

    /// What records an argument, by its type.
    pub(crate) fn recorded(&self, value: &Argument) -> TokenStream {
        let private = &self.private;
        let Argument { binding, ty, .. } = value;
        let argued = match &value.classified {
            Classified::Keyed(keys) => {
                let class = keys.class as u8;
                let at = type_span(ty);
                let here = self.private_at(at);
                let keyed = quote_spanned!(at=> #here::keyed_by::<#class, _>(&#binding));
                quote!((&#private::Probe(&#keyed)).__argument())
            }
            _ if leaf::is_primitive(ty) => quote!(#private::Probe(&#binding).__primitive()),
            // An error about what is in it points at its type.
            _ if self.is_shown(value) => {
                let at = type_span(ty);
                let here = self.private_at(at);
                quote_spanned!(at=> (&#here::Probe(&#binding)).__shown_argument())
            }
            _ => quote!((&#private::Probe(&#binding)).__argument()),
        };
        // Text, numbers and their like are no request.
        match self.kind == Macro::Inference && !leaf::is_sure(ty) {
            true => quote!(#private::Probe(&#binding).__request(#argued)),
            false => argued,
        }
    }

    /// The expressions of the attribute.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Expr> {
        self.arguments
            .name
            .iter()
            .chain(self.arguments.options.iter().map(|(_, value)| value))
    }
}
