"""What Qwen Code's records mean, trap by trap."""

import pytest

from store.domain import Agent, Decider, DecisionScope, Verdict
from store.facts import RequestMade, RequestTraced, ToolDecided, ToolFinished
from store.signals import Record
from tests.receiver.telling import SPAN, TRACE, facts_of, log, placed, point, span

SESSION = "51a641b1-2f3d-4068-9930-accbe17e61c9"
SCOPE = "qwen-code"
TURN = f"{SESSION}########0"


def _event(name: str, **told: object) -> Record:
    names = {"session.id": SESSION, "event.name": f"qwen-code.{name}"}
    return log(names | told, scope=SCOPE, fields={"traceId": TRACE, "spanId": SPAN})


def _span(name: str, **told: object) -> Record:
    dotted = {key.replace("__", "."): value for key, value in told.items()}
    return span(f"qwen-code.{name}", {"session.id": SESSION} | dotted, scope=SCOPE)


def test_input_includes_the_cache_and_output_the_thoughts() -> None:
    """Unlike its ancestor's."""
    record = _event(
        "api_response",
        response_id="r",
        prompt_id=TURN,
        input_token_count=9388,
        cached_content_token_count=9088,
        output_token_count=142,
        thoughts_token_count=40,
    )
    made = facts_of(record).requests[SESSION, "r"][0]
    assert isinstance(made, RequestMade)
    assert (made.input_tokens, made.cache_read_tokens) == (300, 9088)
    assert (made.output_tokens, made.reasoning_tokens) == (142, 40)


@pytest.mark.parametrize("name", ["cache_read", "cache_creation"])
def test_a_span_tells_the_same_request_as_its_event(name: str) -> None:
    """They share the response's id; the span also counts what is written to the cache."""
    told = {"gen_ai.response.id": "r", "gen_ai.usage.input_tokens": 100, "success": True}
    told |= {"session.id": SESSION, f"gen_ai.usage.{name}.input_tokens": 60}
    facts = facts_of(
        span("qwen-code.llm_request", told, scope=SCOPE), _event("api_response", response_id="r")
    )
    ((traced, *_),) = facts.requests.values()
    assert isinstance(traced, RequestTraced)
    assert traced.traced_input_tokens == 40


@pytest.mark.parametrize(
    ("prompt_id", "subagent", "source"),
    [
        (TURN, None, "main"),
        ("forked_query", None, "suggestion"),
        ("user_intent", None, "suggestion"),
        (f"{SESSION}#managed-auto-memory-extractor-5787cc3d#0", "managed-auto-memory-x", "memory"),
        (f"{SESSION}#explore-1#2", "explore", "subagent"),
        ("brand_new", None, "other"),
    ],
)
def test_background_requests_are_sources_of_the_session(
    prompt_id: str, *, subagent: str | None, source: str
) -> None:
    """Only what a person's message caused is in its turn."""
    record = _event("api_response", prompt_id=prompt_id, subagent_name=subagent)
    ((made, _),) = facts_of(record).requests.values()
    assert made.source == source
    assert (made.turn_id == TURN) is (source == "main")
    assert (made.agent_id is None) is (subagent is None)


@pytest.mark.parametrize(
    ("answer", "tool", "expected"),
    [
        ("proceed_once", "edit", (Verdict.ACCEPTED, DecisionScope.ONCE)),
        ("proceed_always", "run_shell_command", (Verdict.ACCEPTED, DecisionScope.PERMANENT)),
        ("proceed_always", "edit", (Verdict.ACCEPTED, DecisionScope.UNKNOWN)),
        ("cancel", "edit", (Verdict.REJECTED, DecisionScope.ONCE)),
        ("brand_new", "edit", (Verdict.UNKNOWN, DecisionScope.UNKNOWN)),
    ],
)
def test_a_wait_is_a_persons_decision(answer: str, tool: str, expected: tuple[object, ...]) -> None:
    """The event calls an answer "always" by the word it has for what nobody was asked for."""
    told = {"tool__call_id": "c", "tool__name": tool, "decision": answer, "source": "cli"}
    facts = facts_of(_span("tool.blocked_on_user", **told))
    ((decided,),) = facts.tool_calls.values()
    assert isinstance(decided, ToolDecided)
    assert (decided.decided_verdict, decided.scope) == expected
    assert decided.decider is Decider.USER
    assert [wait.waited_ms for wait in facts.waits] == [250]


@pytest.mark.parametrize(
    ("decision", "status", "success"),
    [("reject", "not_started", None), ("auto_accept", "error", False), ("accept", "success", True)],
)
def test_a_call_that_was_not_started_has_no_outcome(
    decision: str, status: str, *, success: bool | None
) -> None:
    """A refused call says ``success`` false all the same."""
    record = _event(
        "tool_call", call_id="c", decision=decision, execution_status=status, success=bool(success)
    )
    ((call,),) = facts_of(record).tool_calls.values()
    assert isinstance(call, ToolFinished)
    assert call.success is success


def test_changed_lines_come_as_a_map() -> None:
    """Where its ancestor sends a text of JSON; a person's own changes are counted with them."""
    metadata = {"model_added_lines": 2, "user_added_lines": 1, "model_removed_lines": 0}
    facts = facts_of(_event("tool_call", call_id="c", metadata=metadata))
    assert [(out.lines_added, out.lines_removed) for out in facts.tool_outputs] == [(3, 0)]


def test_names_of_mcp_are_parted() -> None:
    """Server and tool stand in one name on spans."""
    told = {"tool__call_id": "c", "gen_ai__tool__name": "mcp__inventory__lookup_sku"}
    ((call,),) = facts_of(_span("tool.execution", **told)).tool_calls.values()
    assert (call.tool, call.mcp_server, call.mcp_tool) == ("mcp_tool", "inventory", "lookup_sku")


def test_spans_of_its_http_library_are_left_alone() -> None:
    """They name the session, and nothing of an agent's work."""
    record = span("POST", {"session.id": SESSION}, scope="@opentelemetry/instrumentation-undici")
    assert placed(record).agent is Agent.UNKNOWN


def test_metrics_without_a_session_show_none() -> None:
    """They are cumulative, repeat the events, and name a session only by a switch."""
    facts = facts_of(point("qwen-code.token.usage", {"type": "input"}, scope=SCOPE))
    assert [change.opened for change in facts.sessions.values()] == [False]
    assert facts.counters == {}
