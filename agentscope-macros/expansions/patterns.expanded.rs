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
                            .__declare(__builder, "arg0", "(u32, u32)");
                        __agentscope::TypeProbe::<String>::NEW
                            .__declare(__builder, "arg1", "String");
                        __agentscope::TypeProbe::<u32>::NEW
                            .__declare(__builder, "d", "u32");
                        #[cfg(any())]
                        __agentscope::TypeProbe::<u32>::NEW
                            .__declare(__builder, "e", "u32");
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
                    __agentscope::Probe(&__arg0).__argument(__capture, 0usize);
                    __agentscope::Probe(&__arg0).__structure(__capture);
                    __agentscope::Probe(&__arg1).__argument(__capture, 1usize);
                    __agentscope::Probe(&__arg1).__structure(__capture);
                    __agentscope::Probe(&d).__argument(__capture, 2usize);
                    __agentscope::Probe(&d).__structure(__capture);
                    #[cfg(any())] __agentscope::Probe(&e).__argument(__capture, 3usize);
                    #[cfg(any())] __agentscope::Probe(&e).__structure(__capture);
                    __capture.declared_schema();
                },
            ),
            move || -> u32 {
                #[allow(unused_mut)]
                let mut __arg0 = __arg0;
                #[allow(clippy::no_effect_underscore_binding)]
                let (a, _) = __arg0;
                #[allow(unused_mut)]
                let mut __arg1 = __arg1;
                #[allow(clippy::no_effect_underscore_binding)]
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
}
