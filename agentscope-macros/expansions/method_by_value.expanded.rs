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
                            static __SITE: __agentscope::Site = __agentscope::Site::new(__agentscope::Meta {
                                layer: __agentscope::Layer::Tool,
                                name: "close",
                                span_name: "execute_tool close",
                                function: ::core::concat!(
                                    ::core::module_path!(), "::", "close"
                                ),
                                description: "",
                                reads_only: false,
                                params: &[],
                                output: __agentscope::defaults::SECRET,
                                schema: ::core::option::Option::None,
                            });
                            __agentscope::registered!(__SITE);
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
