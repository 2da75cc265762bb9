//! Middleware for services that speak HTTP: [`SessionLayer`] opens a session for each request that
//! comes in, [`PropagateLayer`] takes the running one along in the headers of what goes out.
//!
//! Both are layers of [tower], so they fit whatever takes one: axum, tonic, hyper through
//! `tower::ServiceBuilder`.
//!
//! ```
//! # extern crate agentscope_runtime as agentscope;
//! use agentscope::tower::SessionLayer;
//! use agentscope::{Session, agent};
//! use axum::{Router, routing::post};
//!
//! #[agent(default = internal)]
//! async fn answer(question: String) -> String {
//!     format!("you asked: {question}")
//! }
//!
//! let app: Router = Router::new()
//!     .route("/answers", post(answer))
//!     .layer(SessionLayer::new());
//! ```
//!
//! [tower]: https://docs.rs/tower

mod body;
mod propagate;
mod response;
mod session;

pub use body::SessionBody;
pub use propagate::{Propagate, PropagateLayer};
pub use response::SessionResponse;
pub use session::{SessionLayer, SessionService};
