fn specialist(envelope: &Envelope<Task>) -> String {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    #[allow(unused_imports)]
    use __agentscope::probing::*;
    __agentscope::call(
        __agentscope::open_with_budget(
            {
                static __SITE: __agentscope::Site = __agentscope::Site::new(__agentscope::Meta {
                        layer: __agentscope::Layer::Agent,
                        name: "specialist",
                        span_name: "invoke_agent specialist",
                        function: ::core::concat!(
                            ::core::module_path!(), "::", "specialist"
                        ),
                        description: "",
                        reads_only: false,
                        params: &[
                            __agentscope::Param {
                                name: "envelope",
                                signature: "&Envelope<Task>",
                                sensitivity: __agentscope::classes::SECRET,
                            },
                        ],
                        output: __agentscope::classes::CONFIDENTIAL,
                        schema: ::core::option::Option::None,
                    })
                    .with_context();
                __agentscope::registered!(__SITE);
                &__SITE
            },
            |__capture| {
                let _ = &__capture;
                __capture.context(envelope.context());
                __capture
                    .argument(0usize, (&__agentscope::Probe(&envelope)).__argument());
            },
        ),
        move || -> String {
            #[allow(unused_variables)]
            let envelope = envelope;
            '__agentscope: { envelope.task().to_string() }
        },
        |__tag| (&__tag.__value().__judged()).__shown().__told(),
    )
}
