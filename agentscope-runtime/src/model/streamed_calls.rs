//! The tool calls of a streamed answer, as far as they have come.

use std::borrow::Cow;

use serde_json::Value;

use crate::inference::answer::MOST_CHOICES;
use crate::json::LARGEST;
use crate::model::response::ToolCall;
use crate::model::streamed::{MOST_KEPT, Place};
use crate::privacy::text;

/// A piece of a tool call: what it does not say has been said, or will be.
pub(super) struct CallPiece<'a> {
    pub(super) place: Place,
    pub(super) id: Option<&'a str>,
    pub(super) name: Option<&'a str>,
    pub(super) arguments: &'a str,
}

#[derive(Clone, Debug)]
struct Call {
    place: Place,
    id: String,
    name: String,
    arguments: String,
    /// The arguments are all there; further pieces of them begin anew.
    whole: bool,
    /// There was more of the arguments than is kept.
    cut: bool,
}

impl Call {
    /// Adds as much to the arguments as there is room for.
    fn add(&mut self, piece: &str, room: usize) {
        let kept = text::begun(piece, room);
        self.cut |= kept.len() < piece.len();
        self.arguments.push_str(kept);
    }
}

/// In the order in which they began.
#[derive(Clone, Debug, Default)]
pub(super) struct Calls {
    all: Vec<Call>,
    /// No more is kept than is looked at for telemetry.
    is_bounded: bool,
}

impl Calls {
    pub(super) fn new(is_bounded: bool) -> Self {
        Self {
            all: Vec::new(),
            is_bounded,
        }
    }

    pub(super) fn clear(&mut self) {
        self.all.clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(super) fn len(&self) -> u64 {
        u64::try_from(self.all.len()).unwrap_or(u64::MAX)
    }

    /// Bytes of arguments that are kept beside those of all calls.
    fn room(&self) -> usize {
        match self.is_bounded {
            true => {
                let kept: usize = self.all.iter().map(|call| call.arguments.len()).sum();
                MOST_KEPT.saturating_sub(kept)
            }
            false => usize::MAX,
        }
    }

    /// The latest call of a place.
    fn at(&mut self, place: Place) -> Option<&mut Call> {
        self.all.iter_mut().rev().find(|call| call.place == place)
    }

    pub(super) fn add(&mut self, piece: CallPiece<'_>) {
        let room = self.room();
        let id = piece.id.unwrap_or("");
        // Some servers give every call the same index: then another id is another call.
        let goes_on = self
            .at(piece.place)
            .is_some_and(|call| id.is_empty() || call.id.is_empty() || call.id == id);
        if !goes_on {
            if self.is_bounded && self.all.len() >= MOST_CHOICES {
                return;
            }
            self.all.push(Call {
                place: piece.place,
                id: String::new(),
                name: String::new(),
                arguments: String::new(),
                whole: false,
                cut: false,
            });
        }
        if let Some(call) = self.at(piece.place) {
            // Said once; what is repeated is the same again, not more of it.
            if call.id.is_empty() {
                call.id.push_str(id);
            }
            if call.name.is_empty() {
                call.name.push_str(piece.name.unwrap_or(""));
            }
            call.add(piece.arguments, room);
        }
    }

    /// Where the call of this id stands.
    #[cfg(feature = "genai")]
    pub(super) fn place_of(&self, id: Option<&str>) -> Option<Place> {
        let call = self.all.iter().find(|call| Some(call.id.as_str()) == id);
        call.map(|call| call.place)
    }

    pub(super) fn add_arguments(&mut self, place: Place, piece: &str) {
        if piece.is_empty() {
            return;
        }
        let anew = self.at(place).filter(|call| call.whole);
        if let Some(call) = anew {
            (call.whole, call.cut) = (false, false);
            call.arguments.clear();
        }
        let room = self.room();
        if let Some(call) = self.at(place) {
            call.add(piece, room);
        }
    }

    /// All arguments at once, in place of what came in pieces.
    pub(super) fn say_arguments(&mut self, place: Place, all: &str) {
        let Some(call) = self.at(place) else {
            return;
        };
        (call.whole, call.cut) = (true, false);
        call.arguments.clear();
        let room = self.room();
        if let Some(call) = self.at(place) {
            call.add(all, room);
        }
    }

    /// The arguments are complete: written as the unstreamed answer's are, which come as JSON.
    pub(super) fn settle_arguments(&mut self, place: Place) {
        let Some(call) = self.at(place).filter(|call| !call.cut) else {
            return;
        };
        if call.arguments.is_empty() {
            call.arguments.push_str("{}");
        } else if let Ok(json) = serde_json::from_str::<Value>(&call.arguments) {
            call.arguments = json.to_string();
        }
    }

    /// Those of a choice that can be called.
    pub(super) fn of(&self, choice: u64) -> Vec<ToolCall<'_>> {
        let calls = self.all.iter().filter(|call| call.place.0 == choice);
        // One that was never named cannot be called.
        let mut calls: Vec<&Call> = calls.filter(|call| !call.name.is_empty()).collect();
        calls.sort_by_key(|call| call.place);
        calls
            .into_iter()
            .map(|call| ToolCall {
                id: (!call.id.is_empty()).then_some(Cow::Borrowed(call.id.as_str())),
                name: Cow::Borrowed(&call.name),
                arguments: match call.cut {
                    // No JSON, and says why.
                    true => Cow::Owned(format!("{} [more than {LARGEST} bytes]", call.arguments)),
                    false => Cow::Borrowed(&call.arguments),
                },
            })
            .collect()
    }
}
