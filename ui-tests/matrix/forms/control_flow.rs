//! Bodies: control flow, items and closures inside.

// spans: 4
mod recursion {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ n: u32) -> u32 {
        inside();
        if n == 0 { 0 } else { n + f(n - 1) }
    }

    pub fn ok() -> u32 {
        f(3)
    }
}

// spans: 3
mod recursion_async {
    use ::matrix::*;

    #[observed]
    async fn f(/*class*/ n: u32) -> Result<u32, String> {
        inside();
        if n == 0 {
            return Ok(0);
        }
        pause().await;
        Ok(n + Box::pin(f(n - 1)).await?)
    }

    pub fn ok() -> Result<u32, String> {
        finish(f(2))
    }
}

mod labels_and_loops {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ many: &[u32]) -> u32 {
        inside();
        let mut sum = 0;
        'outer: for a in many {
            for b in many {
                if a * b > 10 {
                    break 'outer;
                }
                if b > a {
                    continue 'outer;
                }
                sum += b;
            }
        }
        let found = 'search: {
            for a in many {
                if *a > 2 {
                    break 'search *a;
                }
            }
            0
        };
        loop {
            sum += 1;
            if sum > 20 {
                return sum;
            }
            if found == 0 {
                break sum;
            }
        }
    }

    pub fn ok() -> u32 {
        f(&[1, 2, 3])
    }
}

mod closures {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ n: u32, /*class*/ text: String, /*class*/ mut list: Vec<u32>) -> usize {
        inside();
        let add = |m: u32| {
            if m > 5 {
                return 0;
            }
            m + n
        };
        let mut push = |m| list.push(m);
        push(add(1));
        push(add(9));
        let consume = move || text.len();
        consume() + list.len()
    }

    pub fn ok() -> usize {
        f(1, "ab".to_owned(), vec![])
    }
}

mod async_blocks_and_closures_inside {
    use ::matrix::*;

    #[observed]
    async fn f(/*class*/ n: u32) -> Result<u32, String> {
        let checked = async |m: u32| {
            if m > 5 {
                return Err("many".to_owned());
            }
            pause().await;
            Ok(m)
        };
        inside();
        let inner = async move { Ok::<_, String>(checked(n).await? + 1) };
        inner.await
    }

    pub fn ok() -> Result<u32, String> {
        finish(f(1))
    }
    pub fn error() -> Result<u32, String> {
        finish(f(6))
    }
}

mod items_inside {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ n: u32) -> u32 {
        const MORE: u32 = 1;
        static EVEN_MORE: u32 = 2;
        struct Wrapped(u32);
        impl Wrapped {
            fn get(&self) -> u32 {
                return self.0;
            }
        }
        fn g(n: u32) -> u32 {
            return n + MORE + EVEN_MORE;
        }
        macro_rules! twice {
            ($e:expr) => {
                $e * 2
            };
        }
        inside();
        twice!(g(Wrapped(n).get()))
    }

    pub fn ok() -> u32 {
        f(1)
    }
}

// spans: 2
mod annotated_inside {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ n: u32) -> u32 {
        #[observed]
        fn g(/*class*/ n: u32) -> u32 {
            inside();
            n
        }
        inside();
        g(n)
    }

    pub fn ok() -> u32 {
        f(1)
    }
}

mod unit_body_with_early_return {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ n: u32) {
        inside();
        if n > 1 {
            return;
        }
        log("small");
    }

    pub fn ok() {
        f(1);
    }
}

mod diverging_body {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ n: u32) -> u32 {
        inside();
        return n;
    }

    pub fn ok() -> u32 {
        f(1)
    }
}

mod todo_body {
    use ::matrix::*;

    #[observed]
    async fn f(/*class*/ n: u32) -> Result<u32, String> {
        inside();
        unimplemented!()
    }

    pub fn panicked() -> Result<u32, String> {
        finish(f(1))
    }
}

mod macro_as_body {
    use ::matrix::*;

    #[observed]
    async fn f(/*class*/ n: u32) -> String {
        inside();
        format!("{n} {:?}", matches!(n, 1))
    }

    pub fn ok() -> String {
        finish(f(1))
    }
}
