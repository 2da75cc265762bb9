//! SQL over HTTP.

use std::fmt::Write as _;
use std::time::Duration;

use reqwest::blocking::{Body, Client};
use reqwest::{StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::{StoreError, shown_address};

/// How long one statement may take.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The most of an error text that is repeated.
const LONGEST_MESSAGE: usize = 500;

/// A database on a ClickHouse server.
#[derive(Debug)]
pub(super) struct Database {
    client: Client,
    url: Url,
    user: Option<(String, String)>,
}

impl Database {
    /// `clickhouse://user:password@host:8123/database`; `clickhouses://` is over TLS.
    pub(super) fn at(address: &str) -> Result<Self, StoreError> {
        let wrong = || StoreError::Address(shown_address(address));
        let (scheme, rest) = address.split_once("://").ok_or_else(wrong)?;
        let http = match scheme {
            "clickhouse" => "http",
            "clickhouses" => "https",
            _ => return Err(wrong()),
        };
        let mut url = Url::parse(&format!("{http}://{rest}")).map_err(|_| wrong())?;
        let database = url.path().trim_matches('/').to_owned();
        let plain = |char: char| char.is_ascii_alphanumeric() || char == '_';
        if database.is_empty() || !database.chars().all(plain) {
            return Err(wrong());
        }
        let password = url.password().unwrap_or_default().to_owned();
        let user = Some(url.username().to_owned()).filter(|user| !user.is_empty());
        // Neither belongs into messages, nor into the log of a server on the way.
        url.set_username("").map_err(|()| wrong())?;
        url.set_password(None).map_err(|()| wrong())?;
        url.set_path("/");
        url.query_pairs_mut()
            .append_pair("database", &database)
            .append_pair("output_format_json_quote_64bit_integers", "0");
        let client = Client::builder().timeout(TIMEOUT).build();
        Ok(Self {
            client: client.map_err(|error| database_error(&url, error))?,
            url,
            user: user.map(|user| (user, password)),
        })
    }

    /// Where it is, for messages.
    pub(super) fn place(&self) -> String {
        place(&self.url)
    }

    /// Does what a statement says; `parameters` stand in it as `{name:Type}`.
    pub(super) fn execute(
        &self,
        sql: &str,
        parameters: &[(&str, String)],
    ) -> Result<String, StoreError> {
        let mut url = self.url.clone();
        for (name, value) in parameters {
            url.query_pairs_mut()
                .append_pair(&format!("param_{name}"), &escaped(value));
        }
        self.post(url, sql.to_owned().into())
    }

    /// The rows of a query; it must not name a format.
    pub(super) fn rows<T: DeserializeOwned>(
        &self,
        sql: &str,
        parameters: &[(&str, String)],
    ) -> Result<Vec<T>, StoreError> {
        let answer = self.execute(&format!("{sql} FORMAT JSONEachRow"), parameters)?;
        let lines = answer.lines().filter(|line| !line.is_empty());
        lines
            .map(|line| {
                serde_json::from_str(line).map_err(|error| StoreError::Damaged {
                    place: self.place(),
                    what: format!("a row of an answer: {error}"),
                })
            })
            .collect()
    }

    /// Adds rows to a table.
    pub(super) fn insert<T: Serialize>(
        &self,
        table: &str,
        rows: impl Iterator<Item = T>,
    ) -> Result<(), StoreError> {
        let mut body = String::new();
        for row in rows {
            let line = serde_json::to_string(&row).map_err(|error| StoreError::Damaged {
                place: self.place(),
                what: format!("a row for {table}: {error}"),
            })?;
            body.push_str(&line);
            body.push('\n');
        }
        if body.is_empty() {
            return Ok(());
        }
        let mut url = self.url.clone();
        url.query_pairs_mut()
            .append_pair("query", &format!("INSERT INTO {table} FORMAT JSONEachRow"));
        self.post(url, body.into()).map(drop)
    }

    fn post(&self, url: Url, body: Body) -> Result<String, StoreError> {
        let mut request = self.client.post(url).body(body);
        if let Some((user, password)) = &self.user {
            request = request
                .header("X-ClickHouse-User", user)
                .header("X-ClickHouse-Key", password);
        }
        let failed = |error| database_error(&self.url, error);
        let answer = request.send().map_err(failed)?;
        let status = answer.status();
        let text = answer.text().map_err(failed)?;
        if status == StatusCode::OK {
            return Ok(text);
        }
        Err(StoreError::Database {
            place: self.place(),
            message: text.chars().take(LONGEST_MESSAGE).collect(),
        })
    }
}

/// A parameter is read as in a file of tab-separated values.
fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for char in value.chars() {
        match char {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\0' => out.push_str("\\0"),
            char => out.push(char),
        }
    }
    out
}

fn database_error(url: &Url, error: reqwest::Error) -> StoreError {
    // With it come the parameters of the statement: ids, and names of tenants.
    let error = error.without_url();
    let mut message = String::new();
    let mut cause: Option<&dyn std::error::Error> = Some(&error);
    while let Some(error) = cause {
        let _ = write!(
            message,
            "{}{error}",
            if message.is_empty() { "" } else { ": " }
        );
        cause = error.source();
    }
    StoreError::Database {
        place: place(url),
        message,
    }
}

fn place(url: &Url) -> String {
    let database = url.query_pairs().find(|(key, _)| key == "database");
    let host = url.host_str().unwrap_or_default();
    let port = url
        .port()
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    let database = database
        .map(|(_, name)| name.into_owned())
        .unwrap_or_default();
    format!("ClickHouse at {host}{port}, database {database}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_host_and_database_and_no_message_the_password() {
        let database =
            Database::at("clickhouse://me:geheim@ch.example:8123/agents").expect("an address");
        assert_eq!(
            database.place(),
            "ClickHouse at ch.example:8123, database agents"
        );
        assert!(!format!("{}", database.url).contains("geheim"));
        for wrong in [
            "clickhouse://host",
            "clickhouse://u:geheim@h/a-b",
            "http://h/d",
            "h",
        ] {
            let error = Database::at(wrong).expect_err(wrong).to_string();
            assert!(error.contains("no address of a store"), "{error}");
            assert!(!error.contains("geheim"), "{error}");
        }
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("clickhouse://{}/agents", free.local_addr().expect("bound"));
        drop(free);
        let database = Database::at(&address).expect("an address");
        let error = database.execute("SELECT 1", &[("session", "chat-7".to_owned())]);
        let error = error.expect_err("nobody listens").to_string();
        assert!(
            !error.contains("chat-7") && !error.contains("param_"),
            "{error}"
        );
    }
}
