"""Codex: the tables say what its model API billed and what the people in the captures did."""

from pathlib import Path
from typing import Any

import pytest

from store.connection import Database, open_writer
from store.domain import Decider, DecisionScope, Outcome, Session, ToolCall, Verdict
from store.queries import transcript
from store.queries.filter import parse
from store.queries.permissions import tool_calls
from store.queries.requests import requests
from store.queries.sessions import sessions
from store.queries.subagents import SubagentNode
from store.removal import Removal, remove
from store.signals import Signal
from tests.captures import batches, captures_of, exports, truth
from tests.store.stores import filled

CODEX = captures_of("codex")

LOST = {
    "codex/exec-collector-503": 3,
    "codex/exec-errors": 2,
    "codex/tui-approvals": 1,
}
"""Billed requests that Codex never told of: exports that were refused and not repeated, processes
that ended without flushing, an answer that a person broke off."""

UNTOLD_CALLS = {"codex/exec-collector-503"}

LOGS, TRACES = [Signal.LOGS], [Signal.TRACES]
BOTH = [Signal.LOGS, Signal.TRACES, Signal.METRICS]


def _stored(capture: str, path: Path, signals: list[Signal]) -> Database:
    sent = [export for export in exports(capture) if export.signal in signals]
    return filled(path / "s.db", batches(sent))


def _shown(db: Database) -> list[Session]:
    return sessions(db, where=parse("", now_ns=0), now_ns=0, limit=0)


def _billed(capture: str) -> list[tuple[int, ...]]:
    """Return what each answered request was billed: all input, cached input, output, reasoning."""
    usages = [entry["usage"] for entry in truth(capture) if entry.get("usage")]
    return sorted(
        (
            usage["input_tokens"],
            usage["input_tokens_details"]["cached_tokens"],
            usage["output_tokens"],
            usage["output_tokens_details"]["reasoning_tokens"],
        )
        for usage in usages
        if usage["total_tokens"]
    )


def _told(db: Database) -> list[tuple[int, ...]]:
    found = [request.tokens for request in requests(db, limit=0)]
    return sorted(
        (
            (tokens.input or 0) + (tokens.cache_read or 0) + (tokens.cache_write or 0),
            tokens.cache_read or 0,
            tokens.output or 0,
            tokens.reasoning or 0,
        )
        for tokens in found
        if tokens.total
    )


@pytest.mark.parametrize("signals", [LOGS, TRACES, BOTH], ids=["logs", "traces", "all"])
@pytest.mark.parametrize("capture", CODEX)
def test_tokens_are_what_the_api_billed(
    capture: str, signals: list[Signal], tmp_path: Path
) -> None:
    """With logs, with traces and with both each billed request is there once, and no other."""
    if not any(export.signal in signals for export in exports(capture)):
        pytest.skip("nothing of this signal was sent")
    db = _stored(capture, tmp_path, signals)
    billed, told = _billed(capture), _told(db)
    if capture == "codex/exec-collector-503" and signals == TRACES:
        assert told == []
        return
    assert len(billed) - len(told) == LOST.get(capture, 0)
    for usage in told:
        billed.remove(usage)
    assert sum(session.tokens.total or 0 for session in _shown(db)) == sum(
        usage[0] + usage[2] for usage in told
    )


@pytest.mark.parametrize("capture", CODEX)
def test_sums_of_sessions_and_turns_are_those_of_their_requests(
    capture: str, tmp_path: Path
) -> None:
    """A request belongs to one session and, in it, to one turn, though it names none."""
    db = _stored(capture, tmp_path, BOTH)
    for session in _shown(db):
        made = requests(db, session_id=session.session_id, limit=0)
        turns = transcript.turns(db, session.session_id)
        assert session.requests == len(made) == sum(turn.requests for turn in turns)
        assert session.tool_calls == sum(turn.tool_calls for turn in turns)
        assert (session.tokens.total or 0) == sum(turn.tokens.total or 0 for turn in turns)


@pytest.mark.parametrize("capture", CODEX)
def test_tool_calls_are_those_the_model_asked_for(capture: str, tmp_path: Path) -> None:
    """Calls have the model's names; only those of a script have ids of Codex's own."""
    db = _stored(capture, tmp_path, BOTH)
    answers = [entry.get("answer") for entry in truth(capture)]
    asked = [
        call["name"]
        for answer in answers
        if isinstance(answer, dict)
        for call in answer.get("call", [])
    ]
    calls = tool_calls(db, limit=0)
    direct = [call.tool for call in calls if not call.tool_call_id.startswith("exec-")]
    assert sorted(map(str, direct)) == ([] if capture in UNTOLD_CALLS else sorted(asked))


def _decision(call: ToolCall) -> tuple[Any, ...]:
    return (call.tool, call.verdict, call.decider, call.scope, call.outcome)


ACCEPTED, USER, CONFIG = Verdict.ACCEPTED, Decider.USER, Decider.CONFIG
ONCE, UNTOLD, RAN = DecisionScope.ONCE, DecisionScope.UNKNOWN, Outcome.SUCCEEDED


def test_the_ledger_tells_what_the_person_did(tmp_path: Path) -> None:
    """Each key pressed at an approval is the decision the ledger shows, Esc too, with its wait."""
    db = _stored("codex/tui-approvals", tmp_path, BOTH)
    calls = list(reversed(tool_calls(db, limit=0)))
    assert [_decision(call) for call in calls] == [
        ("exec_command", ACCEPTED, USER, ONCE, RAN),
        ("exec_command", ACCEPTED, USER, DecisionScope.PERMANENT, RAN),
        ("exec_command", ACCEPTED, CONFIG, UNTOLD, RAN),
        ("exec_command", Verdict.ABORTED, USER, ONCE, Outcome.NOT_RUN),
        ("apply_patch", ACCEPTED, USER, ONCE, RAN),
        ("apply_patch", ACCEPTED, USER, DecisionScope.SESSION, RAN),
        ("apply_patch", ACCEPTED, USER, DecisionScope.SESSION, RAN),
        ("exec_command", ACCEPTED, CONFIG, UNTOLD, RAN),
    ]
    waits = [call.waited_ms for call in calls]
    assert waits[3] is None
    assert [wait > 1_000 for wait in waits if wait is not None] == [
        *(True, True, False, True, True),
        *(False, False),
    ]


def test_accept_that_nobody_was_asked_for_has_no_wait(tmp_path: Path) -> None:
    """A call that a grant for the session covers is told as the person's again; it did not wait."""
    db = _stored("codex/tui-approvals", tmp_path, BOTH)
    granted = [call for call in tool_calls(db, limit=0) if call.scope is DecisionScope.SESSION]
    asked = {call.waited_ms is not None and call.waited_ms > 1_000 for call in granted}
    assert asked == {True, False}


def test_a_refusal_that_only_a_span_shows_is_missing_with_logs_only(tmp_path: Path) -> None:
    """Esc at an approval leaves nothing in the logs: no call is made up for it."""
    db = _stored("codex/tui-approvals", tmp_path, LOGS)
    assert {call.verdict for call in tool_calls(db, limit=0)} == {ACCEPTED}
    assert len(tool_calls(db, limit=0)) == 7


@pytest.mark.parametrize("signals", [LOGS, BOTH], ids=["logs", "all"])
def test_late_turn_cost_is_the_cost_of_its_turn(signals: list[Signal], tmp_path: Path) -> None:
    """What the provider said later is the reported cost of turns and session, requests covered."""
    db = _stored("codex/tui-turn-cost", tmp_path, signals)
    (session,) = _shown(db)
    turns = [turn for turn in transcript.turns(db, session.session_id) if turn.number]
    assert [turn.cost.reported_micros for turn in turns] == [16_978, 1_731, 1_722]
    assert session.cost.reported_micros == 16_978 + 1_731 + 1_722 + 920
    assert session.cost.unreported_requests == 0


@pytest.mark.parametrize("signals", [LOGS, TRACES, BOTH], ids=["logs", "traces", "all"])
def test_sub_agents_are_folded_into_their_parent(signals: list[Signal], tmp_path: Path) -> None:
    """A sub-agent's conversation is no session of its own: one session has all five requests."""
    db = _stored("codex/exec-subagent", tmp_path, signals)
    (session,) = _shown(db)
    assert (session.turns, session.requests, session.tool_calls) == (1, 5, 3)


def test_a_sub_agent_stands_below_the_call_that_started_it(tmp_path: Path) -> None:
    """Its requests and calls are its own, under the name Codex gave it."""
    db = _stored("codex/exec-subagent", tmp_path, BOTH)
    (session,) = _shown(db)
    nodes = [
        node
        for turn in transcript.turns(db, session.session_id)
        for node in transcript.nodes(db, session.session_id, turn.turn_id)
    ]
    (agent,) = [node for node in nodes if isinstance(node, SubagentNode)]
    assert (agent.name, agent.tool_call_id) == ("Cicero", "call_0001_1")
    made = requests(db, session_id=session.session_id)
    assert [request.source for request in made].count("subagent") == 2


@pytest.mark.parametrize("capture", ["codex/tui-approvals", "codex/tui-mcp", "codex/tui-turn-cost"])
def test_titles_are_sources_of_the_session_they_serve(capture: str, tmp_path: Path) -> None:
    """The conversation that asks for a title is folded away; its request is told to be for it."""
    db = _stored(capture, tmp_path, BOTH)
    (session,) = _shown(db)
    made = requests(db, session_id=session.session_id)
    assert [request.source for request in made].count("title") == 1
    assert not (session.title or "").startswith("Generate")


@pytest.mark.parametrize("signals", [LOGS, TRACES, BOTH], ids=["logs", "traces", "all"])
def test_missing_turn_ids_leave_turns_to_their_prompts(
    signals: list[Signal], tmp_path: Path
) -> None:
    """No record of usage names its turn: it belongs to the prompt before it."""
    db = _stored("codex/tui-turn-cost", tmp_path, signals)
    session = min(_shown(db), key=lambda shown: shown.session_id)
    turns = [turn for turn in transcript.turns(db, session.session_id) if turn.number]
    titled = signals != TRACES
    assert [turn.requests for turn in turns] == [3 + titled, 1, 1]
    assert session.turns == 3
    prompts = [turn.prompt for turn in turns]
    if signals == TRACES:
        assert prompts == [None, None, None]
    else:
        assert prompts[1:] == ["And?", "Anything else?"]


def test_logs_without_any_trace_make_turns_too(tmp_path: Path) -> None:
    """Without an exporter for traces no record has a trace id; the prompt alone begins a turn."""
    db = _stored("codex/exec-logs-only", tmp_path, BOTH)
    (session,) = _shown(db)
    (turn,) = [turn for turn in transcript.turns(db, session.session_id) if turn.number]
    assert (session.turns, turn.requests, turn.tool_calls) == (1, 4, 3)
    assert turn.prompt == "Fix the cart total: it ignores quantities."


def test_mcp_tools_name_server_and_tool(tmp_path: Path) -> None:
    """Codex always names the server; a call without a decision event has an unknown verdict."""
    db = _stored("codex/tui-mcp", tmp_path, BOTH)
    calls = list(reversed(tool_calls(db, limit=0)))
    assert {call.mcp_server for call in calls} == {"inventory"}
    assert [call.mcp_tool for call in calls] == ["lookup_sku", "reserve_stock", "reserve_stock"]
    assert calls[0].verdict is Verdict.UNKNOWN


def test_failed_attempts_are_errors_with_their_status(tmp_path: Path) -> None:
    """Each refused attempt and each failed stream is an error once, and has no tokens."""
    db = _stored("codex/tui-errors", tmp_path, BOTH)
    failed = [request for request in requests(db, limit=0) if request.error]
    statuses = [request.http_status for request in failed]
    assert sorted(status or 0 for status in statuses) == [0, 400, *[401] * 6, 429]
    assert all(request.tokens.total is None for request in failed)


def test_forgetting_a_session_forgets_what_belongs_to_it(tmp_path: Path) -> None:
    """Nothing is left of the conversations that were shown in it, their keys included."""
    db = _stored("codex/exec-subagent", tmp_path, BOTH)
    (session,) = _shown(db)
    writer = open_writer(tmp_path / "s.db")
    remove(writer, Removal((session.session_id,), 0))
    for table in ("relations", "sessions", "requests", "tool_calls"):
        conversations = writer.execute(
            f"select count(*) from {table} where session_id like '01a203%'"
        )
        assert conversations.fetchone() == (0,), table
