fn filled<T: Clone, const N: usize>(value: &T) -> [T; N]
where
    T: std::fmt::Debug,
{
    private::call(
            private::open(
                {
                    static __SITE: private::Site = private::Site::new(private::Meta {
                        layer: private::Layer::Tool,
                        name: "filled",
                        span_name: ::core::concat!("execute_tool ", "filled"),
                        function: ::core::concat!(
                            ::core::module_path!(), "::", "filled"
                        ),
                        description: "",
                        reads_only: false,
                        params: &[
                            private::Param {
                                name: "value",
                                signature: "&T",
                                sensitivity: ::core::option::Option::Some(private::Sensitivity {
                                    class: private::Class::Secret,
                                    kind: ::core::option::Option::None,
                                    redact: ::core::option::Option::None,
                                }),
                            },
                        ],
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
                    private::Probe(&value).argument(__capture, 0usize);
                    private::Probe(&value).structure(__capture);
                    let __types = ();
                    let __types = (__types, &value);
                    let __types = private::type_key(&__types);
                    if let ::core::option::Option::Some(mut __builder) = __capture
                        .missing_schema(__types)
                    {
                        private::Probe(&value)
                            .schema(&mut __builder, __capture.site(), 0usize);
                        __capture.store_schema(__builder, __types);
                    }
                },
            ),
            move || -> [T; N] {
                let value = value;
                '__agentscope: { std::array::from_fn(|_| value.clone()) }
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
}
