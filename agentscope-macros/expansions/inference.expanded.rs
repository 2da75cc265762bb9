async fn complete(request: Request) -> Result<Response, Error> {
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
                                "complete\0inference\0complete\0\0\0default confidential\0provider=openai\0request\0Request\0default confidential",
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
                        |__capture| {
                            let _ = &__capture;
                            __capture.model(&request.model);
                            __capture
                                .argument(
                                    0usize,
                                    __agentscope::Probe(&request)
                                        .__request((&__agentscope::Probe(&request)).__argument()),
                                );
                        },
                    );
                }
                if false {
                    return __agentscope::never::<Result<Response, Error>>();
                }
                '__agentscope: { send(request).await }
            },
            (&__agentscope::Tag::<Result<Response, Error>>::NEW.__kind().__judged())
                .__shown()
                .__told()
                .__answered()
                .__used(|__value, __output| {
                    __output
                        .usage(
                            __agentscope::apply(
                                __value,
                                |response| Usage {
                                    input_tokens: response.tokens,
                                    ..Usage::default()
                                },
                            ),
                        )
                }),
        )
        .await
}
