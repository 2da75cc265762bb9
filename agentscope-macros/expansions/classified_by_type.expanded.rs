fn update(customer: &Customer, orders: Vec<Order>) -> Result<Customer, UpdateError> {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    __agentscope::call(
            __agentscope::open(
                {
                    static __SITE: __agentscope::Site = __agentscope::Site::new(__agentscope::Meta {
                        layer: __agentscope::Layer::Tool,
                        name: "update",
                        span_name: ::core::concat!("execute_tool ", "update"),
                        function: ::core::concat!(
                            ::core::module_path!(), "::", "update"
                        ),
                        description: "",
                        reads_only: false,
                        params: &[
                            __agentscope::Param {
                                name: "customer",
                                signature: "&Customer",
                                sensitivity: ::core::option::Option::None,
                            },
                            __agentscope::Param {
                                name: "orders",
                                signature: "Vec<Order>",
                                sensitivity: ::core::option::Option::None,
                            },
                        ],
                        output: ::core::option::Option::None,
                        schema: ::core::option::Option::Some(__schema),
                    });
                    fn __schema(__builder: &mut __agentscope::SchemaBuilder) {
                        #[allow(unused_imports)]
                        use __agentscope::OpaqueType as _;
                        let _ = &__builder;
                        __agentscope::TypeProbe::<&Customer>::NEW
                            .__declare(__builder, "customer", "&Customer");
                        __agentscope::TypeProbe::<Vec<Order>>::NEW
                            .__declare(__builder, "orders", "Vec<Order>");
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
                    __agentscope::classified_argument(&customer, __capture, 0usize);
                    __agentscope::Probe(&customer).__structure(__capture);
                    __agentscope::classified_argument(&orders, __capture, 1usize);
                    __agentscope::Probe(&orders).__structure(__capture);
                    __capture.declared_schema();
                },
            ),
            move || -> Result<Customer, UpdateError> {
                let customer = customer;
                let orders = orders;
                '__agentscope: { customer.with(orders) }
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
                {
                    let __value = __value;
                    __agentscope::classified_output(__value, __output)
                };
                __agentscope::Probe(__value).__output_structure(__output);
            },
            |__error, __failure| {
                #[allow(unused_imports)]
                use __agentscope::{ByClass as _, Opaque as _};
                __agentscope::Probe(__error).__failure(__failure);
            },
        )
}
