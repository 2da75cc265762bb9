//! Which sessions are kept where not all are.

use sha2::{Digest as _, Sha256};

/// Whether a session is among the share that is kept: by its id alone, so that every process and
/// every run says the same.
pub(crate) fn is_kept(session: &str, share: f64) -> bool {
    if share >= 1.0 {
        return true;
    }
    let hash = Sha256::digest(session.as_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&hash[..8]);
    // 53 bits, as many as the number has.
    let place = (u64::from_be_bytes(first) >> 11) as f64 / (1u64 << 53) as f64;
    place < share
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_larger_share_keeps_what_a_smaller_one_does_and_its_part_of_all() {
        let kept = |share| {
            let sessions = (0..10_000).map(|number| format!("s-{number}"));
            sessions
                .filter(|session| is_kept(session, share))
                .collect::<Vec<_>>()
        };
        let (few, more) = (kept(0.2), kept(0.5));
        assert!((1_800..2_200).contains(&few.len()), "{}", few.len());
        assert!(few.iter().all(|session| more.contains(session)));
        assert!(kept(0.0).is_empty());
        assert_eq!(kept(1.0).len(), 10_000);
    }
}
