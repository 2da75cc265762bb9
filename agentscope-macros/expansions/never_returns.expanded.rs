async fn serve() -> ! {
    match private::async_call(
            private::open(
                {
                    static __SITE: private::Site = private::Site::new(private::Meta {
                        layer: private::Layer::Agent,
                        name: "serve",
                        span_name: ::core::concat!("invoke_agent ", "serve"),
                        function: ::core::concat!(::core::module_path!(), "::", "serve"),
                        description: "",
                        reads_only: false,
                        params: &[],
                        output: ::core::option::Option::Some(private::Sensitivity {
                            class: private::Class::Public,
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
                },
            ),
            async move {
                if false {
                    return private::never::<::core::convert::Infallible>();
                }
                '__agentscope: {
                    loop {
                        tokio::task::yield_now().await;
                    }
                }
            },
            |__tag| {
                #[allow(unused_imports)]
                use private::decide::*;
                __tag.value().judged()
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
    {}
}
