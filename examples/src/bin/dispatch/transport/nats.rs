//! NATS JetStream: what is not acknowledged in time is delivered again, and the server counts.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::jetstream::consumer::pull::Config as Pull;
use async_nats::jetstream::stream::{Config, RetentionPolicy, Stream};
use async_nats::jetstream::{self, AckKind, Context, Message};
use futures_util::StreamExt as _;

use super::{Delivery, PATIENCE, Work};
use crate::error::DeskError;

/// How long a worker may be silent. One that works says so more often; one that is gone is waited for
/// this long.
const SILENCE: Duration = Duration::from_secs(5);
const SIGN_OF_LIFE: Duration = Duration::from_secs(1);

/// Where the reply to a message goes.
const REPLY_TO: &str = "Reply-Subject";

fn error(error: impl Display) -> DeskError {
    DeskError::transport(error)
}

#[derive(Clone)]
pub(crate) struct Nats {
    context: Context,
    stream: Arc<Stream>,
}

impl Nats {
    pub(super) async fn connect(url: &str) -> Result<Self, DeskError> {
        let client = async_nats::connect(url).await.map_err(error)?;
        let context = jetstream::new(client);
        let config = Config {
            name: "DISPATCH".to_owned(),
            subjects: vec!["tasks.*".to_owned(), "replies.*".to_owned()],
            // A message stays until somebody has acknowledged it.
            retention: RetentionPolicy::WorkQueue,
            ..Config::default()
        };
        let stream = context.get_or_create_stream(config).await;
        let stream = Arc::new(stream.map_err(error)?);
        Ok(Self { context, stream })
    }

    pub(super) async fn ask(&self, whom: &str, message: String) -> Result<String, DeskError> {
        let id = self.context.client().new_inbox();
        let reply_to = id.replacen("_INBOX", "replies", 1);
        let replies = Pull {
            filter_subject: reply_to.clone(),
            inactive_threshold: PATIENCE,
            ..Pull::default()
        };
        let replies = self.stream.create_consumer(replies).await.map_err(error)?;
        let mut headers = HeaderMap::new();
        headers.insert(REPLY_TO, reply_to.as_str());
        self.publish(format!("tasks.{whom}"), headers, message)
            .await?;
        let mut replies = replies.messages().await.map_err(error)?;
        let reply = replies.next().await;
        let reply = reply.ok_or_else(|| error("the stream of replies has ended"))?;
        let reply = reply.map_err(error)?;
        reply.double_ack().await.map_err(error)?;
        text(&reply)
    }

    /// Done once the server has stored it.
    async fn publish(
        &self,
        subject: String,
        headers: HeaderMap,
        message: String,
    ) -> Result<(), DeskError> {
        let sent = self
            .context
            .publish_with_headers(subject, headers, message.into());
        sent.await.map_err(error)?.await.map_err(error)?;
        Ok(())
    }

    pub(super) async fn serve(&self, name: &str, work: Work) -> Result<(), DeskError> {
        let tasks = Pull {
            durable_name: Some(name.to_owned()),
            filter_subject: format!("tasks.{name}"),
            ack_wait: SILENCE,
            ..Pull::default()
        };
        let tasks = self.stream.get_or_create_consumer(name, tasks).await;
        let tasks = tasks.map_err(error)?;
        // What waits here could be done by another worker.
        let tasks = tasks.stream().max_messages_per_batch(1).messages();
        let mut tasks = tasks.await.map_err(error)?;
        println!("{name} waits for tasks");
        while let Some(task) = tasks.next().await {
            self.work_on(task.map_err(error)?, &work).await?;
        }
        Err(error("the stream of tasks has ended"))
    }

    async fn work_on(&self, task: Message, work: &Work) -> Result<(), DeskError> {
        let delivered = task.info().map_err(error)?.delivered;
        let message = text(&task)?;
        let mut reply = work(Delivery {
            message,
            attempt: u32::try_from(delivered).unwrap_or(1),
        });
        let reply = loop {
            match tokio::time::timeout(SIGN_OF_LIFE, &mut reply).await {
                Ok(reply) => break reply,
                Err(_) => task.ack_with(AckKind::Progress).await.map_err(error)?,
            }
        };
        let to = task.headers.as_ref().and_then(|it| it.get(REPLY_TO));
        if let (Some(reply), Some(to)) = (reply, to) {
            let mut headers = HeaderMap::new();
            // Sent again it is the same reply: the server keeps one.
            headers.insert(async_nats::header::NATS_MESSAGE_ID, to.as_str());
            self.publish(to.as_str().to_owned(), headers, reply).await?;
        }
        task.double_ack().await.map_err(error)
    }
}

fn text(message: &Message) -> Result<String, DeskError> {
    String::from_utf8(message.payload.to_vec())
        .map_err(|error| DeskError::Message(error.to_string()))
}
