fn open(credentials: Credentials, user: &str) -> Store {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    __agentscope::call(
            __agentscope::open(
                {
                    static __SITE: __agentscope::Site = __agentscope::Site::new(__agentscope::Meta {
                        layer: __agentscope::Layer::Tool,
                        name: "open",
                        span_name: ::core::concat!("execute_tool ", "open"),
                        function: ::core::concat!(::core::module_path!(), "::", "open"),
                        description: "",
                        reads_only: false,
                        params: &[
                            __agentscope::Param {
                                name: "credentials",
                                signature: "Credentials",
                                sensitivity: ::core::option::Option::Some(__agentscope::Sensitivity {
                                    class: __agentscope::Class::Secret,
                                    kind: ::core::option::Option::None,
                                    redact: ::core::option::Option::None,
                                }),
                            },
                            __agentscope::Param {
                                name: "user",
                                signature: "&str",
                                sensitivity: ::core::option::Option::Some(__agentscope::Sensitivity {
                                    class: __agentscope::Class::Pii,
                                    kind: ::core::option::Option::Some("email"),
                                    redact: ::core::option::Option::Some(
                                        __agentscope::Treatment::Mask,
                                    ),
                                }),
                            },
                        ],
                        output: ::core::option::Option::Some(__agentscope::Sensitivity {
                            class: __agentscope::Class::Secret,
                            kind: ::core::option::Option::None,
                            redact: ::core::option::Option::None,
                        }),
                        schema: ::core::option::Option::Some(__schema),
                    });
                    fn __schema(__builder: &mut __agentscope::SchemaBuilder) {
                        #[allow(unused_imports)]
                        use __agentscope::OpaqueType as _;
                        let _ = &__builder;
                        __agentscope::TypeProbe::<Credentials>::NEW
                            .__declare(__builder, "credentials", "Credentials");
                        __agentscope::TypeProbe::<&str>::NEW
                            .__declare(__builder, "user", "&str");
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
                    __agentscope::Probe(&credentials).__argument(__capture, 0usize);
                    __agentscope::Probe(&credentials).__structure(__capture);
                    __agentscope::Probe(&user).__argument(__capture, 1usize);
                    __agentscope::Probe(&user).__structure(__capture);
                    __capture.declared_schema();
                },
            ),
            move || -> Store {
                let credentials = credentials;
                let user = user;
                '__agentscope: { Store::new(credentials, user) }
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
