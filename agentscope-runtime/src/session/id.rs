//! Random ids. The randomness that sampling needs comes from a session's id.
//!
//! Processes that are forked after the first id make the same ones: to ask for the process at each id is
//! a system call, and to be told of a fork is not possible in safe code. So fork before the first
//! session, or give sessions ids of their own.

use crate::privacy::redacted::Redacted;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, LazyLock};

static SEED: LazyLock<[u64; 2]> = LazyLock::new(|| {
    [(); 2].map(|()| {
        getrandom::u64().unwrap_or_else(|_| {
            // Without a random source ids need only differ between processes.
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            now.map_or(0, |now| now.as_nanos() as u64)
                ^ u64::from(std::process::id()).rotate_left(48)
        })
    })
});

static COUNTER: AtomicU64 = AtomicU64::new(0);

/// SplitMix64 over a counter with a random start: unique in the process, uniform bits.
fn next() -> [u64; 2] {
    let count = COUNTER
        .fetch_add(1, Relaxed)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15);
    SEED.map(|seed| {
        let mut bits = seed.wrapping_add(count);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    })
}

/// 16 hex digits: one run of an agent.
pub(crate) fn random_id64() -> Redacted {
    shared(format!("{:016x}", next()[0]))
}

/// 32 hex digits: a session.
pub(crate) fn random_id128() -> Redacted {
    let [high, low] = next();
    shared(format!("{high:016x}{low:016x}"))
}

/// Counted, for an id is cloned into every span and snapshot.
fn shared(id: String) -> Redacted {
    Redacted::of_code(Arc::<str>::from(id))
}

/// True for about `ratio` of all ids, always the same for the same id.
pub(crate) fn in_sample(id: &str, ratio: f64) -> bool {
    use sha2::{Digest as _, Sha256};
    let hash = Sha256::digest(id.as_bytes());
    let bits = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]);
    f64::from(bits) < ratio * f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ_and_samples_are_of_the_asked_size() {
        let ids: std::collections::HashSet<_> = (0..10_000)
            .map(|_| random_id128().as_str().to_owned())
            .collect();
        assert_eq!(ids.len(), 10_000);
        let sampled = ids.iter().filter(|id| in_sample(id, 0.05)).count();
        assert!((350..650).contains(&sampled), "{sampled}");
    }
}
