"""Agents that know nothing of agentscope.

    python agents.py plain grpc|http ENDPOINT SESSION          OpenTelemetry's SDK, names of the GenAI conventions
    python agents.py openinference grpc|http ENDPOINT SESSION  the same with OpenInference's instrumentation

Each is one agent that asks a model, calls a tool that fails, calls it again, and asks the model once more.
The model and the tool are functions here: what is tried is the telemetry.
"""

import sys

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor


def exporter(protocol, endpoint):
    if protocol == "grpc":
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

        return OTLPSpanExporter(endpoint=endpoint, insecure=True)
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces", compression=Compression.Gzip)


def plain(provider, session):
    tracer = provider.get_tracer("their-agents")
    kind = trace.SpanKind

    def chat(tokens_in, tokens_out):
        attributes = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-4o-mini",
            "gen_ai.usage.input_tokens": tokens_in,
            "gen_ai.usage.output_tokens": tokens_out,
            "gen_ai.conversation.id": session,
            "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"write to jane.roe@example.com"}]}]',
        }
        with tracer.start_as_current_span("chat gpt-4o-mini", kind=kind.CLIENT, attributes=attributes):
            pass

    def tool(fails):
        attributes = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "find_order",
            "gen_ai.conversation.id": session,
            "gen_ai.tool.call.arguments": '{"mail":"jane.roe@example.com"}',
        }
        with tracer.start_as_current_span("execute_tool find_order", attributes=attributes) as span:
            if fails:
                span.set_attribute("error.type", "TimeoutError")
                span.set_status(trace.StatusCode.ERROR, "no answer")

    attributes = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "clerk", "gen_ai.conversation.id": session}
    with tracer.start_as_current_span("invoke_agent clerk", attributes=attributes):
        chat(120, 30)
        tool(True)
        tool(False)
        chat(200, 12)


def openinference(provider, session):
    from openinference.instrumentation import OITracer, TraceConfig, using_session

    tracer = OITracer(provider.get_tracer("their-agents"), config=TraceConfig())

    def chat(tokens_in, tokens_out):
        with tracer.start_as_current_span("ChatOpenAI", openinference_span_kind="llm") as span:
            span.set_attribute("llm.model_name", "gpt-4o-mini")
            span.set_attribute("llm.token_count.prompt", tokens_in)
            span.set_attribute("llm.token_count.completion", tokens_out)
            span.set_attribute("llm.input_messages.0.message.content", "write to jane.roe@example.com")
            span.set_status(trace.StatusCode.OK)

    @tracer.tool(name="find_order")
    def find_order(mail, fails):
        if fails:
            raise TimeoutError("no answer")
        return {"order": 7, "mail": mail}

    @tracer.agent(name="clerk")
    def clerk(question):
        chat(120, 30)
        try:
            find_order("jane.roe@example.com", True)
        except TimeoutError:
            find_order("jane.roe@example.com", False)
        chat(200, 12)
        return "done"

    with using_session(session):
        clerk("where is the order of jane.roe@example.com?")


if __name__ == "__main__":
    which, protocol, endpoint, session = sys.argv[1:]
    provider = TracerProvider(resource=Resource.create({"service.name": "their-service"}))
    provider.add_span_processor(BatchSpanProcessor(exporter(protocol, endpoint)))
    {"plain": plain, "openinference": openinference}[which](provider, session)
    provider.shutdown()
