async fn serve() -> ! {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    #[allow(unused_imports)]
    use __agentscope::probing::*;
    match __agentscope::async_call(
            async move {
                if __agentscope::asked() {
                    __agentscope::begin(
                        {
                            static __SITE: __agentscope::Site = __agentscope::Site::new(__agentscope::Meta {
                                layer: __agentscope::Layer::Agent,
                                name: "serve",
                                span_name: "invoke_agent serve",
                                function: ::core::concat!(
                                    ::core::module_path!(), "::", "serve"
                                ),
                                description: "",
                                reads_only: false,
                                params: &[],
                                output: __agentscope::classes::PUBLIC,
                                schema: ::core::option::Option::None,
                            });
                            __agentscope::registered!(__SITE);
                            &__SITE
                        },
                        &[],
                    );
                }
                if false {
                    return __agentscope::never::<::core::convert::Infallible>();
                }
                '__agentscope: {
                    loop {
                        tokio::task::yield_now().await;
                    }
                }
            },
            (&__agentscope::Tag::<::core::convert::Infallible>::NEW.__value().__judged())
                .__shown()
                .__told(),
        )
        .await
    {}
}
