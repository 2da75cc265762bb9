async fn complete(request: Request) -> Result<Response, Error> {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    #[allow(unused_imports)]
    use __agentscope::probing::*;
    __agentscope::async_call(
            async move {
                let _ = &request;
                if __agentscope::asked() {
                    __agentscope::begin_with(
                        {
                            static __SITE: __agentscope::Site = __agentscope::Site::new(__agentscope::Meta {
                                layer: __agentscope::Layer::Inference,
                                name: "complete",
                                span_name: "",
                                function: ::core::concat!(
                                    ::core::module_path!(), "::", "complete"
                                ),
                                description: "",
                                reads_only: false,
                                params: &[
                                    __agentscope::Param {
                                        name: "request",
                                        signature: "Request",
                                        sensitivity: __agentscope::defaults::CONFIDENTIAL,
                                    },
                                ],
                                output: __agentscope::defaults::CONFIDENTIAL,
                                schema: ::core::option::Option::None,
                            });
                            __agentscope::inventory::submit! {
                                __agentscope::Registered(& __SITE)
                            }
                            &__SITE
                        },
                        |__capture| {
                            let _ = &__capture;
                            __capture
                                .literal(&__agentscope::Literal::Provider("openai"));
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
