fn complete(prompt: &str) -> Result<String, Error> {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    #[allow(unused_imports)]
    use __agentscope::probing::*;
    let __call = __agentscope::open(
        {
            static __SITE: __agentscope::Site = __agentscope::Site::new(__agentscope::Meta {
                    layer: __agentscope::Layer::Inference,
                    name: "complete",
                    span_name: "",
                    function: ::core::concat!(::core::module_path!(), "::", "complete"),
                    description: "",
                    reads_only: false,
                    params: &[
                        __agentscope::Param {
                            name: "prompt",
                            signature: "&str",
                            sensitivity: __agentscope::defaults::SECRET,
                        },
                    ],
                    output: __agentscope::defaults::SECRET,
                    schema: ::core::option::Option::None,
                })
                .enforcing_budget();
            __agentscope::inventory::submit! {
                __agentscope::Registered(& __SITE)
            }
            &__SITE
        },
        |__capture| {
            let _ = &__capture;
            __capture.literal(&__agentscope::Literal::Provider("openai"));
            __capture.argument(0usize, (&__agentscope::Probe(&prompt)).__argument());
        },
    );
    let __refused = __call.refused();
    __agentscope::call(
        __call,
        move || -> Result<String, Error> {
            if let ::core::option::Option::Some(__refused) = __refused {
                return __agentscope::refuse(__refused);
            }
            let prompt = prompt;
            '__agentscope: { send(prompt) }
        },
        |__tag| (&__tag.__kind().__judged()).__shown().__told().__answered(),
    )
}
