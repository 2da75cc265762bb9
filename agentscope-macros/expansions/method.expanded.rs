fn price(&self, article: &str) -> u32 {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    #[allow(unused_imports)]
    use __agentscope::probing::*;
    __agentscope::call(
        __agentscope::open(
            {
                static __SITE: __agentscope::Site = __agentscope::Site::new(
                    ::core::module_path!(),
                    "price\0tool\0price\0\0\0internal\0\0article\0&str\0public",
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
                &__SITE
            },
            |__capture| {
                let _ = &__capture;
                __capture.argument(0usize, __agentscope::Probe(&article).__primitive());
                let __types = ();
                let __types = (__types, &article);
                let __types = __agentscope::type_key(&__types);
                if let ::core::option::Option::Some(mut __builder) = __capture
                    .missing_schema(__types)
                {
                    (&&__agentscope::Probe(&article)).__schema(&mut __builder, 0usize);
                    __capture.store_schema(__builder, __types);
                }
            },
        ),
        move || -> u32 {
            let article = article;
            '__agentscope: { self.prices[article] }
        },
        |__tag| (&__tag.__value().__judged()).__shown().__told(),
    )
}
