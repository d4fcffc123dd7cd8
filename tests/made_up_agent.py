"""An agent that is nobody's, instrumented by the GenAI conventions with OpenTelemetry's SDK.

It works through two messages of one conversation, each a trace: a tool call that succeeds, one that
fails, a sub-agent, a request that fails, a request answered from the cache.
"""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from opentelemetry._logs import LogRecord
from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace import Span, Status, StatusCode
from opentelemetry.util.types import AnyValue

from receiver.decode import Decoder, Encoding
from store.signals import Batch, Signal

CONVERSATION = "conv-7f3a"
MODEL = "m-large-2"


class Billed(NamedTuple):
    """What a request cost: input with the cache, output with the reasoning."""

    response_id: str
    input: int
    cache_read: int
    cache_write: int
    output: int
    reasoning: int


BILLED = (
    Billed("resp-1", 1200, 0, 900, 40, 8),
    Billed("resp-2", 1300, 900, 100, 25, 0),
    Billed("resp-3", 1500, 1000, 0, 60, 20),
    Billed("resp-4", 400, 0, 0, 12, 0),
    Billed("resp-5", 1700, 1000, 500, 30, 0),
)


@dataclass(frozen=True)
class Style:
    """How an instrumentation speaks."""

    cache_write: str = "gen_ai.usage.cache_write.input_tokens"
    content: str = "attributes"
    """``attributes``, ``event``, ``structured``, ``messages`` (an event each), ``none``."""
    conversation_on: str = "requests"
    """Which spans name the conversation: ``requests``, ``agents`` or ``none``."""


class _Ids(IdGenerator):
    """Ids that are a style's own, whatever has seeded the chance of the process."""

    def __init__(self, style: Style) -> None:
        self._chance = random.Random(repr(style))

    def generate_span_id(self) -> int:
        return self._chance.getrandbits(64)

    def generate_trace_id(self) -> int:
        return self._chance.getrandbits(128)


class _Agent:
    def __init__(self, style: Style) -> None:
        resource = Resource({"service.name": "made-up-agent"})
        self.style = style
        self.spans = InMemorySpanExporter()
        self.logs = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]
        tracers = TracerProvider(resource=resource, id_generator=_Ids(style))
        tracers.add_span_processor(SimpleSpanProcessor(self.spans))
        loggers = LoggerProvider(resource=resource)
        loggers.add_log_record_processor(SimpleLogRecordProcessor(self.logs))
        self._tracer = tracers.get_tracer("made.up.instrumentation", "1.0")
        self._logger = loggers.get_logger("made.up.instrumentation", "1.0")

    @contextmanager
    def agent(self, name: str) -> Iterator[None]:
        told = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": name}
        if self.style.conversation_on == "agents":
            told["gen_ai.conversation.id"] = CONVERSATION
        with self._tracer.start_as_current_span(f"invoke_agent {name}", attributes=told):
            yield

    def chat(
        self, billed: Billed, *, asks: list[Any], says: str | None = None, calls: Sequence[Any] = ()
    ) -> None:
        told: dict[str, Any] = self._request() | {
            "gen_ai.response.id": billed.response_id,
            "gen_ai.response.model": MODEL,
            "gen_ai.response.finish_reasons": ["tool_calls" if calls else "stop"],
            "gen_ai.response.time_to_first_chunk": 0.25,
            "gen_ai.usage.input_tokens": billed.input,
            "gen_ai.usage.output_tokens": billed.output,
            "gen_ai.usage.cache_read.input_tokens": billed.cache_read,
            self.style.cache_write: billed.cache_write,
            "gen_ai.usage.reasoning.output_tokens": billed.reasoning,
        }
        with self._tracer.start_as_current_span(f"chat {MODEL}", attributes=told) as span:
            self._content(span, told, asks=asks, says=says, calls=calls)

    def fails(self, status: int) -> None:
        told = self._request() | {"error.type": str(status)}
        with self._tracer.start_as_current_span(f"chat {MODEL}", attributes=told) as span:
            span.set_status(Status(StatusCode.ERROR, "too many requests"))

    @contextmanager
    def tool(
        self, call: Mapping[str, Any], *, gives: str, error: str | None = None
    ) -> Iterator[None]:
        told = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": call["name"],
            "gen_ai.tool.call.id": call["id"],
        }
        if self.style.content in {"attributes", "structured", "event"}:
            told["gen_ai.tool.call.arguments"] = json.dumps(call["arguments"])
            told["gen_ai.tool.call.result"] = gives
        name = f"execute_tool {call['name']}"
        with self._tracer.start_as_current_span(name, attributes=told) as span:
            yield
            if error is not None:
                span.set_attribute("error.type", error)
                span.set_status(Status(StatusCode.ERROR, gives))

    def _request(self) -> dict[str, Any]:
        told = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "made-up",
            "gen_ai.request.model": "m-large",
        }
        if self.style.conversation_on == "requests":
            told["gen_ai.conversation.id"] = CONVERSATION
        return told

    def _content(
        self,
        span: Span,
        told: dict[str, Any],
        *,
        asks: list[Any],
        says: str | None,
        calls: Sequence[Any],
    ) -> None:
        parts = [{"type": "text", "content": says}] if says else []
        parts += [{"type": "tool_call", **call} for call in calls]
        content = {
            "gen_ai.input.messages": asks,
            "gen_ai.output.messages": [{"role": "assistant", "parts": parts}],
        }
        match self.style.content:
            case "attributes":
                span.set_attributes({key: json.dumps(value) for key, value in content.items()})
            case "event":
                name = "gen_ai.client.inference.operation.details"
                written = {key: json.dumps(value) for key, value in content.items()}
                self._emit(name, attributes={**told, **written})
            case "structured":
                name = "gen_ai.client.inference.operation.details"
                self._emit(name, attributes={**told, **content})
            case "messages":
                self._messages(asks, says, calls=calls)

    def _messages(self, asks: list[Any], says: str | None, *, calls: Sequence[Any]) -> None:
        for message in asks:
            (part,) = message["parts"]
            role = message["role"]
            body = {"content": part.get("content"), "role": role}
            if role == "tool":
                body = {"id": part["id"], "content": part["response"]}
            self._emit(f"gen_ai.{role}.message", body=body)
        named = [
            {
                "id": call["id"],
                "type": "function",
                "function": {"name": call["name"], "arguments": json.dumps(call["arguments"])},
            }
            for call in calls
        ]
        message = {"role": "assistant", "content": says, "tool_calls": named}
        self._emit("gen_ai.choice", body={"index": 0, "message": message})

    def _emit(
        self,
        name: str,
        *,
        body: Mapping[str, AnyValue] | None = None,
        attributes: Mapping[str, AnyValue] | None = None,
    ) -> None:
        self._logger.emit(LogRecord(event_name=name, body=body, attributes=attributes))


def said(prompt: str) -> list[Any]:
    """Return a message of a person."""
    return [{"role": "user", "parts": [{"type": "text", "content": prompt}]}]


def given(call_id: str, response: str) -> list[Any]:
    """Return the message by which a tool's output reaches the model."""
    return [
        {
            "role": "tool",
            "parts": [{"type": "tool_call_response", "id": call_id, "response": response}],
        }
    ]


READ = {"id": "call-1", "name": "read_file", "arguments": {"path": "src/cart.js"}}
TESTS = {"id": "call-2", "name": "run", "arguments": {"command": "npm test"}}
ASK = {"id": "call-3", "name": "delegate", "arguments": {"task": "count"}}


def work(style: Style) -> list[Batch]:
    """Return what the agent exports, in the order in which things ended."""
    agent = _Agent(style)
    with agent.agent("planner"):
        agent.chat(BILLED[0], asks=said("Fix the cart."), calls=[READ])
        with agent.tool(READ, gives="the file"):
            pass
        agent.chat(BILLED[1], asks=given("call-1", "the file"), says="Fixed.")
    with agent.agent("planner"):
        agent.chat(BILLED[2], asks=said("Run the tests."), calls=[TESTS, ASK])
        with agent.tool(TESTS, gives="1 failed", error="exit_1"):
            pass
        with agent.tool(ASK, gives="one"), agent.agent("counter"):
            agent.chat(BILLED[3], asks=said("count"), says="one")
        agent.fails(429)
        agent.chat(BILLED[4], asks=given("call-3", "one"), says="One test fails.")
    traces = encode_spans(agent.spans.get_finished_spans()).SerializeToString()
    found = [_decoded(Signal.TRACES, traces)]
    if logs := agent.logs.get_finished_logs():
        found.append(_decoded(Signal.LOGS, encode_logs(logs).SerializeToString()))
    return found


def _decoded(signal: Signal, body: bytes) -> Batch:
    return Decoder().decode(signal, Encoding.PROTOBUF, body, received_unix_nano=1)
