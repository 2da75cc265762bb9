//! What a provider counts, before it is made the one meaning of [`Usage`].

use crate::inference::usage::Usage;

/// The counts of one report; `None` is what it does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) input: Option<u64>,
    pub(crate) cache_read: Option<u64>,
    pub(crate) cache_write: Option<u64>,
    pub(crate) output: Option<u64>,
    pub(crate) reasoning: Option<u64>,
    /// `input` is without what was read from and written to the cache.
    pub(crate) cache_is_beside: bool,
    /// `output` is without the reasoning.
    pub(crate) reasoning_is_beside: bool,
}

impl Counts {
    /// `None` where neither side was counted.
    pub(crate) fn usage(self) -> Option<Usage> {
        let (mut input, mut output) = match (self.input, self.output) {
            (None, None) => return None,
            (input, output) => (input.unwrap_or(0), output.unwrap_or(0)),
        };
        let cache_read = self.cache_read.unwrap_or(0);
        let cache_write = self.cache_write.unwrap_or(0);
        let reasoning = self.reasoning.unwrap_or(0);
        if self.cache_is_beside {
            input = input.saturating_add(cache_read).saturating_add(cache_write);
        }
        if self.reasoning_is_beside {
            output = output.saturating_add(reasoning);
        }
        Some(Usage {
            input_tokens: input,
            output_tokens: output,
            cache_read_input_tokens: cache_read,
            cache_write_input_tokens: cache_write,
            reasoning_output_tokens: reasoning,
        })
    }

    fn each(&mut self, later: Self, merge: impl Fn(u64, u64) -> u64) {
        let pairs = [
            (&mut self.input, later.input),
            (&mut self.cache_read, later.cache_read),
            (&mut self.cache_write, later.cache_write),
            (&mut self.output, later.output),
            (&mut self.reasoning, later.reasoning),
        ];
        let mut said = false;
        for (count, later) in pairs {
            if let Some(later) = later {
                said |= later > 0;
                *count = Some(merge(count.unwrap_or(0), later));
            }
        }
        if said {
            self.cache_is_beside = later.cache_is_beside;
            self.reasoning_is_beside = later.reasoning_is_beside;
        }
    }

    /// A later report of the same total replaces the earlier. What it leaves out, or fills in with
    /// nothing, keeps what was said: Anthropic repeats only some counts, and proxies zero the rest.
    pub(crate) fn replace(&mut self, later: Self) {
        self.each(
            later,
            |before, later| if later == 0 { before } else { later },
        );
    }

    /// A report of what came since the one before.
    pub(crate) fn add(&mut self, later: Self) {
        self.each(later, u64::saturating_add);
    }
}
