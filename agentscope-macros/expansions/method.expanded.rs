fn price(&self, article: &str) -> u32 {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    #[allow(unused_imports)]
    use __agentscope::probing::*;
    __agentscope::call(
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
                            signature: "&str",
                            sensitivity: __agentscope::classes::PUBLIC,
                        },
                    ],
                    output: __agentscope::classes::INTERNAL,
                    schema: ::core::option::Option::None,
                });
                __agentscope::registered!(__SITE);
                &__SITE
            },
            |__capture| {
                let _ = &__capture;
                __capture.argument(0usize, __agentscope::Argued::leaf(&article));
                let __types = ();
                let __types = (__types, &article);
                let __types = __agentscope::type_key(&__types);
                if let ::core::option::Option::Some(mut __builder) = __capture
                    .missing_schema(__types)
                {
                    (&&__agentscope::Probe(&article)).__schema(&mut __builder, 0usize);
                    __capture.store_schema(__builder, __types);
                }
            },
        ),
        move || -> u32 {
            let article = article;
            '__agentscope: { self.prices[article] }
        },
        |__tag| (&__tag.__value().__judged()).__shown().__told(),
    )
}
