async fn plan() {
    private::async_call(
            private::open(
                {
                    static __SITE: private::Site = private::Site::new(private::Meta {
                        layer: private::Layer::Agent,
                        name: "plan",
                        span_name: ::core::concat!("invoke_agent ", "plan"),
                        function: ::core::concat!(::core::module_path!(), "::", "plan"),
                        description: "",
                        reads_only: false,
                        params: &[],
                        output: ::core::option::Option::None,
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
                    return private::never::<()>();
                }
                '__agentscope: {
                    let task = tokio::spawn(async { 1 });
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
                use private::{
                    ByClass as _, Opaque as _, classified_output as __classified_output,
                };
                {
                    let __value = __value;
                    __classified_output(__value, __output)
                };
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
