"""What Copilot CLI's records mean, trap by trap."""

from typing import Any

import pytest

from store.domain import Agent, Decider, DecisionScope, Verdict
from store.facts import RequestTraced, ToolFinished
from store.signals import Record
from tests.receiver.telling import PARENT, facts_of, placed, point, span

SESSION = "f24a8541-da9f-4449-844c-81bc396f250a"
SCOPE = "github.copilot"
CHAT = {"gen_ai.operation.name": "chat", "github.copilot.interaction_id": "i"}
TOOL = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.call.id": "c"}


def _span(name: str, told: dict[str, Any], **fields: object) -> Record:
    return span(name, {"gen_ai.conversation.id": SESSION} | told, scope=SCOPE, fields=fields)


def _finished(told: dict[str, Any], **fields: object) -> ToolFinished:
    facts = facts_of(_span("execute_tool bash", TOOL | told, **fields))
    found = facts.tool_calls[SESSION, "c"]
    (finished,) = (fact for fact in found if isinstance(fact, ToolFinished))
    return finished


@pytest.mark.parametrize(
    ("scope", "resource", "attributes"),
    [
        (SCOPE, {}, {}),
        ("lab.copilot", {"service.instance.id": "copilot-otel-96-0"}, {}),
        ("lab.copilot", {}, {"github.copilot.turn_id": "0"}),
    ],
)
def test_renamed_service_and_scope_do_not_hide_it(
    scope: str, resource: dict[str, Any], attributes: dict[str, Any]
) -> None:
    """Users set both; its instance and its own attributes stay, and no other dialect takes them."""
    record = span("chat m", CHAT | attributes, scope=scope, resource=resource)
    assert placed(record).agent is Agent.COPILOT_CLI


def test_classes_of_no_tokens_are_left_out() -> None:
    """With usage, an absent class is 0; without, all are unknown."""
    usage = {"gen_ai.usage.input_tokens": 90, "gen_ai.usage.output_tokens": 4}
    for told, expected in ((usage, (90, 0, 0, 4, 0)), ({}, (None,) * 5)):
        ((traced,),) = facts_of(_span("chat m", CHAT | told)).requests.values()
        assert isinstance(traced, RequestTraced)
        assert expected == (
            traced.traced_input_tokens,
            traced.traced_cache_read_tokens,
            traced.traced_cache_write_tokens,
            traced.traced_output_tokens,
            traced.traced_reasoning_tokens,
        )


def test_an_agents_usage_repeats_its_requests() -> None:
    """The parent span sums its children, and is no request."""
    told = {"gen_ai.operation.name": "invoke_agent", "gen_ai.usage.input_tokens": 36870}
    assert facts_of(_span("invoke_agent", told)).requests == {}


@pytest.mark.parametrize(
    ("told", "is_sub"),
    [
        ({"github.copilot.initiator": "user"}, False),
        ({"github.copilot.initiator": "agent"}, False),
        ({}, False),
        ({"github.copilot.initiator": "sub-agent"}, True),
        ({"github.copilot.interaction_id": None}, False),
    ],
)
def test_requests_of_a_subagent_are_told_by_their_initiator(
    told: dict[str, Any], *, is_sub: bool
) -> None:
    """The sub-agent is known by its span, the parent of all it does."""
    record = _span("chat m", CHAT | told, parentSpanId=PARENT)
    ((traced,),) = facts_of(record).requests.values()
    assert (traced.agent_id, traced.source) == ((PARENT, "subagent") if is_sub else (None, "main"))


def test_a_failed_request_of_a_subagent_has_neither_initiator_nor_interaction() -> None:
    """That is how it is told."""
    told = {"gen_ai.operation.name": "chat", "error.type": "ModelCallError"}
    record = _span("chat m", told, parentSpanId=PARENT, status={"code": 2})
    ((traced,),) = facts_of(record).requests.values()
    assert isinstance(traced, RequestTraced)
    assert (traced.agent_id, traced.traced_success) == (PARENT, False)


ACCEPTED, REJECTED, ABORTED = Verdict.ACCEPTED, Verdict.REJECTED, Verdict.ABORTED
USER, CONFIG, NOBODY = Decider.USER, Decider.CONFIG, Decider.UNKNOWN
ONCE, OPEN = DecisionScope.ONCE, DecisionScope.UNKNOWN


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ("approved", (ACCEPTED, USER, ONCE)),
        ("approved-for-location", (ACCEPTED, USER, DecisionScope.PERMANENT)),
        ("cancelled", (ABORTED, USER, ONCE)),
        (
            "denied-no-approval-rule-and-could-not-request-from-user",
            (REJECTED, CONFIG, OPEN),
        ),
        ("brand-new", (Verdict.UNKNOWN, NOBODY, OPEN)),
    ],
)
def test_a_question_has_a_span(result: str, expected: tuple[object, ...]) -> None:
    """Its length is the wait; it names its call by its parent only."""
    told = {"github.copilot.permission.result": result}
    (wait,) = facts_of(_span("permission", told, parentSpanId=PARENT)).waits
    assert (wait.waited_verdict, wait.waited_decider, wait.waited_scope) == expected
    assert (wait.waited_ms, wait.parent_span_id) == (250, bytes.fromhex(PARENT))


@pytest.mark.parametrize(
    ("told", "status", "expected"),
    [
        ({"error.type": "denied"}, 2, (REJECTED, CONFIG, None, "denied")),
        ({"error.type": "cancelled"}, 2, (ABORTED, USER, None, "cancelled")),
        ({"error.type": "ToolError"}, 2, (ACCEPTED, CONFIG, False, "ToolError")),
        ({"process.exit.code": 1}, 0, (ACCEPTED, CONFIG, False, "exit_code_1")),
        ({"process.exit.code": 0}, 0, (ACCEPTED, CONFIG, True, None)),
    ],
)
def test_refusals_and_exit_codes_are_told_by_the_calls_span(
    told: dict[str, Any], *, status: int, expected: tuple[object, ...]
) -> None:
    """A rule's refusal shows nowhere else, and a failing command leaves the status unset."""
    call = _finished(told, status={"code": status})
    assert expected == (
        call.reported_verdict,
        call.reported_decider,
        call.success,
        call.error_type,
    )


def test_metrics_and_notices_show_no_session() -> None:
    """Metrics name none; a notice comes in a trace of its own, before any work."""
    notice = _span("custom_notification", {})
    counted = point("github.copilot.tool.call.count", {}, scope=SCOPE)
    facts = facts_of(notice, counted)
    assert not any(change.opened for change in facts.sessions.values())
    assert (facts.turns, facts.requests) == ({}, {})
