fn open(credentials: Credentials, user: &str) -> Store {
    private::call(
            private::open(
                {
                    static __SITE: private::Site = private::Site::new(private::Meta {
                        layer: private::Layer::Tool,
                        name: "open",
                        span_name: ::core::concat!("execute_tool ", "open"),
                        function: ::core::concat!(::core::module_path!(), "::", "open"),
                        description: "",
                        reads_only: false,
                        params: &[
                            private::Param {
                                name: "credentials",
                                signature: "Credentials",
                                sensitivity: ::core::option::Option::Some(private::Sensitivity {
                                    class: private::Class::Secret,
                                    kind: ::core::option::Option::None,
                                    redact: ::core::option::Option::None,
                                }),
                            },
                            private::Param {
                                name: "user",
                                signature: "&str",
                                sensitivity: ::core::option::Option::Some(private::Sensitivity {
                                    class: private::Class::Pii,
                                    kind: ::core::option::Option::Some("email"),
                                    redact: ::core::option::Option::Some(
                                        private::Treatment::Mask,
                                    ),
                                }),
                            },
                        ],
                        output: ::core::option::Option::Some(private::Sensitivity {
                            class: private::Class::Secret,
                            kind: ::core::option::Option::None,
                            redact: ::core::option::Option::None,
                        }),
                        schema: ::core::option::Option::Some(__schema),
                    });
                    fn __schema(__builder: &mut private::SchemaBuilder) {
                        #[allow(unused_imports)]
                        use private::OpaqueType as _;
                        let _ = &__builder;
                        private::TypeProbe::<Credentials>::NEW
                            .declare(__builder, "credentials", "Credentials");
                        private::TypeProbe::<&str>::NEW
                            .declare(__builder, "user", "&str");
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
                    private::Probe(&credentials).argument(__capture, 0usize);
                    private::Probe(&credentials).structure(__capture);
                    private::Probe(&user).argument(__capture, 1usize);
                    private::Probe(&user).structure(__capture);
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
