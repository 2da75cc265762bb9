#[track_caller]
fn located() -> u32 {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    let __inside = __agentscope::inside(
        __agentscope::open(
            {
                static __SITE: __agentscope::Site = __agentscope::Site::new(__agentscope::Meta {
                    layer: __agentscope::Layer::Tool,
                    name: "located",
                    span_name: ::core::concat!("execute_tool ", "located"),
                    function: ::core::concat!(::core::module_path!(), "::", "located"),
                    description: "",
                    reads_only: false,
                    params: &[],
                    output: ::core::option::Option::Some(__agentscope::Sensitivity {
                        class: __agentscope::Class::Public,
                        kind: ::core::option::Option::None,
                        redact: ::core::option::Option::None,
                    }),
                    schema: ::core::option::Option::Some(__schema),
                });
                fn __schema(__builder: &mut __agentscope::SchemaBuilder) {
                    #[allow(unused_imports)]
                    use __agentscope::OpaqueType as _;
                    let _ = &__builder;
                }
                __agentscope::inventory::submit! {
                    __agentscope::Registered(& __SITE)
                }
                &__SITE
            },
            |__capture| {
                #[allow(unused_imports)]
                use __agentscope::{ByClass as _, Opaque as _};
                let _ = &__capture;
                __capture.declared_schema();
            },
        ),
    );
    let __value: u32 = { '__agentscope: { std::panic::Location::caller().line() } };
    __agentscope::leave(
            __inside,
            __value,
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
}
