fn open(credentials: Credentials, user: &str) -> Store {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    #[allow(unused_imports)]
    use __agentscope::probing::*;
    __agentscope::call(
        __agentscope::open(
            {
                static __SITE: __agentscope::Site = __agentscope::Site::declaring(
                    ::core::module_path!(),
                    "open\0tool\0open\0\0\0default secret\0\0credentials\0Credentials\0default secret\0user\0&str\0pii kind=email redact=mask",
                    __schema,
                );
                #[used]
                #[cfg_attr(
                    target_vendor = "apple",
                    unsafe(link_section = "__DATA,__mod_init_func,mod_init_funcs")
                )]
                #[cfg_attr(windows, unsafe(link_section = ".CRT$XCU"))]
                #[cfg_attr(
                    not(any(target_vendor = "apple", windows)),
                    unsafe(link_section = ".init_array")
                )]
                static __REGISTER: extern "C" fn() = {
                    extern "C" fn __register() {
                        __agentscope::register(&__SITE);
                    }
                    __register
                };
                fn __schema(__builder: &mut __agentscope::SchemaBuilder) {
                    __agentscope::TypeProbe::<Credentials>::NEW
                        .__declare(__builder, 0usize);
                    __agentscope::TypeProbe::<&str>::NEW.__declare(__builder, 1usize);
                }
                &__SITE
            },
            |__capture| {
                let _ = &__capture;
                __capture
                    .argument(0usize, (&__agentscope::Probe(&credentials)).__argument());
                __capture.argument(1usize, __agentscope::Probe(&user).__primitive());
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
