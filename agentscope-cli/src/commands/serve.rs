//! `agentscope serve`: receives, keeps, drops what is too old.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use agentscope_collector::server::{Config, ServeError, Server, stopped};
use agentscope_collector::store::{self, Access, Tenant};
use serde::Serialize;

use crate::args::{Common, DEFAULT_STORE, Serve, shown_store};
use crate::error::Error;
use crate::output::Output;

/// Where it listens.
#[derive(Serialize)]
struct Listening<'a> {
    grpc: SocketAddr,
    http: SocketAddr,
    store: &'a str,
}

pub(super) fn run(common: &Common, args: &Serve, output: &mut Output) -> Result<(), Error> {
    super::warn();
    if common.tenant != Tenant::default() {
        return Err(Error::Said(
            "serve takes the records of every tenant, and [[tokens]] of agentscope.toml say whose they are: leave \
             --tenant out"
                .to_owned(),
        ));
    }
    let mut config = match &args.config {
        Some(path) => Config::read(path),
        None => Config::load(),
    }?;
    config.listen.grpc = args.grpc.unwrap_or(config.listen.grpc);
    config.listen.http = args.http.unwrap_or(config.listen.http);
    let named = common.named_store().map(str::to_owned);
    let address = named.or_else(|| config.store.clone());
    let address = address.as_deref().unwrap_or(DEFAULT_STORE);
    // Beside it is what waits for other destinations.
    config.store = Some(address.to_owned());
    // Opened before there is a runtime, and held until there is none: some of what it may hold cannot
    // be dropped inside of one.
    let store = store::open(address, Access::Write)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let server = Server::bind(&config, store.clone());
        let server = server.await.map_err(cannot_serve)?;
        let listening = Listening {
            grpc: server.grpc(),
            http: server.http(),
            store: &shown_store(address),
        };
        output.answer(&listening, |to| {
            let Listening { grpc, http, store } = &listening;
            writeln!(
                to,
                "agentscope {} keeps sessions in {store}",
                env!("CARGO_PKG_VERSION")
            )?;
            writeln!(to, "  OTLP/gRPC  {grpc}")?;
            writeln!(to, "  OTLP/HTTP  {http}  (/healthz, /metrics)")?;
            let endpoint = reached(*http);
            writeln!(
                to,
                "Programs send here with OTEL_EXPORTER_OTLP_ENDPOINT=http://{endpoint}"
            )?;
            match http.ip().is_unspecified() {
                true => writeln!(
                    to,
                    "  (from other machines with this one's name in its place)"
                ),
                false => Ok(()),
            }
        })?;
        output.flush()?;
        server.run(stopped()).await?;
        Ok(())
    })
}

fn cannot_serve(error: ServeError) -> Error {
    match error {
        ServeError::Listen { key, .. } => {
            let option = key.rsplit('.').next().unwrap_or(key);
            Error::Said(format!("{error}: choose another port with --{option}"))
        }
        other => other.into(),
    }
}

/// An address that a program of this machine can send to: that of all interfaces is none.
fn reached(listens: SocketAddr) -> SocketAddr {
    let ip = match listens.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listens.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_all_interfaces_is_none_to_send_to() {
        let shown = |text: &str| reached(text.parse().expect("an address")).to_string();
        assert_eq!(shown("0.0.0.0:14318"), "127.0.0.1:14318");
        assert_eq!(shown("[::]:4318"), "[::1]:4318");
        assert_eq!(shown("10.0.0.7:4318"), "10.0.0.7:4318");
    }
}
