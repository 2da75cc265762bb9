//! PostgreSQL as a queue: who works on a task holds its row locked, and the lock goes with the
//! connection.

use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::{Client, NoTls, Transaction};

use super::{Delivery, Work};
use crate::error::DeskError;

/// How often to look. A lock that goes with its holder tells nobody, so that `LISTEN` could only
/// spare a part of this.
const PAUSE: Duration = Duration::from_millis(20);

/// `deliveries` refers to no row of `tasks`: the check of that would wait for the lock that its own
/// worker holds.
const TABLES: &str = "
    BEGIN;
    -- Two that begin at once would both find nothing there.
    SELECT pg_advisory_xact_lock(4711);
    CREATE TABLE IF NOT EXISTS tasks (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        specialist text NOT NULL,
        message text NOT NULL
    );
    CREATE TABLE IF NOT EXISTS deliveries (task bigint NOT NULL, at timestamptz NOT NULL DEFAULT now());
    CREATE TABLE IF NOT EXISTS replies (task bigint PRIMARY KEY, message text NOT NULL);
    COMMIT;
";

#[derive(Clone)]
pub(crate) struct Postgres {
    url: Arc<str>,
    client: Arc<Client>,
}

impl From<tokio_postgres::Error> for DeskError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::transport(error)
    }
}

async fn connect(url: &str) -> Result<Client, DeskError> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(async move {
        // Whoever uses the client hears of it there.
        let _ = connection.await;
    });
    Ok(client)
}

impl Postgres {
    pub(super) async fn connect(url: &str) -> Result<Self, DeskError> {
        let client = connect(url).await?;
        client.batch_execute(TABLES).await?;
        Ok(Self {
            url: url.into(),
            client: Arc::new(client),
        })
    }

    pub(super) async fn ask(&self, whom: &str, message: String) -> Result<String, DeskError> {
        const SEND: &str = "INSERT INTO tasks (specialist, message) VALUES ($1, $2) RETURNING id";
        const TAKE: &str = "DELETE FROM replies WHERE task = $1 RETURNING message";
        let task: i64 = self
            .client
            .query_one(SEND, &[&whom, &message])
            .await?
            .get(0);
        loop {
            if let Some(reply) = self.client.query_opt(TAKE, &[&task]).await? {
                return Ok(reply.get(0));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    pub(super) async fn serve(&self, name: &str, work: Work) -> Result<(), DeskError> {
        // A task is held by a connection of its own: a reply must not wait behind it.
        let mut holder = connect(&self.url).await?;
        println!("{name} waits for tasks");
        loop {
            let held = holder.transaction().await?;
            if !self.work_on_next(name, held, &work).await? {
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// Whether there was one.
    async fn work_on_next(
        &self,
        name: &str,
        held: Transaction<'_>,
        work: &Work,
    ) -> Result<bool, DeskError> {
        const NEXT: &str = "
            SELECT id, message FROM tasks WHERE specialist = $1
            ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED";
        let Some(row) = held.query_opt(NEXT, &[&name]).await? else {
            return Ok(false);
        };
        let (task, message): (i64, String) = (row.get(0), row.get(1));
        let attempt = self.delivered(task).await?;
        let reply = work(Delivery { message, attempt }).await;
        // All of it or nothing: a task is gone once its reply is there.
        if let Some(reply) = reply {
            const REPLY: &str = "INSERT INTO replies (task, message) VALUES ($1, $2)";
            held.execute(REPLY, &[&task, &reply]).await?;
        }
        for done in [
            "DELETE FROM tasks WHERE id = $1",
            "DELETE FROM deliveries WHERE task = $1",
        ] {
            held.execute(done, &[&task]).await?;
        }
        held.commit().await?;
        Ok(true)
    }

    /// Notes a delivery; gives how many there were. By the other connection, where it is committed at
    /// once and outlives this worker; nobody else counts while the row is locked.
    async fn delivered(&self, task: i64) -> Result<u32, DeskError> {
        const NOTE: &str = "INSERT INTO deliveries (task) VALUES ($1)";
        const COUNT: &str = "SELECT count(*) FROM deliveries WHERE task = $1";
        self.client.execute(NOTE, &[&task]).await?;
        let count: i64 = self.client.query_one(COUNT, &[&task]).await?.get(0);
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }
}
