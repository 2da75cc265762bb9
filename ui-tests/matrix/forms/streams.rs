//! Functions that return a stream or a lazy iterator.

mod stream {
    use ::matrix::*;
    use futures_util::stream::{self, Stream, StreamExt as _};

    #[observed]
    fn f(/*class*/ n: u32) -> impl Stream<Item = u32> + Send {
        inside();
        stream::iter(0..n).then(|m| async move {
            inside();
            pause().await;
            inside();
            assert!(m != 8, "eight");
            m
        })
    }

    pub fn ok() -> Vec<u32> {
        items(auto_traits!(f(2)))
    }
    pub fn panicked() -> Vec<u32> {
        items(f(9))
    }
    pub fn cancelled() {
        cancel(Box::pin(f(3)).next());
    }
}

mod stream_dropped_between_items {
    use ::matrix::*;
    use futures_util::stream::{self, Stream, StreamExt as _};
    use std::future::Future;

    #[observed]
    fn f(/*class*/ a: Loud) -> impl Stream<Item = u32> + Send {
        stream::iter(0..3).map(move |m| {
            inside();
            let _ = &a;
            m
        })
    }

    pub fn cancelled() -> Option<u32> {
        let mut stream = Box::pin(f(Loud("a")));
        finish(stream.next())
    }
}

mod stream_borrowing {
    use ::matrix::*;
    use futures_util::stream::{self, Stream, StreamExt as _};

    #[observed]
    fn f<'a>(/*class*/ many: &'a [u32]) -> impl Stream<Item = Result<&'a u32, String>> + use<'a> {
        stream::iter(many).map(|m| {
            inside();
            Ok(m)
        })
    }

    pub fn ok() -> usize {
        items(auto_traits!(f(&[1, 2]))).len()
    }
}

mod stream_boxed {
    use ::matrix::*;
    use futures_util::stream::{self, BoxStream, StreamExt as _};

    #[observed]
    fn f<'a>(/*class*/ many: &'a [u32]) -> BoxStream<'a, u32> {
        if many.is_empty() {
            return stream::empty().boxed();
        }
        Box::pin(stream::iter(many).then(|m| async move {
            inside();
            pause().await;
            inside();
            *m
        }))
    }

    pub fn ok() -> Vec<u32> {
        items(auto_traits!(f(&[1, 2])))
    }
    pub fn cancelled() {
        cancel(f(&[1, 2]).next());
    }
}

mod stream_boxed_local {
    use ::matrix::*;
    use futures_util::stream::{self, LocalBoxStream, StreamExt as _};
    use std::rc::Rc;

    #[observed]
    fn f(/*class*/ n: Rc<u32>) -> LocalBoxStream<'static, Rc<u32>> {
        stream::iter(0..2)
            .map(move |_| {
                inside();
                Rc::clone(&n)
            })
            .boxed_local()
    }

    pub fn ok() -> Vec<Rc<u32>> {
        items(auto_traits!(f(Rc::new(1))))
    }
}

mod stream_alias {
    use ::matrix::*;
    use futures_util::stream::{self, Stream, StreamExt as _};
    use std::pin::Pin;

    type Words = Pin<Box<dyn Stream<Item = String> + Send + Sync>>;

    #[observed]
    fn f(/*class*/ text: String) -> Words {
        Box::pin(stream::iter(0..2).map(move |n| {
            inside();
            format!("{text}{n}")
        }))
    }

    pub fn ok() -> Vec<String> {
        items(auto_traits!(f("a".to_owned())))
    }
}

mod stream_in_result {
    use ::matrix::*;
    use futures_util::stream::{self, Stream, StreamExt as _};

    #[observed]
    fn f(/*class*/ n: u32) -> Result<impl Stream<Item = u32>, String> {
        inside();
        let n = n.checked_sub(1).ok_or("nothing")?;
        Ok(stream::iter(0..n).map(|m| {
            inside();
            m
        }))
    }

    pub fn ok() -> Vec<u32> {
        items(auto_traits!(f(3).unwrap()))
    }
    pub fn error() -> String {
        f(0).err().unwrap()
    }
}

mod stream_from_async {
    use ::matrix::*;
    use futures_util::stream::{self, Stream, StreamExt as _};

    #[observed]
    async fn f(/*class*/ n: u32) -> impl Stream<Item = u32> {
        inside();
        pause().await;
        inside();
        stream::iter(0..n).then(|m| async move {
            inside();
            pause().await;
            inside();
            m
        })
    }

    pub fn ok() -> Vec<u32> {
        items(auto_traits!(finish(auto_traits!(f(2)))))
    }
    pub fn cancelled() {
        cancel(f(2));
    }
}

mod stream_from_async_in_result {
    use ::matrix::*;
    use futures_util::stream::{self, Stream, StreamExt as _};

    #[observed]
    async fn f(/*class*/ n: u32) -> Result<impl Stream<Item = Result<u32, String>>, String> {
        inside();
        pause().await;
        let n = n.checked_sub(1).ok_or("nothing")?;
        Ok(stream::iter(0..n).map(|m| {
            inside();
            Ok(m)
        }))
    }

    pub fn ok() -> Vec<Result<u32, String>> {
        items(auto_traits!(finish(f(3)).unwrap()))
    }
    pub fn error() -> String {
        finish(f(0)).err().unwrap()
    }
}

mod stream_from_async_boxed {
    use ::matrix::*;
    use futures_util::stream::{self, BoxStream, StreamExt as _};

    #[observed]
    async fn f(/*class*/ n: u32) -> Result<BoxStream<'static, u32>, String> {
        inside();
        pause().await;
        if n == 0 {
            return Err("nothing".to_owned());
        }
        Ok(stream::iter(0..n).map(|m| {
            inside();
            m
        }).boxed())
    }

    pub fn ok() -> Vec<u32> {
        items(auto_traits!(finish(auto_traits!(f(2))).unwrap()))
    }
    pub fn error() -> String {
        finish(f(0)).err().unwrap()
    }
}

mod stream_said {
    use ::matrix::*;
    use futures_util::stream::{self, Stream, StreamExt as _};

    trait Words: Stream<Item = u32> + Send {}
    impl<S: Stream<Item = u32> + Send> Words for S {}

    #[observed(returns = stream)]
    fn f(/*class*/ n: u32) -> impl Words {
        stream::iter(0..n).map(|m| {
            inside();
            m
        })
    }

    pub fn ok() -> Vec<u32> {
        items(auto_traits!(f(2)))
    }
}

mod stream_as_value {
    use ::matrix::*;
    use futures_util::stream::{self, Stream};

    #[observed(returns = value)]
    fn f(/*class*/ n: u32) -> impl Stream<Item = u32> {
        inside();
        stream::iter(0..n)
    }

    pub fn ok() -> Vec<u32> {
        items(auto_traits!(f(2)))
    }
}

mod stream_drop_order {
    use ::matrix::*;
    use futures_util::stream::{self, Stream, StreamExt as _};

    #[observed]
    fn f(/*class*/ a: Loud, /*class*/ _: Loud, /*class*/ _b: Loud) -> impl Stream<Item = u32> {
        let _local = Loud("local");
        stream::iter(0..1).map(move |m| {
            inside();
            let _ = &a;
            m
        })
    }

    pub fn ok() -> Vec<u32> {
        items(f(Loud("a"), Loud("_"), Loud("b")))
    }
}

mod iterator {
    use ::matrix::*;

    #[observed(returns = iterator)]
    fn f(/*class*/ n: u32) -> impl Iterator<Item = u32> + Send {
        inside();
        (0..n).map(|m| {
            inside();
            assert!(m != 8, "eight");
            m
        })
    }

    pub fn ok() -> Vec<u32> {
        auto_traits!(f(2)).collect()
    }
    pub fn panicked() -> Vec<u32> {
        f(9).collect()
    }
    pub fn cancelled() -> Option<u32> {
        f(9).next()
    }
}

mod iterator_boxed {
    use ::matrix::*;

    #[observed(returns = iterator)]
    fn f<'a>(/*class*/ many: &'a [u32]) -> Box<dyn Iterator<Item = &'a u32> + 'a> {
        if many.is_empty() {
            return Box::new(std::iter::empty());
        }
        Box::new(many.iter().inspect(|_| inside()))
    }

    pub fn ok() -> u32 {
        auto_traits!(f(&[1, 2])).sum()
    }
}

mod iterator_as_value {
    use ::matrix::*;

    // A wrapper is no `Clone`, so the call is said to end when it returns.
    #[observed(returns = value)]
    fn f(/*class*/ n: u32) -> impl Iterator<Item = u32> + ExactSizeIterator + DoubleEndedIterator + Clone {
        inside();
        vec![n; 2].into_iter()
    }

    pub fn ok() -> (usize, Vec<u32>) {
        let iterator = auto_traits!(f(2));
        (iterator.len(), iterator.clone().rev().collect())
    }
}
