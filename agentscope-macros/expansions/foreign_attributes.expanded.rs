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
                if __agentscope::asked() {
                    __agentscope::classified(&context);
                    __agentscope::begin(
                        {
                            static __SITE: __agentscope::Site = __agentscope::Site::declaring(
                                ::core::module_path!(),
                                "price\0tool\0price\0read\0\0\0\0article\0String\0public\0context\0&mut ToolContext\0",
                                __schema,
                            );
                            #[used]
                            #[cfg_attr(
                                target_vendor = "apple",
                                unsafe(
                                    link_section = "__DATA,__mod_init_func,mod_init_funcs"
                                )
                            )]
                            #[cfg_attr(windows, unsafe(link_section = ".CRT$XCU"))]
                            #[cfg_attr(
                                not(any(target_vendor = "apple", windows)),
                                unsafe(link_section = ".init_array")
                            )]
                            static __REGISTER: extern "C" fn() = {
                                extern "C" fn __register() {
                                    __agentscope::register(&__SITE);
                                }
                                __register
                            };
                            fn __schema(__builder: &mut __agentscope::SchemaBuilder) {
                                __agentscope::TypeProbe::<String>::NEW
                                    .__declare(__builder, 0usize);
                                __agentscope::TypeProbe::<&mut ToolContext>::NEW
                                    .__declare(__builder, 1usize);
                            }
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
