//! Methods: receivers, traits, associated functions.

mod receivers_borrowed {
    use ::matrix::*;

    struct Store(u32);

    impl Store {
        #[observed]
        fn shared(&self, /*class*/ n: u32) -> u32 {
            inside();
            self.0 + n
        }
    }

    pub fn ok() -> u32 {
        Store(1).shared(2)
    }
}

mod receiver_mut {
    use ::matrix::*;

    struct Store(u32);

    impl Store {
        #[observed]
        fn f(&mut self, /*class*/ n: u32) -> &mut u32 {
            inside();
            self.0 += n;
            &mut self.0
        }
    }

    pub fn ok() -> u32 {
        *Store(1).f(2)
    }
}

mod receiver_value {
    use ::matrix::*;

    struct Store(String);

    impl Store {
        #[observed]
        fn f(mut self, /*class*/ more: &str) -> String {
            inside();
            self.0.push_str(more);
            self.0
        }
    }

    pub fn ok() -> String {
        Store("a".to_owned()).f("b")
    }
}

// spans: 4
mod receivers_in_pointers {
    use ::matrix::*;
    use std::pin::Pin;
    use std::rc::Rc;
    use std::sync::Arc;

    struct Store(u32);

    impl Store {
        #[observed]
        fn boxed(self: Box<Self>) -> u32 {
            inside();
            self.0
        }
        #[observed]
        fn rc(self: Rc<Self>) -> u32 {
            inside();
            self.0
        }
        #[observed]
        fn arc_ref(self: &Arc<Self>) -> Arc<Self> {
            inside();
            Arc::clone(self)
        }
        #[observed]
        fn pinned(self: Pin<&mut Self>) -> Pin<&mut u32> {
            inside();
            unsafe { self.map_unchecked_mut(|this| &mut this.0) }
        }
    }

    pub fn ok() -> u32 {
        let mut store = Store(4);
        let pinned = *Pin::new(&mut store).pinned();
        Box::new(Store(1)).boxed() + Rc::new(Store(2)).rc() + Arc::new(Store(3)).arc_ref().0 + pinned
    }
}

// spans: 6
mod receivers_async {
    use ::matrix::*;
    use std::pin::Pin;
    use std::rc::Rc;
    use std::sync::Arc;

    struct Store(u32);

    impl Store {
        #[observed]
        async fn shared(&self, /*class*/ n: &u32) -> u32 {
            inside();
            self.0 + n
        }
        #[observed]
        async fn unique(&mut self, /*class*/ n: u32) -> &mut u32 {
            inside();
            self.0 += n;
            &mut self.0
        }
        #[observed]
        async fn value(mut self) -> u32 {
            inside();
            self.0 += 1;
            self.0
        }
        #[observed]
        async fn rc(self: Rc<Self>) -> u32 {
            pause().await;
            inside();
            self.0
        }
        #[observed]
        async fn arc(self: Arc<Self>) -> u32 {
            pause().await;
            inside();
            self.0
        }
        #[observed]
        async fn pinned(self: Pin<&mut Self>) -> u32 {
            pause().await;
            inside();
            self.0
        }
    }

    pub fn ok() -> u32 {
        let mut store = Store(1);
        let mut sum = finish(auto_traits!(store.shared(&1)));
        sum += *finish(auto_traits!(store.unique(1)));
        sum += finish(auto_traits!(Pin::new(&mut store).pinned()));
        sum += finish(auto_traits!(Rc::new(Store(1)).rc()));
        sum += finish(auto_traits!(Arc::new(Store(1)).arc()));
        sum + finish(auto_traits!(store.value()))
    }
}

mod associated_function {
    use ::matrix::*;

    #[derive(Debug)]
    struct Store<T>(T);

    impl<T: Clone> Store<T> {
        #[observed]
        fn f(/*class*/ n: &u32) -> Self
        where
            T: From<u32>,
        {
            inside();
            Self(T::from(*n))
        }
    }

    pub fn ok() -> String {
        format!("{:?}", Store::<u64>::f(&1))
    }
}

mod generic_impl_method {
    use ::matrix::*;

    struct Store<'a, T, const N: usize>(&'a [T; N]);

    impl<'a, T: Clone, const N: usize> Store<'a, T, N> {
        #[observed]
        fn f<U: Into<usize>>(&self, /*hidden*/ at: U, /*class*/ other: &'a T) -> [T; 2] {
            inside();
            [self.0[at.into()].clone(), other.clone()]
        }
    }

    pub fn ok() -> [u32; 2] {
        Store(&[1, 2]).f(1_usize, &3)
    }
}
