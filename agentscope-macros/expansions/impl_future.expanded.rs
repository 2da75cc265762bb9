fn price(article: u32) -> impl Future<Output = Result<u32, std::io::Error>> + Send {
    private::call_future::<
        Result<u32, std::io::Error>,
        _,
        _,
        _,
    >(
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
                                signature: "u32",
                                sensitivity: ::core::option::Option::Some(private::Sensitivity {
                                    class: private::Class::Internal,
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
                        schema: ::core::option::Option::Some(__schema),
                    });
                    fn __schema(__builder: &mut private::SchemaBuilder) {
                        #[allow(unused_imports)]
                        use private::OpaqueType as _;
                        let _ = &__builder;
                        private::TypeProbe::<u32>::NEW
                            .declare(__builder, "article", "u32");
                    }
                    private::inventory::submit! {
                        private::Registered(& __SITE)
                    }
                    &__SITE
                },
                |__capture| {
                    #[allow(unused_imports)]
                    use private::{ByClass as _, Opaque as _};
                    let _ = &__capture;
                    private::Probe(&article).argument(__capture, 0usize);
                    private::Probe(&article).structure(__capture);
                    __capture.declared_schema();
                },
            ),
            move || {
                let article = article;
                '__agentscope: {
                    let doubled = 2 * article;
                    async move { Ok(doubled) }
                }
            },
            |__tag| {
                #[allow(unused_imports)]
                use private::decide::*;
                __tag.future().judged()
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
