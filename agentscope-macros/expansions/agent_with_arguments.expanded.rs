async fn support(ticket: &str, tenant: u32, budget: u32) -> String {
    private::async_call(
            private::open(
                {
                    static __SITE: private::Site = private::Site::new(private::Meta {
                        layer: private::Layer::Agent,
                        name: "support",
                        span_name: ::core::concat!("invoke_agent ", "support"),
                        function: ::core::concat!(
                            ::core::module_path!(), "::", "support"
                        ),
                        description: "",
                        reads_only: false,
                        params: &[
                            private::Param {
                                name: "ticket",
                                signature: "&str",
                                sensitivity: ::core::option::Option::Some(private::Sensitivity {
                                    class: private::Class::Internal,
                                    kind: ::core::option::Option::None,
                                    redact: ::core::option::Option::None,
                                }),
                            },
                            private::Param {
                                name: "tenant",
                                signature: "u32",
                                sensitivity: ::core::option::Option::Some(private::Sensitivity {
                                    class: private::Class::Internal,
                                    kind: ::core::option::Option::None,
                                    redact: ::core::option::Option::None,
                                }),
                            },
                            private::Param {
                                name: "budget",
                                signature: "u32",
                                sensitivity: ::core::option::Option::Some(private::Sensitivity {
                                    class: private::Class::Internal,
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
                    private::Probe(&ticket).argument(__capture, 0usize);
                    private::Probe(&ticket).structure(__capture);
                    private::Probe(&tenant).argument(__capture, 1usize);
                    private::Probe(&tenant).structure(__capture);
                    private::Probe(&budget).argument(__capture, 2usize);
                    private::Probe(&budget).structure(__capture);
                    __capture.name(format!("support-{tenant}"));
                    __capture.mode("react");
                    __capture.token_budget(budget);
                    __capture.task(ticket);
                },
            ),
            async move {
                if false {
                    return private::never::<String>();
                }
                #[allow(unused_variables)]
                let ticket = ticket;
                let tenant = tenant;
                #[allow(unused_variables)]
                let budget = budget;
                '__agentscope: { ticket.to_owned() }
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
            },
            |__error, __failure| {
                #[allow(unused_imports)]
                use private::{ByClass as _, Opaque as _};
                private::Probe(__error).failure(__failure);
            },
        )
        .await
}
