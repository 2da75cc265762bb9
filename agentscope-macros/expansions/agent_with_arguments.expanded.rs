async fn support(ticket: &str, tenant: u32, budget: u32) -> String {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    #[allow(unused_imports)]
    use __agentscope::probing::*;
    __agentscope::async_call(
            async move {
                if __agentscope::asked() {
                    __agentscope::begin_with(
                        {
                            static __SITE: __agentscope::Site = __agentscope::Site::new(
                                    ::core::module_path!(),
                                    "support\0agent\0support\0\0\0confidential\0mode=react\0ticket\0&str\0internal\0tenant\0u32\0internal\0budget\0u32\0internal",
                                )
                                .with_budget();
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
                        |__capture| {
                            let _ = &__capture;
                            __capture.name(format!("support-{tenant}"));
                            __capture.token_budget(budget);
                            __capture.task(ticket);
                            __capture
                                .argument(
                                    0usize,
                                    __agentscope::Probe(&ticket).__primitive(),
                                );
                            __capture
                                .argument(
                                    1usize,
                                    __agentscope::Probe(&tenant).__primitive(),
                                );
                            __capture
                                .argument(
                                    2usize,
                                    __agentscope::Probe(&budget).__primitive(),
                                );
                        },
                    );
                }
                if false {
                    return __agentscope::never::<String>();
                }
                let tenant = &tenant;
                #[allow(unused_variables)]
                let budget = &budget;
                '__agentscope: { ticket.to_owned() }
            },
            (&__agentscope::Tag::<String>::NEW.__value().__judged()).__shown().__told(),
        )
        .__with_budget()
        .await
}
