//! The types of the crate `async-openai`: chat completions and responses, asked for, whole and
//! streamed. What its types leave out is not known: DeepSeek's `reasoning_content`, for one.

mod chat;
mod responses;

/// Through decimal text: 0.7_f32 is 0.7 to whoever wrote it.
fn double(number: Option<f32>) -> Option<f64> {
    crate::option::FloatOption::float_option(number)
}

/// `None` for what is no number, which the provider would refuse.
fn float(number: f64) -> Option<f32> {
    let float = number as f32;
    float.is_finite().then_some(float)
}

/// Some counts are signed, and never below nothing.
fn unsigned(count: Option<i64>) -> Option<u64> {
    count.and_then(|count| u64::try_from(count).ok())
}
