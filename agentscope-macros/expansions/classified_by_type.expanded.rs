fn update(customer: &Customer, orders: Vec<Order>) -> Result<Customer, UpdateError> {
    private::call(
            private::open(
                {
                    static __SITE: private::Site = private::Site::new(private::Meta {
                        layer: private::Layer::Tool,
                        name: "update",
                        span_name: ::core::concat!("execute_tool ", "update"),
                        function: ::core::concat!(
                            ::core::module_path!(), "::", "update"
                        ),
                        description: "",
                        reads_only: false,
                        params: &[
                            private::Param {
                                name: "customer",
                                signature: "&Customer",
                                sensitivity: ::core::option::Option::None,
                            },
                            private::Param {
                                name: "orders",
                                signature: "Vec<Order>",
                                sensitivity: ::core::option::Option::None,
                            },
                        ],
                        output: ::core::option::Option::None,
                        schema: ::core::option::Option::Some(__schema),
                    });
                    fn __schema(__builder: &mut private::SchemaBuilder) {
                        #[allow(unused_imports)]
                        use private::OpaqueType as _;
                        let _ = &__builder;
                        private::TypeProbe::<&Customer>::NEW
                            .declare(__builder, "customer", "&Customer");
                        private::TypeProbe::<Vec<Order>>::NEW
                            .declare(__builder, "orders", "Vec<Order>");
                    }
                    private::inventory::submit! {
                        private::Registered(& __SITE)
                    }
                    &__SITE
                },
                |__capture| {
                    #[allow(unused_imports)]
                    use private::{
                        ByClass as _, Opaque as _,
                        classified_argument as __classified_argument,
                    };
                    let _ = &__capture;
                    __classified_argument(&customer, __capture, 0usize);
                    private::Probe(&customer).structure(__capture);
                    __classified_argument(&orders, __capture, 1usize);
                    private::Probe(&orders).structure(__capture);
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
}
