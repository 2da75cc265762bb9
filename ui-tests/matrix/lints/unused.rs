//! What rustc says of what is not used, or not needed. Not called: only for the lints.

mod dead_function {
    #[observed]
    fn f(/*class*/ n: u32) -> u32 {
        n
    }
}

mod dead_async_function {
    #[observed]
    async fn f(/*class*/ n: u32) -> Result<u32, String> {
        Ok(n)
    }
}

mod dead_method {
    pub struct Store(pub u32);

    impl Store {
        #[observed]
        fn f(&self, /*class*/ n: u32) -> u32 {
            self.0 + n
        }
    }
}

mod dead_future {
    #[observed]
    fn f(/*class*/ n: u32) -> impl std::future::Future<Output = u32> {
        async move { n }
    }
}

mod dead_recursion {
    #[observed]
    fn f(/*class*/ n: u32) -> u32 {
        if n == 0 { 0 } else { f(n - 1) }
    }
}

mod unused_argument {
    #[observed]
    pub fn f(/*class*/ n: u32, /*class*/ unused: &str) -> u32 {
        n + 1
    }
}

mod unused_argument_async {
    #[observed]
    pub async fn f(/*class*/ n: u32, /*class*/ unused: &str) -> u32 {
        std::future::ready(n).await
    }
}

mod unused_argument_of_future {
    #[observed]
    pub fn f(/*class*/ n: u32, /*class*/ unused: &str) -> impl std::future::Future<Output = u32> + use<> {
        async move { n }
    }
}

mod unused_in_pattern {
    #[observed]
    pub fn f(/*class*/ (a, unused): (u32, u32), /*class*/ [b, ref other]: [u32; 2]) -> u32 {
        a + b
    }
}

mod unused_argument_with_track_caller {
    #[observed]
    #[track_caller]
    pub fn f(/*class*/ unused: u32) -> u32 {
        std::panic::Location::caller().line()
    }
}

mod unused_mut {
    #[observed]
    pub fn f(/*class*/ mut n: u32) -> u32 {
        let mut m = n;
        m
    }
}

mod unused_assignment {
    #[observed]
    pub fn f(/*class*/ mut n: u32) -> u32 {
        let m = n;
        n = 1;
        m
    }
}

mod unused_local {
    #[observed]
    pub async fn f(/*class*/ n: u32) -> u32 {
        let unused = n;
        std::future::ready(n).await
    }
}

mod unused_must_use {
    #[observed]
    #[must_use]
    pub fn f(/*class*/ n: u32) -> u32 {
        Err::<(), _>(n);
        n
    }

    pub fn g() {
        f(1);
    }
}

mod unused_future {
    #[observed]
    pub async fn f(/*class*/ n: u32) -> u32 {
        std::future::ready(1);
        std::future::ready(n).await
    }

    pub fn g() {
        f(1);
    }
}

mod unused_import {
    #[observed]
    pub fn f(/*class*/ n: u32) -> u32 {
        use std::fmt::Debug;
        n + 1
    }
}

mod unused_label {
    #[observed]
    pub fn f(/*class*/ n: u32) -> u32 {
        'unused: loop {
            return n;
        }
    }
}

mod unused_unsafe {
    #[observed]
    pub fn f(/*class*/ n: u32) -> u32 {
        unsafe { n + 1 }
    }
}

mod unsafe_operation {
    #[observed]
    pub unsafe fn f(/*class*/ pointer: *const u32) -> u32 {
        *pointer
    }
}

mod unreachable_code {
    #[observed]
    pub fn f(/*class*/ n: u32) -> u32 {
        return n;
        n + 1
    }
}

mod unreachable_in_async {
    #[observed]
    pub async fn f(/*class*/ n: u32) -> u32 {
        loop {
            std::future::ready(n).await;
        }
        n
    }
}

mod unconditional_recursion {
    #[observed]
    pub fn f(/*class*/ n: u32) -> u32 {
        f(n + 1)
    }
}

mod one_expression {
    #[observed]
    pub fn f(/*class*/ n: u32) -> u32 {
        n
    }
}

mod one_expression_async {
    #[observed]
    pub async fn f(/*class*/ n: u32) -> u32 {
        n
    }
}

mod one_block {
    #[observed]
    pub fn f(/*class*/ n: u32) -> u32 {
        { n }
    }
}

mod names_of_another_style {
    #[observed]
    pub fn findThem(/*class*/ theNumber: u32) -> u32 {
        theNumber + 1
    }
}

mod private_type {
    struct Private;

    #[observed]
    pub fn f(/*class*/ n: Private) -> Private {
        n
    }
}

mod deprecated_inside {
    #[deprecated]
    pub fn old() {}

    #[observed]
    pub fn f(/*class*/ n: u32) -> u32 {
        old();
        n + 1
    }
}

mod expectations {
    #[expect(dead_code, reason = "for the form")]
    #[observed]
    fn f(/*class*/ n: u32) -> u32 {
        n
    }

    #[observed]
    #[expect(unused_variables, reason = "not so")]
    pub fn g(/*class*/ n: u32) -> u32 {
        n + 1
    }
}

mod missing_documentation {
    #![warn(missing_docs)]

    #[observed]
    pub fn f(/*class*/ n: u32) -> u32 {
        n + 1
    }
}
