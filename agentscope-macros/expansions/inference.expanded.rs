async fn complete(request: Request) -> Result<Response, Error> {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    __agentscope::async_call(
            async move {
                let _ = &request;
                __agentscope::begin(
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
                                    sensitivity: ::core::option::Option::Some(__agentscope::Sensitivity {
                                        class: __agentscope::Class::Confidential,
                                        kind: ::core::option::Option::None,
                                        redact: ::core::option::Option::None,
                                    }),
                                },
                            ],
                            output: ::core::option::Option::Some(__agentscope::Sensitivity {
                                class: __agentscope::Class::Confidential,
                                kind: ::core::option::Option::None,
                                redact: ::core::option::Option::None,
                            }),
                            schema: ::core::option::Option::None,
                        });
                        &__SITE
                    },
                    |__capture| {
                        #[allow(unused_imports)]
                        use __agentscope::{ByClass as _, Opaque as _};
                        let _ = &__capture;
                        __agentscope::Probe(&request).__argument(__capture, 0usize);
                        __agentscope::Probe(&request).__structure(__capture);
                        __capture.provider("openai");
                        __capture.model(&request.model);
                    },
                );
                if false {
                    return __agentscope::never::<Result<Response, Error>>();
                }
                '__agentscope: { send(request).await }
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
                __output
                    .usage(
                        __agentscope::apply(
                            __value,
                            |response| Usage {
                                input_tokens: response.tokens,
                                ..Usage::default()
                            },
                        ),
                    );
            },
            |__error, __failure| {
                #[allow(unused_imports)]
                use __agentscope::{ByClass as _, Opaque as _};
                __agentscope::Probe(__error).__failure(__failure);
            },
        )
        .await
}
