//! Other attributes above and below.

mod must_use {
    use ::matrix::*;

    #[must_use = "it is the number"]
    #[observed]
    #[inline]
    fn f(/*class*/ n: u32) -> u32 {
        inside();
        n
    }

    pub fn ok() -> u32 {
        f(1)
    }
}

mod deprecated_and_documented {
    use ::matrix::*;

    #[observed]
    /// A number.
    #[doc = "More about it."]
    #[deprecated(note = "use another")]
    #[doc(hidden)]
    #[cold]
    #[inline(never)]
    fn f(/*class*/ n: u32) -> u32 {
        inside();
        n
    }

    #[allow(deprecated)]
    pub fn ok() -> u32 {
        f(1)
    }
}

mod track_caller {
    use ::matrix::*;
    use std::panic::Location;

    const LINE: u32 = line!();

    #[track_caller]
    #[observed]
    fn f(/*class*/ n: u32) -> (u32, u32) {
        inside();
        let location = Location::caller();
        (location.line() - LINE, location.column())
    }

    pub fn ok() -> (u32, u32) {
        f(1)
    }
}

mod track_caller_below {
    use ::matrix::*;
    use std::panic::Location;

    const LINE: u32 = line!();

    struct Store(u32);
    impl Store {
        #[observed]
        #[track_caller]
        #[inline]
        fn f(&mut self, /*class*/ (a, b): (u32, u32), /*class*/ fails: Option<Loud>) -> Result<(u32, &mut u32), String> {
            inside();
            let _local = Loud("local");
            if fails.is_some() {
                return Err(format!("line {}", Location::caller().line() - LINE));
            }
            self.0 += a + b;
            Ok((Location::caller().line() - LINE, &mut self.0))
        }
    }

    pub fn ok() -> String {
        format!("{:?}", Store(1).f((2, 3), None))
    }
    pub fn error() -> String {
        format!("{:?}", Store(1).f((2, 3), Some(Loud("fails"))))
    }
}

mod track_caller_panics {
    use ::matrix::*;
    use std::panic::Location;

    const LINE: u32 = line!();

    #[track_caller]
    fn line() -> u32 {
        Location::caller().line() - LINE
    }

    #[observed]
    #[track_caller]
    fn f(/*class*/ a: Loud) -> u32 {
        inside();
        let n = line();
        assert!(n == 0, "line {n}, {}", Location::caller().line() - LINE);
        n
    }

    pub fn panicked() -> u32 {
        f(Loud("a"))
    }
}

mod track_caller_of_callees {
    use ::matrix::*;
    use std::panic::Location;

    const LINE: u32 = line!();

    #[track_caller]
    fn line() -> u32 {
        Location::caller().line() - LINE
    }

    // Without the attribute, what is called says where it is called from.
    #[observed]
    fn f(/*class*/ n: u32) -> u32 {
        inside();
        n + line()
    }

    pub fn ok() -> u32 {
        f(0)
    }
}

mod track_caller_generic {
    use ::matrix::*;
    use std::panic::Location;

    const LINE: u32 = line!();

    #[observed]
    #[track_caller]
    fn f<T: Into<u64>>(/*hidden*/ n: T) -> impl std::fmt::Debug {
        inside();
        n.into() + u64::from(Location::caller().line() - LINE)
    }

    pub fn ok() -> String {
        format!("{:?}", f(1_u8))
    }
}

mod track_caller_in_trait {
    use ::matrix::*;
    use std::panic::Location;

    const LINE: u32 = line!();

    trait Search {
        #[track_caller]
        #[observed]
        fn f(&self, /*class*/ text: &str) -> Result<u32, Box<dyn std::error::Error>> {
            inside();
            Ok(text.parse::<u32>()? + Location::caller().line() - LINE)
        }
    }
    struct Store;
    impl Search for Store {}

    pub fn ok() -> u32 {
        Store.f("1").unwrap()
    }
    pub fn error() -> String {
        Store.f("one").unwrap_err().to_string()
    }
}

mod conditional_attribute {
    use ::matrix::*;

    #[cfg_attr(all(), observed)]
    async fn f(/*class*/ n: u32) -> u32 {
        inside();
        n
    }

    pub fn ok() -> u32 {
        finish(f(1))
    }
}

mod inner_attributes {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ n: u32) -> u32 {
        #![allow(unused_variables, clippy::let_and_return)]
        //! Says what it does.
        let unused = 1;
        inside();
        n
    }

    pub fn ok() -> u32 {
        f(1)
    }
}

mod inner_attributes_async {
    use ::matrix::*;

    #[observed]
    async fn f(/*class*/ n: u32) -> u32 {
        #![allow(unused_variables)]
        let unused = 1;
        inside();
        n
    }

    pub fn ok() -> u32 {
        finish(f(1))
    }
}

mod allow_and_expect {
    use ::matrix::*;

    #[allow(clippy::needless_return)]
    #[observed]
    #[expect(unused_variables, reason = "for the form")]
    fn f(/*class*/ n: u32, /*class*/ unused: u32) -> u32 {
        let more = 1;
        inside();
        return n;
    }

    pub fn ok() -> u32 {
        f(1, 2)
    }
}

mod instrument_above {
    use ::matrix::*;

    #[tracing::instrument(skip_all)]
    #[observed]
    async fn f(/*class*/ n: u32) -> Result<u32, String> {
        pause().await;
        inside();
        n.checked_sub(1).ok_or_else(|| "nothing".to_owned())
    }

    pub fn ok() -> Result<u32, String> {
        finish(auto_traits!(f(1)))
    }
    pub fn error() -> Result<u32, String> {
        finish(f(0))
    }
}

mod instrument_below {
    use ::matrix::*;

    #[observed]
    #[tracing::instrument(skip_all, err)]
    async fn f(/*class*/ n: u32) -> Result<u32, String> {
        pause().await;
        inside();
        n.checked_sub(1).ok_or_else(|| "nothing".to_owned())
    }

    pub fn ok() -> Result<u32, String> {
        finish(auto_traits!(f(1)))
    }
    pub fn error() -> Result<u32, String> {
        finish(f(0))
    }
}

// spans: 2
mod instrument_sync {
    use ::matrix::*;

    #[tracing::instrument(skip_all)]
    #[observed]
    fn f(/*class*/ (a, b): (u32, u32)) -> u32 {
        inside();
        a + b
    }

    #[observed]
    #[tracing::instrument]
    fn g(/*class*/ n: u32) -> u32 {
        inside();
        n
    }

    pub fn ok() -> u32 {
        f((1, 2)) + g(3)
    }
}

mod instrument_on_boxed {
    use ::matrix::*;
    use futures_util::future::BoxFuture;

    #[tracing::instrument(skip_all)]
    #[observed]
    fn f<'a>(/*class*/ n: &'a u32) -> BoxFuture<'a, u32> {
        Box::pin(async move {
            pause().await;
            inside();
            *n
        })
    }

    pub fn ok() -> u32 {
        finish(auto_traits!(f(&1)))
    }
}
