//! An order desk: a customer asks, a model looks into the shop with three tools, and answers.
//!
//! ```sh
//! order_desk --model-url http://127.0.0.1:8080/v1 --model gpt-4o-mini "Where is order 1042?"
//! ```

#![allow(clippy::print_stdout, reason = "a program for the terminal")]

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::{Mutex, PoisonError};

use agentscope::{agent, inference, tool};
use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::error::OpenAIError;
use async_openai::types::chat::{
    ChatCompletionMessageToolCall, ChatCompletionMessageToolCalls,
    ChatCompletionRequestAssistantMessage, ChatCompletionRequestMessage,
    ChatCompletionRequestSystemMessage, ChatCompletionRequestToolMessage,
    ChatCompletionRequestUserMessage, ChatCompletionTool, ChatCompletionTools,
    CreateChatCompletionRequest, CreateChatCompletionResponse, FunctionObject,
};
use clap::Parser;
use schemars::{JsonSchema, schema_for};
use serde::{Deserialize, Serialize};

const SYSTEM_PROMPT: &str = "You are the order desk of a shop. Look things up before you answer, \
    and refund only what has not been delivered. Say in one sentence why you call a tool.";

/// A model that goes on and on is stopped.
const MOST_TURNS: usize = 8;

#[derive(Debug, thiserror::Error)]
enum DeskError {
    #[error("the model could not be asked: {0}")]
    Model(#[from] OpenAIError),
    #[error("the model answered without content")]
    NoContent,
    #[error("no answer after {MOST_TURNS} turns")]
    TooManyTurns,
}

/// What a tool answers where it cannot do what it is asked; the model is told.
#[derive(Debug, thiserror::Error)]
enum ToolError {
    #[error("there is no order {0}")]
    NoSuchOrder(u64),
    #[error("order {0} was delivered: no refund without a return")]
    Delivered(u64),
    #[error("there is no tool {0}")]
    NoSuchTool(String),
    #[error("the arguments are not usable: {0}")]
    Arguments(#[from] serde_json::Error),
}

#[derive(Clone, Debug, Serialize)]
struct Order {
    number: u64,
    customer: String,
    email: String,
    item: String,
    cents: u64,
    delivered: bool,
    refunded: bool,
}

#[derive(Debug, Serialize)]
struct Parcel {
    carrier: String,
    place: String,
    days_late: u32,
}

#[derive(Debug, Serialize)]
struct Refund {
    number: u64,
    cents: u64,
}

#[derive(Deserialize, JsonSchema)]
struct FindOrder {
    /// The number of the order.
    number: u64,
}

#[derive(Deserialize, JsonSchema)]
struct TrackParcel {
    /// The number of the order.
    number: u64,
}

#[derive(Deserialize, JsonSchema)]
struct RefundOrder {
    /// The number of the order.
    number: u64,
    /// Why the customer gets the money back.
    cause: String,
}

/// What stands in the books of the shop.
struct Shop {
    orders: Mutex<BTreeMap<u64, Order>>,
}

impl Shop {
    fn new() -> Self {
        let order = |number, item: &str, cents, delivered| Order {
            number,
            customer: "Dana Whitfield".to_owned(),
            email: "dana@example.com".to_owned(),
            item: item.to_owned(),
            cents,
            delivered,
            refunded: false,
        };
        let orders = [
            order(1041, "kettle", 3_900, true),
            order(1042, "desk lamp", 5_450, false),
        ];
        let orders = orders.into_iter().map(|order| (order.number, order));
        Self {
            orders: Mutex::new(orders.collect()),
        }
    }

    fn order(&self, number: u64) -> Result<Order, ToolError> {
        let orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        let order = orders.get(&number).cloned();
        order.ok_or(ToolError::NoSuchOrder(number))
    }

    /// Look up an order by its number.
    #[tool(effect = read, default = secret)]
    async fn find_order(&self, number: u64) -> Result<Order, ToolError> {
        self.order(number)
    }

    /// Ask the carrier where the parcel of an order is.
    #[tool(effect = read, default = secret)]
    async fn track_parcel(&self, number: u64) -> Result<Option<Parcel>, ToolError> {
        let order = self.order(number)?;
        Ok((!order.delivered).then(|| Parcel {
            carrier: "Northern Post".to_owned(),
            place: "Rotterdam".to_owned(),
            days_late: 9,
        }))
    }

    /// Give the customer the money for an order back.
    #[tool(effect = write, default = secret)]
    async fn refund_order(&self, number: u64, cause: String) -> Result<Refund, ToolError> {
        let order = self.order(number)?;
        if order.delivered {
            return Err(ToolError::Delivered(number));
        }
        let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(order) = orders.get_mut(&number) {
            order.refunded = true;
        }
        println!("refunded {number}: {cause}");
        let cents = order.cents;
        Ok(Refund { number, cents })
    }
}

fn definition<Arguments: JsonSchema>(name: &str, description: &str) -> ChatCompletionTools {
    ChatCompletionTools::Function(ChatCompletionTool {
        function: FunctionObject {
            name: name.to_owned(),
            description: Some(description.to_owned()),
            parameters: Some(schema_for!(Arguments).to_value()),
            strict: None,
        },
    })
}

struct Desk {
    client: Client<OpenAIConfig>,
    model: String,
    shop: Shop,
}

impl Desk {
    #[inference(provider = "openai", default = secret)]
    async fn complete(
        &self,
        request: CreateChatCompletionRequest,
    ) -> Result<CreateChatCompletionResponse, OpenAIError> {
        self.client.chat().create(request).await
    }

    /// Answers a customer.
    #[agent(mode = "react", default = secret)]
    async fn answer(&self, question: &str) -> Result<String, DeskError> {
        let mut messages: Vec<ChatCompletionRequestMessage> = vec![
            ChatCompletionRequestSystemMessage::from(SYSTEM_PROMPT).into(),
            ChatCompletionRequestUserMessage::from(question).into(),
        ];
        for _ in 0..MOST_TURNS {
            let request = CreateChatCompletionRequest {
                model: self.model.clone(),
                messages: messages.clone(),
                tools: Some(vec![
                    definition::<FindOrder>("find_order", "Look up an order by its number."),
                    definition::<TrackParcel>("track_parcel", "Ask the carrier for the parcel."),
                    definition::<RefundOrder>("refund_order", "Give the money back."),
                ]),
                ..CreateChatCompletionRequest::default()
            };
            let response = self.complete(request).await?;
            let choice = response.choices.into_iter().next();
            let message = choice.ok_or(DeskError::NoContent)?.message;
            let calls = message.tool_calls.unwrap_or_default();
            if calls.is_empty() {
                return message.content.ok_or(DeskError::NoContent);
            }
            let said = ChatCompletionRequestAssistantMessage {
                content: message.content.map(Into::into),
                tool_calls: Some(calls.clone()),
                ..ChatCompletionRequestAssistantMessage::default()
            };
            messages.push(said.into());
            for call in calls {
                // Custom tools are never offered.
                let ChatCompletionMessageToolCalls::Function(call) = call else {
                    continue;
                };
                let told = ChatCompletionRequestToolMessage {
                    content: self.observation(&call).await.into(),
                    tool_call_id: call.id,
                };
                messages.push(told.into());
            }
        }
        Err(DeskError::TooManyTurns)
    }

    /// What the model is told of a call.
    async fn observation(&self, call: &ChatCompletionMessageToolCall) -> String {
        match self.call(call).await {
            Ok(observation) => observation,
            Err(error) => format!("error: {error}"),
        }
    }

    async fn call(&self, call: &ChatCompletionMessageToolCall) -> Result<String, ToolError> {
        let arguments = &call.function.arguments;
        let observation = match call.function.name.as_str() {
            "find_order" => {
                let FindOrder { number } = serde_json::from_str(arguments)?;
                serde_json::to_string(&self.shop.find_order(number).await?)?
            }
            "track_parcel" => {
                let TrackParcel { number } = serde_json::from_str(arguments)?;
                serde_json::to_string(&self.shop.track_parcel(number).await?)?
            }
            "refund_order" => {
                let RefundOrder { number, cause } = serde_json::from_str(arguments)?;
                serde_json::to_string(&self.shop.refund_order(number, cause).await?)?
            }
            other => return Err(ToolError::NoSuchTool(other.to_owned())),
        };
        Ok(observation)
    }
}

#[derive(Parser)]
struct Arguments {
    /// An endpoint in the form of OpenAI's chat completions
    #[arg(long)]
    model_url: String,
    /// The model to ask
    #[arg(long)]
    model: String,
    /// What the customer wants
    question: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let _guard = agentscope_collector::init()?;
    let config = OpenAIConfig::new().with_api_base(arguments.model_url);
    let desk = Desk {
        client: Client::with_config(config),
        model: arguments.model,
        shop: Shop::new(),
    };
    println!("{}", desk.answer(&arguments.question).await?);
    Ok(())
}
