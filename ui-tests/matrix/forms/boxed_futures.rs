//! Functions that are not `async` and return a boxed future.

mod boxed_tail {
    use ::matrix::*;
    use std::future::Future;
    use std::pin::Pin;

    #[observed]
    fn f<'a>(/*class*/ text: &'a str) -> Pin<Box<dyn Future<Output = Result<u32, String>> + Send + 'a>> {
        Box::pin(async move {
            inside();
            pause().await;
            inside();
            text.parse().map_err(|_| text.to_owned())
        })
    }

    pub fn ok() -> Result<u32, String> {
        finish(auto_traits!(f("1")))
    }
    pub fn error() -> Result<u32, String> {
        finish(f("one"))
    }
    pub fn cancelled() {
        cancel(f("1"));
    }
}

mod boxed_early_return {
    use ::matrix::*;
    use std::future::Future;
    use std::pin::Pin;

    #[observed]
    fn f(/*class*/ n: u32) -> Pin<Box<dyn Future<Output = Result<u32, String>> + Send>> {
        inside();
        if n == 0 {
            return Box::pin(async {
                pause().await;
                inside();
                Err("none".to_owned())
            });
        }
        Box::pin(async move {
            pause().await;
            inside();
            assert!(n != 9, "nine");
            Ok(n)
        })
    }

    pub fn ok() -> Result<u32, String> {
        finish(auto_traits!(f(1)))
    }
    pub fn error() -> Result<u32, String> {
        finish(f(0))
    }
    pub fn cancelled() {
        cancel(f(0));
    }
    pub fn panicked() {
        let _ = finish(f(9));
    }
}

mod boxed_match_arms {
    use ::matrix::*;
    use futures_util::future::BoxFuture;

    #[observed]
    fn f(/*class*/ n: u32) -> BoxFuture<'static, Result<u32, String>> {
        match n {
            0 => Box::pin(std::future::ready(Err("none".to_owned()))),
            1 => Box::pin(async move {
                pause().await;
                inside();
                Ok(n)
            }),
            _ => Box::pin(async move {
                inside();
                Err("many".to_owned())
            }),
        }
    }

    pub fn ok() -> Result<u32, String> {
        finish(auto_traits!(f(1)))
    }
    pub fn error() -> Result<u32, String> {
        finish(f(2))
    }
}

mod boxed_by_method {
    use ::matrix::*;
    use futures_util::future::{BoxFuture, FutureExt as _};

    #[observed]
    fn f(/*class*/ text: &str) -> BoxFuture<'_, usize> {
        async move {
            inside();
            pause().await;
            inside();
            text.len()
        }
        .boxed()
    }

    pub fn ok() -> usize {
        finish(auto_traits!(f("ab")))
    }
    pub fn cancelled() {
        cancel(f("ab"));
    }
}

mod boxed_delegation {
    use ::matrix::*;
    use std::future::Future;
    use std::pin::Pin;

    fn inner<'a>(text: &'a str) -> Pin<Box<dyn Future<Output = usize> + Send + 'a>> {
        Box::pin(async move {
            pause().await;
            inside();
            text.len()
        })
    }

    #[observed]
    fn f<'a>(/*class*/ text: &'a str) -> Pin<Box<dyn Future<Output = usize> + Send + 'a>> {
        inner(text)
    }

    pub fn ok() -> usize {
        finish(auto_traits!(f("ab")))
    }
}

mod boxed_local {
    use ::matrix::*;
    use futures_util::future::{FutureExt as _, LocalBoxFuture};
    use std::rc::Rc;

    #[observed]
    fn f<'a>(/*class*/ n: &'a Rc<u32>) -> LocalBoxFuture<'a, Result<u32, String>> {
        if **n == 0 {
            inside();
            return async { Err("none".to_owned()) }.boxed_local();
        }
        let n = Rc::clone(n);
        Box::pin(async move {
            pause().await;
            inside();
            Ok(*n)
        })
    }

    pub fn ok() -> Result<u32, String> {
        finish(auto_traits!(f(&Rc::new(1))))
    }
    pub fn error() -> Result<u32, String> {
        finish(f(&Rc::new(0)))
    }
}

mod boxed_alias {
    use ::matrix::*;
    use std::future::Future;
    use std::pin::Pin;

    type Later<'a, T> = Pin<Box<dyn Future<Output = Answer<T>> + Send + 'a>>;
    type Answer<T> = Result<T, String>;

    struct Store(u32);
    impl Store {
        #[observed]
        fn f<'a>(&'a self, /*class*/ n: u32) -> Later<'a, u32> {
            let left = self.0.checked_sub(n);
            Box::pin(async move {
                inside();
                pause().await;
                inside();
                Ok(left.ok_or("nothing")?)
            })
        }
    }

    pub fn ok() -> Answer<u32> {
        finish(auto_traits!(Store(1).f(1)))
    }
    pub fn error() -> Answer<u32> {
        finish(Store(1).f(2))
    }
    pub fn cancelled() {
        cancel(Store(1).f(1));
    }
}

mod boxed_sync {
    use ::matrix::*;
    use std::future::Future;
    use std::pin::Pin;

    #[observed]
    fn f(/*class*/ n: u32) -> Pin<Box<dyn Future<Output = u32> + Send + Sync>> {
        Box::pin(async move {
            pause().await;
            inside();
            n
        })
    }

    pub fn ok() -> u32 {
        finish(auto_traits!(f(1)))
    }
}

mod boxed_unpin {
    use ::matrix::*;
    use std::future::Future;

    #[observed]
    fn f(/*class*/ n: u32) -> Box<dyn Future<Output = Result<u32, String>> + Send + Unpin> {
        Box::new(Box::pin(async move {
            pause().await;
            inside();
            n.checked_sub(1).ok_or_else(|| "nothing".to_owned())
        }))
    }

    pub fn ok() -> Result<u32, String> {
        finish(auto_traits!(f(1)))
    }
    pub fn error() -> Result<u32, String> {
        finish(f(0))
    }
}

mod boxed_generic {
    use ::matrix::*;
    use futures_util::future::BoxFuture;

    #[observed]
    fn f<'a, T: Clone + Send + Sync, E: Send + 'a>(/*hidden*/ value: &'a T, /*hidden*/ error: Option<E>) -> BoxFuture<'a, Result<T, E>> {
        Box::pin(async move {
            pause().await;
            inside();
            match error {
                None => Ok(value.clone()),
                Some(error) => Err(error),
            }
        })
    }

    pub fn ok() -> Result<u32, String> {
        finish(auto_traits!(f(&1, None)))
    }
    pub fn error() -> Result<u32, String> {
        finish(f(&1, Some("error".to_owned())))
    }
}

mod boxed_in_trait {
    use ::matrix::*;
    use futures_util::future::BoxFuture;

    trait Search {
        fn f<'a>(&'a self, n: &'a u32) -> BoxFuture<'a, u32>;
    }
    struct Store(u32);
    impl Search for Store {
        #[observed]
        fn f<'a>(&'a self, /*class*/ n: &'a u32) -> BoxFuture<'a, u32> {
            Box::pin(async move {
                pause().await;
                inside();
                self.0 + n
            })
        }
    }

    pub fn ok() -> u32 {
        let searcher: &dyn Search = &Store(1);
        finish(auto_traits!(searcher.f(&1)))
    }
}

// spans: 3
mod boxed_recursion {
    use ::matrix::*;
    use futures_util::future::BoxFuture;

    #[observed]
    fn f(/*class*/ n: u32) -> BoxFuture<'static, u32> {
        Box::pin(async move {
            inside();
            if n == 0 { 0 } else { n + f(n - 1).await }
        })
    }

    pub fn ok() -> u32 {
        finish(f(2))
    }
}

mod boxed_drop_order {
    use ::matrix::*;
    use futures_util::future::BoxFuture;

    #[observed]
    fn f(/*class*/ a: Loud, /*class*/ _: Loud, /*class*/ b: Loud) -> BoxFuture<'static, Loud> {
        let _prefix = Loud("prefix");
        Box::pin(async move {
            let _local = Loud("local");
            inside();
            pause().await;
            a
        })
    }

    pub fn ok() {
        finish(f(Loud("a"), Loud("_"), Loud("b")));
    }
    pub fn cancelled() {
        cancel(f(Loud("a"), Loud("_"), Loud("b")));
    }
}
