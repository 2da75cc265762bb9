//! Shadowed names: what an expansion writes without saying where it is from.

mod shadowed_std {
    use ::matrix::*;

    mod std {}
    mod core {}
    mod alloc {}
    mod agentscope {}
    mod agentscope_runtime {}
    mod tracing {}
    mod opentelemetry {}

    #[observed]
    fn f(/*class*/ n: u32) -> Result<u32, String> {
        inside();
        Ok(n)
    }

    pub fn ok() -> Result<u32, String> {
        f(1)
    }
}

mod shadowed_std_async {
    use ::matrix::*;

    mod std {}
    mod core {}
    mod alloc {}

    #[observed]
    async fn f(/*class*/ n: u32, /*class*/ (a, _): (u32, u32)) -> Result<u32, String> {
        pause().await;
        inside();
        if n > 1 { Err("many".to_owned()) } else { Ok(a) }
    }

    pub fn ok() -> Result<u32, String> {
        finish(f(1, (2, 3)))
    }
    pub fn error() -> Result<u32, String> {
        finish(f(2, (2, 3)))
    }
}

mod shadowed_variants {
    use ::matrix::*;

    #[derive(Debug)]
    pub enum Mine {
        Ok(u32),
        Err,
        Some,
        None,
    }
    use Mine::*;

    #[observed]
    fn f(/*class*/ n: u32) -> Result<u32, String> {
        inside();
        let all = [Ok(1), Err, Some, None];
        Result::Ok(n + all.len() as u32)
    }

    pub fn ok() -> Result<u32, String> {
        f(1)
    }
}

mod shadowed_variants_async {
    use ::matrix::*;

    #[derive(Debug)]
    pub enum Mine {
        Ok(u32),
        Err,
    }
    use Mine::*;

    #[observed]
    async fn f(/*class*/ n: u32) -> Mine {
        inside();
        if n > 1 { Err } else { Ok(n) }
    }

    // An `Err` that is no `Result`'s is a value.
    pub fn ok() -> Mine {
        finish(f(2))
    }
}

mod shadowed_types {
    use ::matrix::*;

    struct Box;
    struct String;
    struct Vec;
    struct Option;
    #[derive(Debug)]
    pub struct Result(u32);
    trait Future {}
    trait Send {}
    trait Sync {}
    trait Fn {}
    trait FnOnce {}
    trait Clone {}
    trait Drop {}
    trait Copy {}
    trait Into {}
    trait Default {}
    trait Iterator {}
    type u32_ = u32;

    #[observed]
    fn f(/*class*/ n: u32_) -> Result {
        inside();
        Result(n)
    }

    pub fn ok() -> Result {
        f(1)
    }
}

mod shadowed_types_async {
    use ::matrix::*;

    struct Box;
    struct Option;
    #[derive(Debug)]
    pub struct Result(u32);
    trait Future {}
    trait Send {}
    trait FnOnce {}

    #[observed]
    async fn f(/*class*/ n: u32) -> Result {
        pause().await;
        inside();
        Result(n)
    }

    pub fn ok() -> Result {
        finish(auto_traits!(f(1)))
    }
}

mod shadowed_primitives {
    use ::matrix::*;

    #[allow(non_camel_case_types)]
    #[derive(Debug, PartialEq)]
    pub struct bool;
    #[allow(non_camel_case_types)]
    pub struct str;
    #[allow(non_camel_case_types)]
    pub struct usize;

    #[observed]
    fn f(/*class*/ _n: usize) -> bool {
        inside();
        bool
    }

    pub fn ok() -> bool {
        f(usize)
    }
}

mod shadowed_macros {
    use ::matrix::*;

    macro_rules! concat {
        ($($any:tt)*) => { compile_error!("not this one") };
    }
    macro_rules! module_path {
        ($($any:tt)*) => { compile_error!("not this one") };
    }
    macro_rules! include_bytes {
        ($($any:tt)*) => { compile_error!("not this one") };
    }

    #[observed]
    async fn f(/*class*/ n: u32) -> u32 {
        inside();
        n
    }

    pub fn ok() -> u32 {
        finish(f(1))
    }
}

mod no_implicit_prelude {
    #![no_implicit_prelude]

    #[observed]
    fn f(/*class*/ n: u32, /*class*/ text: &str) -> ::std::result::Result<u32, ::std::num::ParseIntError> {
        ::matrix::inside();
        let parsed: u32 = text.parse()?;
        ::std::result::Result::Ok(n + parsed)
    }

    pub fn ok() -> ::std::result::Result<u32, ::std::num::ParseIntError> {
        f(1, "2")
    }
    pub fn error() -> ::std::result::Result<u32, ::std::num::ParseIntError> {
        f(1, "two")
    }
}

mod no_implicit_prelude_async {
    #![no_implicit_prelude]

    #[observed]
    async fn f(/*class*/ n: u32, /*class*/ (a, _): (u32, u32)) -> u32 {
        ::matrix::inside();
        n + a
    }

    pub fn ok() -> u32 {
        ::matrix::finish(f(1, (2, 3)))
    }
}

mod no_implicit_prelude_future {
    #![no_implicit_prelude]

    #[observed]
    fn f(/*class*/ n: u32) -> impl ::std::future::Future<Output = u32> + ::std::marker::Send {
        async move {
            ::matrix::inside();
            n
        }
    }

    pub fn ok() -> u32 {
        ::matrix::finish(f(1))
    }
}
