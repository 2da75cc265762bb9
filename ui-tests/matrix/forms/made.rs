//! Functions that a `macro_rules!` macro makes.

mod made_with_block {
    use ::matrix::*;

    macro_rules! make {
        ($name:ident, $argument:ident, $ty:ty, $body:block) => {
            #[observed]
            fn $name(/*class*/ $argument: $ty) -> $ty $body
        };
    }
    make!(f, n, u32, {
        inside();
        if n > 1 {
            return n;
        }
        n + 1
    });

    pub fn ok() -> u32 {
        f(1)
    }
}

mod made_with_block_async {
    use ::matrix::*;

    macro_rules! make {
        ($name:ident($($argument:ident: $ty:ty),*) -> $result:ty, $body:block) => {
            #[observed]
            async fn $name($(/*class*/ $argument: $ty),*) -> $result $body
        };
    }
    make!(f(n: u32, text: &str) -> Result<u32, std::num::ParseIntError>, {
        pause().await;
        inside();
        Ok(n + text.parse::<u32>()?)
    });

    pub fn ok() -> Result<u32, std::num::ParseIntError> {
        finish(auto_traits!(f(1, "2")))
    }
    pub fn error() -> Result<u32, std::num::ParseIntError> {
        finish(f(1, "two"))
    }
}

mod made_with_expression {
    use ::matrix::*;

    macro_rules! make {
        ($visibility:vis $name:ident, $result:ty, $body:expr) => {
            #[observed]
            $visibility fn $name(/*class*/ text: &str) -> $result {
                inside();
                $body
            }
        };
    }
    make!(pub(crate) f, Box<dyn Fn(u32) -> u32>, Box::new(|n| n + 1));

    pub fn ok() -> u32 {
        f("a")(1)
    }
}

mod made_with_pattern {
    use ::matrix::*;

    macro_rules! make {
        ($name:ident, $pattern:pat, $ty:ty, $($body:tt)*) => {
            #[observed]
            fn $name(/*class*/ $pattern: $ty, /*class*/ hygienic: u32) -> $ty {
                let shadowed = hygienic;
                inside();
                let _ = shadowed;
                $($body)*
            }
        };
    }
    make!(f, (a, b), (u32, u32), let shadowed = a; (b, shadowed));

    pub fn ok() -> (u32, u32) {
        f((1, 2), 3)
    }
}

mod made_hygienic_names {
    use ::matrix::*;

    // `n` of the macro and `n` of its caller are two parameters.
    macro_rules! make {
        ($n:ident, $sum:ident) => {
            #[observed]
            async fn f(/*class*/ n: u32, /*class*/ $n: u32) -> u32 {
                inside();
                let $sum = n * 10 + $n;
                $sum
            }
        };
    }
    make!(n, sum);

    pub fn ok() -> u32 {
        finish(f(1, 2))
    }
}

mod made_with_attributes {
    use ::matrix::*;

    macro_rules! make {
        ($(#[$attribute:meta])* $name:ident<$generic:ident: $bound:path>, $lifetime:lifetime, $number:literal) => {
            $(#[$attribute])*
            #[observed]
            fn $name<$lifetime, $generic: $bound>(/*hidden*/ value: &$lifetime $generic) -> ($generic, u32) {
                inside();
                (value.clone(), $number)
            }
        };
    }
    make! {
        /// A doc comment.
        #[must_use]
        f<T: Clone>, 'a, 7
    }

    pub fn ok() -> (u8, u32) {
        f(&1)
    }
}

mod made_with_future_type {
    use ::matrix::*;

    macro_rules! make {
        ($name:ident, $n:ident, $result:ty, $body:block) => {
            #[observed]
            fn $name(/*class*/ $n: u32) -> $result $body
        };
    }
    make!(f, n, impl std::future::Future<Output = u32> + Send, {
        async move {
            pause().await;
            inside();
            n
        }
    });

    pub fn ok() -> u32 {
        finish(auto_traits!(f(1)))
    }
}

mod made_method {
    use ::matrix::*;

    struct Store(u32);

    macro_rules! make {
        ($ty:ident, $this:ident, $name:ident, $body:expr) => {
            impl $ty {
                #[observed]
                async fn $name(&$this, /*class*/ n: u32) -> u32 {
                    inside();
                    $body + n
                }
            }
        };
    }
    make!(Store, self, f, self.0 + 1);

    pub fn ok() -> u32 {
        finish(Store(1).f(2))
    }
}

mod made_value_self {
    use ::matrix::*;

    struct Store(Loud);

    macro_rules! make {
        ($this:ident, $body:block) => {
            impl Store {
                #[observed]
                fn f($this, /*class*/ _a: Loud) -> &'static str $body
            }
        };
    }
    make!(self, {
        inside();
        self.0.0
    });

    pub fn ok() -> &'static str {
        Store(Loud("self")).f(Loud("a"))
    }
}
