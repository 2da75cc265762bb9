fn price(&self, article: &str) -> u32 {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    __agentscope::call(
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
                                signature: "&str",
                                sensitivity: ::core::option::Option::Some(__agentscope::Sensitivity {
                                    class: __agentscope::Class::Public,
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
                        schema: ::core::option::Option::None,
                    });
                    &__SITE
                },
                |__capture| {
                    #[allow(unused_imports)]
                    use __agentscope::{ByClass as _, Opaque as _};
                    let _ = &__capture;
                    __agentscope::Probe(&article).__argument(__capture, 0usize);
                    __agentscope::Probe(&article).__structure(__capture);
                    let __types = ();
                    let __types = (__types, &article);
                    let __types = __agentscope::type_key(&__types);
                    if let ::core::option::Option::Some(mut __builder) = __capture
                        .missing_schema(__types)
                    {
                        __agentscope::Probe(&article)
                            .__schema(&mut __builder, __capture.site(), 0usize);
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
                use __agentscope::decide::*;
                __tag.__kind().__judged()
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
