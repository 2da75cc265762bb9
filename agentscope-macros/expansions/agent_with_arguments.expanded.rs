async fn support(ticket: &str, tenant: u32, budget: u32) -> String {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    #[allow(unused_imports)]
    use __agentscope::probing::*;
    __agentscope::async_call(
            async move {
                let _ = &budget;
                let _ = &tenant;
                let _ = &ticket;
                if __agentscope::asked() {
                    __agentscope::begin_with(
                        {
                            static __SITE: __agentscope::Site = __agentscope::Site::new(__agentscope::Meta {
                                    layer: __agentscope::Layer::Agent,
                                    name: "support",
                                    span_name: "invoke_agent support",
                                    function: ::core::concat!(
                                        ::core::module_path!(), "::", "support"
                                    ),
                                    description: "",
                                    reads_only: false,
                                    params: &[
                                        __agentscope::Param {
                                            name: "ticket",
                                            signature: "&str",
                                            sensitivity: __agentscope::classes::INTERNAL,
                                        },
                                        __agentscope::Param {
                                            name: "tenant",
                                            signature: "u32",
                                            sensitivity: __agentscope::classes::INTERNAL,
                                        },
                                        __agentscope::Param {
                                            name: "budget",
                                            signature: "u32",
                                            sensitivity: __agentscope::classes::INTERNAL,
                                        },
                                    ],
                                    output: __agentscope::classes::CONFIDENTIAL,
                                    schema: ::core::option::Option::None,
                                })
                                .with_budget();
                            __agentscope::inventory::submit! {
                                __agentscope::Registered(& __SITE)
                            }
                            &__SITE
                        },
                        |__capture| {
                            let _ = &__capture;
                            __capture.name(format!("support-{tenant}"));
                            __capture.literal(&__agentscope::Literal::Mode("react"));
                            __capture.token_budget(budget);
                            __capture.task(ticket);
                            __capture
                                .argument(
                                    0usize,
                                    (&__agentscope::Probe(&ticket)).__argument(),
                                );
                            __capture
                                .argument(
                                    1usize,
                                    (&__agentscope::Probe(&tenant)).__argument(),
                                );
                            __capture
                                .argument(
                                    2usize,
                                    (&__agentscope::Probe(&budget)).__argument(),
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
            (&__agentscope::Tag::<String>::NEW.__kind().__judged()).__shown().__told(),
        )
        .__with_budget()
        .await
}
