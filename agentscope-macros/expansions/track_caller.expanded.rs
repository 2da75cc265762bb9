#[track_caller]
fn located() -> u32 {
    let __inside = private::inside(
        private::open(
            {
                static __SITE: private::Site = private::Site::new(private::Meta {
                    layer: private::Layer::Tool,
                    name: "located",
                    span_name: ::core::concat!("execute_tool ", "located"),
                    function: ::core::concat!(::core::module_path!(), "::", "located"),
                    description: "",
                    reads_only: false,
                    params: &[],
                    output: ::core::option::Option::Some(private::Sensitivity {
                        class: private::Class::Public,
                        kind: ::core::option::Option::None,
                        redact: ::core::option::Option::None,
                    }),
                    schema: ::core::option::Option::Some(__schema),
                });
                fn __schema(__builder: &mut private::SchemaBuilder) {
                    #[allow(unused_imports)]
                    use private::OpaqueType as _;
                    let _ = &__builder;
                }
                private::inventory::submit! {
                    private::Registered(& __SITE)
                }
                &__SITE
            },
            |__capture| {
                #[allow(unused_imports)]
                use private::{ByClass as _, Opaque as _};
                let _ = &__capture;
                __capture.declared_schema();
            },
        ),
    );
    let __value: u32 = { '__agentscope: { std::panic::Location::caller().line() } };
    private::leave(
            __inside,
            __value,
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
