//! Hygiene: names of the user's that an expansion could take for its own, or the other way round.

mod parameters_like_locals {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ __capture: u32, /*class*/ __value: u32, /*class*/ __output: u32, /*class*/ __error: u32, /*class*/ __failure: u32, /*class*/ __arg0: u32) -> Result<u32, String> {
        inside();
        let __call = __capture + __value + __output;
        if __error > 5 { Err("many".to_owned()) } else { Ok(__call + __error + __failure + __arg0) }
    }

    pub fn ok() -> Result<u32, String> {
        f(1, 2, 3, 4, 5, 6)
    }
    pub fn error() -> Result<u32, String> {
        f(1, 2, 3, 6, 5, 6)
    }
}

mod parameters_like_ours {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ span: u32, /*class*/ e: u32, /*class*/ x: u32, /*class*/ debug: u32, /*class*/ display: u32, /*class*/ result: u32) -> u32 {
        inside();
        span + e + x + debug + display + result
    }

    pub fn ok() -> u32 {
        f(1, 2, 3, 4, 5, 6)
    }
}

mod parameters_like_more {
    use ::matrix::*;

    #[observed]
    async fn f(/*class*/ self_: u32, /*class*/ cx: u32, /*class*/ future: u32, /*class*/ poll: u32, /*class*/ __site: u32, /*class*/ agentscope: u32) -> u32 {
        inside();
        self_ + cx + future + poll + __site + agentscope
    }

    pub fn ok() -> u32 {
        finish(f(1, 2, 3, 4, 5, 6))
    }
}

mod functions_like_ours {
    use ::matrix::*;

    fn never() {}
    fn open() {}
    fn call() {}
    #[allow(non_upper_case_globals)]
    static __SITE: u32 = 1;
    const N: u32 = 1;
    struct Site;
    struct Meta;

    #[observed]
    async fn f(/*class*/ n: u32) -> u32 {
        inside();
        (never(), open(), call());
        (Site, Meta);
        n + __SITE + N
    }

    pub fn ok() -> u32 {
        finish(f(1))
    }
}

mod constants_like_parameters {
    use ::matrix::*;

    #[allow(non_upper_case_globals)]
    const value: u32 = 7;
    #[allow(non_upper_case_globals)]
    const output: u32 = 8;
    #[allow(non_upper_case_globals)]
    const error: u32 = 8;
    #[allow(non_upper_case_globals)]
    const call: u32 = 9;

    #[observed]
    fn f(/*class*/ n: u32) -> Result<u32, u32> {
        inside();
        Ok(n + value + output + error + call)
    }

    pub fn ok() -> Result<u32, u32> {
        f(1)
    }
}

mod trait_methods_like_ours {
    use ::matrix::*;

    // Blanket methods by the names that an expansion may call on what it makes.
    trait Everything: Sized {
        fn finish(self, _: u32) -> u32 {
            1
        }
        fn kind(self) -> u32 {
            2
        }
        fn argument(&self) -> u32 {
            3
        }
        fn output(&self) -> u32 {
            4
        }
    }
    impl<T> Everything for T {}

    #[observed]
    fn f(/*class*/ n: u32) -> u32 {
        inside();
        n.kind() + n.argument() + Everything::finish(n, 1)
    }

    pub fn ok() -> u32 {
        f(1)
    }
}

mod use_in_body {
    use ::matrix::*;

    mod other {
        pub(super) type Number = String;
        pub(super) const MORE: &str = "more";
    }
    type Number = u32;

    #[observed]
    async fn f(/*class*/ n: Number) -> Number {
        use other::*;
        inside();
        let text: other::Number = MORE.to_owned();
        n + text.len() as u32
    }

    pub fn ok() -> u32 {
        finish(f(1))
    }
}

mod labels_and_lifetimes_like_ours {
    use ::matrix::*;

    #[observed]
    fn f<'__agentscope>(/*class*/ text: &'__agentscope str) -> &'__agentscope str {
        inside();
        'agentscope: loop {
            break 'agentscope;
        }
        text
    }

    pub fn ok() -> &'static str {
        f("a")
    }
}
