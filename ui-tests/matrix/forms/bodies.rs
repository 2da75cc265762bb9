//! Bodies: `?`, coercions, inference, temporaries.

mod question_mark {
    use ::matrix::*;
    use std::error::Error;

    #[observed]
    fn f(/*class*/ text: &str) -> Result<u32, Box<dyn Error + Send + Sync>> {
        inside();
        if text.is_empty() {
            return Err("empty".into());
        }
        Ok(text.parse::<u32>()?)
    }

    pub fn ok() -> u32 {
        f("7").unwrap()
    }
    pub fn error() -> String {
        f("").unwrap_err().to_string()
    }
}

mod question_mark_only {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ text: &str) -> Result<(), Box<dyn std::error::Error>> {
        inside();
        text.parse::<u32>()?;
        Ok(())
    }

    pub fn error() -> String {
        f("seven").unwrap_err().to_string()
    }
}

mod question_mark_from {
    use ::matrix::*;

    #[derive(Debug)]
    pub enum Failure {
        Parse(std::num::ParseIntError),
        Text(String),
    }
    impl From<std::num::ParseIntError> for Failure {
        fn from(error: std::num::ParseIntError) -> Self {
            Self::Parse(error)
        }
    }
    impl From<&str> for Failure {
        fn from(error: &str) -> Self {
            Self::Text(error.to_owned())
        }
    }

    #[observed]
    async fn f(/*class*/ text: &str) -> Result<u32, Failure> {
        inside();
        let n: u32 = text.parse()?;
        pause().await;
        Ok(n.checked_sub(1).ok_or("nothing")?)
    }

    pub fn ok() -> Result<u32, Failure> {
        finish(f("7"))
    }
    pub fn error() -> Result<u32, Failure> {
        finish(f("0"))
    }
}

mod coercions_by_return {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ n: u32) -> Box<dyn Fn(u32) -> u32> {
        inside();
        if n == 0 {
            return Box::new(|m| m);
        }
        match n {
            1 => Box::new(move |m| m + n),
            _ => Box::new(|_| 0),
        }
    }

    pub fn ok() -> u32 {
        f(1)(2)
    }
}

mod coercions_to_trait_objects {
    use ::matrix::*;
    use std::fmt::Display;

    #[observed]
    fn f<'a>(/*class*/ text: &'a String, /*class*/ other: &'a u32) -> Option<&'a dyn Display> {
        inside();
        if text.is_empty() {
            return Some(other);
        }
        Some(text)
    }

    pub fn ok() -> String {
        f(&"a".to_owned(), &1).unwrap().to_string()
    }
}

mod coercions_async {
    use ::matrix::*;
    use std::fmt::Display;

    #[observed]
    async fn f(/*class*/ n: u32) -> Box<dyn Display + Send> {
        inside();
        if n > 1 {
            return Box::new("many");
        }
        pause().await;
        Box::new(n)
    }

    pub fn ok() -> String {
        finish(auto_traits!(f(1))).to_string()
    }
}

mod coercion_to_slice_and_pointer {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ list: &mut Vec<u32>) -> &[u32] {
        inside();
        list.push(1);
        list
    }

    pub fn ok() -> usize {
        f(&mut vec![]).len()
    }
}

mod inferred_from_result {
    use ::matrix::*;

    #[observed]
    fn f(/*class*/ n: u8) -> Vec<u64> {
        inside();
        let mut list = Vec::new();
        list.push(n);
        if n > 1 {
            return Default::default();
        }
        list.into_iter().map(|n: u8| n.into()).collect()
    }

    pub fn ok() -> Vec<u64> {
        f(1)
    }
}

mod inferred_from_result_async {
    use ::matrix::*;

    #[observed]
    async fn f(/*class*/ text: &str) -> Result<Vec<u64>, String> {
        inside();
        text.split(',').map(|part| part.parse().map_err(|_| part.to_owned())).collect()
    }

    pub fn ok() -> Result<Vec<u64>, String> {
        finish(f("1,2"))
    }
    pub fn error() -> Result<Vec<u64>, String> {
        finish(f("1,b"))
    }
}

// edition: 2024
mod tail_temporaries {
    use ::matrix::*;
    use std::cell::RefCell;

    #[observed]
    fn f(/*class*/ n: u32) -> usize {
        inside();
        let c = RefCell::new(vec![n]);
        c.borrow().len()
    }

    pub fn ok() -> usize {
        f(1)
    }
}

// edition: 2024
mod tail_temporaries_async {
    use ::matrix::*;
    use std::cell::RefCell;

    #[observed]
    async fn f(/*class*/ n: u32) -> usize {
        inside();
        let c = RefCell::new(vec![n]);
        c.borrow().len()
    }

    pub fn ok() -> usize {
        finish(f(1))
    }
}

mod tail_temporary_drop_order {
    use ::matrix::*;

    impl Makes for Loud {}
    trait Makes {
        fn number(&self) -> u32 {
            1
        }
    }

    #[observed]
    fn f(/*class*/ _a: Loud) -> u32 {
        let _local = Loud("local");
        inside();
        Loud("temporary").number()
    }

    pub fn ok() -> u32 {
        f(Loud("a"))
    }
}

mod tail_temporary_drop_order_async {
    use ::matrix::*;

    trait Makes {
        fn number(&self) -> u32 {
            1
        }
    }
    impl Makes for Loud {}

    #[observed]
    async fn f(/*class*/ _a: Loud) -> u32 {
        let _local = Loud("local");
        inside();
        Loud("temporary").number()
    }

    pub fn ok() -> u32 {
        finish(f(Loud("a")))
    }
}

mod if_let_drop_order {
    use ::matrix::*;

    fn maybe(loud: &Loud) -> Option<u32> {
        loud.0.is_empty().then_some(1)
    }

    // The scrutinee lives longer in the older edition.
    #[observed]
    fn f(/*class*/ _a: Loud) -> u32 {
        inside();
        if let Some(n) = maybe(&Loud("scrutinee")) {
            n
        } else {
            log("else");
            0
        }
    }

    pub fn ok() -> u32 {
        f(Loud("a"))
    }
}
