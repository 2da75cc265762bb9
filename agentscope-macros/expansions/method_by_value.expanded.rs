async fn close(mut self: Box<Self>) {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    __agentscope::async_call(
            async move {
                let _ = &self;
                __agentscope::begin(
                    {
                        static __SITE: __agentscope::Site = __agentscope::Site::new(__agentscope::Meta {
                            layer: __agentscope::Layer::Tool,
                            name: "close",
                            span_name: ::core::concat!("execute_tool ", "close"),
                            function: ::core::concat!(
                                ::core::module_path!(), "::", "close"
                            ),
                            description: "",
                            reads_only: false,
                            params: &[],
                            output: ::core::option::Option::Some(__agentscope::Sensitivity {
                                class: __agentscope::Class::Secret,
                                kind: ::core::option::Option::None,
                                redact: ::core::option::Option::None,
                            }),
                            schema: ::core::option::Option::None,
                        });
                        &__SITE
                    },
                    |__capture| {
                        #[allow(unused_imports)]
                        use __agentscope::{ByClass as _, Opaque as _};
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
                if false {
                    return __agentscope::never::<()>();
                }
                '__agentscope: {
                    self.open = false;
                }
            },
            |__tag| {
                #[allow(unused_imports)]
                use __agentscope::decide::*;
                __tag.__kind().__judged()
            },
        )
        .finish(
            |__value, __output| {
                #[allow(unused_imports)]
                use __agentscope::{ByClass as _, Opaque as _};
                __agentscope::Probe(__value).__output(__output);
                __agentscope::Probe(__value).__output_structure(__output);
            },
            |__error, __failure| {
                #[allow(unused_imports)]
                use __agentscope::{ByClass as _, Opaque as _};
                __agentscope::Probe(__error).__failure(__failure);
            },
        )
        .await
}
