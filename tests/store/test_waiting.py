"""A session waits from the start of a ``PermissionRequest`` hook to the decision."""

from pathlib import Path

import pytest

from store.domain import Question, SessionState
from store.queries.filter import parse
from store.queries.sessions import count_sessions, sessions
from store.queries.state import WAITING_FOR_NS
from store.signals import Batch, LogRecord, Record
from tests.captures import batches, exports
from tests.store.stores import filled

SECOND = 1_000_000_000
DECISION = "tool_decision"


def _logs() -> list[Record]:
    """Return the events of a session whose person answers a prompt after 10.8 s."""
    found = [record for batch in batches(exports("tui-hooks")) for record in batch.records]
    return [record for record in found if isinstance(record, LogRecord)]


def _named(name: str) -> Record:
    return next(record for record in _logs() if record.attributes.get("event.name") == name)


def _time(record: Record) -> int:
    assert isinstance(record, LogRecord)
    return record.time_unix_nano


def _asked() -> Record:
    asked = (r for r in _logs() if r.attributes.get("hook_event") == "PermissionRequest")
    return next(r for r in asked if r.attributes.get("event.name") == "hook_execution_start")


def _until(last: Record) -> list[Record]:
    return [record for record in _logs() if _time(record) <= _time(last)]


def _batch(records: list[Record]) -> Batch:
    return batches(exports("tui-hooks"))[0]._replace(records=records)


@pytest.mark.parametrize(
    ("later_ns", "state"),
    [
        (0, SessionState.WAITING),
        (9 * SECOND, SessionState.WAITING),
        (3_600 * SECOND, SessionState.WAITING),
        (WAITING_FOR_NS, SessionState.IDLE),
    ],
)
def test_a_question_is_open_until_it_is_decided(
    later_ns: int, state: SessionState, tmp_path: Path
) -> None:
    """Since the hook's start the session waits, for its tool; not forever, as none may answer."""
    asked = _asked()
    db = filled(tmp_path / "s.db", [_batch(_until(asked))])
    now_ns = _time(asked) + later_ns
    (session,) = sessions(db, where=parse("", now_ns=now_ns), now_ns=now_ns)
    is_waiting = state is SessionState.WAITING
    assert session.state is state
    assert session.question == (Question(_time(asked), "Bash") if is_waiting else None)
    for text in ("is:waiting", "is:live"):
        assert count_sessions(db, where=parse(text, now_ns=now_ns)) == is_waiting
    if is_waiting:
        expected = "a PermissionRequest hook started and no decision on its tool came since"
        assert session.state_reason == expected


@pytest.mark.parametrize("is_reversed", [False, True])
def test_a_decision_ends_the_waiting(tmp_path: Path, *, is_reversed: bool) -> None:
    """From the decision on nothing is waited for, even if it came before the hook's start."""
    decision = _named(DECISION)
    records = _until(decision)
    if is_reversed:
        records.reverse()
    now_ns = _time(decision) + SECOND
    db = filled(tmp_path / "s.db", [_batch([record]) for record in records])
    (session,) = sessions(db, where=parse("", now_ns=now_ns), now_ns=now_ns)
    assert session.state is SessionState.WORKING


def test_a_new_prompt_ends_the_waiting(tmp_path: Path) -> None:
    """Whoever typed again is past the question, whatever became of its decision; /exit ends."""
    records = [r for r in _logs() if r.attributes.get("event.name") != DECISION]
    now_ns = max(map(_time, records))
    db = filled(tmp_path / "s.db", [_batch(records)])
    (session,) = sessions(db, where=parse("", now_ns=now_ns), now_ns=now_ns)
    assert session.state is SessionState.ENDED


def test_other_hooks_ask_nobody(tmp_path: Path) -> None:
    """The start of any other hook is no question."""
    db = filled(tmp_path / "s.db", batches(exports("hooks")))
    for session in sessions(db, where=parse("", now_ns=0), now_ns=0, limit=0):
        assert session.state is not SessionState.WAITING
