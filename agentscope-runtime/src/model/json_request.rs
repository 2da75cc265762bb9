//! Requests as JSON.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use crate::model::fields::{count, list, text};
use crate::model::request::InferenceRequest;

/// Whose request it is, as far as parameters are named differently.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Chat,
    Responses,
    Messages,
    Gemini,
    Converse,
}

fn shape(body: &Value) -> Option<Shape> {
    let has = |field: &str| body.get(field).is_some_and(|value| !value.is_null());
    let is_list = |field: &str| body.get(field).is_some_and(Value::is_array);
    if is_list("contents") {
        Some(Shape::Gemini)
    } else if is_list("messages") {
        if has("inferenceConfig") || has("toolConfig") || has("modelId") {
            Some(Shape::Converse)
        } else if is_of_anthropic(body) {
            Some(Shape::Messages)
        } else {
            // A message without a role is of somebody else.
            let messages = list(body, "messages");
            let is_chat = messages
                .iter()
                .all(|message| text(message, "role").is_some());
            (is_chat && (has("model") || !messages.is_empty())).then_some(Shape::Chat)
        }
    } else if has("input") && (has("model") || has("prompt")) {
        Some(Shape::Responses)
    } else {
        None
    }
}

/// Both kinds have `model` and `messages`; the rest tells.
fn is_of_anthropic(body: &Value) -> bool {
    let own = ["system", "stop_sequences", "anthropic_version", "top_k"];
    let chats = [
        "stop",
        "seed",
        "max_completion_tokens",
        "response_format",
        "n",
    ];
    let has = |fields: &[&str]| fields.iter().any(|field| body.get(field).is_some());
    let tools = list(body, "tools");
    tools.iter().any(|tool| tool.get("input_schema").is_some())
        || (has(&own) && !has(&chats))
        || (text(body, "model").is_some_and(|model| model.starts_with("claude"))
            && !has(&chats)
            && !tools.iter().any(|tool| tool.get("function").is_some()))
}

/// Where the parameters of the sampling stand.
fn parameters(body: &Value) -> Option<&Value> {
    match shape(body)? {
        Shape::Gemini => body.get("generationConfig"),
        Shape::Converse => body.get("inferenceConfig"),
        Shape::Chat | Shape::Responses | Shape::Messages => Some(body),
    }
}

/// The same to be changed, made if it is missing.
fn parameters_mut(body: &mut Value) -> Option<&mut Map<String, Value>> {
    let place = match shape(body)? {
        Shape::Gemini => Some("generationConfig"),
        Shape::Converse => Some("inferenceConfig"),
        Shape::Chat | Shape::Responses | Shape::Messages => None,
    };
    let body = body.as_object_mut()?;
    let Some(place) = place else {
        return Some(body);
    };
    let parameters = body.entry(place).or_insert_with(|| json!({}));
    if parameters.is_null() {
        *parameters = json!({});
    }
    parameters.as_object_mut()
}

fn number(body: &Value, names: [&str; 2]) -> Option<f64> {
    let parameters = parameters(body)?;
    let mut values = names.iter().filter_map(|name| parameters.get(name));
    values.find_map(Value::as_f64)
}

fn tool(tool: &Value) -> Option<&str> {
    let of = |part| tool.get(part).and_then(|part| text(part, "name"));
    text(tool, "name")
        .or_else(|| of("function"))
        .or_else(|| of("custom"))
        .or_else(|| of("toolSpec"))
}

impl InferenceRequest for Value {
    fn model(&self) -> Option<Cow<'_, str>> {
        let model = match shape(self)? {
            Shape::Converse => text(self, "modelId").or_else(|| text(self, "model")),
            _ => text(self, "model"),
        };
        model.map(Cow::Borrowed)
    }

    fn temperature(&self) -> Option<f64> {
        number(self, ["temperature", "temperature"])
    }

    fn top_p(&self) -> Option<f64> {
        number(self, ["top_p", "topP"])
    }

    fn seed(&self) -> Option<i64> {
        parameters(self)?.get("seed")?.as_i64()
    }

    fn max_tokens(&self) -> Option<u64> {
        let parameters = parameters(self)?;
        let names: &[&str] = match shape(self)? {
            Shape::Chat => &["max_completion_tokens", "max_tokens"],
            Shape::Responses => &["max_output_tokens"],
            Shape::Messages => &["max_tokens"],
            Shape::Gemini => &["maxOutputTokens"],
            Shape::Converse => &["maxTokens"],
        };
        names.iter().find_map(|name| count(parameters, name))
    }

    fn stop_sequences(&self) -> Vec<Cow<'_, str>> {
        let Some(parameters) = parameters(self) else {
            return Vec::new();
        };
        let stop = ["stop", "stop_sequences", "stopSequences"];
        match stop.iter().find_map(|name| parameters.get(name)) {
            Some(Value::String(one)) => vec![Cow::Borrowed(one)],
            Some(Value::Array(all)) => all
                .iter()
                .filter_map(|one| one.as_str().map(Cow::Borrowed))
                .collect(),
            _ => Vec::new(),
        }
    }

    fn tools(&self) -> Vec<Cow<'_, str>> {
        let names: Vec<&str> = match shape(self) {
            None => Vec::new(),
            Some(Shape::Gemini) => {
                let groups = list(self, "tools").iter();
                let tools = groups.flat_map(|group| list(group, "functionDeclarations"));
                tools.filter_map(tool).collect()
            }
            Some(Shape::Converse) => {
                let config = self.get("toolConfig");
                let tools = config.map_or(&[][..], |config| list(config, "tools"));
                tools.iter().filter_map(tool).collect()
            }
            Some(_) => list(self, "tools").iter().filter_map(tool).collect(),
        };
        names.into_iter().map(Cow::Borrowed).collect()
    }

    fn stream(&self) -> Option<bool> {
        shape(self)?;
        self.get("stream")?.as_bool()
    }

    fn body(&self) -> Option<Cow<'_, Value>> {
        shape(self).map(|_| Cow::Borrowed(self))
    }

    fn set_model(&mut self, model: &str) -> bool {
        let field = match shape(self) {
            None => return false,
            Some(Shape::Converse) if self.get("modelId").is_some() => "modelId",
            Some(_) => "model",
        };
        // Where it stands in the address, the body cannot change it.
        match self.get_mut(field) {
            Some(place) => {
                *place = Value::from(model);
                true
            }
            None => false,
        }
    }

    fn set_temperature(&mut self, temperature: f64) -> bool {
        let value = Value::from(temperature);
        match parameters_mut(self) {
            Some(parameters) if !value.is_null() => {
                parameters.insert("temperature".into(), value);
                true
            }
            _ => false,
        }
    }

    fn set_seed(&mut self, seed: i64) -> bool {
        if !matches!(shape(self), Some(Shape::Chat | Shape::Gemini)) {
            return false;
        }
        match parameters_mut(self) {
            Some(parameters) => {
                parameters.insert("seed".into(), Value::from(seed));
                true
            }
            None => false,
        }
    }
}
