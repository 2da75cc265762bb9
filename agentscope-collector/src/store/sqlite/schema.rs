//! The tables of both kinds of files.

use super::file::Steps;

/// A segment: the records of one tenant, day and tier.
///
/// `span` is narrow and clustered by session, so that inserts of the sessions that are at work go
/// to few pages, and a tree is one range. Keys, names and traces are numbers of this segment. What
/// a span does not have is NULL, and the indexes hold only rows that have what they are for. They
/// cover their queries: the counts over all calls never touch `span` itself. In each of them what
/// comes later stands later, by its time or its session: an order by step or by duration would
/// spread the inserts of a batch over the whole index.
pub(super) const SEGMENT: &Steps = &["
    CREATE TABLE name(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
    CREATE TABLE origin(id INTEGER PRIMARY KEY, body BLOB NOT NULL UNIQUE);
    CREATE TABLE trace(id INTEGER PRIMARY KEY, trace BLOB NOT NULL UNIQUE);
    CREATE TABLE block(id INTEGER PRIMARY KEY, size INTEGER NOT NULL, records BLOB NOT NULL);
    CREATE TABLE session(
        key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
        \"begin\" INTEGER NOT NULL, \"end\" INTEGER NOT NULL, level INTEGER,
        spans INTEGER NOT NULL, logs INTEGER NOT NULL, agents INTEGER NOT NULL,
        tools INTEGER NOT NULL, inferences INTEGER NOT NULL, delegations INTEGER NOT NULL,
        errors INTEGER NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
        cost INTEGER, late INTEGER NOT NULL, root_ended INTEGER NOT NULL,
        name TEXT, name_rank INTEGER, name_begin INTEGER,
        verdict TEXT, verdict_source TEXT, verdict_time INTEGER,
        services TEXT, agent_names TEXT, tool_names TEXT);
    CREATE INDEX session_begin ON session(\"begin\");
    CREATE TABLE span(
        session INTEGER NOT NULL, span_id INTEGER NOT NULL, trace INTEGER NOT NULL,
        block INTEGER NOT NULL, place INTEGER NOT NULL, origin INTEGER NOT NULL,
        \"begin\" INTEGER NOT NULL, duration INTEGER NOT NULL, layer INTEGER NOT NULL,
        step INTEGER, outcome INTEGER, level INTEGER, status INTEGER,
        call INTEGER, agent INTEGER, model INTEGER, error INTEGER, schema INTEGER,
        input_tokens INTEGER, output_tokens INTEGER, cost INTEGER, blind INTEGER,
        PRIMARY KEY (session, span_id, trace)) WITHOUT ROWID;
    CREATE INDEX span_call ON span(call, \"begin\", step, duration, outcome, status, level, blind, schema, layer)
        WHERE call IS NOT NULL;
    CREATE INDEX span_model ON span(model, session, duration, outcome, input_tokens, output_tokens, cost)
        WHERE model IS NOT NULL;
    CREATE INDEX span_error ON span(error, session) WHERE error IS NOT NULL;
    CREATE TABLE log(
        session INTEGER NOT NULL, time INTEGER NOT NULL, hash INTEGER NOT NULL,
        block INTEGER NOT NULL, place INTEGER NOT NULL, origin INTEGER NOT NULL,
        trace INTEGER, level INTEGER,
        PRIMARY KEY (session, time, hash)) WITHOUT ROWID;
"];

/// `sessions.db` of a tenant: which sessions there are and on which days their records stand, and
/// what is kept for ever.
///
/// It is written before the segments, so that it may know of a day on which nothing came to be
/// stored, but never misses one. `bound` is the session that a provisional one turned out to be.
/// `folded` has what was known of sessions from segments that were dropped; `dropped` the segments
/// whose files may still be there although they are folded.
pub(super) const SESSIONS: &Steps = &["
    CREATE TABLE session(
        key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
        first_day INTEGER, last_day INTEGER, state INTEGER NOT NULL DEFAULT 0,
        bound INTEGER, verdict TEXT, verdict_source TEXT);
    CREATE INDEX session_day ON session(first_day, bound) WHERE bound IS NULL AND first_day IS NOT NULL;
    CREATE INDEX session_running ON session(state) WHERE state = 0 AND bound IS NULL AND first_day IS NOT NULL;
    CREATE INDEX session_bound ON session(bound) WHERE bound IS NOT NULL;
    CREATE TABLE folded(
        key INTEGER PRIMARY KEY,
        \"begin\" INTEGER NOT NULL, \"end\" INTEGER NOT NULL, level INTEGER,
        spans INTEGER NOT NULL, logs INTEGER NOT NULL, agents INTEGER NOT NULL,
        tools INTEGER NOT NULL, inferences INTEGER NOT NULL, delegations INTEGER NOT NULL,
        errors INTEGER NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
        cost INTEGER, late INTEGER NOT NULL, root_ended INTEGER NOT NULL,
        name TEXT, name_rank INTEGER, name_begin INTEGER,
        verdict TEXT, verdict_source TEXT, verdict_time INTEGER,
        services TEXT, agent_names TEXT, tool_names TEXT);
    CREATE TABLE dropped(file TEXT PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE account(
        run TEXT NOT NULL, signal TEXT NOT NULL, updated INTEGER NOT NULL, account TEXT NOT NULL,
        PRIMARY KEY (run, signal)) WITHOUT ROWID;
"];
