//! `async fn`.

mod async_value {
    use ::matrix::*;

    #[observed]
    async fn f(/*class*/ n: u32) -> u32 {
        inside();
        pause().await;
        inside();
        assert!(n != 9, "nine");
        n + 1
    }

    pub fn ok() -> u32 {
        finish(auto_traits!(f(1)))
    }
    pub fn panicked() -> u32 {
        finish(f(9))
    }
    pub fn cancelled() {
        cancel(f(1));
    }
}

mod async_result {
    use ::matrix::*;

    #[observed]
    pub(crate) async fn f(/*class*/ text: String) -> Result<u32, std::num::ParseIntError> {
        pause().await;
        inside();
        text.parse()
    }

    pub fn ok() -> Result<u32, std::num::ParseIntError> {
        finish(auto_traits!(f("7".to_owned())))
    }
    pub fn error() -> Result<u32, std::num::ParseIntError> {
        finish(f("seven".to_owned()))
    }
}

mod async_unsafe {
    use ::matrix::*;

    #[observed]
    async unsafe fn f(/*class*/ pointer: *const u32) -> u32 {
        inside();
        unsafe { *pointer }
    }

    pub fn ok() -> u32 {
        let n = 7;
        finish(auto_traits!(unsafe { f(&n) }))
    }
}

mod async_generic {
    use ::matrix::*;

    #[observed]
    async fn f<'a, T: Clone + Send, const N: usize>(/*hidden*/ one: &'a T, /*hidden*/ other: &mut Vec<&'a T>) -> [T; N]
    where
        T: Sync,
    {
        other.push(one);
        pause().await;
        inside();
        std::array::from_fn(|_| other[0].clone())
    }

    pub fn ok() -> [u32; 2] {
        finish(auto_traits!(f(&1, &mut vec![])))
    }
}

mod async_lends {
    use ::matrix::*;

    #[observed]
    async fn f<'a>(/*class*/ values: &'a mut Vec<u8>, /*class*/ _text: &str) -> &'a mut u8 {
        pause().await;
        inside();
        &mut values[0]
    }

    pub fn ok() -> Vec<u8> {
        let mut values = vec![1];
        *finish(auto_traits!(f(&mut values, ""))) = 2;
        values
    }
}

mod async_not_send {
    use ::matrix::*;
    use std::rc::Rc;

    #[observed]
    async fn f(/*class*/ n: u32) -> u32 {
        let shared = Rc::new(n);
        pause().await;
        inside();
        *shared
    }

    pub fn ok() -> u32 {
        finish(auto_traits!(f(1)))
    }
}

mod async_not_send_argument {
    use ::matrix::*;
    use std::cell::Cell;
    use std::rc::Rc;

    #[observed]
    async fn f(/*class*/ n: Rc<u32>, /*class*/ cell: &Cell<u32>) -> Rc<u32> {
        pause().await;
        inside();
        cell.set(*n);
        n
    }

    pub fn ok() -> (Rc<u32>, Cell<u32>) {
        let cell = Cell::new(0);
        let n = finish(auto_traits!(f(Rc::new(1), &cell)));
        (n, cell)
    }
}

mod async_send_without_sync {
    use ::matrix::*;
    use std::cell::Cell;

    #[observed]
    async fn f(/*class*/ cell: Cell<u32>) -> Cell<u32> {
        pause().await;
        inside();
        cell.set(cell.get() + 1);
        cell
    }

    pub fn ok() -> Cell<u32> {
        finish(auto_traits!(f(Cell::new(0))))
    }
}

mod async_result_not_send {
    use ::matrix::*;
    use std::rc::Rc;

    // The future is `Send` all the same.
    #[observed]
    async fn f(/*class*/ n: u32) -> Result<Rc<u32>, Rc<str>> {
        pause().await;
        inside();
        if n > 1 { Err("many".into()) } else { Ok(Rc::new(n)) }
    }

    pub fn ok() -> Result<Rc<u32>, Rc<str>> {
        finish(auto_traits!(f(1)))
    }
    pub fn error() -> Result<Rc<u32>, Rc<str>> {
        finish(auto_traits!(f(2)))
    }
}

mod async_never {
    use ::matrix::*;

    #[observed]
    async fn f(/*class*/ fails: bool) -> ! {
        inside();
        loop {
            pause().await;
            assert!(!fails, "as asked");
        }
    }

    pub fn cancelled() {
        let never = auto_traits!(f(false));
        cancel(async { never.await });
    }
    pub fn panicked() {
        finish(async { f(true).await });
    }
}

mod async_impl_result {
    use ::matrix::*;

    #[observed]
    async fn f(/*class*/ n: u32) -> impl std::fmt::Debug {
        pause().await;
        inside();
        n
    }

    pub fn ok() -> String {
        format!("{:?}", finish(auto_traits!(f(1))))
    }
}

mod async_impl_in_result {
    use ::matrix::*;
    use std::error::Error;

    #[observed]
    async fn f(/*class*/ text: &str) -> Result<impl Iterator<Item = u32>, Box<dyn Error + Send + Sync>> {
        inside();
        let n: u32 = text.parse()?;
        pause().await;
        Ok(0..n)
    }

    pub fn ok() -> Vec<u32> {
        finish(auto_traits!(f("2"))).unwrap().collect()
    }
    pub fn error() -> String {
        finish(f("two")).err().unwrap().to_string()
    }
}

mod async_never_polled {
    use ::matrix::*;

    // A future that was never polled is no call; the form makes one that is.
    #[observed]
    async fn f(/*class*/ a: Loud) -> u32 {
        inside();
        1
    }

    pub fn ok() -> u32 {
        finish(f(Loud("polled")))
    }
}

mod async_select {
    use ::matrix::*;

    #[observed]
    async fn f(/*class*/ n: u32) -> u32 {
        let mut sum = n;
        let (a, b) = futures_util::join!(async { 1 }, async {
            pause().await;
            inside();
            2
        });
        sum += a + b;
        sum
    }

    pub fn ok() -> u32 {
        finish(auto_traits!(f(1)))
    }
}

mod async_inside_other_futures {
    use ::matrix::*;
    use futures_util::FutureExt as _;

    #[observed]
    async fn f(/*class*/ n: u32) -> Result<u32, String> {
        pause().await;
        inside();
        n.checked_sub(1).ok_or_else(|| "nothing".to_owned())
    }

    pub fn ok() -> Result<u32, String> {
        finish(f(1).map(|result| result).boxed().shared())
    }
    pub fn error() -> Result<u32, String> {
        finish(f(0).boxed_local().fuse())
    }
}
