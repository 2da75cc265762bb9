#[allow(clippy::identity_op)]
fn sum(__arg0: (u32, u32), __arg1: String, d: u32, #[cfg(any())] e: u32) -> u32 {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    #[allow(unused_imports)]
    use __agentscope::probing::*;
    __agentscope::call(
        __agentscope::open(
            {
                static __SITE: __agentscope::Site = __agentscope::Site::new(__agentscope::Meta {
                    layer: __agentscope::Layer::Tool,
                    name: "sum",
                    span_name: "execute_tool sum",
                    function: ::core::concat!(::core::module_path!(), "::", "sum"),
                    description: "",
                    reads_only: false,
                    params: &[
                        __agentscope::Param {
                            name: "arg0",
                            signature: "(u32, u32)",
                            sensitivity: __agentscope::defaults::PUBLIC,
                        },
                        __agentscope::Param {
                            name: "arg1",
                            signature: "String",
                            sensitivity: __agentscope::defaults::PUBLIC,
                        },
                        __agentscope::Param {
                            name: "d",
                            signature: "u32",
                            sensitivity: __agentscope::defaults::PUBLIC,
                        },
                        __agentscope::Param {
                            name: "e",
                            signature: "u32",
                            sensitivity: __agentscope::defaults::PUBLIC,
                        },
                    ],
                    output: __agentscope::defaults::PUBLIC,
                    schema: ::core::option::Option::Some(__schema),
                });
                fn __schema(__builder: &mut __agentscope::SchemaBuilder) {
                    __agentscope::TypeProbe::<(u32, u32)>::NEW
                        .__declare(__builder, 0usize);
                    __agentscope::TypeProbe::<String>::NEW.__declare(__builder, 1usize);
                    __agentscope::TypeProbe::<u32>::NEW.__declare(__builder, 2usize);
                    #[cfg(any())]
                    __agentscope::TypeProbe::<u32>::NEW.__declare(__builder, 3usize);
                }
                __agentscope::registered!(__SITE);
                &__SITE
            },
            |__capture| {
                let _ = &__capture;
                (&__agentscope::Probe(&__arg0)).__seen().__passes();
                __capture.argument(0usize, (&__agentscope::Probe(&__arg0)).__argument());
                __capture.argument(1usize, (&__agentscope::Probe(&__arg1)).__argument());
                __capture.argument(2usize, __agentscope::Argued::leaf(&d));
                #[cfg(any())] __capture.argument(3usize, __agentscope::Argued::leaf(&e));
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
