"""Sessions that go on from others, and prompts that nobody typed."""

from pathlib import Path
from typing import Any

import pytest

from store.domain import Origin, Session
from store.queries.transcript import turns
from store.signals import Batch
from tests.captures import batches, exports
from tests.store.shape import shown
from tests.store.stores import filled
from tests.store.told import event, logs, point


def _began(sequence: int, at_s: float, session: str, **told: object) -> dict[str, Any]:
    """Return a prompt of a session and a turn of its own."""
    turn = f"{session}{sequence}"
    return event("user_prompt", at_s, sequence, session__id=session, prompt__id=turn, **told)


def _second(path: Path, *sent: Batch) -> Session:
    return shown(filled(path / "s.db", sent))[-1]


CLEAR = {"command_name": "clear", "command_source": "builtin"}


@pytest.mark.parametrize("is_reversed", [False, True])
def test_a_cleared_session_is_the_next_ones_parent(tmp_path: Path, *, is_reversed: bool) -> None:
    """The count of events runs on from the ``/clear``, whichever session arrived first."""
    sent = [
        logs(_began(0, 1, "a")),
        logs(_began(7, 5, "a", **CLEAR)),
        logs(event("hook_execution_start", 6, 8, session__id="a")),
        logs(_began(9, 7, "b")),
    ]
    second = _second(tmp_path, *(reversed(sent) if is_reversed else sent))
    assert (second.session_id, second.parent_session_id) == ("b", "a")
    assert second.parent_known_by == "its events count on from the /clear of that session"
    assert second.notes == ()


@pytest.mark.parametrize(
    "sent",
    [
        [logs(_began(7, 5, "a", **CLEAR)), logs(_began(9, 7, "b"))],
        [logs(_began(7, 5, "a")), logs(_began(8, 7, "b"))],
        [logs(_began(7, 5, "a", **CLEAR)), logs(_began(8, 7, "b"), team__id="other")],
        [logs(_began(7, 5, "a", **CLEAR)), logs(_began(8, 4, "b"))],
        [logs(_began(7, 5, "a", **CLEAR)), logs(_began(0, 7, "b"))],
    ],
)
def test_a_parent_is_never_guessed(sent: list[Batch], tmp_path: Path) -> None:
    """A gap, no ``/clear``, another process, an earlier or a fresh beginning: no parent."""
    assert all(s.parent_session_id is None for s in shown(filled(tmp_path / "s.db", sent)))


def test_a_session_begun_midway_says_so(tmp_path: Path) -> None:
    """Its first event is not the first of its process."""
    (note,) = _second(tmp_path, logs(_began(9, 7, "b"))).notes
    assert note.startswith("its first event is number 9 of its process")


def test_a_resumed_session_is_one_with_a_note(tmp_path: Path) -> None:
    """In the capture a second process continues the session: its events count from 0 again."""
    (session,) = shown(filled(tmp_path / "s.db", batches(exports("tour-full"))))
    assert session.parent_session_id is None
    (note,) = session.notes
    assert note == "its count of events began again once: another process went on with it"


def test_the_start_type_tells_where_the_events_do_not(tmp_path: Path) -> None:
    """A metric that counts the process as continued is enough."""
    counted = point("claude_code.session.count", 1, 1, start_type="continue")
    used = point("claude_code.token.usage", 5, 1, type="input", model="m")
    assert _second(tmp_path, counted, used).notes == (
        "a process went on with it (start type continue)",
    )


@pytest.mark.parametrize(
    ("capture", "told"),
    [("hooks", (Origin.AGENT, False)), ("hooks-redacted", (Origin.AGENT, True))],
)
def test_a_prompt_nobody_typed_is_marked(
    capture: str, told: tuple[Origin, bool], tmp_path: Path
) -> None:
    """A background agent's report is its own; withheld, it follows the agent's end: probable."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    found = [
        (turn.prompt_origin, turn.is_origin_probable)
        for session in shown(db)
        for turn in turns(db, session.session_id)
        if turn.prompt_origin is Origin.AGENT
    ]
    assert found == [told]


@pytest.mark.parametrize("capture", ["tour-redacted", "tour-traces-redacted"])
def test_withheld_prompts_of_a_person_stay_unknown(capture: str, tmp_path: Path) -> None:
    """Where no background agent ended just before, nobody is named."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    (session,) = shown(db)
    origins = {turn.prompt_origin for turn in turns(db, session.session_id)}
    assert origins == {Origin.UNKNOWN}
