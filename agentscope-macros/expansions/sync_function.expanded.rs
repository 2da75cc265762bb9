/// Look up the price of an article, in cents.
pub fn price(article: &str) -> Option<u32> {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    #[allow(unused_imports)]
    use __agentscope::probing::*;
    __agentscope::call(
        __agentscope::open(
            {
                static __SITE: __agentscope::Site = __agentscope::Site::of_leaves(
                    ::core::module_path!(),
                    "price\0tool\0price\0read\0Look up the price of an article, in cents.\0internal\0\0article\0&str\0public",
                    &[__agentscope::TypeProbe::<&str>::LEAF],
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
                __capture.declared_schema();
            },
        ),
        move || -> Option<u32> {
            let article = article;
            '__agentscope: { (article == "tea").then_some(349) }
        },
        |__tag| (&(&__tag.__kind().__judged()).__seen().__passes()).__shown().__told(),
    )
}
