async fn complete(request: Request) -> Result<Response, Error> {
    private::async_call(
            private::open(
                {
                    static __SITE: private::Site = private::Site::new(private::Meta {
                        layer: private::Layer::Inference,
                        name: "complete",
                        span_name: "",
                        function: ::core::concat!(
                            ::core::module_path!(), "::", "complete"
                        ),
                        description: "",
                        reads_only: false,
                        params: &[
                            private::Param {
                                name: "request",
                                signature: "Request",
                                sensitivity: ::core::option::Option::Some(private::Sensitivity {
                                    class: private::Class::Confidential,
                                    kind: ::core::option::Option::None,
                                    redact: ::core::option::Option::None,
                                }),
                            },
                        ],
                        output: ::core::option::Option::Some(private::Sensitivity {
                            class: private::Class::Confidential,
                            kind: ::core::option::Option::None,
                            redact: ::core::option::Option::None,
                        }),
                        schema: ::core::option::Option::None,
                    });
                    &__SITE
                },
                |__capture| {
                    #[allow(unused_imports)]
                    use private::{ByClass as _, Opaque as _};
                    let _ = &__capture;
                    private::Probe(&request).argument(__capture, 0usize);
                    private::Probe(&request).structure(__capture);
                    __capture.provider("openai");
                    __capture.model(&request.model);
                },
            ),
            async move {
                if false {
                    return private::never::<Result<Response, Error>>();
                }
                #[allow(unused_variables)]
                let request = request;
                '__agentscope: { send(request).await }
            },
            |__tag| {
                #[allow(unused_imports)]
                use private::decide::*;
                __tag.kind().judged()
            },
        )
        .finish(
            |__value, __output| {
                #[allow(unused_imports)]
                use private::{ByClass as _, Opaque as _};
                private::Probe(__value).output(__output);
                private::Probe(__value).output_structure(__output);
                use private::apply as __apply;
                __output
                    .usage(
                        __apply(
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
                use private::{ByClass as _, Opaque as _};
                private::Probe(__error).failure(__failure);
            },
        )
        .await
}
