/// Look up the price of an article, in cents.
pub fn price(article: &str) -> Option<u32> {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    __agentscope::call(
            __agentscope::open(
                {
                    static __SITE: __agentscope::Site = __agentscope::Site::new(__agentscope::Meta {
                        layer: __agentscope::Layer::Tool,
                        name: "price",
                        span_name: ::core::concat!("execute_tool ", "price"),
                        function: ::core::concat!(::core::module_path!(), "::", "price"),
                        description: "Look up the price of an article, in cents.",
                        reads_only: true,
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
                        schema: ::core::option::Option::Some(__schema),
                    });
                    fn __schema(__builder: &mut __agentscope::SchemaBuilder) {
                        #[allow(unused_imports)]
                        use __agentscope::OpaqueType as _;
                        let _ = &__builder;
                        __agentscope::TypeProbe::<&str>::NEW
                            .__declare(__builder, "article", "&str");
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
            move || -> Option<u32> {
                let article = article;
                '__agentscope: { (article == "tea").then_some(349) }
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
