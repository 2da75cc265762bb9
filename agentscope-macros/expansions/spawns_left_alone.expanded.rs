async fn plan() {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    #[allow(unused_imports)]
    use __agentscope::probing::*;
    __agentscope::async_call(
            async move {
                if __agentscope::asked() {
                    __agentscope::begin(
                        {
                            static __SITE: __agentscope::Site = __agentscope::Site::new(__agentscope::Meta {
                                layer: __agentscope::Layer::Agent,
                                name: "plan",
                                span_name: "invoke_agent plan",
                                function: ::core::concat!(
                                    ::core::module_path!(), "::", "plan"
                                ),
                                description: "",
                                reads_only: false,
                                params: &[],
                                output: ::core::option::Option::None,
                                schema: ::core::option::Option::None,
                            });
                            __agentscope::registered!(__SITE);
                            &__SITE
                        },
                        &[],
                    );
                }
                if false {
                    return __agentscope::never::<()>();
                }
                '__agentscope: {
                    let task = tokio::spawn(async { 1 });
                }
            },
            (&__agentscope::Tag::<()>::NEW.__value().__judged().__classified())
                .__shown()
                .__told(),
        )
        .await
}
