"""The tables say what the model API billed Qwen Code and what the people in the captures did."""

from pathlib import Path

import pytest

from store.domain import Decider, DecisionScope, Outcome, RequestStatus, Verdict
from store.queries.filter import parse
from store.queries.permissions import tool_calls
from store.queries.requests import requests
from store.queries.sessions import session, sessions
from store.queries.transcript import turns
from tests.captures import batches, captures_of, exports, truth
from tests.store.billed import billed, stored
from tests.store.stores import filled

ACCEPTED, REJECTED = Verdict.ACCEPTED, Verdict.REJECTED
USER, UNTOLD = Decider.USER, Decider.UNKNOWN
ONCE, FOR_GOOD, OPEN = DecisionScope.ONCE, DecisionScope.PERMANENT, DecisionScope.UNKNOWN
RAN, FAILED, NOT_RUN = Outcome.SUCCEEDED, Outcome.FAILED, Outcome.NOT_RUN
MAIN = "51a641b1-2f3d-4068-9930-accbe17e61c9"


@pytest.mark.parametrize("capture", captures_of("qwen"))
def test_tokens_are_what_the_api_billed(capture: str, tmp_path: Path) -> None:
    """Event and span of a request are one; memory and suggestions are billed too."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    assert stored(db) == billed(capture)
    answered = {entry["response_id"] for entry in truth(capture) if "usage" in entry}
    assert {request.request_id for request in requests(db, limit=0)} >= answered


def test_decisions_are_what_people_did(tmp_path: Path) -> None:
    """``auto_accept`` is a person's "always" where the span of the wait shows the answer."""
    db = filled(tmp_path / "s.db", batches(exports("qwen/tui-approvals")))
    found = [
        (
            call.mcp_tool or call.tool,
            call.verdict,
            call.decider,
            call.scope,
            call.waited_ms is not None,
            call.outcome,
        )
        for call in tool_calls(db, session_id=MAIN)
    ]
    shell = "run_shell_command"
    assert found == [
        ("read_file", ACCEPTED, UNTOLD, OPEN, False, RAN),
        (shell, ACCEPTED, USER, ONCE, True, RAN),
        (shell, ACCEPTED, USER, FOR_GOOD, True, RAN),
        (shell, ACCEPTED, UNTOLD, OPEN, False, RAN),
        ("edit", ACCEPTED, USER, ONCE, True, RAN),
        ("lookup_sku", ACCEPTED, USER, ONCE, True, RAN),
        ("reserve_stock", ACCEPTED, USER, ONCE, True, FAILED),
        (shell, REJECTED, USER, ONCE, True, NOT_RUN),
    ]


def test_a_failing_command_is_a_failed_call(tmp_path: Path) -> None:
    """Here the client says so itself."""
    db = filled(tmp_path / "s.db", batches(exports("qwen/edit")))
    failed = [call for call in tool_calls(db) if call.outcome is Outcome.FAILED]
    assert [(call.command, call.error_type) for call in failed] == [
        ("node --test src/ && false", "shell_execute_error")
    ]


def test_background_requests_are_sources_outside_of_turns(tmp_path: Path) -> None:
    """Memory and suggestions serve the session, and no message of a person caused them."""
    db = filled(tmp_path / "s.db", batches(exports("qwen/tui-approvals")))
    apart = [request for request in requests(db, limit=0) if request.source != "main"]
    assert [(request.source, request.turn_id) for request in apart] == [("suggestion", None)]
    found = [(turn.number, turn.requests, turn.prompt) for turn in turns(db, MAIN)]
    assert found == [(0, 1, None), (1, 8, "Make markers."), (2, 1, "Delete the build.")]
    other = filled(tmp_path / "e.db", batches(exports("qwen/errors")))
    named = {(request.source, request.agent_name) for request in requests(other, limit=0)}
    assert ("memory", "managed-auto-memory-extractor") in named


def test_an_error_is_told_by_event_and_span_once(tmp_path: Path) -> None:
    """A failed request has no response id; its event is recorded within its span."""
    db = filled(tmp_path / "s.db", batches(exports("qwen/errors")))
    failed = [item for item in requests(db, limit=0) if item.status is RequestStatus.ERROR]
    assert sorted(item.http_status or 0 for item in failed) == [400, 401]
    assert {item.signals for item in failed} == {("logs", "spans")}


def test_metrics_without_a_session_open_none(tmp_path: Path) -> None:
    """They name a session only by a switch, and the spans of the HTTP library name none."""
    db = filled(tmp_path / "s.db", batches(exports("qwen/edit")))
    (shown,) = sessions(db, where=parse("", now_ns=0), now_ns=0)
    assert shown.metric_points == 0
    assert session(db, shown.session_id, now_ns=0) is not None
    raw = db.execute("select count(*) from records where name = 'POST' and session_id is null")
    assert raw.fetchone() == (4,)
