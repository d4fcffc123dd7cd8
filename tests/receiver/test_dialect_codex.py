"""Codex's dialect: the traps its records hold, one a test."""

from collections.abc import Mapping

import pytest

from receiver.dialects import Dialects
from store.changes import Facts
from store.domain import Agent, Decider, DecisionScope, Verdict
from store.facts import RequestMade, ToolDecided
from store.signals import AnyValue, LogRecord, Resource, Scope, Span, SpanEvent

RESOURCE = Resource({"service.name": "codex_exec"}, "", b"", b"r" * 16)
CONVERSATION = "01a203e5-660b-7ee2-8908-be7181526fb9"
NOW = 1_795_361_695_513_000_000


def _event(
    name: str | None,
    told: Mapping[str, AnyValue] | None = None,
    *,
    scope: str = "codex_otel.log_only",
) -> LogRecord:
    attributes: dict[str, AnyValue] = {"conversation.id": CONVERSATION, **(told or {})}
    if name is not None:
        attributes["event.name"] = name
    return LogRecord(
        resource=RESOURCE,
        scope=Scope(scope, "", {}, "", b"", b"s" * 16),
        time_unix_nano=0,
        observed_time_unix_nano=NOW,
        severity_number=9,
        severity_text="INFO",
        event_name="event otel/src/events/session_telemetry.rs:803",
        body=None,
        attributes=attributes,
        dropped_attributes_count=0,
        flags=0,
        trace_id=b"",
        span_id=b"",
        wire=b"",
        digest=repr(sorted(attributes.items())).encode()[-16:],
    )


def _span(name: str, *events: SpanEvent, told: Mapping[str, AnyValue] | None = None) -> Span:
    return Span(
        resource=RESOURCE,
        scope=Scope("codex_exec", "", {}, "", b"", b"s" * 16),
        trace_id=b"t" * 16,
        span_id=b"s" * 8,
        parent_span_id=b"",
        name=name,
        kind=1,
        start_time_unix_nano=NOW,
        end_time_unix_nano=NOW + 10**9,
        attributes=told or {},
        events=events,
        status_code=0,
        status_message="",
        wire=b"",
        digest=b"d" * 16,
    )


def _facts(*records: LogRecord | Span) -> Facts:
    dialects, facts = Dialects(), Facts()
    for record in records:
        dialects.interpret(record, dialects.place(record, 1), facts)
    return facts


USAGE: dict[str, AnyValue] = {
    "event.kind": "response.completed",
    "input_token_count": "9388",
    "cached_token_count": 9088,
    "cache_write_token_count": 0,
    "output_token_count": "142",
    "reasoning_token_count": 40,
    "tool_token_count": 9530,
    "model": "gpt-5.5",
}


def test_two_response_completed_are_one_request() -> None:
    """Of the two records of a response only the one with token counts is the request."""
    timing = _event("codex.sse_event", {"event.kind": "response.completed", "duration_ms": 20})
    facts = _facts(timing, _event("codex.sse_event", USAGE))
    ((made,),) = facts.requests.values()
    assert isinstance(made, RequestMade)
    assert (made.input_tokens, made.cache_read_tokens, made.cache_write_tokens) == (300, 9088, 0)
    assert (made.output_tokens, made.reasoning_tokens) == (142, 40)


def test_a_warm_up_is_no_request() -> None:
    """A connection's warm-up is completed with all zeros."""
    zeros = {key: 0 for key in USAGE if key.endswith("_count")}
    assert not _facts(_event("codex.sse_event", (USAGE | zeros))).requests


def test_a_broken_stream_is_one_error() -> None:
    """The error comes twice, without a kind and as a completed response; it is one failure."""
    broken = _event("codex.sse_event", {"error.message": "stream closed"})
    ended = {"event.kind": "response.completed", "error.message": "stream closed"}
    assert len(_facts(broken, _event("codex.sse_event", ended)).requests) == 1


@pytest.mark.parametrize(
    ("observed", "timestamp", "expected"),
    [
        (NOW, "2026-11-22T15:34:55.513Z", NOW),
        (0, "2026-11-22T15:34:55.513Z", NOW),
        (0, "no time", 1),
        (0, None, 1),
    ],
)
def test_zero_timestamps(observed: int, timestamp: str | None, expected: int) -> None:
    """The time is when it was observed, else what the event says, else when it was received."""
    record = _event("codex.sse_event", {"event.timestamp": timestamp})
    placement = Dialects().place(record._replace(observed_time_unix_nano=observed), 1)
    assert placement.time_unix_nano == expected


def test_event_names_that_are_source_lines() -> None:
    """The event's name is the attribute; ``event_name`` is a line of source and no name."""
    assert Dialects().place(_event("codex.user_prompt"), 1).name == "codex.user_prompt"


def test_noise_without_a_name_is_no_event() -> None:
    """Records of Codex's own logging have no name and no conversation; they stay raw."""
    noise = _event(None, scope="codex_otel::metrics::client")
    facts = _facts(noise._replace(attributes={}, body="flushing OTEL metrics"))
    assert not facts.events
    assert not any(change.opened for change in facts.sessions.values())


def test_an_event_of_another_name_is_kept_and_counted_as_unknown() -> None:
    """What this version does not know is shown all the same."""
    facts = _facts(_event("codex.goal.reached"))
    assert [event.kind for event in facts.events] == ["unknown"]
    assert facts.unknowns.total() == 1


@pytest.mark.parametrize("scope", ["codex_otel.log_only", "relay"])
def test_codex_is_known_by_scope_or_event_name(scope: str) -> None:
    """Neither the service name nor, where events are relayed, the scope decides."""
    assert Dialects().place(_event("codex.user_prompt", scope=scope), 1).agent is Agent.CODEX


@pytest.mark.parametrize(
    ("decision", "source", "expected"),
    [
        ("approved", "Config", (Verdict.ACCEPTED, Decider.CONFIG, DecisionScope.UNKNOWN)),
        ("approved", "User", (Verdict.ACCEPTED, Decider.USER, DecisionScope.ONCE)),
        (
            "approved_with_amendment",
            "User",
            (Verdict.ACCEPTED, Decider.USER, DecisionScope.PERMANENT),
        ),
        ("approved_for_session", "User", (Verdict.ACCEPTED, Decider.USER, DecisionScope.SESSION)),
        ("abort", "User", (Verdict.ABORTED, Decider.USER, DecisionScope.ONCE)),
        ("denied", "AutomatedReviewer", (Verdict.REJECTED, Decider.REVIEWER, DecisionScope.ONCE)),
        ("timed_out", "User", (Verdict.UNKNOWN, Decider.USER, DecisionScope.UNKNOWN)),
        ("approved", "config", (Verdict.ACCEPTED, Decider.CONFIG, DecisionScope.UNKNOWN)),
        (None, None, (Verdict.UNKNOWN, Decider.UNKNOWN, DecisionScope.UNKNOWN)),
    ],
)
def test_decisions(
    decision: str | None, source: str | None, expected: tuple[Verdict, Decider, DecisionScope]
) -> None:
    """Scope is in Codex's word for the decision, the decider in its source, in any case."""
    told = {"decision": decision, "source": source, "call_id": "call_1", "tool_name": "exec"}
    ((decided,),) = _facts(_event("codex.tool_decision", told)).tool_calls.values()
    assert isinstance(decided, ToolDecided)
    assert (decided.decided_verdict, decided.decider, decided.scope) == expected


@pytest.mark.parametrize("prompt", ["The following is the Codex agent history whose request …"])
def test_reviewers_are_told_by_their_prompt(prompt: str) -> None:
    """The automatic reviewer is a conversation of its own, in a role."""
    told = _facts(_event("codex.user_prompt", {"prompt": prompt})).relations
    assert "reviewer" in {relation.value for relation in told if relation.kind == "role"}


def test_a_withheld_prompt_is_no_prompt() -> None:
    """``[REDACTED]`` is a text withheld, whose length is known."""
    told = {"prompt": "[REDACTED]", "prompt_length": "42"}
    (prompt,) = _facts(_event("codex.user_prompt", told)).prompts
    assert (prompt.prompt_content, prompt.prompt_length) == ("withheld", 42)


def test_a_thread_id_that_came_as_a_number_last() -> None:
    """``thread.id`` stands twice on a span; where only the number is left an event tells."""
    told = SpanEvent(NOW, "event", {"conversation.id": CONVERSATION})
    placement = Dialects().place(_span("session_task.turn", told, told={"thread.id": 3}), 1)
    assert placement.session_id == CONVERSATION


def test_a_span_of_usage_alone_is_an_unnamed_request() -> None:
    """It names neither conversation nor request, and so counts only where no event came."""
    usage = {"gen_ai.usage.input_tokens": 9388, "gen_ai.usage.cache_read.input_tokens": 9088}
    ((traced,),) = _facts(_span("handle_responses", told=usage)).requests.values()
    assert traced.request_id.startswith("~span:")


@pytest.mark.parametrize(
    ("namespace", "tool", "asks"),
    [("functions", "exec_command", True), ("multi_agent_v1", "wait_agent", False)],
)
def test_pending_approvals_are_inferred(namespace: str, tool: str, *, asks: bool) -> None:
    """A call that was received and needs a decision may be waiting; a built-in one needs none."""
    told = {
        "event.name": "codex.tool_call_received",
        "conversation.id": CONVERSATION,
        "call_id": "call_1",
        "tool_name": tool,
        "tool_namespace": namespace,
    }
    facts = _facts(_span("handle_output_item_done", SpanEvent(NOW, "event", told)))
    assert (facts.sessions[CONVERSATION].requested_tool is not None) == asks
