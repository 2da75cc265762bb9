async fn support(ticket: &str, tenant: u32, budget: u32) -> String {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    __agentscope::async_call(
            async move {
                let _ = &budget;
                let _ = &tenant;
                let _ = &ticket;
                __agentscope::begin(
                    {
                        static __SITE: __agentscope::Site = __agentscope::Site::new(__agentscope::Meta {
                            layer: __agentscope::Layer::Agent,
                            name: "support",
                            span_name: ::core::concat!("invoke_agent ", "support"),
                            function: ::core::concat!(
                                ::core::module_path!(), "::", "support"
                            ),
                            description: "",
                            reads_only: false,
                            params: &[
                                __agentscope::Param {
                                    name: "ticket",
                                    signature: "&str",
                                    sensitivity: ::core::option::Option::Some(__agentscope::Sensitivity {
                                        class: __agentscope::Class::Internal,
                                        kind: ::core::option::Option::None,
                                        redact: ::core::option::Option::None,
                                    }),
                                },
                                __agentscope::Param {
                                    name: "tenant",
                                    signature: "u32",
                                    sensitivity: ::core::option::Option::Some(__agentscope::Sensitivity {
                                        class: __agentscope::Class::Internal,
                                        kind: ::core::option::Option::None,
                                        redact: ::core::option::Option::None,
                                    }),
                                },
                                __agentscope::Param {
                                    name: "budget",
                                    signature: "u32",
                                    sensitivity: ::core::option::Option::Some(__agentscope::Sensitivity {
                                        class: __agentscope::Class::Internal,
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
                        __agentscope::Probe(&ticket).__argument(__capture, 0usize);
                        __agentscope::Probe(&ticket).__structure(__capture);
                        __agentscope::Probe(&tenant).__argument(__capture, 1usize);
                        __agentscope::Probe(&tenant).__structure(__capture);
                        __agentscope::Probe(&budget).__argument(__capture, 2usize);
                        __agentscope::Probe(&budget).__structure(__capture);
                        __capture.name(format!("support-{tenant}"));
                        __capture.mode("react");
                        __capture.token_budget(budget);
                        __capture.task(ticket);
                    },
                );
                if false {
                    return __agentscope::never::<String>();
                }
                let tenant = &tenant;
                #[allow(unused_variables)]
                let budget = &budget;
                '__agentscope: { ticket.to_owned() }
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
            },
            |__error, __failure| {
                #[allow(unused_imports)]
                use __agentscope::{ByClass as _, Opaque as _};
                __agentscope::Probe(__error).__failure(__failure);
            },
        )
        .await
}
