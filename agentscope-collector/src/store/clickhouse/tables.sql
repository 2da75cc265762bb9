-- What agentscope needs in a ClickHouse database. `otel_traces` and `otel_logs` are as the OpenTelemetry
-- Collector's exporter makes them; where they exist already they stay as they are.

CREATE TABLE IF NOT EXISTS otel_traces (
    Timestamp DateTime64(9) CODEC(Delta, ZSTD(1)),
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    ParentSpanId String CODEC(ZSTD(1)),
    TraceState String CODEC(ZSTD(1)),
    SpanName LowCardinality(String) CODEC(ZSTD(1)),
    SpanKind LowCardinality(String) CODEC(ZSTD(1)),
    ServiceName LowCardinality(String) CODEC(ZSTD(1)),
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ScopeName String CODEC(ZSTD(1)),
    ScopeVersion String CODEC(ZSTD(1)),
    SpanAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    Duration UInt64 CODEC(ZSTD(1)),
    StatusCode LowCardinality(String) CODEC(ZSTD(1)),
    StatusMessage String CODEC(ZSTD(1)),
    Events Nested (
        Timestamp DateTime64(9),
        Name LowCardinality(String),
        Attributes Map(LowCardinality(String), String)
    ) CODEC(ZSTD(1)),
    Links Nested (
        TraceId String,
        SpanId String,
        TraceState String,
        Attributes Map(LowCardinality(String), String)
    ) CODEC(ZSTD(1)),
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1
) ENGINE = MergeTree
PARTITION BY toDate(Timestamp)
ORDER BY (ServiceName, SpanName, toDateTime(Timestamp))
SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS otel_logs (
    Timestamp DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    TimestampTime DateTime DEFAULT toDateTime(Timestamp),
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    TraceFlags UInt8,
    SeverityText LowCardinality(String) CODEC(ZSTD(1)),
    SeverityNumber UInt8,
    ServiceName LowCardinality(String) CODEC(ZSTD(1)),
    Body String CODEC(ZSTD(1)),
    ResourceSchemaUrl LowCardinality(String) CODEC(ZSTD(1)),
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ScopeSchemaUrl LowCardinality(String) CODEC(ZSTD(1)),
    ScopeName String CODEC(ZSTD(1)),
    ScopeVersion LowCardinality(String) CODEC(ZSTD(1)),
    ScopeAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    LogAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    EventName String CODEC(ZSTD(1)),
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1
) ENGINE = MergeTree
PARTITION BY toDate(TimestampTime)
PRIMARY KEY (ServiceName, TimestampTime)
ORDER BY (ServiceName, TimestampTime, Timestamp)
SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1;

-- A span as the commands search it. Sent twice it is there once: the engine keeps one row a key.
CREATE TABLE IF NOT EXISTS agentscope_spans (
    Tenant LowCardinality(String),
    Session String,
    TraceId String,
    SpanId String,
    ParentSpanId String,
    Begin UInt64,
    End UInt64,
    Service LowCardinality(String),
    Layer LowCardinality(String),
    Name LowCardinality(String),
    Agent LowCardinality(String),
    Model LowCardinality(String),
    Step Nullable(Int64),
    Outcome LowCardinality(String),
    ErrorType LowCardinality(String),
    Level UInt8,
    Status LowCardinality(String),
    SchemaHash LowCardinality(String),
    InputTokens UInt64,
    OutputTokens UInt64,
    CostMicroUsd Nullable(UInt64),
    Verdict LowCardinality(String),
    VerdictSource String,
    Blind UInt8,
    Received DateTime64(3) DEFAULT now64(3)
) ENGINE = ReplacingMergeTree(Received)
ORDER BY (Tenant, Session, TraceId, SpanId);

-- A log record likewise; it has no id, so a hash of what it says stands for one.
CREATE TABLE IF NOT EXISTS agentscope_logs (
    Tenant LowCardinality(String),
    Session String,
    TraceId String,
    SpanId String,
    Time UInt64,
    Service LowCardinality(String),
    Level UInt8,
    Hash UInt64,
    Received DateTime64(3) DEFAULT now64(3)
) ENGINE = ReplacingMergeTree(Received)
ORDER BY (Tenant, Session, Time, TraceId, SpanId, Hash);

-- What no span says: that a session has ended, what people judged, which trace is of which session.
CREATE TABLE IF NOT EXISTS agentscope_ends (
    Tenant LowCardinality(String),
    Session String,
    Time UInt64,
    Abandoned UInt8,
    Received DateTime64(3) DEFAULT now64(3)
) ENGINE = ReplacingMergeTree(Received) ORDER BY (Tenant, Session);

CREATE TABLE IF NOT EXISTS agentscope_verdicts (
    Tenant LowCardinality(String),
    Session String,
    Verdict LowCardinality(String),
    Source String,
    Received DateTime64(3) DEFAULT now64(3)
) ENGINE = ReplacingMergeTree(Received) ORDER BY (Tenant, Session);

CREATE TABLE IF NOT EXISTS agentscope_bindings (
    Tenant LowCardinality(String),
    TraceSession String,
    Session String,
    Received DateTime64(3) DEFAULT now64(3)
) ENGINE = ReplacingMergeTree(Received) ORDER BY (Tenant, TraceSession);

CREATE TABLE IF NOT EXISTS agentscope_accounts (
    Tenant LowCardinality(String),
    Run String,
    Signal LowCardinality(String),
    Account String,
    Updated UInt64
) ENGINE = ReplacingMergeTree(Updated) ORDER BY (Tenant, Run, Signal);
