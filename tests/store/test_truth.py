"""The tables say what the model API answered and what the people in the captures did."""

from pathlib import Path
from typing import Any

import pytest

from store.domain import Decider, DecisionScope, Outcome, RequestStatus, ToolCall, Verdict
from store.queries.filter import parse
from store.queries.permissions import tool_calls
from store.queries.requests import requests
from store.queries.sessions import sessions
from tests.captures import CAPTURES, batches, exports, truth
from tests.store.stores import filled

NEVER_SENT = {
    "errors": 1,
    "fault-grpc-refused": 8,
    "fault-hang": 14,
    "fault-hang-exit": 2,
    "fault-refused": 6,
    "fault-refused-always": 6,
    "fault-restart": 4,
    "fault-slow": 8,
    "sdk-interrupt": 1,
    "settings-env-local": 2,
    "settings-env-project": 2,
}
"""Answered requests of which no event reached the wire: exports that failed, a stream that the
server cut and the client repeated, a reply that was interrupted."""

CALLS_NEVER_SENT = {
    "fault-grpc-refused": 4,
    "fault-hang": 7,
    "fault-hang-exit": 1,
    "fault-refused": 3,
    "fault-refused-always": 3,
    "fault-restart": 2,
    "fault-slow": 4,
    "mcp": 1,
    "permissions-headless": 1,
    "settings-env-local": 1,
    "settings-env-project": 1,
    "tools": 4,
}
"""Tool calls without any event: those above, and invalid calls, of which the client sends none."""

_USAGE = {
    "input": "input_tokens",
    "cache_read": "cache_read_input_tokens",
    "cache_write": "cache_creation_input_tokens",
    "output": "output_tokens",
}
_PRICES = {
    "claude-opus-5-5": (4, 20, 0.20, 5, 8),
    "claude-opus-4-8": (5, 25, 0.50, 6.25, 10),
    "claude-haiku-5-5": (0.10, 0.50, 0.01, 0.125, 0.2),
}


@pytest.mark.parametrize("capture", CAPTURES)
def test_every_request_has_the_usage_the_api_billed(capture: str, tmp_path: Path) -> None:
    """Tokens by class are the API's, none is lost but what never left the client, none doubled."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    answered = {entry["request_id"]: entry for entry in truth(capture) if "usage" in entry}
    found = {request.request_id: request for request in requests(db, limit=0)}
    assert len(answered.keys() - found.keys()) == NEVER_SENT.get(capture, 0)
    for request_id in answered.keys() & found.keys():
        usage, request = answered[request_id]["usage"], found[request_id]
        if request.status is RequestStatus.REFUSED and request.tokens.total is None:
            continue
        tokens = request.tokens
        told = {name: getattr(tokens, name) for name in _USAGE}
        assert told == {name: usage[key] for name, key in _USAGE.items()}
        written = usage.get("cache_creation")
        if written is not None:
            assert tokens.cache_write_5m == written["ephemeral_5m_input_tokens"]
            assert tokens.cache_write_1h == written["ephemeral_1h_input_tokens"]
        assert request.model == answered[request_id]["model"]


@pytest.mark.parametrize("capture", CAPTURES)
def test_requests_that_the_api_did_not_answer_are_errors(capture: str, tmp_path: Path) -> None:
    """No request is shown that the API does not know, and a failed one carries no tokens."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    known = {entry["request_id"]: entry for entry in truth(capture)}
    for request in requests(db, limit=0):
        if request.request_id.startswith("~"):
            assert request.status is RequestStatus.ERROR
            continue
        if "error" in known[request.request_id]:
            assert request.status is RequestStatus.ERROR
            assert request.tokens.total is None
            assert request.cost.reported_micros is None


@pytest.mark.parametrize("capture", CAPTURES)
def test_every_tool_call_is_one_the_model_asked_for(capture: str, tmp_path: Path) -> None:
    """Tool calls are the model's, with its ids; only invalid ones have no event."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    asked = {
        block["id"]: block
        for entry in truth(capture)
        for block in entry.get("blocks", [])
        if block["type"] == "tool_use"
    }
    found = {call.tool_call_id: call for call in tool_calls(db, limit=0)}
    assert found.keys() <= asked.keys()
    assert len(asked.keys() - found.keys()) == CALLS_NEVER_SENT.get(capture, 0)
    for tool_call_id, call in found.items():
        name = asked[tool_call_id]["name"]
        assert call.tool == ("mcp_tool" if name.startswith("mcp__") else name)


@pytest.mark.parametrize("capture", CAPTURES)
def test_costs_are_the_clients_own(capture: str, tmp_path: Path) -> None:
    """The session's cost is the sum of its requests', each what list prices give to a micro."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    total = 0
    for request in requests(db, limit=0):
        cost, tokens = request.cost.reported_micros, request.tokens
        total += cost or 0
        price = _PRICES.get(request.model or "")
        if cost is None or price is None or capture in {"auto-compact", "tools"}:
            continue
        classes = (
            tokens.input,
            tokens.output,
            tokens.cache_read,
            tokens.cache_write_5m,
            tokens.cache_write_1h,
        )
        listed = sum((n or 0) * usd for n, usd in zip(classes, price, strict=True))
        assert abs(listed - cost) <= 1, request
    shown = sessions(db, where=parse("", now_ns=0), now_ns=0, limit=0)
    assert sum(session.cost.reported_micros or 0 for session in shown) == total


TOUR = [f"tour-{kind}" for kind in ("full", "redacted", "json", "grpc", "cumulative", "toggles")]
TOUR += ["tour-traces-full", "tour-traces-redacted", "tour-beta-tracing", "tour-resource-only"]


@pytest.mark.parametrize("capture", TOUR)
def test_the_tour_is_one_session_whatever_was_switched_on(capture: str, tmp_path: Path) -> None:
    """2 prompts in one session over two processes; 13 main and 3 sub-agent requests; 15 calls."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    (session,) = sessions(db, where=parse("", now_ns=0), now_ns=0)
    made = requests(db, session_id=session.session_id)
    calls = tool_calls(db, session_id=session.session_id)
    sources = [request.source for request in made]
    assert (session.turns, session.requests, session.tool_calls) == (2, 16, 15)
    assert (sources.count("main"), sources.count("subagent")) == (13, 3)
    assert session.decisions.accepted == 15
    assert {call.decider for call in calls} == {Decider.CONFIG}
    assert session.failed_tool_calls == 3
    assert session.cost.reported_micros == 163_854


def _told(call: ToolCall) -> tuple[Any, ...]:
    return (call.tool, call.verdict, call.decider, call.scope, call.mode, call.outcome)


ONCE, FOR_GOOD, UNTOLD = DecisionScope.ONCE, DecisionScope.PERMANENT, DecisionScope.UNKNOWN
ACCEPTED, REJECTED = Verdict.ACCEPTED, Verdict.REJECTED
PERSON, CONFIG = Decider.USER, Decider.CONFIG
RAN, NOT_RUN = Outcome.SUCCEEDED, Outcome.NOT_RUN


def test_the_ledger_tells_what_the_person_did(tmp_path: Path) -> None:
    """Each key pressed at a permission prompt is the decision the ledger shows."""
    db = filled(tmp_path / "s.db", batches(exports("tui-permissions")))
    assert [_told(call) for call in reversed(tool_calls(db, limit=0))] == [
        ("Bash", ACCEPTED, PERSON, ONCE, "default", RAN),
        ("Bash", ACCEPTED, PERSON, FOR_GOOD, "default", RAN),
        ("Bash", REJECTED, PERSON, ONCE, "default", NOT_RUN),
        ("Edit", ACCEPTED, PERSON, UNTOLD, "default", RAN),
        ("Bash", REJECTED, PERSON, ONCE, "default", NOT_RUN),
        ("Bash", REJECTED, PERSON, ONCE, "default", NOT_RUN),
        ("Write", ACCEPTED, PERSON, DecisionScope.SESSION, "default", RAN),
        ("Write", ACCEPTED, CONFIG, UNTOLD, "acceptEdits", RAN),
        ("Write", ACCEPTED, PERSON, UNTOLD, "acceptEdits", RAN),
        ("mcp_tool", ACCEPTED, PERSON, FOR_GOOD, "acceptEdits", RAN),
        ("mcp_tool", ACCEPTED, CONFIG, UNTOLD, "acceptEdits", RAN),
        ("AskUserQuestion", ACCEPTED, PERSON, ONCE, "acceptEdits", RAN),
    ]
    commands = [call.command for call in tool_calls(db, limit=0) if call.tool == "Bash"]
    assert "rm -r src" in commands


def test_two_sessions_at_once_stay_apart(tmp_path: Path) -> None:
    """Two clients with identical resources are two sessions by their session ids."""
    db = filled(tmp_path / "s.db", batches(exports("two-sessions")))
    shown = sessions(db, where=parse("", now_ns=0), now_ns=0)
    assert len(shown) == 2
    assert sum(session.requests or 0 for session in shown) == 6
