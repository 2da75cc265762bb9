async fn plan() {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    __agentscope::async_call(
            async move {
                __agentscope::begin(
                    {
                        static __SITE: __agentscope::Site = __agentscope::Site::new(__agentscope::Meta {
                            layer: __agentscope::Layer::Agent,
                            name: "plan",
                            span_name: ::core::concat!("invoke_agent ", "plan"),
                            function: ::core::concat!(
                                ::core::module_path!(), "::", "plan"
                            ),
                            description: "",
                            reads_only: false,
                            params: &[],
                            output: ::core::option::Option::None,
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
                    return __agentscope::never::<()>();
                }
                '__agentscope: {
                    let task = tokio::spawn(async { 1 });
                }
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
                {
                    let __value = __value;
                    __agentscope::classified_output(__value, __output)
                };
                __agentscope::Probe(__value).__output_structure(__output);
            },
            |__error, __failure| {
                #[allow(unused_imports)]
                use __agentscope::{ByClass as _, Opaque as _};
                __agentscope::Probe(__error).__failure(__failure);
            },
        )
        .await
}
