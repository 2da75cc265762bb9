//! What the expressions in an attribute may evaluate to: the value, a reference to it, or an
//! `Option` of either, so that `model = request.model` needs no ceremony.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry::StringValue;

use crate::limits::to_signed;

/// Text, for `name`, `mode`, `model`, `user` and the like.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::Session;
///
/// let user: Option<String> = None;
/// let session = Session::builder().name("support").user(&user).task(String::from("T-1"));
/// # let _ = session;
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not text",
    label = "expected a string, a reference to one, or an `Option` of either",
    note = "write an expression that yields `&str` or `String`, for example `value.to_string()`"
)]
pub trait TextOption {
    /// The text; `None` says nothing.
    fn text_option(self) -> Option<StringValue>;
}

/// Integers, for `token_budget`, `iteration_limit` and `seed`.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// let limit: Option<u32> = None;
/// let session = agentscope::Session::builder().token_budget(20_000).iteration_limit(limit);
/// # let _ = session;
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an integer",
    label = "expected an integer, a reference to one, or an `Option` of either",
    note = "write it without quotes, for example `20_000`"
)]
pub trait IntOption {
    /// The integer; `None` says nothing.
    fn int_option(self) -> Option<i64>;
}

/// Numbers, for `temperature` and `cost_budget`.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// let session = agentscope::Session::builder().cost_budget(0.25);
/// # let _ = session;
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number",
    label = "expected a number, a reference to one, or an `Option` of either",
    note = "write it without quotes, for example `0.5`"
)]
pub trait FloatOption {
    /// The number; `None` says nothing.
    fn float_option(self) -> Option<f64>;
}

/// Spans of time, for `time_budget`.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use std::time::Duration;
/// let session = agentscope::Session::builder().time_budget(Duration::from_secs(90));
/// # let _ = session;
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a span of time",
    label = "expected a `Duration`, a reference to one, or an `Option` of either",
    note = "write, for example, `std::time::Duration::from_secs(90)`"
)]
pub trait TimeOption {
    /// The span of time; `None` says nothing.
    fn time_option(self) -> Option<Duration>;
}

macro_rules! text {
    ($($type:ty),*) => {$(
        impl TextOption for $type {
            fn text_option(self) -> Option<StringValue> {
                let text: &str = self.as_ref();
                Some(StringValue::from(Arc::<str>::from(text)))
            }
        }
    )*};
}

text!(
    &str,
    String,
    &String,
    Cow<'_, str>,
    &Cow<'_, str>,
    Box<str>,
    &Box<str>,
    Arc<str>,
    &Arc<str>
);

impl TextOption for &&str {
    fn text_option(self) -> Option<StringValue> {
        (*self).text_option()
    }
}

impl<T: TextOption> TextOption for Option<T> {
    fn text_option(self) -> Option<StringValue> {
        self.and_then(T::text_option)
    }
}

impl<'a, T> TextOption for &'a Option<T>
where
    &'a T: TextOption,
{
    fn text_option(self) -> Option<StringValue> {
        self.as_ref().and_then(TextOption::text_option)
    }
}

macro_rules! numbers {
    ($trait:ident::$method:ident -> $number:ty: $($type:ty),*; $value:ident => $convert:expr) => {
        $(
            #[allow(clippy::unnecessary_fallible_conversions, clippy::useless_conversion, reason = "one text for all types")]
            impl $trait for $type {
                fn $method(self) -> Option<$number> {
                    let $value = self;
                    $convert
                }
            }

            impl $trait for &$type {
                fn $method(self) -> Option<$number> {
                    (*self).$method()
                }
            }
        )*

        impl<T: $trait> $trait for Option<T> {
            fn $method(self) -> Option<$number> {
                self.and_then(T::$method)
            }
        }

        impl<'a, T> $trait for &'a Option<T>
        where
            &'a T: $trait,
        {
            fn $method(self) -> Option<$number> {
                self.as_ref().and_then($trait::$method)
            }
        }
    };
}

numbers!(IntOption::int_option -> i64: u8, u16, u32, u64, usize, i8, i16, i32, i64, isize;
    value => Some(to_signed(value)));

impl FloatOption for f32 {
    fn float_option(self) -> Option<f64> {
        as_written(self)
    }
}

impl FloatOption for &f32 {
    fn float_option(self) -> Option<f64> {
        as_written(*self)
    }
}

numbers!(FloatOption::float_option -> f64: f64, u8, u16, u32, u64, usize, i8, i16, i32, i64, isize;
    value => Some(value as f64));

/// 0.7_f32 is 0.7 to whoever wrote it, not 0.699999988079071.
fn as_written(value: f32) -> Option<f64> {
    // Nearly all numbers have two places at most. Of so small ones only one is nearest to the value.
    let rounded = (f64::from(value) * 100.0).round() / 100.0;
    match value.abs() < 1_000.0 && rounded as f32 == value {
        true => Some(rounded),
        false => value.to_string().parse().ok(),
    }
}

numbers!(TimeOption::time_option -> Duration: Duration; value => Some(value));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_references_and_options_are_taken_as_they_are_at_hand() {
        let model = Some(String::from("m"));
        assert_eq!((&model).text_option(), Some("m".into()));
        assert_eq!(model.as_deref().text_option(), Some("m".into()));
        assert_eq!(None::<&str>.text_option(), None);
        assert_eq!(
            (7_u32.int_option(), Some(&7_usize).int_option()),
            (Some(7), Some(7))
        );
        assert_eq!(
            (0.7_f32.float_option(), 1.float_option()),
            (Some(0.7), Some(1.0))
        );
        for text in [
            "-0", "0.07", "1.995", "-3.25", "999.99", "1e-7", "1e12", "inf",
        ] {
            let value: f32 = text.parse().expect("a number");
            let written: f64 = text.parse().expect("a number");
            assert_eq!(
                value.float_option().map(f64::to_bits),
                Some(written.to_bits())
            );
        }
        let minute = Duration::from_secs(60);
        assert_eq!(Some(&minute).time_option(), Some(minute));
    }
}
