"""Logs, spans and metrics of a session: each alone shows what it has, together nothing doubles."""

from pathlib import Path
from typing import Any

import pytest

from store.connection import Database
from store.domain import DecisionCounts, Request, RequestStatus, Session, ToolCall
from store.queries.permissions import tool_calls
from store.queries.requests import requests
from store.signals import Signal
from tests.captures import CAPTURES, batches, exports, truth
from tests.store.shape import shown, subagents, tree
from tests.store.stores import filled

LOGS, TRACES, METRICS = Signal.LOGS, Signal.TRACES, Signal.METRICS


def _sent(capture: str) -> set[Signal]:
    return {batch.signal for batch in batches(exports(capture)) if batch.records}


def _only(path: Path, capture: str, *signals: Signal) -> Database:
    kept = [batch for batch in batches(exports(capture)) if batch.signal in signals]
    return filled(path / f"{'-'.join(signals)}.db", kept)


TRACED = [capture for capture in CAPTURES if {LOGS, TRACES} <= _sent(capture)]
METERED = [capture for capture in CAPTURES if METRICS in _sent(capture)]


def _figures(session: Session) -> tuple[Any, ...]:
    tokens = session.tokens
    return (
        session.turns,
        session.tool_calls,
        session.decisions,
        session.failed_tool_calls,
        session.errors,
        session.context_tokens,
        (tokens.input, tokens.cache_read, tokens.cache_write, tokens.output),
        session.title,
        session.title_content,
    )


@pytest.mark.parametrize("capture", TRACED)
def test_spans_alone_show_what_events_alone_show(capture: str, tmp_path: Path) -> None:
    """Turns, tokens, calls, decisions, failures and titles are the same, but for the cost."""
    logs, traces = _only(tmp_path, capture, LOGS), _only(tmp_path, capture, TRACES)
    told = {session.session_id: session for session in shown(logs)}
    traced = {session.session_id: session for session in shown(traces)}
    for session_id in told.keys() & traced.keys():
        assert _figures(traced[session_id]) == _figures(told[session_id])
        assert traced[session_id].cost.reported_micros is None
    assert told.keys() & traced.keys()


def _named(found: list[Request]) -> dict[str, tuple[Any, ...]]:
    return {
        request.request_id: (
            request.model,
            request.source,
            request.agent_id,
            request.tokens.total,
            request.effort,
            request.http_status,
        )
        for request in found
        if not request.request_id.startswith("~") and request.status is not RequestStatus.REFUSED
    }


def _told(found: list[ToolCall]) -> dict[str, tuple[Any, ...]]:
    return {
        call.tool_call_id: (
            call.tool,
            call.agent_id,
            call.verdict,
            call.decider if call.decider != "reviewer" else "config",
            call.source_raw,
            call.outcome,
            call.duration_ms is None,
            call.error_type,
        )
        for call in found
    }


@pytest.mark.parametrize("capture", TRACED)
def test_each_request_and_call_is_the_same_from_spans(capture: str, tmp_path: Path) -> None:
    """Of every request and call that both signals tell of, both tell the same.

    Only events tell that a safety check decided, which spans call ``config``.
    """
    logs, traces = _only(tmp_path, capture, LOGS), _only(tmp_path, capture, TRACES)
    told, traced = _named(requests(logs, limit=0)), _named(requests(traces, limit=0))
    both = told.keys() & traced.keys()
    assert {key: traced[key] for key in both} == {key: told[key] for key in both}
    calls, spans = _told(tool_calls(logs, limit=0)), _told(tool_calls(traces, limit=0))
    both = calls.keys() & spans.keys()
    assert {key: spans[key] for key in both} == {key: calls[key] for key in both}


@pytest.mark.parametrize("capture", TRACED)
def test_turns_and_subagents_are_the_same_from_spans(capture: str, tmp_path: Path) -> None:
    """Each turn holds the same requests and calls, each sub-agent too, whatever signal came."""
    logs, traces = _only(tmp_path, capture, LOGS), _only(tmp_path, capture, TRACES)
    told = {session.session_id for session in shown(logs)}
    for session in shown(traces):
        if session.session_id not in told:
            continue
        found, expected = tree(traces, session.session_id), tree(logs, session.session_id)
        agents = [subagents(nodes) for _, nodes in found if subagents(nodes)]
        assert agents == [subagents(nodes) for _, nodes in expected if subagents(nodes)]
        counts = [turn.tool_calls for turn, _ in found if turn.tool_calls]
        assert counts == [turn.tool_calls for turn, _ in expected if turn.tool_calls]
        rejected = [turn.rejected for turn, _ in found if turn.tool_calls]
        assert rejected == [turn.rejected for turn, _ in expected if turn.tool_calls]


@pytest.mark.parametrize("capture", [capture for capture in CAPTURES if LOGS in _sent(capture)])
def test_nothing_is_added_twice(capture: str, tmp_path: Path) -> None:
    """With spans and metrics beside them the events' figures stay what they are."""
    logs, everything = _only(tmp_path, capture, LOGS), _only(tmp_path, capture, *Signal)
    told = {request.request_id for request in requests(logs, limit=0)}
    whole = {session.session_id: session for session in shown(everything)}
    for session in shown(logs):
        found = whole[session.session_id]
        made = requests(everything, session_id=session.session_id, limit=0)
        only_traced = [request for request in made if request.request_id not in told]
        assert found.requests == (session.requests or 0) + len(only_traced)
        assert found.cost.reported_micros == session.cost.reported_micros
        if not only_traced:
            assert (found.tokens, found.turns) == (session.tokens, session.turns)


@pytest.mark.parametrize("capture", METERED)
def test_metrics_alone_show_a_session(capture: str, tmp_path: Path) -> None:
    """Its tokens and cost are the metrics', marked as such; of requests and calls none is known."""
    found = shown(_only(tmp_path, capture, METRICS))
    for session in found:
        counts = (session.turns, session.requests, session.tool_calls, session.errors)
        assert counts == (None,) * 4
        assert session.failed_tool_calls is None
        assert session.decisions == DecisionCounts(None, None, None, None)
        assert session.log_records == 0
        assert session.title is None
        if session.is_metered:
            assert session.tokens.total is not None
    billed = sum(
        sum(entry["usage"][key] for key in ("input_tokens", "output_tokens"))
        for entry in truth(capture)
        if "usage" in entry
    )
    metered = [session.tokens for session in found if session.is_metered]
    assert sum((tokens.input or 0) + (tokens.output or 0) for tokens in metered) <= billed
