"""Signs of how well a session went, and every raw record of one."""

from pathlib import Path
from typing import Any

import pytest

from store.connection import Database
from store.insights import QualitySign, SignKind
from store.queries.quality import quality
from tests.captures import CAPTURES, batches, exports
from tests.store.stores import filled
from tests.store.telling import batch, event


def _signs(db: Database) -> dict[str, dict[SignKind, tuple[int, int | None]]]:
    ids = [session_id for (session_id,) in db.execute("select session_id from sessions")]
    return {
        session_id: {sign.kind: (sign.count, sign.of) for sign in quality(db, session_id)}
        for session_id in ids
    }


def _total(capture: str, kind: SignKind, tmp_path: Path) -> int:
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    return sum(signs[kind][0] for signs in _signs(db).values() if kind in signs)


@pytest.mark.parametrize(
    ("capture", "kind", "count"),
    [
        ("auto-compact", SignKind.CONTEXT_NEAR_END, 2),
        ("errors", SignKind.CONTEXT_NEAR_END, 1),
        ("errors", SignKind.RETRIES, 15),
        ("errors-fallback", SignKind.RETRIES, 1),
        ("sdk-interrupt", SignKind.INTERRUPTIONS, 1),
        ("permissions-headless", SignKind.INTERRUPTIONS, 1),
        ("permissions-headless", SignKind.EDITS_REFUSED, 2),
        ("tour-full", SignKind.TOOLS_FAILED, 3),
        ("tour-redacted", SignKind.TOOLS_FAILED, 3),
        ("tour-full", SignKind.TURNS_WITHOUT_CHANGE, 1),
        ("tui-permissions", SignKind.TURNS_WITHOUT_CHANGE, 1),
        ("two-sessions", SignKind.INTERRUPTIONS, 0),
        ("smoke", SignKind.RETRIES, 0),
    ],
)
def test_signs_are_counted_from_what_happened(
    capture: str, kind: SignKind, count: int, *, tmp_path: Path
) -> None:
    """As the scripts of the captures made it happen."""
    assert _total(capture, kind, tmp_path) == count


@pytest.mark.parametrize("capture", CAPTURES)
def test_every_sign_has_facts_and_a_sentence(capture: str, tmp_path: Path) -> None:
    """Its keys find records, its count is never more than the whole, and what is 0 is no sign."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    for (session_id,) in db.execute("select session_id from sessions").fetchall():
        for sign in quality(db, session_id):
            assert sign.count > 0
            assert sign.of is None or sign.count <= sign.of
            assert str(sign.count) in sign.explanation
            assert sign.keys
            assert all(_is_known(db, session_id, key) for key in sign.keys)


def _is_known(db: Database, session_id: str, key: str) -> bool:
    kind, _, own_id = key.partition(":")
    if kind == "turn":
        row = db.execute(
            "select 1 from turns where session_id = ? and turn_id = ?", [session_id, own_id]
        )
    else:
        row = db.execute(
            "select 1 from records where session_id = ? and subject = ?", [session_id, key]
        )
    return row.fetchone() is not None


def _of(db: Database, kind: SignKind) -> QualitySign | None:
    return next((sign for sign in quality(db, "s") if sign.kind is kind), None)


def _edit(at: int, decision: str, **told: Any) -> dict[str, object]:  # noqa: ANN401 - attributes
    return event(
        "tool_decision", at, tool_name="Edit", tool_use_id=f"t{at}", decision=decision, **told
    )


def test_refused_edits_are_a_part_of_those_decided_on(tmp_path: Path) -> None:
    """An abort refuses too; what else was refused is no edit."""
    events = [
        _edit(1, "accept"),
        _edit(2, "reject", source="user_reject"),
        _edit(3, "reject", source="user_abort"),
        event("tool_decision", 4, tool_name="Bash", tool_use_id="b", decision="reject"),
    ]
    sign = _of(filled(tmp_path / "s.db", [batch(events)]), SignKind.EDITS_REFUSED)
    assert sign is not None
    assert (sign.count, sign.of, sign.keys) == (2, 3, ("tool:t2", "tool:t3"))


def test_at_most_twenty_keys_stand_for_all(tmp_path: Path) -> None:
    """The count is of all of them."""
    events = [_edit(at, "reject") for at in range(1, 31)]
    sign = _of(filled(tmp_path / "s.db", [batch(events)]), SignKind.EDITS_REFUSED)
    assert sign is not None
    assert (sign.count, len(sign.keys)) == (30, 20)


def test_a_loop_is_a_sign(tmp_path: Path) -> None:
    """Found where trouble is."""
    events = [
        event("tool_result", at, tool_name="Read", tool_use_id=f"t{at}", tool_input='{"a":1}')
        for at in range(1, 5)
    ]
    sign = _of(filled(tmp_path / "s.db", [batch(events)]), SignKind.LOOP)
    assert sign is not None
    assert (sign.count, sign.of, sign.keys) == (1, None, ("tool:t3",))


def test_the_last_prompt_may_still_be_answered(tmp_path: Path) -> None:
    """Only a prompt after which the session went on is known to have got no answer."""
    events = [
        event("user_prompt", 1, turn="p1", prompt="one"),
        event("user_prompt", 5, turn="p2", prompt="two"),
    ]
    assert _of(filled(tmp_path / "a.db", [batch(events)]), SignKind.INTERRUPTIONS) is None
    events.append(event("api_request", 7, turn="p2", request_id="r"))
    sign = _of(filled(tmp_path / "b.db", [batch(events)]), SignKind.INTERRUPTIONS)
    assert sign is not None
    assert sign.keys == ("turn:p1",)
