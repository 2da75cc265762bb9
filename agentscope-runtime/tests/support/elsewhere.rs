//! Another process, as far as context goes.

/// Runs on a thread that has no context.
pub(crate) fn elsewhere<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> R {
    std::thread::spawn(work).join().expect("it does not panic")
}
