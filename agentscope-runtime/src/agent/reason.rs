//! Says why a tool is called.

use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::frame;
use crate::privacy::text::{IntoText, Text};

/// Says why the tool calls inside a future are made. Imported as [`because`], which brings the
/// function of the same name too.
///
/// It holds for every tool call that the future makes itself, until an inner `because`; not for
/// calls inside those tools or inside agents. A tool outside any future takes
/// [`because(reason, || call())`](fn@because).
pub trait Because: Future + Sized {
    /// States the reason of the tool calls inside this future.
    ///
    /// ```
    /// # extern crate agentscope_runtime as agentscope;
    /// use agentscope::{because, internal, tool};
    ///
    /// #[tool]
    /// async fn balance(#[sensitivity(internal)] account: u32) -> Result<(), std::fmt::Error> {
    ///     Ok(())
    /// }
    ///
    /// # async fn run() -> Result<(), std::fmt::Error> {
    /// balance(7).because("a refund needs the current balance").await?;
    /// balance(8).because(internal(format!("account {} is linked", 8))).await?;
    /// # Ok(()) }
    /// ```
    fn because(self, reason: impl IntoText) -> BecauseFuture<Self>;
}

/// What has a reason to wait for: a future. A trait of its own, for what the compiler says of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no future, so `.because(..)` comes too late: the call has been made",
    label = "the call has been made",
    note = "of a function that is not `async` write `because(\"..\", || call())`"
)]
pub trait Awaited: Future {}

impl<F: Future> Awaited for F {}

impl<F: Awaited> Because for F {
    fn because(self, reason: impl IntoText) -> BecauseFuture<Self> {
        BecauseFuture {
            inner: self,
            reason: reason.into_text(),
        }
    }
}

pin_project! {
    /// A future with a reason; made by [`Because::because`].
    #[must_use = "futures do nothing unless awaited"]
    pub struct BecauseFuture<F> {
        #[pin]
        inner: F,
        reason: Text,
    }
}

impl<F: Future> Future for BecauseFuture<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _reason = frame::enter_reason(this.reason.clone());
        this.inner.poll(cx)
    }
}

/// Says why the tool calls inside a closure are made: for functions that are not `async`.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::{because, tool};
///
/// #[tool(effect = read, output = internal)]
/// fn count_open_orders(#[sensitivity(internal)] customer: u32) -> usize {
///     3
/// }
///
/// let orders = because("the customer asks what is still open", || count_open_orders(7));
/// assert_eq!(orders, 3);
/// ```
pub fn because<R>(reason: impl IntoText, call: impl FnOnce() -> R) -> R {
    let _reason = frame::enter_reason(reason.into_text());
    call()
}
