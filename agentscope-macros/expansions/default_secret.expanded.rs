fn open(credentials: Credentials, user: &str) -> Store {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    #[allow(unused_imports)]
    use __agentscope::probing::*;
    __agentscope::call(
        __agentscope::open(
            {
                static __SITE: __agentscope::Site = __agentscope::Site::new(__agentscope::Meta {
                    layer: __agentscope::Layer::Tool,
                    name: "open",
                    span_name: "execute_tool open",
                    function: ::core::concat!(::core::module_path!(), "::", "open"),
                    description: "",
                    reads_only: false,
                    params: &[
                        __agentscope::Param {
                            name: "credentials",
                            signature: "Credentials",
                            sensitivity: __agentscope::defaults::SECRET,
                        },
                        __agentscope::Param {
                            name: "user",
                            signature: "&str",
                            sensitivity: ::core::option::Option::Some(__agentscope::Sensitivity {
                                kind: ::core::option::Option::Some(
                                    __agentscope::Kind::Email,
                                ),
                                redact: ::core::option::Option::Some(
                                    __agentscope::Treatment::Mask,
                                ),
                                ..__agentscope::Sensitivity::of(__agentscope::Class::Pii)
                            }),
                        },
                    ],
                    output: __agentscope::defaults::SECRET,
                    schema: ::core::option::Option::Some(__schema),
                });
                fn __schema(__builder: &mut __agentscope::SchemaBuilder) {
                    __agentscope::TypeProbe::<Credentials>::NEW
                        .__declare(__builder, 0usize);
                    __agentscope::TypeProbe::<&str>::NEW.__declare(__builder, 1usize);
                }
                __agentscope::registered!(__SITE);
                &__SITE
            },
            |__capture| {
                let _ = &__capture;
                __capture
                    .argument(0usize, (&__agentscope::Probe(&credentials)).__argument());
                __capture.argument(1usize, __agentscope::Argued::leaf(&user));
                __capture.declared_schema();
            },
        ),
        move || -> Store {
            let credentials = credentials;
            let user = user;
            '__agentscope: { Store::new(credentials, user) }
        },
        |__tag| (&__tag.__kind().__judged()).__shown().__told(),
    )
}
