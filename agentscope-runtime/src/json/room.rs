//! Room to write in, which a thread keeps from one call to the next.

use std::cell::Cell;

use crate::hash::look::Look;
use crate::json::Json;
use crate::json::ordered::Ordered;

/// Buffers; empty when they are lent, and given back when this is dropped.
pub(crate) struct Room(Option<Box<Buffers>>);

#[derive(Default)]
pub(crate) struct Buffers {
    pub(crate) json: Json,
    /// The same values as they are, where somebody keeps them.
    pub(crate) payload: Json,
    pub(crate) look: Look,
    /// What the hash of a result is taken over.
    pub(crate) canonical: Ordered,
}

/// Larger buffers are not kept.
const KEPT: usize = 16 * 1024;

thread_local! {
    static KEPT_ROOM: Cell<Option<Box<Buffers>>> = const { Cell::new(None) };
}

impl Room {
    pub(crate) fn lend() -> Self {
        // Who calls while the thread is torn down, or inside another call that is just being
        // recorded, gets new ones.
        Self(KEPT_ROOM.try_with(Cell::take).ok().flatten())
    }

    #[inline]
    pub(crate) fn get(&mut self) -> &mut Buffers {
        self.0.get_or_insert_with(new)
    }

    pub(crate) fn canonical(&self) -> Option<&[u8]> {
        self.0.as_deref().map(|room| &*room.canonical.text)
    }
}

#[cold]
fn new() -> Box<Buffers> {
    Box::default()
}

impl Drop for Room {
    fn drop(&mut self) {
        let Some(mut room) = self.0.take() else {
            return;
        };
        let used = [
            room.json.capacity(),
            room.payload.capacity(),
            room.look.capacity(),
            room.canonical.text.capacity(),
        ];
        if used.iter().all(|capacity| *capacity <= KEPT) {
            room.json.truncate(0);
            room.payload.truncate(0);
            room.look.clear();
            room.canonical.truncate(0);
            let _ = KEPT_ROOM.try_with(|kept| kept.set(Some(room)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_lent_empty_and_only_kept_where_it_is_small() {
        let mut room = Room::lend();
        room.get().json.raw("left over");
        room.get().look.put("left over");
        let before = room.get().json.capacity();
        drop(room);
        let mut room = Room::lend();
        assert_eq!(room.get().json.capacity(), before);
        assert!(room.get().json.len() == 0 && room.get().look.shapes().is_empty());
        let mut other = Room::lend();
        assert_eq!(
            other.get().json.capacity(),
            0,
            "it is lent to one at a time"
        );
        room.get().json.raw(&"x".repeat(KEPT + 1));
        drop((other, room));
        assert!(Room::lend().get().json.capacity() <= KEPT);
    }
}
