fn update(customer: &Customer, orders: Vec<Order>) -> Result<Customer, UpdateError> {
    use ::agentscope::expects_agentscope_runtime_VERSION as __agentscope;
    #[allow(unused_imports)]
    use __agentscope::probing::*;
    __agentscope::call(
        __agentscope::open(
            {
                static __SITE: __agentscope::Site = __agentscope::Site::declaring(
                    ::core::module_path!(),
                    "update\0tool\0update\0\0\0\0\0customer\0&Customer\0\0orders\0Vec<Order>\0",
                    __schema,
                );
                #[used]
                #[cfg_attr(
                    target_vendor = "apple",
                    unsafe(link_section = "__DATA,__mod_init_func,mod_init_funcs")
                )]
                #[cfg_attr(windows, unsafe(link_section = ".CRT$XCU"))]
                #[cfg_attr(
                    not(any(target_vendor = "apple", windows)),
                    unsafe(link_section = ".init_array")
                )]
                static __REGISTER: extern "C" fn() = {
                    extern "C" fn __register() {
                        __agentscope::register(&__SITE);
                    }
                    __register
                };
                fn __schema(__builder: &mut __agentscope::SchemaBuilder) {
                    __agentscope::TypeProbe::<&Customer>::NEW
                        .__declare(__builder, 0usize);
                    __agentscope::TypeProbe::<Vec<Order>>::NEW
                        .__declare(__builder, 1usize);
                }
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
