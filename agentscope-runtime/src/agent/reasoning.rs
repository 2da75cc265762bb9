//! What the inferences of an agent have chosen, until the tools are called; and how full the
//! models' windows were.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use serde_json::Value;

use crate::hash::look::Look;
use crate::inference::answer::Choice;
use crate::privacy::redacted::Redacted;
use crate::site::{KnownSite, Meta};

/// Of an agent, or of a session for calls outside any agent.
#[derive(Default)]
pub(crate) struct Reasoning {
    /// Mostly nothing is, and then nobody needs to look.
    is_known: AtomicBool,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    chosen: Vec<Chosen>,
    /// How much of its window the latest inference of each function has filled.
    windows: Vec<(&'static str, Window)>,
    /// The latest inference whose choices nobody has told.
    #[cfg(feature = "rig")]
    unheard: Option<Redacted>,
}

struct Chosen {
    choice: Choice,
    call: ModelsCall,
    decided_at: SystemTime,
    taken: bool,
}

/// What a tool call has from the inference that chose it.
#[derive(Clone)]
pub(crate) struct ModelsCall {
    pub(crate) id: Option<Redacted>,
    pub(crate) reason: Redacted,
    /// Id of the inference's span.
    pub(crate) decided_by: Redacted,
}

/// Tokens of a prompt, and how many the model takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Window {
    pub(crate) tokens: u64,
    pub(crate) size: u64,
}

impl Window {
    const WARNING: f64 = 0.8;

    pub(crate) fn used(self) -> f64 {
        self.tokens as f64 / self.size.max(1) as f64
    }
}

/// What is new about a window.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct WindowNews {
    /// It came to be nearly full just now.
    pub(crate) is_nearly_full: bool,
    /// Tokens of the prompt before this one, which was compacted.
    pub(crate) compacted_from: Option<u64>,
}

impl Reasoning {
    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An inference that began at `began` has ended now with these choices. They replace those that
    /// it has seen the results of; what was decided meanwhile goes on beside it.
    pub(crate) fn decided(
        &self,
        choices: impl Iterator<Item = (Choice, ModelsCall)>,
        began: SystemTime,
        now: SystemTime,
    ) {
        let mut known = self.known();
        known.chosen.retain(|chosen| chosen.decided_at > began);
        known.chosen.extend(choices.map(|(choice, call)| Chosen {
            choice,
            call,
            decided_at: now,
            taken: false,
        }));
        self.is_known.store(true, Relaxed);
    }

    /// An inference has ended; what it chose is not known yet.
    #[cfg(feature = "rig")]
    pub(crate) fn ended_unheard(&self, span: Redacted) {
        self.known().unheard = Some(span);
    }

    /// A tool is about to be called that the latest inference must have chosen, where no choice of
    /// it is known.
    #[cfg(feature = "rig")]
    pub(crate) fn chosen_unheard(&self, tool: &str, id: Redacted) {
        let mut known = self.known();
        let awaits = |it: &Chosen| it.call.id.as_ref() == Some(&id);
        let Some(decided_by) = known
            .unheard
            .clone()
            .filter(|_| !known.chosen.iter().any(awaits))
        else {
            return;
        };
        let reason = "chosen by the model, whose words are not recorded";
        known.chosen.push(Chosen {
            choice: Choice {
                call_id: None,
                tool: tool.to_owned(),
                arguments: String::new(),
            },
            call: ModelsCall {
                id: Some(id),
                reason: Redacted::of_code(reason),
                decided_by,
            },
            decided_at: SystemTime::now(),
            taken: false,
        });
        self.is_known.store(true, Relaxed);
    }

    /// The choice that a call of a tool carries out. Where several are of the same tool its
    /// arguments tell, else the order; a choice that was taken is only taken again by a call with
    /// the same arguments, which is a retry.
    pub(crate) fn take(&self, tool: &str, meta: &Meta, print: Option<u64>) -> Option<ModelsCall> {
        if !self.is_known.load(Relaxed) {
            return None;
        }
        let mut known = self.known();
        let mut of_tool: Vec<&mut Chosen> = known
            .chosen
            .iter_mut()
            .filter(|chosen| is_of(&chosen.choice.tool, tool))
            .collect();
        of_tool.sort_by_key(|chosen| chosen.taken);
        let mut place = of_tool.iter().position(|chosen| !chosen.taken);
        let is_only = of_tool.len() == 1 && place.is_some();
        if let (false, Some(print)) = (is_only, print) {
            let fits = |chosen: &&mut Chosen| print_of(&chosen.choice, meta) == Some(print);
            place = of_tool.iter().position(fits).or(place);
        }
        let chosen = &mut of_tool[place?];
        chosen.taken = true;
        Some(chosen.call.clone())
    }

    /// An inference of this function has filled so much of the model's window.
    pub(crate) fn filled(&self, site: &KnownSite, now: Window) -> WindowNews {
        let mut known = self.known();
        let function = site.meta.function;
        let before = known.windows.iter_mut().find(|(of, _)| *of == function);
        let Some((_, before)) = before else {
            known.windows.push((function, now));
            return WindowNews {
                is_nearly_full: now.used() >= Window::WARNING,
                compacted_from: None,
            };
        };
        let before = std::mem::replace(before, now);
        // Conversations only grow. One that was long and has lost half was compacted; a short one
        // may as well be another.
        let is_compacted = before.used() >= 0.5 && now.tokens <= before.tokens / 2;
        WindowNews {
            is_nearly_full: now.used() >= Window::WARNING && before.used() < Window::WARNING,
            compacted_from: is_compacted.then_some(before.tokens),
        }
    }
}

/// Whether a model means this tool: some put where it comes from before its name.
fn is_of(chosen: &str, tool: &str) -> bool {
    let from = chosen.strip_suffix(tool);
    from.is_some_and(|from| {
        from.is_empty() || from.ends_with(['.', ':', '/']) || from.ends_with("__")
    })
}

/// The print that the arguments would have, were the function called with them.
fn print_of(choice: &Choice, meta: &Meta) -> Option<u64> {
    let arguments: Value = serde_json::from_str(&choice.arguments).ok()?;
    let mut look = Look::default();
    match (&arguments, meta.params) {
        (Value::Object(fields), params)
            if params.iter().any(|param| fields.contains_key(param.name)) =>
        {
            for param in params {
                look.append(fields.get(param.name).unwrap_or(&Value::Null));
            }
        }
        // One argument that holds them all.
        (all, [_]) => {
            look.append(all);
        }
        _ => return None,
    }
    Some(look.print.finish())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;
    use crate::site::Site;

    static SITE: Site = Site::new("shop", "get\0tool\0get\0read\0\0\0\0id\0u32\0");

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn decide(reasoning: &Reasoning, calls: &[(&str, &str, u32)], began: u64, ended: u64) {
        let choices = calls.iter().map(|(id, tool, argument)| {
            let choice = Choice {
                call_id: None,
                tool: (*tool).to_owned(),
                arguments: format!(r#"{{"id":{argument}}}"#),
            };
            let call = ModelsCall {
                id: Some(Redacted::of_code((*id).to_owned())),
                reason: "so".into(),
                decided_by: "span".into(),
            };
            (choice, call)
        });
        reasoning.decided(choices, at(began), at(ended));
    }

    fn take(reasoning: &Reasoning, argument: u32) -> Option<String> {
        let mut look = Look::default();
        look.append(&argument);
        let call = reasoning.take("get", &SITE.known().meta, Some(look.print.finish()))?;
        call.id.map(|id| id.as_str().to_owned())
    }

    #[test]
    fn calls_of_the_same_tool_are_told_apart_by_their_arguments_else_by_order() {
        let reasoning = Reasoning::default();
        decide(
            &reasoning,
            &[("a", "get", 1), ("b", "get", 2), ("c", "get", 3)],
            0,
            1,
        );
        assert_eq!(take(&reasoning, 2).as_deref(), Some("b"));
        assert_eq!(
            take(&reasoning, 9).as_deref(),
            Some("a"),
            "the code changed it"
        );
        let unknown = reasoning
            .take("get", &SITE.known().meta, None)
            .expect("one is left");
        assert_eq!(unknown.id.expect("given").as_str(), "c");
        assert_eq!(take(&reasoning, 9), None, "nobody chose that");
        assert_eq!(take(&reasoning, 3).as_deref(), Some("c"), "a retry");
    }

    #[test]
    fn an_inference_replaces_what_was_decided_before_it_began() {
        let reasoning = Reasoning::default();
        decide(&reasoning, &[("old", "get", 1)], 0, 1);
        decide(&reasoning, &[("beside", "get", 7)], 0, 3);
        decide(&reasoning, &[("new", "get", 1)], 2, 4);
        assert_eq!(take(&reasoning, 1).as_deref(), Some("new"));
        assert_eq!(take(&reasoning, 7).as_deref(), Some("beside"));
        assert_eq!(take(&reasoning, 8), None);
    }

    #[test]
    fn the_place_of_a_tool_may_stand_before_its_name() {
        let names = [
            "get",
            "functions.get",
            "mcp__shop__get",
            "shop/get",
            "forget",
            "get_all",
        ];
        assert_eq!(
            names.map(|name| is_of(name, "get")),
            [true, true, true, true, false, false]
        );
    }

    #[test]
    fn a_window_is_said_to_be_nearly_full_once_and_to_be_compacted_where_it_lost_half() {
        let reasoning = Reasoning::default();
        let news = [70, 81, 95, 40, 30, 10]
            .map(|tokens| reasoning.filled(SITE.known(), Window { tokens, size: 100 }));
        let nearly_full = news.map(|news| news.is_nearly_full);
        assert_eq!(nearly_full, [false, true, false, false, false, false]);
        let compacted = news.map(|news| news.compacted_from);
        assert_eq!(compacted, [None, None, None, Some(95), None, None]);
    }
}
