#[allow(clippy::identity_op)]
fn sum(__arg0: (u32, u32), __arg1: String, d: u32, #[cfg(any())] e: u32) -> u32 {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    #[allow(unused_imports)]
    use __agentscope::probing::*;
    __agentscope::call(
        __agentscope::open(
            {
                static __SITE: __agentscope::Site = __agentscope::Site::declaring(
                    ::core::module_path!(),
                    "sum\0tool\0sum\0\0\0default public\0\0arg0\0(u32, u32)\0default public\0arg1\0String\0default public\0d\0u32\0default public\0e\0u32\0default public",
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
                    __agentscope::TypeProbe::<(u32, u32)>::NEW
                        .__declare(__builder, 0usize);
                    __agentscope::TypeProbe::<String>::NEW.__declare(__builder, 1usize);
                    __agentscope::TypeProbe::<u32>::NEW.__declare(__builder, 2usize);
                    #[cfg(any())]
                    __agentscope::TypeProbe::<u32>::NEW.__declare(__builder, 3usize);
                }
                &__SITE
            },
            |__capture| {
                let _ = &__capture;
                __capture
                    .argument(
                        0usize,
                        (&__agentscope::Probe(&__arg0)).__shown_argument(),
                    );
                __capture.argument(1usize, (&__agentscope::Probe(&__arg1)).__argument());
                __capture.argument(2usize, __agentscope::Probe(&d).__primitive());
                #[cfg(any())]
                __capture.argument(3usize, __agentscope::Probe(&e).__primitive());
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
        |__tag| (&__tag.__value().__judged()).__shown().__told(),
    )
}
