"""What spans add to tool calls and requests, in whatever order they come."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from store.connection import Database
from store.queries.filter import parse
from store.queries.permissions import tool_calls
from store.queries.requests import requests
from store.queries.sessions import sessions
from store.signals import Batch, Record, Signal, Span
from tests.captures import CAPTURES, batches, exports, truth
from tests.store.stores import filled

_TOOL, _WAIT, _MODEL = (
    f"claude_code.{name}" for name in ("tool", "tool.blocked_on_user", "llm_request")
)


def _only(capture: str, is_kept: Callable[[Record], bool]) -> list[Batch]:
    """Return a capture without the records that are not kept."""
    return [
        batch._replace(records=[record for record in batch.records if is_kept(record)])
        for batch in batches(exports(capture))
    ]


def _spans(capture: str, name: str) -> list[Span]:
    return [
        record
        for batch in batches(exports(capture))
        for record in batch.records
        if isinstance(record, Span) and record.name == name
    ]


def _waits(db: Database) -> dict[str, int | None]:
    return {call.tool_call_id: call.waited_ms for call in tool_calls(db, limit=0)}


def _waits_by_parent(capture: str) -> dict[object, object]:
    calls = {span.span_id: span.attributes["tool_use_id"] for span in _spans(capture, _TOOL)}
    return {
        calls[span.parent_span_id]: span.attributes["duration_ms"]
        for span in _spans(capture, _WAIT)
    }


@pytest.mark.parametrize("capture", CAPTURES)
def test_a_wait_is_that_of_the_span_below_the_calls_own(capture: str, tmp_path: Path) -> None:
    """Every call with spans has its wait, to the millisecond; without traces it is unknown."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    expected = _waits_by_parent(capture)
    waits = _waits(db)
    assert {call: wait for call, wait in waits.items() if call in expected} == expected
    assert all(wait is None for call, wait in waits.items() if call not in expected)


def test_the_ledger_tells_how_long_the_person_took(tmp_path: Path) -> None:
    """The person of the capture answers each prompt after 1.2 to 3.5 s; rules take 4 and 6 ms."""
    db = filled(tmp_path / "s.db", batches(exports("tui-permissions")))
    told = [call.waited_ms for call in reversed(tool_calls(db, limit=0))]
    assert told == [1794, 1506, 1432, 1968, 3435, 1563, 1788, 6, 1385, 1525, 4, 1253]


def _without_the_calls_own_span(record: Record) -> bool:
    return not (isinstance(record, Span) and record.name == _TOOL)


def _without_the_decision(record: Record) -> bool:
    return isinstance(record, Span) or record.attributes.get("event.name") != "tool_decision"


@pytest.mark.parametrize("is_kept", [_without_the_calls_own_span, _without_the_decision])
def test_either_key_finds_the_wait(is_kept: Callable[[Record], bool], tmp_path: Path) -> None:
    """While the tool runs the decision's span id is the key, without a decision the parent."""
    db = filled(tmp_path / "s.db", _only("tour-traces-full", is_kept))
    assert len(_waits(db)) == 15
    assert _waits(db) == _waits_by_parent("tour-traces-full")


TRACED = [capture for capture in CAPTURES if _spans(capture, _MODEL)]


@pytest.mark.parametrize("capture", TRACED)
def test_a_request_says_why_its_answer_ended(capture: str, tmp_path: Path) -> None:
    """The stop reason is the API's, wherever the request's span arrived."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    answered = {entry["request_id"]: entry.get("stop_reason") for entry in truth(capture)}
    spanned = {span.attributes.get("request_id") for span in _spans(capture, _MODEL)}
    found = requests(db, limit=0)
    assert spanned & {request.request_id for request in found}
    for request in found:
        known = request.request_id in spanned
        assert request.stop_reason == (answered[request.request_id] if known else None)


def test_attempts_are_the_tries_that_the_api_saw(tmp_path: Path) -> None:
    """A 429, two 529 and a 500 that were cured, a stream cut and repeated, errors given up."""
    db = filled(tmp_path / "s.db", batches(exports("errors")))
    attempts = {request.request_id: request.attempts for request in requests(db, limit=0)}
    tries: dict[str, int] = {}
    in_a_row = 0
    for entry in truth("errors"):
        in_a_row += 1
        if "error" not in entry and not entry.get("cut"):
            tries[entry["request_id"]], in_a_row = in_a_row, 0
        elif entry["request_id"] in attempts:
            in_a_row = 0
    cured = {request_id: n for request_id, n in tries.items() if n > 1}
    assert sorted(cured.values()) == [2, 2, 2, 3]
    assert {request_id: attempts[request_id] for request_id in cured} == cured


def test_without_traces_the_stop_reason_is_unknown(tmp_path: Path) -> None:
    """Nothing is guessed where only events came; the time to the first token is theirs."""
    db = filled(tmp_path / "s.db", batches(exports("tour-full")))
    found = requests(db, limit=0)
    assert {(request.stop_reason, request.attempts) for request in found} == {(None, None)}
    assert all(request.ttft_ms is not None for request in found)


def _figures(db: Database) -> Iterable[object]:
    (session,) = sessions(db, where=parse("", now_ns=0), now_ns=0)
    return session.requests, session.tool_calls, session.tokens, session.cost


def test_spans_add_no_figure_that_events_tell(tmp_path: Path) -> None:
    """Tokens, cost and counts are the same with traces and without."""
    everything = batches(exports("tour-traces-full"))
    untraced = [batch for batch in everything if batch.signal is not Signal.TRACES]
    whole = filled(tmp_path / "whole.db", everything)
    assert _figures(whole) == _figures(filled(tmp_path / "untraced.db", untraced))
