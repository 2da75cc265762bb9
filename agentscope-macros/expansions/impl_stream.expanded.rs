fn prices(articles: Vec<u32>) -> impl Stream<Item = u32> {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    #[allow(unused_imports)]
    use __agentscope::probing::*;
    __agentscope::call(
        __agentscope::open(
            {
                static __SITE: __agentscope::Site = __agentscope::Site::new(__agentscope::Meta {
                    layer: __agentscope::Layer::Tool,
                    name: "prices",
                    span_name: "execute_tool prices",
                    function: ::core::concat!(::core::module_path!(), "::", "prices"),
                    description: "",
                    reads_only: false,
                    params: &[
                        __agentscope::Param {
                            name: "articles",
                            signature: "Vec<u32>",
                            sensitivity: __agentscope::defaults::INTERNAL,
                        },
                    ],
                    output: __agentscope::defaults::INTERNAL,
                    schema: ::core::option::Option::Some(__schema),
                });
                fn __schema(__builder: &mut __agentscope::SchemaBuilder) {
                    __agentscope::TypeProbe::<Vec<u32>>::NEW
                        .__declare(__builder, 0usize);
                }
                __agentscope::registered!(__SITE);
                &__SITE
            },
            |__capture| {
                let _ = &__capture;
                (&__agentscope::Probe(&articles)).__seen().__passes();
                __capture
                    .argument(0usize, (&__agentscope::Probe(&articles)).__argument());
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
