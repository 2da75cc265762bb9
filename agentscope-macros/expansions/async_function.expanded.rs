async fn price(article: String) -> Result<u32, std::io::Error> {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    #[allow(unused_imports)]
    use __agentscope::probing::*;
    __agentscope::async_call(
            async move {
                if __agentscope::asked() {
                    __agentscope::begin(
                        {
                            static __SITE: __agentscope::Site = __agentscope::Site::of_leaves(
                                ::core::module_path!(),
                                "price\0tool\0price\0\0\0default internal\0\0article\0String\0default internal",
                                &[__agentscope::TypeProbe::<String>::LEAF],
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
