//! `agentscope doctor`: what is set up, what comes in, what is lost, and what to do about it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use agentscope_collector::env;
use agentscope_collector::ingest::Reason;
use agentscope_collector::server::Config;
use agentscope_collector::store::{Account, Period, SessionFilter, SessionState, Store, Tenant};
use serde::Serialize;

use super::counted;
use crate::args::Common;
use crate::error::Error;
use crate::output::Output;
use crate::table::{self, Side};
use crate::when;

/// How long an endpoint may take to be reached.
const REACH: Duration = Duration::from_secs(2);

/// A collector that lives keeps its accounts each second; one that has not for so long is gone.
const SILENT: u64 = 30_000_000_000;

const DAY: u64 = 86_400_000_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Ok,
    Note,
    Problem,
}

#[derive(Debug, Serialize)]
struct Finding {
    state: State,
    /// environment, exporting, store, receiving, dropped, blind or misconfigured.
    about: &'static str,
    what: String,
}

#[derive(Debug, Serialize)]
struct Books {
    tenant: String,
    #[serde(flatten)]
    account: Account,
    unaccounted: u64,
}

#[derive(Debug, Default, Serialize)]
struct Report {
    findings: Vec<Finding>,
    accounts: Vec<Books>,
}

impl Report {
    fn say(&mut self, state: State, about: &'static str, what: String) {
        self.findings.push(Finding { state, about, what });
    }
}

pub(super) fn run(common: &Common, output: &mut Output) -> Result<ExitCode, Error> {
    let mut report = Report::default();
    environment(&mut report);
    let mut broken = None;
    if let Err(error) = Config::without_secrets(None) {
        broken = Some(error.to_string());
        report.say(
            State::Problem,
            "misconfigured",
            format!("{error}: correct it, or what AGENTSCOPE_CONFIG names"),
        );
    }
    match super::to_read(common) {
        Ok(store) => stored(store.as_ref(), common, &mut report),
        // Said already.
        Err(Error::Config(error)) if broken == Some(error.to_string()) => {}
        Err(error) => report.say(State::Problem, "store", error.to_string()),
    }
    output.answer(&report, |to| {
        for finding in &report.findings {
            let word = match finding.state {
                State::Ok => "ok",
                State::Note => "note",
                State::Problem => "PROBLEM",
            };
            writeln!(to, "{word:<8} {:<13} {}", finding.about, finding.what)?;
        }
        if !report.accounts.is_empty() {
            writeln!(to)?;
            books(to, &report.accounts)?;
        }
        Ok(())
    })?;
    let worst = report.findings.iter().map(|finding| finding.state).max();
    Ok(match worst {
        Some(State::Problem) => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    })
}

/// What programs that are started from here would do.
fn environment(report: &mut Report) {
    let set: Vec<_> = env::TABLE
        .iter()
        .filter(|variable| std::env::var_os(variable.name).is_some())
        .map(|variable| variable.name)
        .collect();
    let what = match set.is_empty() {
        true => "no variable of OpenTelemetry's or agentscope's is set here".to_owned(),
        false => format!("set here: {}", set.join(", ")),
    };
    report.say(State::Ok, "environment", what);
    for what in env::without_effect() {
        report.say(State::Problem, "misconfigured", what);
    }
    match env::endpoint() {
        None if std::env::var_os("AGENTSCOPE_STORE").is_some_and(|store| !store.is_empty()) => {
            let what = "no OTLP endpoint is set here: a program started from here keeps its sessions in AGENTSCOPE_STORE itself";
            report.say(State::Ok, "exporting", what.to_owned());
        }
        None => report.say(
            State::Note,
            "exporting",
            "no OTLP endpoint is set here: a program started from here sends nothing (OTEL_EXPORTER_OTLP_ENDPOINT)"
                .to_owned(),
        ),
        Some(endpoint) => match reach(&endpoint) {
            Ok(()) => report.say(State::Ok, "exporting", format!("{endpoint} can be reached")),
            Err(why) => report.say(
                State::Problem,
                "exporting",
                format!("{endpoint} cannot be reached: {why}; start `agentscope serve`, or correct OTEL_EXPORTER_OTLP_ENDPOINT"),
            ),
        },
    }
}

fn reach(endpoint: &str) -> Result<(), String> {
    let (scheme, rest) = endpoint.split_once("://").unwrap_or(("http", endpoint));
    let host = rest.split('/').next().unwrap_or(rest);
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let has_port = host
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let address = match (has_port, scheme) {
        (true, _) => host.to_owned(),
        (false, "https") => format!("{host}:443"),
        (false, _) => format!("{host}:80"),
    };
    let found = address
        .to_socket_addrs()
        .map_err(|error| error.to_string())?;
    let mut why = "the name has no address".to_owned();
    for address in found {
        match TcpStream::connect_timeout(&address, REACH) {
            Ok(_) => return Ok(()),
            Err(error) => why = error.to_string(),
        }
    }
    Err(why)
}

/// What can be read is told, and what cannot is a finding of its own.
fn stored(store: &dyn Store, common: &Common, report: &mut Report) {
    writable(common, report);
    let tenants = match store.tenants() {
        Ok(tenants) => tenants,
        Err(error) => return report.say(State::Problem, "store", error.to_string()),
    };
    if tenants.is_empty() {
        let what = format!("{} holds nothing yet", common.shown_store());
        report.say(State::Note, "store", what);
    }
    let parts = [size, sessions, blind, receiving];
    for tenant in &tenants {
        let errors: BTreeSet<String> = parts
            .into_iter()
            .filter_map(|part| part(store, common, tenant, report).err())
            .map(|error| format!("tenant {tenant}: {error}"))
            .collect();
        for error in errors {
            report.say(State::Problem, "store", error);
        }
    }
}

/// Writes to the directory of the store what a batch takes: a full disk shows before something is
/// lost.
fn writable(common: &Common, report: &mut Report) {
    let address = common.store().unwrap_or_default();
    if address.contains("://") {
        return;
    }
    let probe = Path::new(&address).join(format!(".doctor-{}", std::process::id()));
    let written = File::create_new(&probe).and_then(|mut file| {
        file.write_all(&[0x5a; 256 * 1024])?;
        file.sync_all()
    });
    // It may not have come to be there.
    let _ = std::fs::remove_file(&probe);
    let Err(error) = written else { return };
    let store = common.shown_store();
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => report.say(
            State::Note,
            "store",
            format!("{store} cannot be written to from here, only read: {error}"),
        ),
        _ => report.say(
            State::Problem,
            "store",
            format!("{store} cannot be written to: {error}"),
        ),
    }
}

fn size(
    store: &dyn Store,
    common: &Common,
    tenant: &Tenant,
    report: &mut Report,
) -> Result<(), Error> {
    let segments = store.segments(tenant)?;
    let bytes: u64 = segments.iter().map(|segment| segment.bytes).sum();
    let what = format!(
        "tenant {tenant}: {:.1} MB in {}",
        bytes as f64 / 1e6,
        common.shown_store()
    );
    report.say(State::Ok, "store", what);
    Ok(())
}

fn last_day() -> Period {
    Period {
        since: when::now().saturating_sub(DAY),
        until: u64::MAX,
    }
}

fn sessions(
    store: &dyn Store,
    _: &Common,
    tenant: &Tenant,
    report: &mut Report,
) -> Result<(), Error> {
    let filter = SessionFilter {
        period: last_day(),
        ..SessionFilter::default()
    };
    let sessions = store.sessions(tenant, &filter)?;
    let count = |state| {
        sessions
            .iter()
            .filter(|session| session.state == state)
            .count()
    };
    let (running, abandoned) = (count(SessionState::Running), count(SessionState::Abandoned));
    let what = format!(
        "tenant {tenant}: {} in the last 24 h, {running} running, {abandoned} abandoned",
        counted(sessions.len() as u64, "session")
    );
    report.say(State::Ok, "receiving", what);
    if abandoned > 0 {
        report.say(
            State::Note,
            "receiving",
            format!(
                "tenant {tenant}: {} ended with open spans: their process was killed, or ended without \
                 the guard of `init()`",
                counted(abandoned as u64, "session")
            ),
        );
    }
    Ok(())
}

fn blind(store: &dyn Store, _: &Common, tenant: &Tenant, report: &mut Report) -> Result<(), Error> {
    let tools = store.triage(tenant, &last_day())?.tools;
    let blind: Vec<_> = tools.iter().filter(|tool| tool.blind > 0).collect();
    if !blind.is_empty() {
        let names: Vec<_> = blind.iter().map(|tool| tool.name.as_str()).collect();
        let what = format!(
            "tenant {tenant}: nothing is shown of the calls of {}; `agentscope privacy` says what to do",
            names.join(", ")
        );
        report.say(State::Note, "blind", what);
    }
    Ok(())
}

fn receiving(
    store: &dyn Store,
    _: &Common,
    tenant: &Tenant,
    report: &mut Report,
) -> Result<(), Error> {
    // Of each run its latest word is there, the latest run first.
    let mut by_signal: BTreeMap<String, Vec<Account>> = BTreeMap::new();
    for account in store.accounts(tenant)? {
        by_signal
            .entry(account.signal.clone())
            .or_default()
            .push(account);
    }
    for (signal, runs) in by_signal {
        if let Some(destination) = signal.strip_prefix(Account::TO) {
            sending_on(destination, &runs, report);
            continue;
        }
        let updated = runs.iter().map(|run| run.updated).max().unwrap_or(0);
        let silent = when::now().saturating_sub(updated);
        if silent > SILENT && signal != Account::MESSAGES {
            let what = format!(
                "tenant {tenant}: nobody has written {signal} for {}",
                when::lasted(silent)
            );
            report.say(State::Note, "receiving", what);
        }
        let mut sum = Account::new(
            format!("{} runs", runs.len()),
            signal.as_str(),
            tenant.clone(),
        );
        let mut reasons: BTreeMap<String, (u64, bool)> = BTreeMap::new();
        let mut cut_off = 0;
        for run in &runs {
            sum.received = sum.received.saturating_add(run.received);
            sum.stored = sum.stored.saturating_add(run.stored);
            sum.sampled_out = sum.sampled_out.saturating_add(run.sampled_out);
            sum.refused = sum.refused.saturating_add(run.refused);
            sum.failed = sum.failed.saturating_add(run.failed);
            sum.updated = updated;
            let silent = when::now().saturating_sub(run.updated);
            match silent > SILENT {
                // It did not end in order: what was at work then is stored or was sent again.
                true => cut_off = run.pending.saturating_add(cut_off),
                false => sum.pending = sum.pending.saturating_add(run.pending),
            }
            for (reason, count) in &run.reasons {
                let known = reasons.entry(reason.clone()).or_default();
                known.0 = known.0.saturating_add(*count);
                known.1 |= silent < DAY;
            }
        }
        if cut_off > 0 {
            let what = format!(
                "tenant {tenant}: a collector was killed with {cut_off} {signal} at work, and up to a second before that is not in its accounts; what it acknowledged is stored"
            );
            report.say(State::Note, "dropped", what);
        }
        // A sender that saw no answer, and what nobody keeps.
        let expected = [Reason::Duplicate, Reason::NotKept].map(Reason::as_str);
        for (reason, (count, is_recent)) in &reasons {
            let state = match is_recent {
                _ if expected.contains(&reason.as_str()) => State::Ok,
                true => State::Problem,
                false => State::Note,
            };
            let what = match reason.as_str() {
                "unauthenticated" => format!(
                    "{count} {signal} showed no token that the server knows: compare what its senders have in \
                     OTEL_EXPORTER_OTLP_HEADERS with [[tokens]] in agentscope.toml"
                ),
                _ => format!("tenant {tenant}: {count} {signal} were not taken: {reason}"),
            };
            report.say(state, "dropped", what);
        }
        sum.reasons = reasons
            .into_iter()
            .map(|(reason, (count, _))| (reason, count))
            .collect();
        report.accounts.push(Books {
            tenant: tenant.to_string(),
            unaccounted: sum.unaccounted(),
            account: sum,
        });
    }
    Ok(())
}

/// What a server sends on to `destination`; its latest run comes first.
fn sending_on(destination: &str, runs: &[Account], report: &mut Report) {
    let Some(latest) = runs.first() else { return };
    let is_recent = when::now().saturating_sub(latest.updated) < DAY;
    let lost = latest.refused.saturating_add(latest.failed);
    let mut what = format!(
        "destination {destination}: {} records sent on",
        latest.stored
    );
    for (reason, count) in &latest.reasons {
        what.push_str(&format!(", {count} {reason}"));
    }
    if latest.pending > 0 {
        what.push_str(&format!(
            ", {} wait on disk; what keeps them is in the server's log",
            latest.pending
        ));
    }
    let state = match (lost, latest.pending) {
        (0, 0) => State::Ok,
        (0, _) => State::Note,
        _ if is_recent => State::Problem,
        _ => State::Note,
    };
    report.say(state, "exporting", what);
}

fn books(to: &mut dyn std::io::Write, accounts: &[Books]) -> std::io::Result<()> {
    let heading = [
        ("TENANT", Side::Left),
        ("SIGNAL", Side::Left),
        ("RECEIVED", Side::Right),
        ("STORED", Side::Right),
        ("SAMPLED OUT", Side::Right),
        ("REFUSED", Side::Right),
        ("FAILED", Side::Right),
        ("PENDING", Side::Right),
        ("UNKNOWN", Side::Right),
        ("AS OF", Side::Time),
    ];
    let rows: Vec<_> = accounts
        .iter()
        .map(|books| {
            let account = &books.account;
            [
                books.tenant.clone(),
                account.signal.clone(),
                account.received.to_string(),
                account.stored.to_string(),
                account.sampled_out.to_string(),
                account.refused.to_string(),
                account.failed.to_string(),
                account.pending.to_string(),
                books.unaccounted.to_string(),
                when::shown(account.updated),
            ]
        })
        .collect();
    table::write(to, heading, &rows)
}
