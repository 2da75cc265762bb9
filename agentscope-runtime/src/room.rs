//! Room to write in, which a thread keeps from one call to the next.

use std::cell::Cell;
use std::mem;

use crate::json::Json;
use crate::shape::Look;

/// Buffers; empty when they are lent, and given back when this is dropped.
#[derive(Default)]
pub(crate) struct Room {
    pub(crate) json: Json,
    pub(crate) look: Look,
}

/// Larger buffers are not kept.
const KEPT: usize = 16 * 1024;

thread_local! {
    static KEPT_ROOM: Cell<Option<(Json, Look)>> = const { Cell::new(None) };
}

impl Room {
    pub(crate) fn lend() -> Self {
        // Who calls while the thread is torn down, or inside another call that is just being
        // recorded, gets new ones.
        let kept = KEPT_ROOM.try_with(Cell::take).ok().flatten();
        let (json, look) = kept.unwrap_or_default();
        Self { json, look }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if self.json.capacity() > KEPT || self.look.capacity() > KEPT {
            return;
        }
        self.json.truncate(0);
        self.look.clear();
        let room = (mem::take(&mut self.json), mem::take(&mut self.look));
        let _ = KEPT_ROOM.try_with(|kept| kept.set(Some(room)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_lent_empty_and_only_kept_where_it_is_small() {
        let mut room = Room::lend();
        room.json.raw("left over");
        room.look.put("left over");
        let before = room.json.capacity();
        drop(room);
        let mut room = Room::lend();
        assert_eq!(room.json.capacity(), before);
        assert!(room.json.is_empty() && room.look.shapes().is_empty());
        let other = Room::lend();
        assert_eq!(other.json.capacity(), 0, "it is lent to one at a time");
        room.json.raw(&"x".repeat(KEPT + 1));
        drop((other, room));
        assert!(Room::lend().json.capacity() <= KEPT);
    }
}
