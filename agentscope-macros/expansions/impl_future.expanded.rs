fn price(article: u32) -> impl Future<Output = Result<u32, std::io::Error>> + Send {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    __agentscope::call_future::<
        Result<u32, std::io::Error>,
        _,
        _,
        _,
    >(
            __agentscope::open(
                {
                    static __SITE: __agentscope::Site = __agentscope::Site::new(__agentscope::Meta {
                        layer: __agentscope::Layer::Tool,
                        name: "price",
                        span_name: ::core::concat!("execute_tool ", "price"),
                        function: ::core::concat!(::core::module_path!(), "::", "price"),
                        description: "",
                        reads_only: false,
                        params: &[
                            __agentscope::Param {
                                name: "article",
                                signature: "u32",
                                sensitivity: ::core::option::Option::Some(__agentscope::Sensitivity {
                                    class: __agentscope::Class::Internal,
                                    kind: ::core::option::Option::None,
                                    redact: ::core::option::Option::None,
                                }),
                            },
                        ],
                        output: ::core::option::Option::Some(__agentscope::Sensitivity {
                            class: __agentscope::Class::Internal,
                            kind: ::core::option::Option::None,
                            redact: ::core::option::Option::None,
                        }),
                        schema: ::core::option::Option::Some(__schema),
                    });
                    fn __schema(__builder: &mut __agentscope::SchemaBuilder) {
                        #[allow(unused_imports)]
                        use __agentscope::OpaqueType as _;
                        let _ = &__builder;
                        __agentscope::TypeProbe::<u32>::NEW
                            .__declare(__builder, "article", "u32");
                    }
                    __agentscope::inventory::submit! {
                        __agentscope::Registered(& __SITE)
                    }
                    &__SITE
                },
                |__capture| {
                    #[allow(unused_imports)]
                    use __agentscope::{ByClass as _, Opaque as _};
                    let _ = &__capture;
                    __agentscope::Probe(&article).__argument(__capture, 0usize);
                    __agentscope::Probe(&article).__structure(__capture);
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
                use __agentscope::decide::*;
                __tag.__future().__judged()
            },
        )
        .finish(
            |__value, __output| {
                #[allow(unused_imports)]
                use __agentscope::{ByClass as _, Opaque as _};
                __agentscope::Probe(__value).__output(__output);
                __agentscope::Probe(__value).__output_structure(__output);
            },
            |__error, __failure| {
                #[allow(unused_imports)]
                use __agentscope::{ByClass as _, Opaque as _};
                __agentscope::Probe(__error).__failure(__failure);
            },
        )
}
