#[track_caller]
fn located() -> u32 {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    #[allow(unused_imports)]
    use __agentscope::probing::*;
    let __inside = __agentscope::inside(
        __agentscope::open(
            {
                static __SITE: __agentscope::Site = __agentscope::Site::of_leaves(
                    ::core::module_path!(),
                    "located\0tool\0located\0\0\0default public\0",
                    &[],
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
                __capture.declared_schema();
            },
        ),
    );
    let __value: u32 = { '__agentscope: { std::panic::Location::caller().line() } };
    __agentscope::leave(
        __inside,
        __value,
        |__tag| (&__tag.__value().__judged()).__shown().__told(),
    )
}
