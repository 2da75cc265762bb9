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
                static __SITE: __agentscope::Site = __agentscope::Site::new(__agentscope::Meta {
                    layer: __agentscope::Layer::Tool,
                    name: "filled",
                    span_name: "execute_tool filled",
                    function: ::core::concat!(::core::module_path!(), "::", "filled"),
                    description: "",
                    reads_only: false,
                    params: &[
                        __agentscope::Param {
                            name: "value",
                            signature: "&T",
                            sensitivity: __agentscope::defaults::SECRET,
                        },
                    ],
                    output: __agentscope::defaults::SECRET,
                    schema: ::core::option::Option::None,
                });
                __agentscope::registered!(__SITE);
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
