//! HTTP: a request is a delivery. Whoever asks asks again when the connection breaks.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use reqwest::Client;
use tokio::net::TcpListener;

use super::{Delivery, Work};
use crate::error::DeskError;

/// A count of the one who asks: the one who answers may be a new process.
const ATTEMPT: &str = "delivery-attempt";
const PAUSE: Duration = Duration::from_millis(50);

#[derive(Clone)]
pub(crate) struct Http {
    client: Client,
    /// Where each specialist is.
    at: HashMap<String, String>,
    listen: Option<SocketAddr>,
}

impl Http {
    pub(super) fn new(at: &[String], listen: Option<SocketAddr>) -> Result<Self, DeskError> {
        let named = |place: &String| {
            let (name, url) = place.split_once('=')?;
            Some((name.to_owned(), url.to_owned()))
        };
        let places: Option<_> = at.iter().map(named).collect();
        Ok(Self {
            client: Client::builder()
                .no_proxy()
                .build()
                .map_err(DeskError::transport)?,
            at: places.ok_or_else(|| DeskError::transport("--at takes NAME=URL"))?,
            listen,
        })
    }

    pub(super) async fn ask(&self, whom: &str, message: String) -> Result<String, DeskError> {
        let url = self.at.get(whom);
        let url =
            url.ok_or_else(|| DeskError::transport(format!("--at does not say where {whom} is")))?;
        let mut attempt: u32 = 1;
        loop {
            let request = self.client.post(format!("{url}/tasks"));
            let request = request.header(ATTEMPT, attempt).body(message.clone());
            let answer = async {
                let response = request.send().await?.error_for_status()?;
                response.text().await
            };
            match answer.await {
                Ok(reply) => return Ok(reply),
                // It was understood: another time would be no better.
                Err(error) if error.is_status() => return Err(DeskError::transport(error)),
                // Nobody took it: that was no delivery.
                Err(error) if error.is_connect() => {}
                Err(_) => attempt += 1,
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    pub(super) async fn serve(&self, name: &str, work: Work) -> Result<(), DeskError> {
        let listen = self
            .listen
            .ok_or_else(|| DeskError::transport("nowhere to listen"))?;
        let listener = TcpListener::bind(listen).await;
        let listener = listener.map_err(DeskError::transport)?;
        let address = listener.local_addr().map_err(DeskError::transport)?;
        println!("{name} http://{address}");
        let app = Router::new().route("/tasks", post(take)).with_state(work);
        let served = axum::serve(listener, app).await;
        served.map_err(DeskError::transport)
    }
}

async fn take(
    State(work): State<Work>,
    headers: HeaderMap,
    message: String,
) -> Result<String, StatusCode> {
    let attempt = headers.get(ATTEMPT).and_then(|value| value.to_str().ok());
    let attempt = attempt.and_then(|text| text.parse().ok()).unwrap_or(1);
    let reply = work(Delivery { message, attempt }).await;
    reply.ok_or(StatusCode::BAD_REQUEST)
}
