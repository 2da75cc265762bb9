//! Parameters: patterns, `mut`, `#[cfg]`, and the order in which they are dropped.

mod tuple_pattern {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ (a, _): (u32, u32), /*class*/ ((b, c), d): ((u32, u32), u32)) -> u32 {
        inside();
        a + b + c + d
    }

    pub fn ok() -> u32 {
        f((1, 2), ((3, 4), 5))
    }
}

mod reference_pattern {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ &a: &u32, /*class*/ &mut (ref b, c): &mut (String, u32)) -> u32 {
        inside();
        a + c + b.len() as u32
    }

    pub fn ok() -> u32 {
        f(&1, &mut ("ab".to_owned(), 3))
    }
}

mod struct_pattern {
    use ::matrix::*;

    struct Point {
        x: u32,
        y: u32,
        name: String,
    }
    struct Metres(u32);

    #[observed]
    fn f(/*class*/ Point { x, y: up, .. }: Point, /*class*/ Metres(m): Metres) -> u32 {
        inside();
        x + up + m
    }

    pub fn ok() -> u32 {
        let name = String::new();
        f(Point { x: 1, y: 2, name }, Metres(3))
    }
}

mod array_pattern {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ [a, b]: [u32; 2], /*class*/ [first, rest @ ..]: &[u32; 3]) -> u32 {
        inside();
        a + b + first + rest.len() as u32
    }

    pub fn ok() -> u32 {
        f([1, 2], &[3, 4, 5])
    }
}

mod at_pattern {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ all @ (a, _): (u32, u32)) -> (u32, (u32, u32)) {
        inside();
        (a, all)
    }

    pub fn ok() -> (u32, (u32, u32)) {
        f((1, 2))
    }
}

mod wildcard_patterns {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ _: String, /*class*/ _: &u32, /*class*/ _named: u32) -> u32 {
        inside();
        3
    }

    pub fn ok() -> u32 {
        f(String::new(), &1, 2)
    }
}

mod mut_parameters {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ mut n: u32, /*class*/ mut list: Vec<u32>, /*class*/ (mut a, b): (u32, u32)) -> Vec<u32> {
        inside();
        n += 1;
        a += b;
        list.extend([n, a]);
        list
    }

    pub fn ok() -> Vec<u32> {
        f(1, vec![0], (2, 3))
    }
}

mod ref_parameters {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ ref a: String, /*class*/ ref mut b: Vec<u8>, /*class*/ (ref c, _): (String, Loud)) -> usize {
        inside();
        b.push(1);
        a.len() + b.len() + c.len()
    }

    pub fn ok() -> usize {
        f("a".to_owned(), vec![], ("bc".to_owned(), Loud("second")))
    }
}

mod mut_parameters_async {
    use ::matrix::*;

    #[observed]
    async fn f(/*class*/ mut n: u32, /*class*/ ref a: String, /*class*/ [b, mut c]: [u32; 2], /*class*/ _: Loud) -> u32 {
        pause().await;
        inside();
        n += 1;
        c += b;
        n + c + a.len() as u32
    }

    pub fn ok() -> u32 {
        finish(f(1, "a".to_owned(), [1, 2], Loud("_")))
    }
}

mod cfg_parameters {
    use ::matrix::*;

    #[observed]
    fn f(#[cfg(any())] /*class*/ absent: Absent, /*class*/ n: u32, #[cfg(all())] /*class*/ present: u32) -> u32 {
        inside();
        n + present
    }

    pub fn ok() -> u32 {
        f(1, 2)
    }
}

mod cfg_parameters_async {
    use ::matrix::*;

    #[observed]
    async fn f(/*class*/ #[cfg(all())] (a, b): (u32, u32), /*class*/ #[cfg(any())] absent: Absent) -> u32 {
        inside();
        a + b
    }

    pub fn ok() -> u32 {
        finish(f((1, 2)))
    }
}

mod lint_attributes_on_parameters {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ #[allow(unused_variables)] unused: u32, /*class*/ #[allow(unused_mut)] mut n: u32) -> u32 {
        inside();
        n
    }

    pub fn ok() -> u32 {
        f(1, 2)
    }
}

mod raw_identifiers {
    use ::matrix::*;

    #[observed]
    fn r#match(/*class*/ r#type: u32, /*class*/ mut r#fn: u32) -> u32 {
        inside();
        r#fn += 1;
        r#type + r#fn
    }

    pub fn ok() -> u32 {
        r#match(1, 2)
    }
}

mod drop_order {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ a: Loud, /*class*/ _: Loud, /*class*/ (b, _): (Loud, Loud), /*class*/ _unused: Loud, /*class*/ mut d: Loud) {
        let _local = Loud("local");
        inside();
        drop(b);
        d.0 = "changed";
        let _ = a;
    }

    pub fn ok() {
        f(Loud("a"), Loud("_"), (Loud("b"), Loud("inner _")), Loud("unused"), Loud("d"));
    }
}

mod drop_order_unused {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ a: Loud, /*class*/ _: Loud, /*class*/ (b, c): (Loud, Loud), /*class*/ [d, ..]: [Loud; 2]) {
        inside();
    }

    pub fn ok() {
        f(Loud("a"), Loud("_"), (Loud("b"), Loud("c")), [Loud("d"), Loud("e")]);
    }
}

mod drop_order_panicking {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ a: Loud, /*class*/ _: Loud, /*class*/ (b, c): (Loud, Loud), /*class*/ fails: bool) -> Loud {
        let _local = Loud("local");
        inside();
        assert!(!fails, "as asked");
        b
    }

    fn call(fails: bool) {
        f(Loud("a"), Loud("_"), (Loud("b"), Loud("c")), fails);
    }
    pub fn ok() {
        call(false);
    }
    pub fn panicked() {
        call(true);
    }
}

mod drop_order_async {
    use ::matrix::*;

    #[observed]
    async fn f(/*class*/ a: Loud, /*class*/ _: Loud, /*class*/ (b, _): (Loud, Loud), /*class*/ _unused: Loud, /*class*/ fails: bool) -> Loud {
        let _local = Loud("local");
        inside();
        pause().await;
        assert!(!fails, "as asked");
        inside();
        a
    }

    fn call(fails: bool) -> impl std::future::Future<Output = Loud> {
        f(Loud("a"), Loud("_"), (Loud("b"), Loud("inner _")), Loud("unused"), fails)
    }
    pub fn ok() {
        finish(call(false));
    }
    pub fn cancelled() {
        cancel(call(false));
    }
    pub fn panicked() {
        finish(call(true));
    }
}

// spans: 3
mod drop_order_of_self {
    use ::matrix::*;

    struct Store {
        _one: Loud,
        other: Loud,
    }

    impl Store {
        #[observed]
        fn f(self, /*class*/ _a: Loud, /*class*/ _: Loud) -> Loud {
            let _local = Loud("local");
            inside();
            self.other
        }
        #[observed]
        fn unused(self, /*class*/ _a: Loud) {
            inside();
        }
        #[observed]
        fn mutable(mut self, /*class*/ _a: Loud) {
            self.other.0 = "changed";
            inside();
        }
    }
    fn store() -> Store {
        Store { _one: Loud("one"), other: Loud("other") }
    }

    pub fn ok() {
        drop(store().f(Loud("a"), Loud("_")));
        store().unused(Loud("a"));
        store().mutable(Loud("a"));
    }
}

mod drop_order_of_unused_self {
    use ::matrix::*;

    struct Store(Loud, Loud);

    impl Store {
        #[observed]
        fn f(self, /*class*/ _a: Loud, /*class*/ _b: Loud) {
            inside();
        }
    }

    pub fn ok() {
        Store(Loud("one"), Loud("other")).f(Loud("a"), Loud("b"));
    }
}

mod drop_order_of_self_async {
    use ::matrix::*;

    struct Store(Loud, Loud);

    impl Store {
        #[observed]
        async fn f(mut self, /*class*/ _a: Loud, /*class*/ _: Loud) -> Loud {
            inside();
            self.0.0 = "changed";
            pause().await;
            self.1
        }
    }

    pub fn ok() {
        finish(Store(Loud("one"), Loud("other")).f(Loud("a"), Loud("_")));
    }
    pub fn cancelled() {
        cancel(Store(Loud("one"), Loud("other")).f(Loud("a"), Loud("_")));
    }
}

mod drop_order_of_returned {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ a: Loud, /*class*/ b: Loud) -> (Loud, &'static str) {
        inside();
        (Loud("made"), a.0)
    }

    pub fn ok() -> &'static str {
        f(Loud("a"), Loud("b")).1
    }
}
