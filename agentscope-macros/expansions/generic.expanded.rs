fn filled<T: Clone, const N: usize>(value: &T) -> [T; N]
where
    T: std::fmt::Debug,
{
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    #[allow(unused_imports)]
    use __agentscope::probing::*;
    __agentscope::call(
        __agentscope::open(
            {
                static __SITE: __agentscope::Site = __agentscope::Site::new(
                    ::core::module_path!(),
                    "filled\0tool\0filled\0\0\0default secret\0\0value\0&T\0default secret",
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
                __capture.argument(0usize, (&__agentscope::Probe(&value)).__argument());
                let __types = ();
                let __types = (__types, &value);
                let __types = __agentscope::type_key(&__types);
                if let ::core::option::Option::Some(mut __builder) = __capture
                    .missing_schema(__types)
                {
                    (&&__agentscope::Probe(&value)).__schema(&mut __builder, 0usize);
                    __capture.store_schema(__builder, __types);
                }
            },
        ),
        move || -> [T; N] {
            let value = value;
            '__agentscope: { std::array::from_fn(|_| value.clone()) }
        },
        |__tag| (&__tag.__kind().__judged()).__shown().__told(),
    )
}
