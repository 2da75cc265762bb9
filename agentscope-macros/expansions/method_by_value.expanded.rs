async fn close(mut self: Box<Self>) {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    #[allow(unused_imports)]
    use __agentscope::probing::*;
    __agentscope::async_call(
            async move {
                let _ = &self;
                if __agentscope::asked() {
                    __agentscope::begin_with(
                        {
                            static __SITE: __agentscope::Site = __agentscope::Site::new(
                                ::core::module_path!(),
                                "close\0tool\0close\0\0\0default secret\0",
                            );
                            #[used]
                            #[cfg_attr(
                                target_vendor = "apple",
                                unsafe(
                                    link_section = "__DATA,__mod_init_func,mod_init_funcs"
                                )
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
                            let __types = ();
                            let __types = __agentscope::type_key(&__types);
                            #[allow(unused_mut)]
                            if let ::core::option::Option::Some(mut __builder) = __capture
                                .missing_schema(__types)
                            {
                                __capture.store_schema(__builder, __types);
                            }
                        },
                    );
                }
                if false {
                    return __agentscope::never::<()>();
                }
                '__agentscope: {
                    self.open = false;
                }
            },
            (&__agentscope::Tag::<()>::NEW.__value().__judged()).__shown().__told(),
        )
        .await
}
