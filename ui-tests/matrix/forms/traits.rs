//! Methods of traits, with and without `async-trait`.

// spans: 2
mod trait_default_method {
    use ::matrix::*;

    trait Search {
        const MORE: u32;

        #[observed]
        fn f(&self, /*class*/ n: u32) -> u32 {
            inside();
            n + Self::MORE
        }

        #[observed]
        fn consumes(self, /*class*/ n: u32) -> u32
        where
            Self: Sized,
        {
            self.f(n)
        }
    }

    struct Store;
    impl Search for Store {
        const MORE: u32 = 1;
    }

    pub fn ok() -> u32 {
        Store.consumes(1)
    }
}

mod trait_object_default_method {
    use ::matrix::*;

    trait Search {
        fn name(&self) -> String;

        #[observed]
        fn f(&self, /*class*/ n: usize) -> usize {
            inside();
            n + self.name().len()
        }
    }

    struct Store;
    impl Search for Store {
        fn name(&self) -> String {
            "store".to_owned()
        }
    }

    pub fn ok() -> usize {
        let searcher: &dyn Search = &Store;
        searcher.f(1)
    }
}

mod trait_impl_method {
    use ::matrix::*;

    trait Search {
        type Found;
        fn f(&mut self, n: u32) -> Result<Self::Found, String>;
    }

    struct Store(u32);
    impl Search for Store {
        type Found = u32;
        #[observed]
        fn f(&mut self, /*class*/ n: u32) -> Result<Self::Found, String> {
            inside();
            self.0 = self.0.checked_sub(n).ok_or("too few")?;
            Ok(self.0)
        }
    }

    pub fn ok() -> Result<u32, String> {
        Store(2).f(1)
    }
    pub fn error() -> Result<u32, String> {
        Store(2).f(3)
    }
}

mod async_fn_in_trait {
    use ::matrix::*;

    trait Search {
        async fn f(&self, n: u32) -> Result<u32, String>;
    }

    struct Store(u32);
    impl Search for Store {
        #[observed]
        async fn f(&self, /*class*/ n: u32) -> Result<u32, String> {
            inside();
            pause().await;
            inside();
            self.0.checked_sub(n).ok_or_else(|| "too few".to_owned())
        }
    }

    pub fn ok() -> Result<u32, String> {
        finish(auto_traits!(Store(2).f(1)))
    }
    pub fn error() -> Result<u32, String> {
        finish(Store(2).f(3))
    }
    pub fn cancelled() {
        cancel(Store(2).f(1));
    }
}

mod async_default_method {
    use ::matrix::*;

    trait Search {
        fn more(&self) -> u32;

        #[observed]
        async fn f(&self, /*class*/ n: u32) -> u32 {
            pause().await;
            inside();
            n + self.more()
        }
    }

    struct Store;
    impl Search for Store {
        fn more(&self) -> u32 {
            1
        }
    }

    pub fn ok() -> u32 {
        finish(Store.f(1))
    }
}

mod rpitit {
    use ::matrix::*;
    use std::future::Future;

    trait Search {
        fn f(&self, n: u32) -> impl Future<Output = Result<u32, String>> + Send;
    }

    struct Store(u32);
    impl Search for Store {
        #[observed]
        fn f(&self, /*class*/ n: u32) -> impl Future<Output = Result<u32, String>> + Send {
            async move {
                pause().await;
                inside();
                self.0.checked_sub(n).ok_or_else(|| "too few".to_owned())
            }
        }
    }

    pub fn ok() -> Result<u32, String> {
        finish(auto_traits!(Store(2).f(1)))
    }
    pub fn error() -> Result<u32, String> {
        finish(Store(2).f(3))
    }
}

mod rpitit_refined_to_async_fn {
    use ::matrix::*;
    use std::future::Future;

    trait Search {
        fn f(&self, n: u32) -> impl Future<Output = u32> + Send;

        #[observed]
        fn defaulted(&self, /*class*/ n: u32) -> impl Future<Output = u32> + Send
        where
            Self: Sync,
        {
            async move { self.f(n).await }
        }
    }

    struct Store(u32);
    impl Search for Store {
        #[observed]
        async fn f(&self, /*class*/ n: u32) -> u32 {
            pause().await;
            inside();
            self.0 + n
        }
    }

    pub fn ok() -> u32 {
        finish(Store(1).f(2))
    }
}

mod async_trait {
    use ::matrix::*;

    #[::async_trait::async_trait]
    trait Search: Sync {
        async fn f(&self, n: u32, text: &str) -> Result<u32, String>;
    }

    struct Store(u32);

    #[::async_trait::async_trait]
    impl Search for Store {
        #[observed]
        async fn f(&self, /*class*/ n: u32, /*class*/ text: &str) -> Result<u32, String> {
            inside();
            pause().await;
            inside();
            self.0.checked_sub(n).ok_or_else(|| text.to_owned())
        }
    }

    pub fn ok() -> Result<u32, String> {
        let searcher: &dyn Search = &Store(2);
        finish(auto_traits!(searcher.f(1, "")))
    }
    pub fn error() -> Result<u32, String> {
        finish(Store(2).f(3, "too few"))
    }
    pub fn cancelled() {
        cancel(Store(2).f(3, "too few"));
    }
}

mod async_trait_not_send {
    use ::matrix::*;
    use std::rc::Rc;

    #[::async_trait::async_trait(?Send)]
    trait Search {
        #[observed]
        async fn f(&mut self, /*class*/ n: Rc<u32>) -> u32 {
            pause().await;
            inside();
            *n
        }
    }

    struct Store;
    #[::async_trait::async_trait(?Send)]
    impl Search for Store {}

    pub fn ok() -> u32 {
        finish(auto_traits!(Store.f(Rc::new(1))))
    }
}

mod async_trait_before_0_1_43 {
    use ::matrix::*;
    use std::future::Future;
    use std::pin::Pin;

    struct Store(u32);

    impl Store {
        #[observed]
        fn f<'a>(&'a self, /*class*/ n: u32) -> Pin<Box<dyn Future<Output = u32> + Send + 'a>> {
            async fn __f(_self: &Store, n: u32) -> u32 {
                pause().await;
                inside();
                _self.0 + n
            }
            Box::pin(__f(self, n))
        }
    }

    pub fn ok() -> u32 {
        finish(auto_traits!(Store(1).f(2)))
    }
}
