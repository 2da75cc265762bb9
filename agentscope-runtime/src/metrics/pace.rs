//! How a streamed answer comes: its first chunk, the gaps between chunks, its tokens a second.

use std::time::{Duration, Instant};

use opentelemetry::KeyValue;

use crate::names;
use crate::privacy::redacted::{Put, attribute};

/// Gaps that the median is taken over: the latest ones.
const GAPS: usize = 4096;
/// Room that is made at once. To grow step by step has the allocator tidy up between the chunks.
const FIRST_GAPS: usize = 512;

pub(crate) struct Pace {
    first: Instant,
    latest: Instant,
    chunks: u32,
    /// In microseconds, at most `GAPS`; a later one stands in the place of the oldest.
    gaps: Vec<u32>,
    longest: u32,
}

impl Pace {
    /// The first chunk has come.
    pub(crate) fn begin(now: Instant) -> Self {
        Self {
            first: now,
            latest: now,
            chunks: 1,
            gaps: Vec::with_capacity(FIRST_GAPS),
            longest: 0,
        }
    }

    /// The next one has.
    pub(crate) fn chunk(&mut self, now: Instant) {
        let gap = now.duration_since(self.latest).as_micros();
        let gap = u32::try_from(gap).unwrap_or(u32::MAX);
        let place = (self.chunks as usize - 1) % GAPS;
        match self.gaps.get_mut(place) {
            Some(oldest) => *oldest = gap,
            None => self.gaps.push(gap),
        }
        self.longest = self.longest.max(gap);
        self.latest = now;
        self.chunks = self.chunks.saturating_add(1);
    }

    /// Between chunks, the latest ones.
    pub(crate) fn gaps(&self) -> impl Iterator<Item = Duration> {
        self.gaps
            .iter()
            .map(|gap| Duration::from_micros((*gap).into()))
    }

    pub(crate) fn push_attributes(
        &mut self,
        output_tokens: Option<u64>,
        attributes: &mut Vec<KeyValue>,
    ) {
        attributes.put(names::STREAM_CHUNKS, i64::from(self.chunks));
        let millis = |micros: u32| f64::from(micros) / 1e3;
        let middle = self.gaps.len() / 2;
        if middle < self.gaps.len() {
            let (_, median, _) = self.gaps.select_nth_unstable(middle);
            attributes.extend([
                attribute(names::STREAM_GAP_P50, millis(*median)),
                attribute(names::STREAM_GAP_MAX, millis(self.longest)),
            ]);
        }
        let seconds = self.latest.duration_since(self.first).as_secs_f64();
        if let (Some(tokens), true) = (output_tokens, seconds > 0.0) {
            let rate = tokens as f64 / seconds;
            attributes.put(names::STREAM_TOKENS_PER_SECOND, rate);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(gaps: &[u64], tokens: Option<u64>) -> Vec<KeyValue> {
        let mut now = Instant::now();
        let mut pace = Pace::begin(now);
        for gap in gaps {
            now += Duration::from_millis(*gap);
            pace.chunk(now);
        }
        let mut attributes = Vec::new();
        pace.push_attributes(tokens, &mut attributes);
        attributes
    }

    #[test]
    fn gaps_and_tokens_a_second_are_of_what_came_after_the_first_chunk() {
        let told = told(&[10, 30, 960], Some(50));
        assert_eq!(
            told,
            [
                attribute(names::STREAM_CHUNKS, 4),
                attribute(names::STREAM_GAP_P50, 30.0),
                attribute(names::STREAM_GAP_MAX, 960.0),
                attribute(names::STREAM_TOKENS_PER_SECOND, 50.0),
            ]
        );
    }

    #[test]
    fn one_chunk_has_no_pace_and_a_long_stream_keeps_few_gaps() {
        assert_eq!(told(&[], Some(9)).len(), 1);
        let mut gaps = vec![1; GAPS];
        gaps.extend(vec![5; GAPS]);
        let told = told(&gaps, None);
        assert_eq!(
            told[1],
            attribute(names::STREAM_GAP_P50, 5.0),
            "of the latest"
        );
    }
}
