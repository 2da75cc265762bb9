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
                static __SITE: __agentscope::Site = __agentscope::Site::new(__agentscope::Meta {
                    layer: __agentscope::Layer::Tool,
                    name: "price",
                    span_name: "execute_tool price",
                    function: ::core::concat!(::core::module_path!(), "::", "price"),
                    description: "",
                    reads_only: false,
                    params: &[
                        __agentscope::Param {
                            name: "article",
                            signature: "u32",
                            sensitivity: __agentscope::defaults::INTERNAL,
                        },
                    ],
                    output: __agentscope::defaults::INTERNAL,
                    schema: ::core::option::Option::Some(__schema),
                });
                fn __schema(__builder: &mut __agentscope::SchemaBuilder) {
                    __agentscope::TypeProbe::<u32>::NEW.__declare(__builder, 0usize);
                }
                __agentscope::registered!(__SITE);
                &__SITE
            },
            |__capture| {
                let _ = &__capture;
                __capture.argument(0usize, __agentscope::Argued::leaf(&article));
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
