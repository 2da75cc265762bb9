fn price(article: u32) -> impl Future<Output = Result<u32, std::io::Error>> + Send {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    #[allow(unused_imports)]
    use __agentscope::probing::*;
    __agentscope::call_future::<
        Result<u32, std::io::Error>,
        _,
        _,
        _,
    >(
        __agentscope::open(
            {
                static __SITE: __agentscope::Site = __agentscope::Site::of_leaves(
                    ::core::module_path!(),
                    "price\0tool\0price\0\0\0default internal\0\0article\0u32\0default internal",
                    &[__agentscope::TypeProbe::<u32>::LEAF],
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
        move || {
            let article = article;
            '__agentscope: {
                let doubled = 2 * article;
                async move { Ok(doubled) }
            }
        },
        |__tag| (&(&__tag.__future().__judged()).__seen().__passes()).__shown().__told(),
    )
}
