async fn serve() -> ! {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    match __agentscope::async_call(
            async move {
                __agentscope::begin(
                    {
                        static __SITE: __agentscope::Site = __agentscope::Site::new(__agentscope::Meta {
                            layer: __agentscope::Layer::Agent,
                            name: "serve",
                            span_name: ::core::concat!("invoke_agent ", "serve"),
                            function: ::core::concat!(
                                ::core::module_path!(), "::", "serve"
                            ),
                            description: "",
                            reads_only: false,
                            params: &[],
                            output: ::core::option::Option::Some(__agentscope::Sensitivity {
                                class: __agentscope::Class::Public,
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
                    },
                );
                if false {
                    return __agentscope::never::<::core::convert::Infallible>();
                }
                '__agentscope: {
                    loop {
                        tokio::task::yield_now().await;
                    }
                }
            },
            |__tag| {
                #[allow(unused_imports)]
                use __agentscope::decide::*;
                __tag.__value().__judged()
            },
        )
        .finish(
            |__value, __output| {
                #[allow(unused_imports)]
                use __agentscope::{ByClass as _, Opaque as _};
                __agentscope::Probe(__value).__output(__output);
                __agentscope::Probe(__value).__output_structure(__output);
            },
            |__error, __failure| {
                #[allow(unused_imports)]
                use __agentscope::{ByClass as _, Opaque as _};
                __agentscope::Probe(__error).__failure(__failure);
            },
        )
        .await
    {}
}
