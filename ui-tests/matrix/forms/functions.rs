//! Functions that are not `async`: qualifiers, generics, what they return.

mod sync_value {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ n: u32) -> u32 {
        inside();
        assert!(n != 9, "nine");
        n + 1
    }

    pub fn ok() -> u32 {
        f(1)
    }
    pub fn panicked() -> u32 {
        f(9)
    }
}

mod no_arguments {
    use ::matrix::*;

    #[observed]
    fn f() {
        inside();
    }

    pub fn ok() {
        f();
    }
}

mod sync_result {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ text: &str) -> Result<u32, std::num::ParseIntError> {
        inside();
        text.parse()
    }

    pub fn ok() -> Result<u32, std::num::ParseIntError> {
        f("7")
    }
    pub fn error() -> Result<u32, std::num::ParseIntError> {
        f("seven")
    }
}

mod result_alias {
    use ::matrix::*;

    type Answer<T> = Result<T, String>;
    type Number = Answer<u32>;

    #[observed]
    fn f(/*class*/ n: u32) -> Number {
        inside();
        if n > 1 { Err("many".to_owned()) } else { Ok(n) }
    }

    pub fn ok() -> Number {
        f(1)
    }
    pub fn error() -> Number {
        f(2)
    }
}

mod option_value {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ n: Option<u32>) -> Option<u32> {
        inside();
        Some(n? + 1)
    }

    pub fn ok() -> Option<u32> {
        f(Some(1))
    }
}

mod unsafe_fn {
    use ::matrix::*;

    #[observed]
    unsafe fn f(/*class*/ pointer: *const u32) -> u32 {
        inside();
        unsafe { *pointer }
    }

    pub fn ok() -> u32 {
        unsafe { f(&7) }
    }
}

// spans: 2
mod extern_c_fn {
    use ::matrix::*;

    #[observed]
    extern "C" fn f(/*class*/ n: u32) -> u32 {
        inside();
        n
    }

    #[observed]
    unsafe extern "C" fn g(/*class*/ n: u32) -> u32 {
        f(n)
    }

    pub fn ok() -> u32 {
        let pointer: extern "C" fn(u32) -> u32 = f;
        let unsafe_pointer: unsafe extern "C" fn(u32) -> u32 = g;
        assert_eq!(pointer as usize, f as usize);
        unsafe { unsafe_pointer(3) }
    }
}

mod generic_where {
    use ::matrix::*;
    use std::fmt::Debug;

    #[observed]
    fn f<T: Clone, U>(/*hidden*/ value: &T, /*hidden*/ other: U) -> (T, U)
    where
        T: Debug,
        U: PartialOrd + Copy,
    {
        inside();
        (value.clone(), other)
    }

    pub fn ok() -> impl Debug {
        f(&"a", 1.5)
    }
}

mod generic_without_bounds {
    use ::matrix::*;

    struct Plain;

    #[observed]
    fn f<T>(/*hidden*/ value: T) -> T {
        inside();
        value
    }

    pub fn ok() {
        let Plain = f(Plain);
    }
}

mod const_generics {
    use ::matrix::*;

    #[observed]
    fn f<T: Copy, const N: usize>(/*hidden*/ value: T) -> [T; N] {
        inside();
        [value; N]
    }

    pub fn ok() -> [u8; 3] {
        f::<_, 3>(7)
    }
}

mod lifetimes {
    use ::matrix::*;

    #[observed]
    fn f<'a, 'b: 'a>(/*class*/ one: &'a str, /*class*/ other: &'b mut Vec<&'a str>) -> &'b [&'a str] {
        inside();
        other.push(one);
        other
    }

    pub fn ok() -> usize {
        f("a", &mut vec!["b"]).len()
    }
}

mod higher_ranked {
    use ::matrix::*;

    #[observed]
    fn f<F>(/*hidden*/ with: F) -> usize
    where
        F: for<'a> Fn(&'a str) -> &'a str,
    {
        inside();
        with(&"abc".to_owned()).len()
    }

    pub fn ok() -> usize {
        f(|text| &text[1..])
    }
}

mod use_captures {
    use ::matrix::*;

    #[observed]
    fn f<'a, T: Clone>(/*hidden*/ one: &'a T, /*class*/ _other: &str) -> impl Fn() -> T + use<'a, T> {
        inside();
        move || one.clone()
    }

    pub fn ok() -> u32 {
        let one = 1;
        let cloned = f(&one, &String::new());
        cloned()
    }
}

mod impl_trait_argument {
    use ::matrix::*;

    #[observed]
    fn f(/*hidden*/ words: impl IntoIterator<Item = u32>, /*class*/ with: &dyn Fn(u32) -> u32) -> u32 {
        inside();
        words.into_iter().map(with).sum()
    }

    pub fn ok() -> u32 {
        f([1, 2], &|n| n + 1)
    }
}

mod impl_trait_result {
    use ::matrix::*;

    #[observed]
    fn f<'a>(/*class*/ words: &'a [u32]) -> impl std::fmt::Debug + 'a {
        inside();
        words
    }

    pub fn ok() -> String {
        let words = [1, 2];
        format!("{:?}", auto_traits!(f(&words)))
    }
}

mod impl_trait_in_result {
    use ::matrix::*;
    use std::error::Error;

    #[observed]
    fn f(/*class*/ text: &str) -> Result<impl Fn(u32) -> u32 + use<>, Box<dyn Error>> {
        inside();
        let added: u32 = text.parse()?;
        Ok(move |n| n + added)
    }

    pub fn ok() -> u32 {
        f("1").unwrap()(2)
    }
    pub fn error() -> String {
        f("one").err().unwrap().to_string()
    }
}

mod impl_trait_in_tuple {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ n: u32) -> (impl Copy + Fn() -> u32, Option<impl std::fmt::Debug>) {
        inside();
        (move || n, Some(n))
    }

    pub fn ok() -> String {
        let (call, shown) = f(3);
        format!("{} {shown:?}", call())
    }
}

mod unsized_and_function_pointers {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ text: &(dyn std::fmt::Display + Sync), /*class*/ with: fn(&str) -> usize, /*class*/ many: &[[u8; 2]]) -> fn(&str) -> usize {
        inside();
        log(format!("{text} {}", with(&text.to_string()) + many.len()));
        with
    }

    pub fn ok() -> usize {
        f(&"abc", str::len, &[[1, 2]])("four")
    }
}

mod never {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ text: &str) -> ! {
        inside();
        panic!("{text}")
    }

    pub fn panicked() -> u32 {
        f("never")
    }
}

mod mut_reference_result {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ values: &mut Vec<u8>) -> &mut u8 {
        inside();
        &mut values[0]
    }

    pub fn ok() -> Vec<u8> {
        let mut values = vec![1, 2];
        *f(&mut values) = 3;
        values
    }
}

mod mut_reference_in_option {
    use ::matrix::*;

    #[observed]
    fn f<'a>(/*class*/ values: &'a mut [u8], /*class*/ at: usize) -> Option<&'a mut u8> {
        inside();
        let found = values.get_mut(at)?;
        *found += 1;
        Some(found)
    }

    pub fn ok() -> (Option<u8>, [u8; 2]) {
        let mut values = [1, 2];
        let found = f(&mut values, 1).copied();
        (found, values)
    }
}

mod drop_guard_result {
    use ::matrix::*;

    #[observed]
    fn f<'a>(/*class*/ lock: &'a std::sync::Mutex<u32>) -> std::sync::MutexGuard<'a, u32> {
        inside();
        lock.lock().unwrap()
    }

    pub fn ok() -> u32 {
        *f(&std::sync::Mutex::new(3))
    }
}
