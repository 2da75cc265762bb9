async fn price(article: String) -> Result<u32, std::io::Error> {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    #[allow(unused_imports)]
    use __agentscope::probing::*;
    __agentscope::async_call(
            async move {
                let _ = &article;
                if __agentscope::asked() {
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
                                reads_only: false,
                                params: &[
                                    __agentscope::Param {
                                        name: "article",
                                        signature: "String",
                                        sensitivity: __agentscope::defaults::INTERNAL,
                                    },
                                ],
                                output: __agentscope::defaults::INTERNAL,
                                schema: ::core::option::Option::Some(__schema),
                            });
                            fn __schema(__builder: &mut __agentscope::SchemaBuilder) {
                                __agentscope::TypeProbe::<String>::NEW
                                    .__declare(__builder, 0usize);
                            }
                            __agentscope::registered!(__SITE);
                            &__SITE
                        },
                        &[(&__agentscope::Probe(&article)).__argument()],
                    );
                }
                if false {
                    return __agentscope::never::<Result<u32, std::io::Error>>();
                }
                let article = &article;
                '__agentscope: {
                    tokio::task::yield_now().await;
                    Ok(349)
                }
            },
            (&__agentscope::Tag::<Result<u32, std::io::Error>>::NEW.__value().__judged())
                .__shown()
                .__told(),
        )
        .await
}
