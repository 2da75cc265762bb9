fn update(customer: &Customer, orders: Vec<Order>) -> Result<Customer, UpdateError> {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    #[allow(unused_imports)]
    use __agentscope::probing::*;
    __agentscope::call(
        __agentscope::open(
            {
                static __SITE: __agentscope::Site = __agentscope::Site::new(__agentscope::Meta {
                    layer: __agentscope::Layer::Tool,
                    name: "update",
                    span_name: "execute_tool update",
                    function: ::core::concat!(::core::module_path!(), "::", "update"),
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
                    __agentscope::TypeProbe::<&Customer>::NEW
                        .__declare(__builder, 0usize);
                    __agentscope::TypeProbe::<Vec<Order>>::NEW
                        .__declare(__builder, 1usize);
                }
                __agentscope::registered!(__SITE);
                &__SITE
            },
            |__capture| {
                let _ = &__capture;
                __agentscope::classified(&customer);
                __capture
                    .argument(0usize, (&__agentscope::Probe(&customer)).__argument());
                __agentscope::classified(&orders);
                __capture.argument(1usize, (&__agentscope::Probe(&orders)).__argument());
                __capture.declared_schema();
            },
        ),
        move || -> Result<Customer, UpdateError> {
            let customer = customer;
            let orders = orders;
            '__agentscope: { customer.with(orders) }
        },
        |__tag| (&__tag.__kind().__judged().__classified()).__shown().__told(),
    )
}
