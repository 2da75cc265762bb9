//! Ids of a trajectory's spans, which are the same whenever it is read.

/// What a span of a trajectory stands for.
#[derive(Clone, Copy)]
pub(super) enum Of {
    Session,
    /// The run of an agent that has this number.
    Agent(usize),
    /// The step at this place.
    Step(usize),
}

pub(super) fn trace_id(session: &str) -> u128 {
    let high = hash(session, 0);
    u128::from(high) << 64 | u128::from(hash(session, 1))
}

pub(super) fn span_id(session: &str, of: Of) -> u64 {
    let place = match of {
        Of::Session => 0,
        Of::Agent(run) => 2 * run as u64 + 1,
        Of::Step(place) => 2 * place as u64 + 2,
    };
    // One to one, so that no two spans of a session have the same id; 0 would be none.
    scatter(hash(session, 2).wrapping_add(place)).max(1)
}

/// FNV-1a: the same in every version of everything.
fn hash(text: &str, seed: u64) -> u64 {
    let bytes = text.bytes().chain(seed.to_le_bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    scatter(hash)
}

/// The last step of splitmix64, which is one to one.
fn scatter(number: u64) -> u64 {
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}
