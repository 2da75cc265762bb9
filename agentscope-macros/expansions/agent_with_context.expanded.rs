fn specialist(envelope: &Envelope<Task>) -> String {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    #[allow(unused_imports)]
    use __agentscope::probing::*;
    __agentscope::call(
        __agentscope::open_with_budget(
            {
                static __SITE: __agentscope::Site = __agentscope::Site::new(
                        ::core::module_path!(),
                        "specialist\0agent\0specialist\0\0\0confidential\0\0envelope\0&Envelope<Task>\0secret",
                    )
                    .with_context();
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
                __capture.context(envelope.context());
                __capture
                    .argument(0usize, (&__agentscope::Probe(&envelope)).__argument());
            },
        ),
        move || -> String {
            #[allow(unused_variables)]
            let envelope = envelope;
            '__agentscope: { envelope.task().to_string() }
        },
        |__tag| (&__tag.__value().__judged()).__shown().__told(),
    )
}
