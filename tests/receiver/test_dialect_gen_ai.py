"""Which records the fallback takes, and how it reads what senders spell differently."""

from typing import Any

import pytest

from store.domain import Agent
from store.facts import RequestTraced
from store.signals import Record
from tests.receiver.telling import TRACE, facts_of, log, placed, point, span

SCOPE = "some.instrumentation"
CHAT = {"gen_ai.operation.name": "chat", "gen_ai.conversation.id": "c"}


def _span(name: str, told: dict[str, Any], *, scope: str = SCOPE, **fields: object) -> Record:
    return span(name, told, scope=scope, fields=fields)


@pytest.mark.parametrize(
    "record",
    [
        _span("chat m", {"gen_ai.operation.name": "chat"}),
        _span("execute_tool t", {"gen_ai.operation.name": "execute_tool"}),
        _span("invoke_agent a", {"gen_ai.operation.name": "invoke_agent"}),
        _span("ChatModel", {"gen_ai.system": "x", "gen_ai.request.model": "m"}),
        log({"event.name": "gen_ai.choice"}, scope=SCOPE),
        log({}, scope=SCOPE, fields={"eventName": "gen_ai.user.message"}),
    ],
)
def test_the_conventions_are_recognised(record: Record) -> None:
    """By the operation, by what a span names, by the name of an event in either place."""
    assert placed(record).agent is Agent.GEN_AI


@pytest.mark.parametrize(
    ("record", "agent"),
    [
        (_span("GET /", {"http.request.method": "GET"}), Agent.UNKNOWN),
        (_span("select", {"db.system.name": "sqlite", "session.id": "web"}), Agent.UNKNOWN),
        (log({"session.id": "web", "event.name": "click"}, scope="shop"), Agent.UNKNOWN),
        (point("gen_ai.client.token.usage", {}, scope=SCOPE), Agent.UNKNOWN),
        (_span("claude_code.llm_request", CHAT, scope="com.anthropic.claude_code.tracing"), None),
        (_span("qwen-code.llm_request", CHAT, scope="qwen-code"), None),
        (_span("llm_call", CHAT, scope="gemini-cli"), None),
        (_span("chat m", CHAT, scope="github.copilot"), None),
    ],
)
def test_no_record_of_others_is_taken(record: Record, agent: Agent | None) -> None:
    """Neither a service's that is no agent, nor of an agent with a dialect of its own."""
    found = placed(record).agent
    assert found is agent if agent is not None else found is not Agent.GEN_AI


@pytest.mark.parametrize(
    "name",
    ["cache_write.input_tokens", "cache_creation.input_tokens", "cache_creation_input_tokens"],
)
def test_writes_to_the_cache_have_had_several_names(name: str) -> None:
    """The present name, and those before it."""
    told = {"gen_ai.usage.input_tokens": 100, f"gen_ai.usage.{name}": 70}
    ((traced,),) = facts_of(_span("chat m", CHAT | told)).requests.values()
    assert isinstance(traced, RequestTraced)
    assert (traced.traced_input_tokens, traced.traced_cache_write_tokens) == (30, 70)


def test_a_cache_larger_than_the_input_was_not_within_it() -> None:
    """Some senders pass a provider's numbers on as they are."""
    told = {"gen_ai.usage.input_tokens": 100, "gen_ai.usage.cache_read.input_tokens": 5000}
    ((traced,),) = facts_of(_span("chat m", CHAT | told)).requests.values()
    assert isinstance(traced, RequestTraced)
    assert traced.traced_input_tokens == 100


def test_layers_that_tell_of_one_response_are_one_request() -> None:
    """A framework's span and its client library's have the same response."""
    told = CHAT | {"gen_ai.response.id": "r", "gen_ai.usage.input_tokens": 100}
    inner = _span("chat m", told, scope="client.library", spanId="abc19b7ec3c1b174")
    assert len(facts_of(_span("chat m", told), inner).requests) == 1


@pytest.mark.parametrize(
    ("told", "is_shown"),
    [
        ({"gen_ai.operation.name": "chat"}, False),
        ({"gen_ai.operation.name": "embeddings"}, False),
        ({"gen_ai.operation.name": "chat", "gen_ai.conversation.id": "c"}, True),
        ({"gen_ai.operation.name": "invoke_agent"}, True),
        ({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "t"}, True),
    ],
)
def test_a_service_that_only_asks_a_model_is_no_session(
    told: dict[str, Any], *, is_shown: bool
) -> None:
    """Its requests are stored; an agent, a tool or a conversation makes a session of them."""
    facts = facts_of(_span("x", told))
    assert [change.opened for change in facts.sessions.values()] == [is_shown]


def test_a_span_that_names_no_conversation_stands_for_its_trace() -> None:
    """What shares the trace is one conversation, which another span names."""
    named, unnamed = _span("chat m", CHAT), _span("x", {"gen_ai.operation.name": "execute_tool"})
    assert (placed(named).session_id, placed(unnamed).session_id) == ("c", f"~trace-of:{TRACE}")
    assert len({relation.value for relation in facts_of(named, unnamed).relations}) == 1


@pytest.mark.parametrize("broken", ["[", '{"role": 1', "null", "7", '[1, {"parts": [3, null]}]'])
def test_content_that_cannot_be_read_costs_nothing_else(broken: str) -> None:
    """Cut or odd messages leave the request with its usage."""
    told = CHAT | {"gen_ai.usage.output_tokens": 5}
    told |= {"gen_ai.input.messages": broken, "gen_ai.output.messages": broken}
    ((traced, *_),) = facts_of(_span("chat m", told)).requests.values()
    assert isinstance(traced, RequestTraced)
    assert traced.traced_output_tokens == 5
