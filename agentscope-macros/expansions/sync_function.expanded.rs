/// Look up the price of an article, in cents.
pub fn price(article: &str) -> Option<u32> {
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
                    description: "Look up the price of an article, in cents.",
                    reads_only: true,
                    params: &[
                        __agentscope::Param {
                            name: "article",
                            signature: "&str",
                            sensitivity: __agentscope::classes::PUBLIC,
                        },
                    ],
                    output: __agentscope::classes::INTERNAL,
                    schema: ::core::option::Option::Some(__schema),
                });
                fn __schema(__builder: &mut __agentscope::SchemaBuilder) {
                    __agentscope::TypeProbe::<&str>::NEW.__declare(__builder, 0usize);
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
        move || -> Option<u32> {
            let article = article;
            '__agentscope: { (article == "tea").then_some(349) }
        },
        |__tag| (&(&__tag.__kind().__judged()).__seen().__passes()).__shown().__told(),
    )
}
