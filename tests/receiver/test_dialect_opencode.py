"""opencode's dialect: the traps its records hold, one a test."""

import json
from collections.abc import Mapping

import pytest

from receiver.dialects import Dialects
from store.changes import Facts
from store.domain import Agent, Verdict
from store.facts import RequestTraced, ToolFinished
from store.signals import AnyValue, LogRecord, Resource, Scope, Span

SESSION = "ses_dfc0bc174ffeeQo0UqkmNlbMXC"
NOW = 1_795_362_670_204_173_780
TRACE = b"t" * 16


def _log(*body: AnyValue, scope: str = "opencode", client: str | None = None) -> LogRecord:
    attributes = {} if client is None else {"opencode.client": client}
    return LogRecord(
        resource=Resource(attributes, "", b"", b"r" * 16),
        scope=Scope(scope, "", {}, "", b"", b"s" * 16),
        time_unix_nano=NOW,
        observed_time_unix_nano=NOW,
        severity_number=9,
        severity_text="Info",
        event_name="",
        body=list(body) if len(body) > 1 else body[0],
        attributes={"fiberId": "17423"},
        dropped_attributes_count=0,
        flags=0,
        trace_id=TRACE,
        span_id=b"a" * 8,
        wire=b"",
        digest=repr(body).encode()[-16:],
    )


def _span(name: str, told: Mapping[str, AnyValue], *, status: int = 0, message: str = "") -> Span:
    return Span(
        resource=Resource({}, "", b"", b"r" * 16),
        scope=Scope("opencode", "", {}, "", b"", b"s" * 16),
        trace_id=TRACE,
        span_id=name.encode()[-8:],
        parent_span_id=b"",
        name=name,
        kind=1,
        start_time_unix_nano=NOW,
        end_time_unix_nano=NOW + 10**9,
        attributes={"session.id": SESSION, **told},
        events=(),
        status_code=status,
        status_message=message,
        wire=b"",
        digest=name.encode()[-16:].rjust(16),
    )


def _facts(*records: LogRecord | Span) -> Facts:
    dialects, facts = Dialects(), Facts()
    for record in records:
        dialects.interpret(record, dialects.place(record, 1), facts)
    return facts


USAGE: dict[str, AnyValue] = {
    "ai.usage.inputTokens": 9150,
    "ai.usage.cachedInputTokens": 9000,
    "ai.usage.outputTokens": 44,
    "ai.usage.reasoningTokens": 8,
    "gen_ai.request.model": "gpt-5.5",
}


@pytest.mark.parametrize(
    ("scope", "client", "agent"),
    [
        ("opencode", None, Agent.OPENCODE),
        ("renamed", "cli", Agent.OPENCODE),
        ("renamed", None, Agent.UNKNOWN),
    ],
)
def test_logs_whose_scope_is_the_service_name(scope: str, client: str | None, agent: Agent) -> None:
    """A service name of one's own is the scope of logs too; the resource still tells."""
    assert Dialects().place(_log("init", scope=scope, client=client), 1).agent is agent


def test_asking_bodies_are_a_question_of_the_trace() -> None:
    """An ``asking`` record names no session: the question waits with its trace for one."""
    asked = _log("asking", '{"id":"per_1","permission":"bash","patterns":["rm -rf build"]}')
    facts = _facts(asked)
    (change,) = facts.sessions.values()
    assert (change.session_id, change.asked_tool) == (f"~trace:{TRACE.hex()}", "bash")
    loop = _facts(_log("loop", json.dumps({"session.id": SESSION, "step": 1})))
    keys = {relation.value for relation in facts.relations}
    assert keys == {relation.value for relation in loop.relations}


def test_undefined_is_no_obstacle() -> None:
    """The objects in bodies are JSON but for ``undefined``."""
    created = (
        f'{{"id":"{SESSION}","directory":"/work","workspaceID":undefined,"parentID":undefined}}'
    )
    facts = _facts(_log("created", created))
    assert {seen.value for seen in facts.attributes} == {"/work"}


@pytest.mark.parametrize("body", ["init", 3, None, [], ["created", "{"], ["loop", {"a": 1}]])
def test_other_bodies_stay_raw(body: AnyValue) -> None:
    """A body of another kind breaks nothing and means nothing."""
    facts = _facts(_log(body)._replace(body=body))
    assert not facts.requests
    assert not facts.prompts


def test_parents_that_repeat_their_children() -> None:
    """Of ``ai.streamText`` and the ``doStream`` below it the latter alone is a request."""
    facts = _facts(_span("ai.streamText", USAGE), _span("ai.streamText.doStream", USAGE))
    ((made,),) = facts.requests.values()
    assert isinstance(made, RequestTraced)
    assert (made.traced_input_tokens, made.traced_cache_read_tokens) == (150, 9000)
    assert (made.traced_output_tokens, made.traced_reasoning_tokens) == (44, 8)


@pytest.mark.parametrize("name", ["Tool.execute", "ai.toolCall"])
def test_refusals_that_only_a_status_shows(name: str) -> None:
    """A refused call is a span that failed with opencode's own words."""
    call: dict[str, AnyValue] = {"tool.call_id": "call_1", "ai.toolCall.id": "call_1"}
    refused = "The user rejected permission to use this specific tool call."
    facts = _facts(_span(name, call, status=2, message=refused))
    (told,) = facts.tool_calls.values()
    (finished,) = [fact for fact in told if isinstance(fact, ToolFinished)]
    assert (finished.reported_verdict, finished.success) == (Verdict.REJECTED, None)


def test_a_request_that_failed_has_its_reason() -> None:
    """A retry is a span of its own; a failed one says why and has no tokens."""
    facts = _facts(_span("ai.streamText.doStream", {}, status=2, message="Too Many Requests"))
    ((made,),) = facts.requests.values()
    assert isinstance(made, RequestTraced)
    assert (made.traced_success, made.traced_error) == (False, "Too Many Requests")
    assert made.traced_input_tokens is None
