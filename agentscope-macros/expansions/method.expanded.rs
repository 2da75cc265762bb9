fn price(&self, article: &str) -> u32 {
    private::call(
            private::open(
                {
                    static __SITE: private::Site = private::Site::new(private::Meta {
                        layer: private::Layer::Tool,
                        name: "price",
                        span_name: ::core::concat!("execute_tool ", "price"),
                        function: ::core::concat!(::core::module_path!(), "::", "price"),
                        description: "",
                        reads_only: false,
                        params: &[
                            private::Param {
                                name: "article",
                                signature: "&str",
                                sensitivity: ::core::option::Option::Some(private::Sensitivity {
                                    class: private::Class::Public,
                                    kind: ::core::option::Option::None,
                                    redact: ::core::option::Option::None,
                                }),
                            },
                        ],
                        output: ::core::option::Option::Some(private::Sensitivity {
                            class: private::Class::Internal,
                            kind: ::core::option::Option::None,
                            redact: ::core::option::Option::None,
                        }),
                        schema: ::core::option::Option::None,
                    });
                    &__SITE
                },
                |__capture| {
                    #[allow(unused_imports)]
                    use private::{ByClass as _, Opaque as _};
                    let _ = &__capture;
                    private::Probe(&article).argument(__capture, 0usize);
                    private::Probe(&article).structure(__capture);
                    let __types = ();
                    let __types = (__types, &article);
                    let __types = private::type_key(&__types);
                    if let ::core::option::Option::Some(mut __builder) = __capture
                        .missing_schema(__types)
                    {
                        private::Probe(&article)
                            .schema(&mut __builder, __capture.site(), 0usize);
                        __capture.store_schema(__builder, __types);
                    }
                },
            ),
            move || -> u32 {
                let article = article;
                '__agentscope: { self.prices[article] }
            },
            |__tag| {
                #[allow(unused_imports)]
                use private::decide::*;
                __tag.kind().judged()
            },
        )
        .finish(
            |__value, __output| {
                #[allow(unused_imports)]
                use private::{ByClass as _, Opaque as _};
                private::Probe(__value).output(__output);
                private::Probe(__value).output_structure(__output);
            },
            |__error, __failure| {
                #[allow(unused_imports)]
                use private::{ByClass as _, Opaque as _};
                private::Probe(__error).failure(__failure);
            },
        )
}
