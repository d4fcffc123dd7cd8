"""States and decisions as marks."""

import pytest

from store.domain import Decider, DecisionScope, SessionState, Verdict
from tests.tui.factories import make_tool_call
from tui.marks import ASCII, MONOCHROME, UNICODE, Marks, choose_marks, decision_badge, state_mark


@pytest.mark.parametrize(
    ("verdict", "decider", "scope", "badge"),
    [
        (Verdict.ACCEPTED, Decider.USER, DecisionScope.ONCE, "✓ you"),
        (Verdict.ACCEPTED, Decider.USER, DecisionScope.SESSION, "✓ you:session"),
        (Verdict.ACCEPTED, Decider.USER, DecisionScope.PERMANENT, "✓ you:always"),
        (Verdict.ACCEPTED, Decider.USER, DecisionScope.UNKNOWN, "✓ you"),
        (Verdict.ACCEPTED, Decider.CONFIG, DecisionScope.UNKNOWN, "✓ config"),
        (Verdict.ACCEPTED, Decider.HOOK, DecisionScope.ONCE, "✓ hook"),
        (Verdict.ACCEPTED, Decider.REVIEWER, DecisionScope.ONCE, "✓ reviewer"),
        (Verdict.REJECTED, Decider.USER, DecisionScope.ONCE, "✗ you"),
        (Verdict.REJECTED, Decider.HOOK, DecisionScope.UNKNOWN, "✗ hook"),
        (Verdict.ABORTED, Decider.USER, DecisionScope.UNKNOWN, "⊘ aborted"),
        (Verdict.UNKNOWN, Decider.UNKNOWN, DecisionScope.UNKNOWN, "? unknown"),
        (Verdict.ACCEPTED, Decider.UNKNOWN, DecisionScope.UNKNOWN, "✓ unknown"),
    ],
)
def test_a_badge_says_who_and_for_how_long(
    verdict: Verdict, decider: Decider, scope: DecisionScope, *, badge: str
) -> None:
    """Verdict, decider and scope are read from one badge; what is unknown is said."""
    call = make_tool_call(verdict=verdict, decider=decider, scope=scope)
    assert decision_badge(call, UNICODE) == badge


@pytest.mark.parametrize(
    ("environment", "encoding", "ascii_only", "marks"),
    [
        ({}, "utf-8", False, UNICODE),
        ({"TERM": "xterm-256color"}, "UTF-8", False, UNICODE),
        ({"TERM": "linux"}, "utf-8", False, ASCII),
        ({}, "ANSI_X3.4-1968", False, ASCII),
        ({}, "iso8859-1", False, ASCII),
        ({}, "utf-8", True, ASCII),
        ({"NO_COLOR": "1"}, "utf_8", False, MONOCHROME),
    ],
)
def test_marks_fit_the_terminal(
    environment: dict[str, str], encoding: str, *, ascii_only: bool, marks: Marks
) -> None:
    """ASCII on a console or a locale that cannot show more, or when asked for."""
    assert choose_marks(environment, encoding=encoding, ascii_only=ascii_only) is marks


@pytest.mark.parametrize("marks", [UNICODE, ASCII])
def test_no_two_states_share_a_mark(marks: Marks) -> None:
    """A state can be told without colour."""
    assert len({state_mark(state, marks) for state in SessionState}) == len(SessionState)


def test_ascii_marks_are_ascii() -> None:
    """The plain set can be written in any locale."""
    values = (getattr(ASCII, name) for name in Marks.__slots__)
    assert all("".join(value).isascii() for value in values if not isinstance(value, bool))
