async fn close(mut self: Box<Self>) {
    private::async_call(
            private::open(
                {
                    static __SITE: private::Site = private::Site::new(private::Meta {
                        layer: private::Layer::Tool,
                        name: "close",
                        span_name: ::core::concat!("execute_tool ", "close"),
                        function: ::core::concat!(::core::module_path!(), "::", "close"),
                        description: "",
                        reads_only: false,
                        params: &[],
                        output: ::core::option::Option::Some(private::Sensitivity {
                            class: private::Class::Secret,
                            kind: ::core::option::Option::None,
                            redact: ::core::option::Option::None,
                        }),
                        schema: ::core::option::Option::None,
                    });
                    &__SITE
                },
                |__capture| {
                    #[allow(unused_imports)]
                    use private::{ByClass as _, Opaque as _};
                    let _ = &__capture;
                    let __types = ();
                    let __types = private::type_key(&__types);
                    #[allow(unused_mut)]
                    if let ::core::option::Option::Some(mut __builder) = __capture
                        .missing_schema(__types)
                    {
                        __capture.store_schema(__builder, __types);
                    }
                },
            ),
            async move {
                if false {
                    return private::never::<()>();
                }
                let _ = &self;
                '__agentscope: {
                    self.open = false;
                }
            },
            |__tag| {
                #[allow(unused_imports)]
                use private::decide::*;
                __tag.kind().judged()
            },
        )
        .finish(
            |__value, __output| {
                #[allow(unused_imports)]
                use private::{ByClass as _, Opaque as _};
                private::Probe(__value).output(__output);
                private::Probe(__value).output_structure(__output);
            },
            |__error, __failure| {
                #[allow(unused_imports)]
                use private::{ByClass as _, Opaque as _};
                private::Probe(__error).failure(__failure);
            },
        )
        .await
}
