-- What fills `agentscope_spans` and `agentscope_logs`, whoever writes `otel_traces` and `otel_logs`. A view sees
-- what is written after it was made. The spellings are those of `agentscope_analysis::Facts`; of two that say
-- the same the first in the list wins. OUTCOME_OF_SPAN, LEVEL_OF_SPAN and LEVEL_OF_LOG are put in by `levels.rs`.

CREATE MATERIALIZED VIEW IF NOT EXISTS agentscope_spans_view TO agentscope_spans AS
WITH
    SpanAttributes AS a,
    coalesce(nullIf(a['session.id'], ''), nullIf(a['langfuse.session.id'], ''), nullIf(a['langsmith.trace.session_id'], ''),
        nullIf(a['langsmith.metadata.session_id'], ''), nullIf(a['traceloop.association.properties.session_id'], ''),
        nullIf(a['gen_ai.conversation.id'], ''), concat('trace:', TraceId)) AS session,
    upper(a['openinference.span.kind']) AS inference,
    a['gen_ai.operation.name'] AS said_operation,
    splitByChar(' ', SpanName)[1] AS first_word,
    position(SpanName, ' ') > 0 AND SpanKind IN ('Internal', 'Client', 'Unspecified') AS may_be_named,
    ['chat', 'text_completion', 'generate_content', 'execute_tool', 'retrieval', 'invoke_agent', 'invoke_workflow',
        'handle_turn', 'embeddings', 'create_agent', 'plan', 'fetch_response'] AS operations,
    SpanKind = 'Client' AND coalesce(nullIf(a['gen_ai.provider.name'], ''), a['gen_ai.system']) = 'agentscope' AS handed_on,
    multiIf(
        said_operation IN operations, said_operation,
        a['traceloop.span.kind'] IN ('workflow', 'agent', 'tool', 'task') OR a['llm.request.type'] != '', '',
        may_be_named AND first_word IN operations, first_word,
        '') AS operation,
    multiIf(
        a['agentscope.layer'] IN ('session', 'agent', 'tool', 'inference', 'delegation'), a['agentscope.layer'],
        inference IN ('LLM', 'EMBEDDING'), 'inference',
        inference IN ('TOOL', 'RETRIEVER'), 'tool',
        inference = 'AGENT', 'agent',
        inference = 'CHAIN' AND ParentSpanId = '', 'session',
        inference IN ('CHAIN', 'RERANKER', 'GUARDRAIL', 'EVALUATOR', 'PROMPT'), 'other',
        operation IN ('chat', 'text_completion', 'generate_content', 'embeddings'), 'inference',
        operation IN ('execute_tool', 'retrieval'), 'tool',
        operation = 'invoke_agent' AND handed_on, 'delegation',
        operation = 'invoke_agent', 'agent',
        operation IN ('invoke_workflow', 'handle_turn'), 'session',
        operation != '', 'other',
        a['traceloop.span.kind'] = 'workflow', 'session',
        a['traceloop.span.kind'] = 'agent', 'agent',
        a['traceloop.span.kind'] = 'tool', 'tool',
        a['traceloop.span.kind'] = 'task', 'other',
        a['llm.request.type'] IN ('chat', 'completion', 'embedding'), 'inference',
        a['llm.request.type'] = 'rerank', 'tool',
        'other') AS layer,
    if(first_word IN operations AND position(SpanName, ' ') > 0,
        coalesce(nullIf(trimBoth(substring(SpanName, position(SpanName, ' ') + 1)), ''), ''), SpanName) AS named,
    coalesce(nullIf(a['gen_ai.request.model'], ''), nullIf(a['gen_ai.response.model'], ''), nullIf(a['llm.model_name'], ''),
        nullIf(a['embedding.model_name'], ''), nullIf(a['llm.request.model'], ''), a['llm.response.model']) AS model,
    coalesce(nullIf(a['gen_ai.agent.name'], ''), a['agent.name']) AS agent,
    coalesce(nullIf(a['traceloop.entity.name'], ''), named) AS entity,
    OUTCOME_OF_SPAN AS outcome,
    toFloat64OrNull(coalesce(nullIf(a['agentscope.cost.usd'], ''), nullIf(a['llm.cost.total'], ''), a['gen_ai.usage.cost'])) AS cost,
    toUInt64OrZero(coalesce(nullIf(a['gen_ai.usage.input_tokens'], ''), nullIf(a['gen_ai.usage.prompt_tokens'], ''),
        nullIf(a['llm.token_count.prompt'], ''), a['llm.usage.prompt_tokens'])) AS input,
    toUInt64OrZero(coalesce(nullIf(a['gen_ai.usage.output_tokens'], ''), nullIf(a['gen_ai.usage.completion_tokens'], ''),
        nullIf(a['llm.token_count.completion'], ''), a['llm.usage.completion_tokens'])) AS output
SELECT
    coalesce(nullIf(ResourceAttributes['agentscope.tenant.id'], ''), 'default') AS Tenant,
    session AS Session,
    TraceId,
    SpanId,
    ParentSpanId,
    toUInt64(toUnixTimestamp64Nano(Timestamp)) AS Begin,
    toUInt64(toUnixTimestamp64Nano(Timestamp)) + Duration AS End,
    ServiceName AS Service,
    layer AS Layer,
    multiIf(
        layer = 'session', coalesce(nullIf(a['gen_ai.workflow.name'], ''), nullIf(a['traceloop.workflow.name'], ''), entity),
        layer = 'agent', coalesce(nullIf(agent, ''), entity),
        layer = 'tool', coalesce(nullIf(a['gen_ai.tool.name'], ''), nullIf(a['tool.name'], ''), entity),
        layer = 'delegation', coalesce(nullIf(a['agentscope.delegation.target'], ''), nullIf(agent, ''), entity),
        '') AS Name,
    if(layer = 'agent', coalesce(nullIf(agent, ''), entity), agent) AS Agent,
    if(layer = 'inference', model, '') AS Model,
    toInt64OrNull(coalesce(nullIf(a['agentscope.step.index'], ''), a['gen_ai.agent.step'])) AS Step,
    outcome AS Outcome,
    coalesce(nullIf(a['error.type'], ''), a['exception.type']) AS ErrorType,
    LEVEL_OF_SPAN AS Level,
    a['agentscope.tool.status'] AS Status,
    coalesce(nullIf(a['agentscope.tool.schema.hash'], ''), a['gen_ai.tool.args_schema_hash']) AS SchemaHash,
    -- More than a call can have used says nothing.
    if(layer = 'inference' AND input <= 1000000000000, input, 0) AS InputTokens,
    if(layer = 'inference' AND output <= 1000000000000, output, 0) AS OutputTokens,
    if(layer = 'inference' AND cost >= 0 AND cost <= 1000000, toUInt64(round(assumeNotNull(cost) * 1000000)), NULL) AS CostMicroUsd,
    if(layer = 'session', a['agentscope.session.verdict'], '') AS Verdict,
    if(layer = 'session', a['agentscope.session.verdict.source'], '') AS VerdictSource,
    a['agentscope.tool.blind'] = 'true' AS Blind
FROM otel_traces;

CREATE MATERIALIZED VIEW IF NOT EXISTS agentscope_logs_view TO agentscope_logs AS
WITH
    LogAttributes AS a
SELECT
    coalesce(nullIf(ResourceAttributes['agentscope.tenant.id'], ''), 'default') AS Tenant,
    coalesce(nullIf(a['session.id'], ''), nullIf(a['langfuse.session.id'], ''), nullIf(a['gen_ai.conversation.id'], ''),
        concat('trace:', TraceId)) AS Session,
    TraceId,
    SpanId,
    toUInt64(toUnixTimestamp64Nano(Timestamp)) AS Time,
    ServiceName AS Service,
    LEVEL_OF_LOG AS Level,
    cityHash64(EventName, Body, mapKeys(LogAttributes), mapValues(LogAttributes)) AS Hash
FROM otel_logs;
