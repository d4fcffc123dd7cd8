"""Read models: pages in order, states that say from what they are known, transcripts as it went."""

from pathlib import Path
from typing import Any

import pytest

from store.connection import Database
from store.domain import (
    Content,
    Event,
    Request,
    RequestStatus,
    Session,
    SessionState,
    ToolCall,
    Turn,
)
from store.queries import permissions, records, requests, transcript
from store.queries.filter import parse
from store.queries.sessions import count_sessions, session_ids, sessions
from tests.captures import batches, exports
from tests.store.stores import filled

EVERYTHING = parse("", now_ns=0)
SECOND = 1_000_000_000


@pytest.fixture
def tour(tmp_path: Path) -> Database:
    """Return a store that holds one capture with all content."""
    return filled(tmp_path / "s.db", batches(exports("tour-full")))


def _only(db: Database, *, now_ns: int = 0) -> Session:
    (session,) = sessions(db, where=EVERYTHING, now_ns=now_ns)
    return session


def _all_nodes(db: Database, session: Session) -> list[tuple[Turn, list[transcript.Node]]]:
    return [
        (turn, transcript.nodes(db, session.session_id, turn.turn_id))
        for turn in transcript.turns(db, session.session_id)
    ]


def test_pages_follow_one_another(tmp_path: Path) -> None:
    """Pages by limit and offset are the whole list, newest activity first, each row once."""
    db = filled(tmp_path / "s.db", batches(exports("errors")))
    whole = sessions(db, where=EVERYTHING, now_ns=0, limit=0)
    paged = [
        session
        for offset in range(0, len(whole), 3)
        for session in sessions(db, where=EVERYTHING, now_ns=0, limit=3, offset=offset)
    ]
    assert paged == whole
    assert count_sessions(db, where=EVERYTHING) == len(whole) == 16
    activity = [session.last_event_at for session in whole]
    assert activity == sorted(activity, reverse=True)


@pytest.mark.parametrize(
    ("capture", "later_s", "state"),
    [
        ("tour-full", 1, SessionState.WORKING),
        ("tour-full", 29, SessionState.WORKING),
        ("tour-full", 31, SessionState.IDLE),
        ("tour-full", -299, SessionState.WORKING),
        ("tour-full", -301, SessionState.IDLE),
        ("tui-permissions", 1, SessionState.ENDED),
    ],
)
def test_a_state_is_known_from_what_came(
    capture: str, later_s: int, *, state: SessionState, tmp_path: Path
) -> None:
    """Working is inferred from a recent event and says so; /exit ends a session at once."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    last = _only(db).last_event_at
    session = _only(db, now_ns=last + later_s * SECOND)
    assert session.state is state
    assert session.state_reason


def test_a_session_whose_request_was_given_up_has_failed(tmp_path: Path) -> None:
    """After an api_error with nothing answered since, the session is failed, now and later."""
    db = filled(tmp_path / "s.db", batches(exports("errors")))
    shown = sessions(db, where=EVERYTHING, now_ns=2**62, limit=0)
    failed = {s.session_id for s in shown if s.state is SessionState.FAILED}
    gave_up = {
        request.session_id
        for request in requests.requests(db, limit=0)
        if request.status is RequestStatus.ERROR
    }
    assert failed == gave_up
    assert len(failed) == 9


def test_the_transcript_is_what_happened_in_order(tour: Database) -> None:
    """Turns carry their prompts; in a turn requests come before the calls they asked for."""
    told = _all_nodes(tour, _only(tour))
    assert [(turn.number, turn.prompt) for turn, _ in told] == [
        (0, None),
        (1, "Tidy up the payments service, please."),
        (2, "And does_not_exist.py?"),
    ]
    first_turn = told[1][1]
    kinds = [type(node).__name__ for node in first_turn[:4]]
    assert kinds == ["Request", "ToolCall", "ToolCall", "Request"]
    asked_at = {node.request_id: node.at for node in first_turn if isinstance(node, Request)}
    for node in first_turn:
        if isinstance(node, ToolCall) and node.request_id in asked_at:
            assert asked_at[node.request_id] <= node.at
    assert sum(isinstance(node, transcript.SubagentNode) for node in first_turn) == 1


def test_a_subagent_holds_its_own_work(tour: Database) -> None:
    """What a sub-agent asked and called is in its node alone, with its name."""
    nodes = _all_nodes(tour, _only(tour))[1][1]
    (subagent,) = [node for node in nodes if isinstance(node, transcript.SubagentNode)]
    assert subagent.name == "general-purpose"
    assert [type(child).__name__ for child in subagent.children].count("Request") == 3
    calls = [child.tool for child in subagent.children if isinstance(child, ToolCall)]
    assert calls == ["Read", "Bash"]


def test_turns_and_what_is_outside_add_up_to_the_session(tour: Database) -> None:
    """Every request and every dollar is in exactly one turn."""
    session = _only(tour)
    turns = transcript.turns(tour, session.session_id)
    assert sum(turn.requests for turn in turns) == session.requests
    assert sum(turn.tool_calls for turn in turns) == session.tool_calls
    costs = [turn.cost.reported_micros or 0 for turn in turns]
    assert sum(costs) == session.cost.reported_micros
    assert turns[0].cost.reported_micros is None


def test_withheld_text_is_not_empty_text(tmp_path: Path) -> None:
    """A redacted prompt and reply are withheld, with their lengths; nothing says REDACTED."""
    db = filled(tmp_path / "s.db", batches(exports("tour-redacted")))
    session = _only(db)
    assert (session.title, session.title_content) == (None, Content.WITHHELD)
    turns = transcript.turns(db, session.session_id)
    assert [turn.prompt_content for turn in turns[1:]] == [Content.WITHHELD, Content.WITHHELD]
    assert turns[1].prompt_length == 37
    answered = [r for r in requests.requests(db, limit=0) if r.response_length]
    assert {request.response_content for request in answered} == {Content.WITHHELD}
    assert all(request.response is None for request in answered)


@pytest.mark.parametrize(("full", "redacted"), [("tour-full", "tour-redacted")])
def test_redacted_and_full_have_the_same_structure(
    full: str, redacted: str, tmp_path: Path
) -> None:
    """The same scenario without its content has the same turns, nodes, tokens and verdicts."""

    def structure(capture: str) -> list[Any]:
        db = filled(tmp_path / f"{capture}.db", batches(exports(capture)))
        return [
            [type(node).__name__ for node in nodes if not isinstance(node, Event)]
            for _, nodes in _all_nodes(db, _only(db))
        ]

    assert structure(full) == structure(redacted)


def test_every_node_has_the_records_it_was_built_from(tour: Database) -> None:
    """A request, a call and an event each find their raw records by their subject."""
    session = _only(tour)
    (call,) = permissions.tool_calls(tour, session_id=session.session_id, limit=1)
    found = records.records(tour, session.session_id, f"tool:{call.tool_call_id}")
    assert [record.name for record in found] == ["tool_decision", "tool_result"]
    request = requests.requests(tour, session_id=session.session_id, limit=1)[0]
    found = records.records(tour, session.session_id, f"request:{request.request_id}")
    assert {"api_request", "assistant_response"} <= {record.name for record in found}
    for _, nodes in _all_nodes(tour, session):
        for node in nodes:
            if isinstance(node, Event):
                (record,) = records.records(tour, session.session_id, node.subject)
                assert record.name == node.name


def test_a_throw_away_session_is_not_shown(tour: Database) -> None:
    """The id under which a resuming process starts up opens no session."""
    known = tour.execute("select count(*) from sessions").fetchone()[0]
    assert (known, count_sessions(tour, where=EVERYTHING)) == (2, 1)


def test_a_session_is_found_by_the_head_of_its_id(tour: Database) -> None:
    """A unique prefix names a session; one that is nobody's names none."""
    session_id = _only(tour).session_id
    assert session_ids(tour, session_id[:6]) == [session_id]
    assert session_ids(tour, "zz") == []
    assert session_ids(tour, "_" * 6) == []


def test_identity_comes_from_resource_and_record(tmp_path: Path) -> None:
    """Version, user, repository and the user's own resource attributes are the session's."""
    db = filled(tmp_path / "s.db", batches(exports("tour-toggles")))
    session = _only(db)
    assert session.attribute("service.version") == "2.1.330"
    assert session.attribute("vcs.repository.name") == "payments-api"
    assert session.attribute("team.id") == "payments"
    assert session.attribute("nothing.such") is None
