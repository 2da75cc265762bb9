#[allow(clippy::identity_op)]
fn sum(__arg0: (u32, u32), __arg1: String, d: u32, #[cfg(any())] e: u32) -> u32 {
    private::call(
            private::open(
                {
                    static __SITE: private::Site = private::Site::new(private::Meta {
                        layer: private::Layer::Tool,
                        name: "sum",
                        span_name: ::core::concat!("execute_tool ", "sum"),
                        function: ::core::concat!(::core::module_path!(), "::", "sum"),
                        description: "",
                        reads_only: false,
                        params: &[
                            private::Param {
                                name: "arg0",
                                signature: "(u32, u32)",
                                sensitivity: ::core::option::Option::Some(private::Sensitivity {
                                    class: private::Class::Public,
                                    kind: ::core::option::Option::None,
                                    redact: ::core::option::Option::None,
                                }),
                            },
                            private::Param {
                                name: "arg1",
                                signature: "String",
                                sensitivity: ::core::option::Option::Some(private::Sensitivity {
                                    class: private::Class::Public,
                                    kind: ::core::option::Option::None,
                                    redact: ::core::option::Option::None,
                                }),
                            },
                            private::Param {
                                name: "d",
                                signature: "u32",
                                sensitivity: ::core::option::Option::Some(private::Sensitivity {
                                    class: private::Class::Public,
                                    kind: ::core::option::Option::None,
                                    redact: ::core::option::Option::None,
                                }),
                            },
                            private::Param {
                                name: "e",
                                signature: "u32",
                                sensitivity: ::core::option::Option::Some(private::Sensitivity {
                                    class: private::Class::Public,
                                    kind: ::core::option::Option::None,
                                    redact: ::core::option::Option::None,
                                }),
                            },
                        ],
                        output: ::core::option::Option::Some(private::Sensitivity {
                            class: private::Class::Public,
                            kind: ::core::option::Option::None,
                            redact: ::core::option::Option::None,
                        }),
                        schema: ::core::option::Option::Some(__schema),
                    });
                    fn __schema(__builder: &mut private::SchemaBuilder) {
                        #[allow(unused_imports)]
                        use private::OpaqueType as _;
                        let _ = &__builder;
                        private::TypeProbe::<(u32, u32)>::NEW
                            .declare(__builder, "arg0", "(u32, u32)");
                        private::TypeProbe::<String>::NEW
                            .declare(__builder, "arg1", "String");
                        private::TypeProbe::<u32>::NEW.declare(__builder, "d", "u32");
                        #[cfg(any())]
                        private::TypeProbe::<u32>::NEW.declare(__builder, "e", "u32");
                    }
                    private::inventory::submit! {
                        private::Registered(& __SITE)
                    }
                    &__SITE
                },
                |__capture| {
                    #[allow(unused_imports)]
                    use private::{ByClass as _, Opaque as _};
                    let _ = &__capture;
                    private::Probe(&__arg0).argument(__capture, 0usize);
                    private::Probe(&__arg0).structure(__capture);
                    private::Probe(&__arg1).argument(__capture, 1usize);
                    private::Probe(&__arg1).structure(__capture);
                    private::Probe(&d).argument(__capture, 2usize);
                    private::Probe(&d).structure(__capture);
                    #[cfg(any())] private::Probe(&e).argument(__capture, 3usize);
                    #[cfg(any())] private::Probe(&e).structure(__capture);
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
}
