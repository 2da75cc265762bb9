fn complete(prompt: &str) -> Result<String, Error> {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    #[allow(unused_imports)]
    use __agentscope::probing::*;
    let __call = __agentscope::open(
        {
            static __SITE: __agentscope::Site = __agentscope::Site::new(
                    ::core::module_path!(),
                    "complete\0inference\0complete\0\0\0default secret\0provider=openai\0prompt\0&str\0default secret",
                )
                .enforcing_budget();
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
            __capture.argument(0usize, __agentscope::Probe(&prompt).__primitive());
        },
    );
    let __refused = __call.refused();
    __agentscope::call(
        __call,
        move || -> Result<String, Error> {
            if let ::core::option::Option::Some(__refused) = __refused {
                return __agentscope::refuse(__refused);
            }
            let prompt = prompt;
            '__agentscope: { send(prompt) }
        },
        |__tag| (&__tag.__value().__judged()).__shown().__told().__answered(),
    )
}
