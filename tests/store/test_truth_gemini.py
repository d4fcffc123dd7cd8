"""The tables say what the model API billed Gemini CLI and what the people in the captures did."""

from pathlib import Path

import pytest

from store.domain import Content, Decider, DecisionScope, Outcome, RequestStatus, Verdict
from store.queries.filter import parse
from store.queries.permissions import tool_calls
from store.queries.requests import requests
from store.queries.sessions import sessions
from tests.captures import batches, captures_of, exports
from tests.store.billed import billed, stored
from tests.store.stores import filled

ACCEPTED, REJECTED, UNDECIDED = Verdict.ACCEPTED, Verdict.REJECTED, Verdict.UNKNOWN
USER, CONFIG, UNTOLD = Decider.USER, Decider.CONFIG, Decider.UNKNOWN
ONCE, SESSION, OPEN = DecisionScope.ONCE, DecisionScope.SESSION, DecisionScope.UNKNOWN
RAN, FAILED, NOT_RUN = Outcome.SUCCEEDED, Outcome.FAILED, Outcome.NOT_RUN
SHELL = "run_shell_command"


@pytest.mark.parametrize("capture", captures_of("gemini"))
def test_tokens_are_what_the_api_billed(capture: str, tmp_path: Path) -> None:
    """Thoughts are counted apart by the client and cache within input; routers are billed too."""
    assert stored(filled(tmp_path / "s.db", batches(exports(capture)))) == billed(capture)


@pytest.mark.parametrize(
    ("capture", "expected"),
    [
        (
            "gemini/tui-approvals",
            [
                (SHELL, "touch marker", ACCEPTED, UNTOLD, OPEN, RAN),
                (SHELL, "touch second", ACCEPTED, USER, SESSION, RAN),
                (SHELL, "touch third", ACCEPTED, UNTOLD, OPEN, RAN),
                (SHELL, "git status --short", ACCEPTED, UNTOLD, OPEN, RAN),
                (SHELL, "rm -rf build", REJECTED, USER, ONCE, NOT_RUN),
                ("replace", None, ACCEPTED, UNTOLD, OPEN, RAN),
                ("replace", None, ACCEPTED, USER, SESSION, RAN),
                ("replace", None, ACCEPTED, UNTOLD, OPEN, RAN),
            ],
        ),
        (
            "gemini/headless-edit",
            [
                ("read_file", None, ACCEPTED, CONFIG, OPEN, RAN),
                ("replace", None, ACCEPTED, CONFIG, OPEN, RAN),
                (SHELL, "node --test src/ && false", ACCEPTED, CONFIG, OPEN, FAILED),
            ],
        ),
        ("gemini/headless-denied", [(SHELL, "touch marker", UNDECIDED, UNTOLD, OPEN, FAILED)]),
    ],
)
def test_decisions_are_what_people_did(
    capture: str, expected: list[tuple[object, ...]], tmp_path: Path
) -> None:
    """An ``accept`` that may be nobody's is so; an answer for longer has its scope by the span."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    (session,) = sessions(db, where=parse("", now_ns=0), now_ns=0)
    found = [
        (call.tool, call.command, call.verdict, call.decider, call.scope, call.outcome)
        for call in tool_calls(db, session_id=session.session_id)
    ]
    assert found == expected


def test_failed_attempts_are_errors_of_their_own(tmp_path: Path) -> None:
    """Each attempt has its event: 429 and 500 before the answer, 400 and 403 at the end."""
    db = filled(tmp_path / "s.db", batches(exports("gemini/headless-errors")))
    made = requests(db, limit=0)
    failed = [request for request in made if request.status is RequestStatus.ERROR]
    assert sorted(request.http_status or 0 for request in failed) == [400, 403, 429, 500]
    assert all(request.tokens.total is None for request in failed)
    assert len(made) == 5


@pytest.mark.parametrize(
    ("capture", "title"),
    [
        ("gemini/headless-edit", "Fix the cart total: it ignores quantities."),
        ("gemini/headless-redacted", None),
    ],
)
def test_a_withheld_prompt_is_told_to_be(capture: str, title: str | None, tmp_path: Path) -> None:
    """With ``logPrompts`` off a session is whole but for its texts."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    (session,) = sessions(db, where=parse("", now_ns=0), now_ns=0)
    content = Content.WITHHELD if title is None else Content.PRESENT
    assert (session.title, session.title_content) == (title, content)
    assert (session.turns, session.tool_calls, session.permission_mode) == (1, 3, "yolo")
    texts = {request.response for request in requests(db, limit=0)}
    assert ("Fixed: total now multiplies price by quantity." in texts) is (title is not None)


def test_the_router_is_a_source_of_its_session(tmp_path: Path) -> None:
    """What chooses the model is billed, in the session it serves, and is not its conversation."""
    db = filled(tmp_path / "s.db", batches(exports("gemini/headless-edit")))
    made = requests(db, limit=0)
    assert sorted(request.source or "" for request in made) == ["main"] * 4 + ["router"]
    (session,) = sessions(db, where=parse("", now_ns=0), now_ns=0)
    assert (session.requests, session.context_tokens) == (5, 9790)


def test_outputs_and_changed_lines_meet_in_one_call(tmp_path: Path) -> None:
    """The event tells how many lines an edit changed, the span what the tool gave back."""
    db = filled(tmp_path / "s.db", batches(exports("gemini/tui-approvals")))
    found = db.execute(
        "select output like 'Successfully modified%', lines_added, lines_removed"
        " from tool_outputs where lines_added is not null"
    ).fetchall()
    assert found == [(1, 1, 1)] * 3
