async fn complete(prompt: String) -> Result<String, Error> {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    #[allow(unused_imports)]
    use __agentscope::probing::*;
    __agentscope::async_call(
            async move {
                let _ = &prompt;
                if let ::core::option::Option::Some(__refused) = __agentscope::begin_unless_refused(
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
                                        name: "prompt",
                                        signature: "String",
                                        sensitivity: __agentscope::defaults::SECRET,
                                    },
                                ],
                                output: __agentscope::defaults::SECRET,
                                schema: ::core::option::Option::None,
                            })
                            .enforcing_budget();
                        __agentscope::inventory::submit! {
                            __agentscope::Registered(& __SITE)
                        }
                        &__SITE
                    },
                    |__capture| {
                        let _ = &__capture;
                        __capture.literal(&__agentscope::Literal::Provider("openai"));
                        __capture
                            .argument(
                                0usize,
                                (&__agentscope::Probe(&prompt)).__argument(),
                            );
                    },
                ) {
                    return __agentscope::refuse(__refused);
                }
                if false {
                    return __agentscope::never::<Result<String, Error>>();
                }
                '__agentscope: { send(prompt).await }
            },
            (&__agentscope::Tag::<Result<String, Error>>::NEW.__kind().__judged())
                .__shown()
                .__told()
                .__answered(),
        )
        .await
}
