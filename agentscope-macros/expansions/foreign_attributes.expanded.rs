#[rig::tool_macro(description = "Looks up a price")]
#[must_use]
async fn price(
    /// What is looked for.
    #[rig(required)]
    #[serde(default)]
    article: String,
    #[rig(context)]
    #[allow(unused_variables)]
    context: &mut ToolContext,
) -> Found {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    #[allow(unused_imports)]
    use __agentscope::probing::*;
    __agentscope::async_call(
            async move {
                let _ = &context;
                let _ = &article;
                if __agentscope::asked() {
                    __agentscope::classified(&context);
                    __agentscope::begin(
                        {
                            static __SITE: __agentscope::Site = __agentscope::Site::new(__agentscope::Meta {
                                layer: __agentscope::Layer::Tool,
                                name: "price",
                                span_name: "execute_tool price",
                                function: ::core::concat!(
                                    ::core::module_path!(), "::", "price"
                                ),
                                description: "",
                                reads_only: true,
                                params: &[
                                    __agentscope::Param {
                                        name: "article",
                                        signature: "String",
                                        sensitivity: __agentscope::classes::PUBLIC,
                                    },
                                    __agentscope::Param {
                                        name: "context",
                                        signature: "&mut ToolContext",
                                        sensitivity: ::core::option::Option::None,
                                    },
                                ],
                                output: ::core::option::Option::None,
                                schema: ::core::option::Option::Some(__schema),
                            });
                            fn __schema(__builder: &mut __agentscope::SchemaBuilder) {
                                __agentscope::TypeProbe::<String>::NEW
                                    .__declare(__builder, 0usize);
                                __agentscope::TypeProbe::<&mut ToolContext>::NEW
                                    .__declare(__builder, 1usize);
                            }
                            __agentscope::registered!(__SITE);
                            &__SITE
                        },
                        &[
                            (&__agentscope::Probe(&article)).__argument(),
                            (&__agentscope::Probe(&context)).__argument(),
                        ],
                    );
                }
                if false {
                    return __agentscope::never::<Found>();
                }
                #[allow(unused_variables)]
                let context = &context;
                '__agentscope: { find(article) }
            },
            (&__agentscope::Tag::<Found>::NEW.__kind().__judged().__classified())
                .__shown()
                .__told(),
        )
        .await
}
