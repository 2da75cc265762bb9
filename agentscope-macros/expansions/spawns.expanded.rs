async fn plan() {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    #[allow(unused_imports)]
    use __agentscope::probing::*;
    __agentscope::async_call(
            async move {
                if __agentscope::asked() {
                    __agentscope::begin(
                        {
                            static __SITE: __agentscope::Site = __agentscope::Site::new(
                                ::core::module_path!(),
                                "plan\0agent\0plan\0\0\0\0",
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
                        &[],
                    );
                }
                if false {
                    return __agentscope::never::<()>();
                }
                '__agentscope: {
                    let task = tokio::spawn(
                        __agentscope::in_cx(async {
                            std::thread::spawn(__agentscope::in_cx_fn(|| 1))
                        }),
                    );
                    let other = spawn(task);
                }
            },
            (&__agentscope::Tag::<()>::NEW.__value().__judged().__classified())
                .__shown()
                .__told(),
        )
        .await
}
