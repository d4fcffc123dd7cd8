"""What spans, metrics and hooks add to the screens, where there is room."""

import pytest

from store.domain import Decider, Question, Request, SessionState, Work
from tests.tui.factories import NOW, SECOND, make_request, make_session, make_tool_call
from tui.marks import UNICODE
from tui.present import ledger_row
from tui.present.detail import detail
from tui.present.session_summary import state_line, totals_line
from tui.present.transcript_row import node_line


@pytest.mark.parametrize(
    ("width", "decider", "end"),
    [
        (100, Decider.USER, "  waited 3.2 s  21 ms"),
        (70, Decider.USER, "  21 ms"),
        (100, Decider.CONFIG, "  21 ms"),
    ],
)
def test_a_wait_for_a_person_stands_before_the_outcome(
    width: int, decider: Decider, end: str
) -> None:
    """It gives way to the command, and no rule is said to have kept anybody waiting."""
    line = node_line(make_tool_call(decider=decider), width, UNICODE).text
    assert line.endswith(end)
    assert "git push --force origin main" in line
    assert ("waited" in line) == ("waited" in end)


@pytest.mark.parametrize(
    ("tool", "shown"),
    [("Bash", "◐ waits 42 s for you: Bash  asked"), (None, "◐ waits 42 s for you  asked")],
)
def test_a_session_that_waits_says_since_when_and_for_what(tool: str | None, shown: str) -> None:
    """The age is that of the question, whatever else was heard since."""
    session = make_session(
        state=SessionState.WAITING,
        state_reason="asked",
        question=Question(NOW - 42 * SECOND, tool),
        last_event_at=NOW,
    )
    assert state_line(session, NOW, UNICODE).text == shown


@pytest.mark.parametrize(
    ("work", "end"),
    [
        (Work(6, 1, 3, 1, 0, 0), "1 failed · +6 -1 lines · 3 commits · 1 pull request"),
        (Work(0, 2, 0, 0, 0, 0), "1 failed · +0 -2 lines"),
        (Work(0, 0, 0, 0, 0, 0), "1 failed"),
        (Work(), "1 failed"),
    ],
)
def test_what_came_of_a_session_ends_its_totals(work: Work, end: str) -> None:
    """Lines, commits and pull requests are named where there were any."""
    assert totals_line(make_session(work=work), UNICODE).text.endswith(end)


@pytest.mark.parametrize(
    ("request_", "is_shown"),
    [(make_request(stop_reason="max_tokens"), True), (make_request(), False)],
)
def test_why_an_answer_ended_is_in_the_detail(request_: Request, *, is_shown: bool) -> None:
    """The API's own word, where a span told it."""
    shown = [line.text.split() for line in detail(request_, 60, UNICODE)]
    assert (["ended", "by", "max_tokens"] in shown) == is_shown


@pytest.mark.parametrize(
    ("mode", "is_marked"), [("bypassPermissions", True), ("dontAsk", False), ("default", False)]
)
def test_only_a_mode_that_lets_calls_run_unasked_is_marked(mode: str, *, is_marked: bool) -> None:
    """In ``dontAsk`` nobody is asked either, but what is not allowed is refused."""
    flag = ledger_row.cells(make_tool_call(mode=mode), NOW, UNICODE)["flag"]
    assert (flag.text == "⚠") is is_marked
