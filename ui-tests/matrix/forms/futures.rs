//! Functions that are not `async` and return a future of a type of its own.

mod future_tail {
    use ::matrix::*;
    use std::future::Future;

    #[observed]
    fn f(/*class*/ n: u32) -> impl Future<Output = Result<u32, String>> + Send {
        async move {
            inside();
            pause().await;
            inside();
            n.checked_sub(1).ok_or_else(|| "nothing".to_owned())
        }
    }

    pub fn ok() -> Result<u32, String> {
        finish(auto_traits!(f(1)))
    }
    pub fn error() -> Result<u32, String> {
        finish(f(0))
    }
    pub fn cancelled() {
        cancel(f(1));
    }
}

mod future_prefix {
    use ::matrix::*;
    use std::future::Future;

    #[observed]
    fn f(/*class*/ text: String) -> impl Future<Output = Result<usize, String>> + Send + 'static {
        inside();
        let moved = text;
        let doubled = moved.len() * 2;
        async move {
            pause().await;
            inside();
            assert!(doubled != 8, "eight");
            if doubled > 4 { Err(moved) } else { Ok(doubled) }
        }
    }

    pub fn ok() -> Result<usize, String> {
        finish(auto_traits!(f("a".to_owned())))
    }
    pub fn error() -> Result<usize, String> {
        finish(f("abc".to_owned()))
    }
    pub fn cancelled() {
        cancel(f("a".to_owned()));
    }
    pub fn panicked() {
        let _ = finish(f("abcd".to_owned()));
    }
}

mod future_prefix_panics {
    use ::matrix::*;
    use std::future::Future;

    #[observed]
    fn f(/*class*/ n: u32) -> impl Future<Output = u32> {
        inside();
        assert!(n != 9, "nine");
        async move { n }
    }

    pub fn panicked() -> u32 {
        finish(f(9))
    }
}

mod future_several_returns {
    use ::matrix::*;
    use futures_util::future::{Either, FutureExt as _};
    use std::future::Future;

    #[observed]
    fn f(/*class*/ n: u32) -> impl Future<Output = u32> + Send {
        inside();
        if n > 1 {
            return Either::Left(std::future::ready(n));
        }
        Either::Right(async move {
            pause().await;
            inside();
            n
        })
    }

    pub fn ok() -> u32 {
        finish(auto_traits!(f(1)))
    }
}

mod future_delegation {
    use ::matrix::*;
    use std::future::Future;

    async fn inner(n: u32) -> Result<u32, String> {
        inside();
        pause().await;
        inside();
        n.checked_sub(1).ok_or_else(|| "nothing".to_owned())
    }

    #[observed]
    fn f(/*class*/ n: u32) -> impl Future<Output = Result<u32, String>> {
        inner(n)
    }

    pub fn ok() -> Result<u32, String> {
        finish(auto_traits!(f(1)))
    }
    pub fn error() -> Result<u32, String> {
        finish(f(0))
    }
    pub fn cancelled() {
        cancel(f(1));
    }
}

mod future_borrowing {
    use ::matrix::*;
    use std::future::Future;

    #[observed]
    fn f<'a>(/*class*/ text: &'a mut String) -> impl Future<Output = &'a str> + Send + use<'a> {
        async move {
            pause().await;
            inside();
            text.push('a');
            &text[..]
        }
    }

    pub fn ok() -> String {
        let mut text = String::new();
        finish(auto_traits!(f(&mut text))).to_owned()
    }
}

mod future_not_send {
    use ::matrix::*;
    use std::future::Future;
    use std::rc::Rc;

    #[observed]
    fn f(/*class*/ n: Rc<u32>) -> impl Future<Output = u32> {
        async move {
            pause().await;
            inside();
            *n
        }
    }

    pub fn ok() -> u32 {
        finish(auto_traits!(f(Rc::new(1))))
    }
}

mod future_generic {
    use ::matrix::*;
    use std::future::Future;

    #[observed]
    fn f<T: Send + 'static, F>(/*hidden*/ make: F) -> impl Future<Output = Result<T, String>>
    where
        F: Future<Output = T> + Send,
    {
        async move {
            let made = make.await;
            inside();
            Ok(made)
        }
    }

    pub fn ok() -> Result<u32, String> {
        finish(auto_traits!(f(async { 1 })))
    }
}

mod future_by_path {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ n: u32) -> impl ::core::future::Future<Output = Result<impl std::fmt::Debug, String>> + Unpin {
        Box::pin(async move {
            pause().await;
            inside();
            Ok(n)
        })
    }

    pub fn ok() -> String {
        format!("{:?}", finish(auto_traits!(f(1))))
    }
}

mod future_into_future {
    use ::matrix::*;
    use std::future::{Future, IntoFuture};

    #[observed]
    fn f(/*class*/ n: u32) -> impl Send + Future<Output = u32> + 'static {
        struct Later(u32);
        impl IntoFuture for Later {
            type Output = u32;
            type IntoFuture = std::future::Ready<u32>;
            fn into_future(self) -> Self::IntoFuture {
                std::future::ready(self.0)
            }
        }
        async move {
            inside();
            Later(n).await
        }
    }

    pub fn ok() -> u32 {
        finish(auto_traits!(f(1)))
    }
}

mod future_named_type {
    use ::matrix::*;
    use std::future::Future;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    #[derive(Debug)]
    struct Work(u32);
    impl Future for Work {
        type Output = Result<u32, String>;
        fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
            inside();
            self.0 = self.0.saturating_sub(1);
            match self.0 {
                0 => Poll::Ready(Ok(0)),
                7.. => Poll::Ready(Err("many".to_owned())),
                _ => Poll::Pending,
            }
        }
    }

    // The type is the user's: the future cannot be wrapped, and `returns = value` says so.
    #[observed(returns = value)]
    fn f(/*class*/ n: u32) -> Work {
        inside();
        Work(n)
    }

    pub fn ok() -> String {
        format!("{:?}", f(3))
    }
}

mod future_as_value {
    use ::matrix::*;
    use std::future::Future;

    #[observed(returns = value)]
    fn f(/*class*/ n: u32) -> impl Future<Output = u32> {
        inside();
        std::future::ready(n)
    }

    pub fn ok() -> u32 {
        finish(f(1))
    }
}

mod future_said {
    use ::matrix::*;
    use std::future::Future;

    trait Later: Future<Output = Result<u32, String>> + Send {}
    impl<F: Future<Output = Result<u32, String>> + Send> Later for F {}

    // Not spelt `Future`, which is what `returns` is for.
    #[observed(returns = future)]
    fn f(/*class*/ n: u32) -> impl Later {
        async move {
            pause().await;
            inside();
            n.checked_sub(1).ok_or_else(|| "nothing".to_owned())
        }
    }

    pub fn ok() -> Result<u32, String> {
        finish(auto_traits!(f(1)))
    }
    pub fn error() -> Result<u32, String> {
        finish(f(0))
    }
}

mod future_in_result {
    use ::matrix::*;
    use std::future::Future;

    #[observed(returns = value)]
    fn f(/*class*/ n: u32) -> Result<impl Future<Output = u32>, String> {
        inside();
        let n = n.checked_sub(1).ok_or("nothing")?;
        Ok(async move { n })
    }

    pub fn ok() -> u32 {
        finish(f(1).unwrap())
    }
    pub fn error() -> String {
        f(0).err().unwrap()
    }
}

mod future_drop_order {
    use ::matrix::*;
    use std::future::Future;

    #[observed]
    fn f(/*class*/ a: Loud, /*class*/ _: Loud, /*class*/ b: Loud) -> impl Future<Output = Loud> {
        let _prefix = Loud("prefix");
        inside();
        async move {
            let _local = Loud("local");
            pause().await;
            inside();
            a
        }
    }

    pub fn ok() {
        finish(f(Loud("a"), Loud("_"), Loud("b")));
    }
    pub fn cancelled() {
        cancel(f(Loud("a"), Loud("_"), Loud("b")));
    }
}
