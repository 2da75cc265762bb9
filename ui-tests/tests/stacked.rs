//! Other crates' attributes above and below ours: the result is right, there is one span of ours, and
//! the other attribute still does what it is for.

#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use agentscope::{agent, inference, tool, tool_call};
use support::{assert_one_span_each, record};

mod tracing_instrument {
    use super::*;

    #[tracing::instrument(skip_all)]
    #[tool(default = secret)]
    async fn instrumented_above(n: u32) -> u32 {
        tokio::task::yield_now().await;
        n
    }

    #[agent(default = secret)]
    #[tracing::instrument(skip_all, fields(n))]
    fn instrumented_below(n: u32) -> u32 {
        n
    }

    #[tokio::test]
    async fn instruments_the_same_call() {
        record();
        assert_eq!(instrumented_above(1).await + instrumented_below(2), 3);
        assert_one_span_each(&["instrumented_above", "instrumented_below"]);
    }
}

mod async_trait {
    use super::*;

    #[::async_trait::async_trait]
    trait Search: Sync {
        async fn trait_below(&self, n: u32) -> Result<u32, String>;

        #[tool(default = secret)]
        async fn trait_default(&self, n: u32) -> u32 {
            self.trait_below(n).await.unwrap_or_default()
        }
    }

    struct Store(u32);

    #[::async_trait::async_trait]
    impl Search for Store {
        #[tool(default = secret)]
        async fn trait_below(&self, n: u32) -> Result<u32, String> {
            tokio::task::yield_now().await;
            Ok(self.0 + n)
        }
    }

    #[tokio::test]
    async fn makes_methods_of_a_trait_object() {
        record();
        let search: &dyn Search = &Store(1);
        let task = search.trait_default(2);
        assert_eq!(task.await, 3);
        assert_one_span_each(&["trait_below", "trait_default"]);
    }
}

mod rmcp_tool_router {
    use super::*;
    use ::rmcp::handler::server::wrapper::Parameters;
    use ::rmcp::model::CallToolRequestParams;
    use ::rmcp::{ServerHandler, ServiceExt as _, tool_handler, tool_router};

    /// What is asked for.
    #[derive(serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
    struct Query {
        /// The article.
        article: String,
    }

    struct Shop;

    #[tool_router]
    impl Shop {
        /// Ours above, by the name that ends in `tool`.
        #[agentscope::tool(default = secret)]
        #[::rmcp::tool]
        async fn router_tool_above(&self, Parameters(query): Parameters<Query>) -> String {
            query.article
        }

        // With an attribute between, `#[rmcp::tool]` does not see the doc comment.
        #[::rmcp::tool(description = "Ours below, by the name that ends in `tool`.")]
        #[agentscope::tool(default = secret)]
        async fn router_tool_below(&self, Parameters(query): Parameters<Query>) -> String {
            query.article
        }

        /// Ours above.
        #[tool_call(default = secret)]
        #[::rmcp::tool(name = "router_tool_call_above")]
        async fn router_tool_call_above(&self, Parameters(query): Parameters<Query>) -> String {
            query.article
        }

        #[::rmcp::tool(description = "Ours below.")]
        #[tool_call(default = secret)]
        fn router_tool_call_below(&self, Parameters(query): Parameters<Query>) -> String {
            query.article
        }
    }

    #[tool_handler]
    impl ServerHandler for Shop {}

    const TOOLS: [&str; 4] = [
        "router_tool_above",
        "router_tool_below",
        "router_tool_call_above",
        "router_tool_call_below",
    ];

    #[tokio::test]
    async fn lists_and_calls_the_tools() {
        record();
        let tools = Shop::tool_router().list_all();
        let mut listed: Vec<_> = tools.iter().map(|tool| tool.name.as_ref()).collect();
        listed.sort_unstable();
        assert_eq!(listed, TOOLS);
        for tool in &tools {
            let description = tool.description.as_deref().unwrap_or_default();
            assert!(description.starts_with("Ours "), "{tool:?}");
            let schema = serde_json::to_value(&tool.input_schema).unwrap();
            assert_eq!(schema["properties"]["article"]["type"], "string");
        }

        let (client, server) = tokio::io::duplex(4096);
        let serving = tokio::spawn(async move {
            Shop.serve(server).await.unwrap().waiting().await.unwrap();
        });
        let client = ().serve(client).await.unwrap();
        for name in TOOLS {
            let arguments = serde_json::json!({ "article": "tea" });
            let call = CallToolRequestParams::new(name)
                .with_arguments(arguments.as_object().unwrap().clone());
            let result = client.call_tool(call).await.unwrap();
            let result = serde_json::to_value(&result).unwrap();
            assert_eq!(result["content"][0]["text"], "tea", "{name}");
        }
        client.cancel().await.unwrap();
        serving.await.unwrap();
        assert_one_span_each(&TOOLS);
    }
}

mod axum_debug_handler {
    use super::*;
    use ::axum::body::Body;
    use ::axum::extract::{Query, State};
    use ::axum::http::Request;
    use ::axum::{Json, Router, routing};
    use tower::ServiceExt as _;

    #[derive(serde::Deserialize)]
    struct Wanted {
        article: String,
    }

    #[::axum::debug_handler]
    #[agent(default = secret)]
    async fn handler_above(State(price): State<u32>, Query(wanted): Query<Wanted>) -> Json<u32> {
        Json(price + u32::try_from(wanted.article.len()).unwrap())
    }

    #[agent(default = secret)]
    #[::axum::debug_handler(state = u32)]
    async fn handler_below(State(price): State<u32>, Query(wanted): Query<Wanted>) -> Json<u32> {
        Json(price + u32::try_from(wanted.article.len()).unwrap())
    }

    #[tokio::test]
    async fn finds_a_handler() {
        record();
        let app = Router::new()
            .route("/above", routing::get(handler_above))
            .route("/below", routing::get(handler_below))
            .with_state(4);
        for path in ["/above?article=tea", "/below?article=tea"] {
            let request = Request::get(path).body(Body::empty()).unwrap();
            let response = app.clone().oneshot(request).await.unwrap();
            let body = ::axum::body::to_bytes(response.into_body(), 64)
                .await
                .unwrap();
            assert_eq!(&body[..], b"7");
        }
        assert_one_span_each(&["handler_above", "handler_below"]);
    }
}

mod tokio_entry_points {
    use super::*;

    #[tokio::main(flavor = "current_thread")]
    #[agent(default = secret)]
    async fn main_above(n: u32) -> u32 {
        tokio::task::yield_now().await;
        n
    }

    #[agent(default = secret)]
    #[tokio::main(flavor = "current_thread")]
    async fn main_below(n: u32) -> u32 {
        tokio::task::yield_now().await;
        n
    }

    #[test]
    fn run_a_recorded_main() {
        record();
        assert_eq!(main_above(1) + main_below(2), 3);
        assert_one_span_each(&["main_above", "main_below"]);
    }

    #[tokio::test]
    #[agent]
    async fn run_a_recorded_test() {
        record();
        tokio::task::yield_now().await;
    }

    #[agent]
    #[tokio::test]
    async fn run_a_recorded_test_from_within() {
        record();
        tokio::task::yield_now().await;
    }
}

mod conditional {
    use super::*;

    #[cfg_attr(all(), tool(default = secret))]
    fn conditional_tool(n: u32) -> u32 {
        n
    }

    #[cfg_attr(all(), inference(provider = "test", model = "conditional_inference"))]
    #[cfg_attr(any(), agent)]
    fn conditional_inference() {}

    #[test]
    fn attributes_are_ours_where_their_condition_holds() {
        record();
        assert_eq!(conditional_tool(3), 3);
        conditional_inference();
        assert_one_span_each(&["conditional_tool", "conditional_inference"]);
    }
}
