//! What a model call used.

/// Tokens of one model call, as the provider counts them.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::Usage;
/// let usage = Usage { input_tokens: 812, output_tokens: 64, ..Usage::default() };
/// assert_eq!(usage.total(), 876);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tokens of the prompt, cached ones included.
    pub input_tokens: u64,
    /// Tokens of the completion, reasoning included.
    pub output_tokens: u64,
    /// Of the prompt: tokens read from the provider's cache.
    pub cache_read_input_tokens: u64,
    /// Of the prompt: tokens written to the provider's cache.
    pub cache_write_input_tokens: u64,
    /// Of the completion: tokens spent on reasoning.
    pub reasoning_output_tokens: u64,
}

impl Usage {
    /// Prompt and completion together: what a token budget counts.
    pub const fn total(&self) -> u64 {
        self.input_tokens.saturating_add(self.output_tokens)
    }
}

/// Takes what a closure has found in a value.
#[derive(Default)]
pub struct Found(pub(crate) Option<Usage>);

impl Found {
    #[allow(missing_docs, reason = "called by expansions only")]
    pub fn usage(&mut self, usage: impl UsageOption) {
        self.0 = usage.usage_option();
    }
}

/// What `usage = ..` may yield.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say what the call used",
    label = "expected a `Usage` or an `Option<Usage>`",
    note = "write `usage = |result| Usage {{ input_tokens: .., output_tokens: .., ..Usage::default() }}`"
)]
pub trait UsageOption {
    /// The tokens; `None` says nothing.
    fn usage_option(self) -> Option<Usage>;
}

impl UsageOption for Usage {
    fn usage_option(self) -> Option<Usage> {
        Some(self)
    }
}

impl UsageOption for Option<Usage> {
    fn usage_option(self) -> Option<Usage> {
        self
    }
}
