fn prices(articles: Vec<u32>) -> impl Stream<Item = u32> {
    private::call(
            private::open(
                {
                    static __SITE: private::Site = private::Site::new(private::Meta {
                        layer: private::Layer::Tool,
                        name: "prices",
                        span_name: ::core::concat!("execute_tool ", "prices"),
                        function: ::core::concat!(
                            ::core::module_path!(), "::", "prices"
                        ),
                        description: "",
                        reads_only: false,
                        params: &[
                            private::Param {
                                name: "articles",
                                signature: "Vec<u32>",
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
                        private::TypeProbe::<Vec<u32>>::NEW
                            .declare(__builder, "articles", "Vec<u32>");
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
                    private::Probe(&articles).argument(__capture, 0usize);
                    private::Probe(&articles).structure(__capture);
                    __capture.declared_schema();
                },
            ),
            move || {
                if false {
                    return private::never::<_>();
                }
                let articles = articles;
                '__agentscope: { futures_util::stream::iter(articles) }
            },
            |__tag| {
                #[allow(unused_imports)]
                use private::decide::*;
                __tag.stream().judged()
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
