//! What clippy says of signatures and bodies. Not called: only for the lints.

mod could_be_const {
    #[observed]
    pub fn f(/*class*/ n: u32) -> u32 {
        n + 1
    }
}

mod unused_self {
    struct Store;

    impl Store {
        #[observed]
        fn f(&self, /*class*/ n: u32) -> u32 {
            std::process::id() + n
        }
    }

    pub fn g() -> u32 {
        Store.f(1)
    }
}

mod needless_return {
    #[observed]
    pub fn f(/*class*/ n: u32) -> u32 {
        if n > std::process::id() {
            return 1;
        }
        return n;
    }
}

mod needless_return_async {
    #[observed]
    pub async fn f(/*class*/ n: u32) -> u32 {
        std::future::ready(n).await;
        return n;
    }
}

mod let_and_return {
    #[observed]
    pub fn f(/*class*/ n: u32) -> u32 {
        let m = n + std::process::id();
        m
    }
}

mod style_in_body {
    #[observed]
    pub fn f(/*class*/ text: &String, /*class*/ many: Vec<u32>) -> usize {
        let x = text.clone().len() as u32;
        if many.len() == 0 {
            return x as usize;
        }
        for i in 0..many.len() {
            println!("{}", many[i]);
        }
        match many.first() {
            Some(_) => 1,
            None => 0,
        }
    }
}

mod style_in_async_body {
    #[observed]
    pub async fn f(/*class*/ text: &str) -> Result<usize, String> {
        let len = std::future::ready(text.len()).await;
        if (len > 1) == true {
            return Err(format!("{}", text));
        }
        Ok(len.clone())
    }
}

mod too_many_arguments {
    #[observed]
    pub fn f(/*class*/ a: u32, /*class*/ b: u32, /*class*/ c: u32, /*class*/ d: u32, /*class*/ e: u32, /*class*/ g: u32, /*class*/ h: u32, /*class*/ i: u32) -> u32 {
        a + b + c + d + e + g + h + i + std::process::id()
    }
}

mod bools_and_boxes {
    #[observed]
    pub fn f(/*class*/ a: bool, /*class*/ b: bool, /*class*/ c: bool, /*class*/ d: bool, /*class*/ e: Box<u32>, /*class*/ g: &Vec<u32>) -> Option<Option<usize>> {
        let all = a && b && c && d;
        (*e > 1).then(|| all.then(|| g.len() + 1))
    }
}

mod cognitive_complexity {
    #[observed]
    pub fn f(/*class*/ a: u32, /*class*/ b: u32) -> u32 {
        let mut n = 0;
        for i in 0..a {
            for j in 0..b {
                if i > j && n > 1 || i == 7 {
                    if n % 2 == 0 { n += 1 } else if n % 3 == 0 { n += 2 } else { n += 3 }
                }
                match n {
                    1 => n += 1,
                    2 if i > 2 => n += 2,
                    3 if i > 3 => n += 3,
                    4 if i > 4 => n += 4,
                    5 if i > 5 => n += 5,
                    6 if i > 6 => n += 6,
                    7 if i > 7 => n += 7,
                    8 if i > 8 => n += 8,
                    _ => while n > 100 { if n > 200 { n -= 10 } else if n > 150 { n -= 5 } else { n -= 1 } },
                }
            }
        }
        n
    }
}

mod missing_docs_of_errors_and_panics {
    #[observed]
    pub fn f(/*class*/ text: &str) -> Result<u32, std::num::ParseIntError> {
        assert!(!text.is_empty());
        let n: u32 = text.parse()?;
        Ok(Some(n).unwrap())
    }
}

mod await_holding_lock {
    #[observed]
    pub async fn f(/*class*/ lock: &std::sync::Mutex<u32>) -> u32 {
        let guard = lock.lock().unwrap();
        std::future::ready(()).await;
        *guard
    }
}

mod lint_future_not_send {
    #[observed]
    pub async fn f(/*class*/ n: std::rc::Rc<u32>) -> u32 {
        std::future::ready(()).await;
        *n
    }
}

mod large_futures {
    #[observed]
    pub async fn f(/*class*/ n: usize) -> u8 {
        let large = [0_u8; 20_000];
        std::future::ready(()).await;
        large[n]
    }

    pub async fn g() -> u8 {
        f(1).await
    }
}

mod unsafe_without_documentation {
    #[observed]
    pub unsafe fn f(/*class*/ pointer: *const u32) -> u32 {
        unsafe { *pointer }
    }

    #[observed]
    pub fn g(/*class*/ pointer: *const u32) -> u32 {
        unsafe { *pointer }
    }
}

mod underscore_bindings {
    #[observed]
    pub fn f(/*class*/ _n: u32, /*class*/ (_a, b): (u32, u32)) -> u32 {
        b + std::process::id()
    }

    #[observed]
    pub fn g(/*class*/ _n: u32) -> u32 {
        _n + std::process::id()
    }
}

mod impl_trait_in_params {
    #[observed]
    pub fn f(/*hidden*/ words: impl IntoIterator<Item = u32>) -> u32 {
        words.into_iter().sum()
    }
}

mod result_of_unit_and_large_error {
    #[observed]
    pub fn f(/*class*/ n: u32) -> Result<u32, ()> {
        n.checked_sub(1).ok_or(())
    }

    #[observed]
    pub fn g(/*class*/ n: u32) -> Result<u32, [u64; 32]> {
        n.checked_sub(1).ok_or([0; 32])
    }
}

mod constructor_that_is_none {
    pub struct Store(pub u32);

    impl Store {
        #[observed]
        pub fn new(/*class*/ n: u32) -> u32 {
            n + std::process::id()
        }

        #[observed]
        pub fn to_number(self) -> u32 {
            self.0 + std::process::id()
        }
    }
}
