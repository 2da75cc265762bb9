fn prices(articles: Vec<u32>) -> impl Stream<Item = u32> {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    #[allow(unused_imports)]
    use __agentscope::probing::*;
    __agentscope::call(
        __agentscope::open(
            {
                static __SITE: __agentscope::Site = __agentscope::Site::of_leaves(
                    ::core::module_path!(),
                    "prices\0tool\0prices\0\0\0default internal\0\0articles\0Vec<u32>\0default internal",
                    &[__agentscope::TypeProbe::<Vec<u32>>::LEAF],
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
                __capture
                    .argument(
                        0usize,
                        (&__agentscope::Probe(&articles)).__shown_argument(),
                    );
                __capture.declared_schema();
            },
        ),
        move || {
            if false {
                return __agentscope::never::<_>();
            }
            let articles = articles;
            '__agentscope: { futures_util::stream::iter(articles) }
        },
        |__tag| (&__tag.__stream_of::<u32>().__judged()).__shown().__told(),
    )
}
