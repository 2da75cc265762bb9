#[allow(clippy::identity_op)]
fn sum(__arg0: (u32, u32), __arg1: String, d: u32, #[cfg(any())] e: u32) -> u32 {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    __agentscope::call(
            __agentscope::open(
                {
                    static __SITE: __agentscope::Site = __agentscope::Site::new(__agentscope::Meta {
                        layer: __agentscope::Layer::Tool,
                        name: "sum",
                        span_name: ::core::concat!("execute_tool ", "sum"),
                        function: ::core::concat!(::core::module_path!(), "::", "sum"),
                        description: "",
                        reads_only: false,
                        params: &[
                            __agentscope::Param {
                                name: "arg0",
                                signature: "(u32, u32)",
                                sensitivity: ::core::option::Option::Some(__agentscope::Sensitivity {
                                    class: __agentscope::Class::Public,
                                    kind: ::core::option::Option::None,
                                    redact: ::core::option::Option::None,
                                }),
                            },
                            __agentscope::Param {
                                name: "arg1",
                                signature: "String",
                                sensitivity: ::core::option::Option::Some(__agentscope::Sensitivity {
                                    class: __agentscope::Class::Public,
                                    kind: ::core::option::Option::None,
                                    redact: ::core::option::Option::None,
                                }),
                            },
                            __agentscope::Param {
                                name: "d",
                                signature: "u32",
                                sensitivity: ::core::option::Option::Some(__agentscope::Sensitivity {
                                    class: __agentscope::Class::Public,
                                    kind: ::core::option::Option::None,
                                    redact: ::core::option::Option::None,
                                }),
                            },
                            __agentscope::Param {
                                name: "e",
                                signature: "u32",
                                sensitivity: ::core::option::Option::Some(__agentscope::Sensitivity {
                                    class: __agentscope::Class::Public,
                                    kind: ::core::option::Option::None,
                                    redact: ::core::option::Option::None,
                                }),
                            },
                        ],
                        output: ::core::option::Option::Some(__agentscope::Sensitivity {
                            class: __agentscope::Class::Public,
                            kind: ::core::option::Option::None,
                            redact: ::core::option::Option::None,
                        }),
                        schema: ::core::option::Option::Some(__schema),
                    });
                    fn __schema(__builder: &mut __agentscope::SchemaBuilder) {
                        #[allow(unused_imports)]
                        use __agentscope::OpaqueType as _;
                        let _ = &__builder;
                        __agentscope::TypeProbe::<(u32, u32)>::NEW
                            .declare(__builder, "arg0", "(u32, u32)");
                        __agentscope::TypeProbe::<String>::NEW
                            .declare(__builder, "arg1", "String");
                        __agentscope::TypeProbe::<u32>::NEW
                            .declare(__builder, "d", "u32");
                        #[cfg(any())]
                        __agentscope::TypeProbe::<u32>::NEW
                            .declare(__builder, "e", "u32");
                    }
                    __agentscope::inventory::submit! {
                        __agentscope::Registered(& __SITE)
                    }
                    &__SITE
                },
                |__capture| {
                    #[allow(unused_imports)]
                    use __agentscope::{ByClass as _, Opaque as _};
                    let _ = &__capture;
                    __agentscope::Probe(&__arg0).argument(__capture, 0usize);
                    __agentscope::Probe(&__arg0).structure(__capture);
                    __agentscope::Probe(&__arg1).argument(__capture, 1usize);
                    __agentscope::Probe(&__arg1).structure(__capture);
                    __agentscope::Probe(&d).argument(__capture, 2usize);
                    __agentscope::Probe(&d).structure(__capture);
                    #[cfg(any())] __agentscope::Probe(&e).argument(__capture, 3usize);
                    #[cfg(any())] __agentscope::Probe(&e).structure(__capture);
                    __capture.declared_schema();
                },
            ),
            move || -> u32 {
                let __arg0 = __arg0;
                let (a, _) = __arg0;
                let __arg1 = __arg1;
                let _ = __arg1;
                let mut d = d;
                #[cfg(any())]
                let e = e;
                '__agentscope: {
                    d += 0;
                    a + d
                }
            },
            |__tag| {
                #[allow(unused_imports)]
                use __agentscope::decide::*;
                __tag.kind().judged()
            },
        )
        .finish(
            |__value, __output| {
                #[allow(unused_imports)]
                use __agentscope::{ByClass as _, Opaque as _};
                __agentscope::Probe(__value).output(__output);
                __agentscope::Probe(__value).output_structure(__output);
            },
            |__error, __failure| {
                #[allow(unused_imports)]
                use __agentscope::{ByClass as _, Opaque as _};
                __agentscope::Probe(__error).failure(__failure);
            },
        )
}
