"""Nouns as lines: columns, bars, rows and details, without a terminal."""

import pytest

from store.domain import (
    Content,
    Cost,
    Outcome,
    Request,
    RequestStatus,
    ToolCall,
    Verdict,
)
from store.queries.transcript import Node
from tests.tui.factories import (
    NOW,
    SECOND,
    make_event,
    make_request,
    make_session,
    make_tool_call,
    make_turn,
)
from tui import format as formats
from tui.marks import UNICODE
from tui.present import words
from tui.present.chrome import receiving
from tui.present.detail import detail
from tui.present.money import dollars
from tui.present.session_summary import header
from tui.present.transcript import node_subject, rows, unfolded_at_first
from tui.present.transcript_row import Reply, node_line
from tui.source import Reception, RecorderState


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("claude-opus-5-5", "opus-5.5"),
        ("claude-haiku-4-5-20251001", "haiku-4.5"),
        ("gpt-5.5", "gpt-5.5"),
        ("models/gemini-2.5-pro", "gemini-2.5-pro"),
        (None, "–"),
    ],
)
def test_models_have_short_names(name: str | None, short: str) -> None:
    """A model's vendor and date are left to the details."""
    assert words.model(name) == short


def test_a_title_is_the_prompt_else_a_place_else_an_id() -> None:
    """A session has a name whatever is withheld, and withheld is said."""
    titles = [
        make_session(),
        make_session(title=None, attributes={"vcs.repository.name": ("payments-api",)}),
        make_session("0123456789abcdef", title=None, title_content=Content.WITHHELD),
    ]
    assert [words.title(session, UNICODE).text for session in titles] == [
        "Fix double charge on retry",
        "payments-api",
        "▒ 01234567",
    ]


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (make_tool_call(), "git push --force origin main"),
        (make_tool_call(command=None, file_path="a.py"), "a.py"),
        (make_tool_call(command=None, input='{"a": 1, "b": "x"}'), "a: 1, b: x"),
        (make_tool_call(command=None, input='{"a": 1, …[truncated]'), '{"a": 1, …[truncated]'),
        (make_tool_call(command=None, input="[1]"), "[1]"),
        (make_tool_call(command=None, input="[" * 100_000), "[" * 3_999 + "…"),
        (make_tool_call(command=None, parameters=None), "▒ details not sent"),
    ],
)
def test_what_a_tool_call_is_about(call: ToolCall, what: str) -> None:
    """Command, file, or the members of its input; JSON that an agent cut is shown as it is."""
    assert words.what(call, UNICODE).text == what


@pytest.mark.parametrize(
    ("outcome", "text"),
    [
        (Outcome.SUCCEEDED, "21 ms"),
        (Outcome.FAILED, "failed 21 ms"),
        (Outcome.NOT_RUN, "not run"),
        (Outcome.UNKNOWN, "running…"),
    ],
)
def test_outcomes(outcome: Outcome, text: str) -> None:
    """How a call ended is said in a word, and how long it took."""
    assert words.outcome(make_tool_call(outcome=outcome), UNICODE).text == text


def test_a_call_that_ended_without_a_result_is_not_said_to_run() -> None:
    """What proves that it ended does not tell how."""
    call = make_tool_call(outcome=Outcome.UNKNOWN, is_awaited=False)
    assert words.outcome(call, UNICODE).text == "no result"


def test_a_call_nobody_decided_is_not_said_to_run() -> None:
    """Without a decision the lack of an outcome means nothing."""
    call = make_tool_call(outcome=Outcome.UNKNOWN, verdict=Verdict.UNKNOWN)
    assert words.outcome(call, UNICODE).text == "–"


def test_a_cost_that_lacks_requests_is_a_lower_bound() -> None:
    """A sum over requests of which some reported nothing is marked."""
    cost = Cost(reported_micros=9_020_000, unreported_requests=1, unpriced_requests=1)
    assert dollars(cost).text == "≥$9.02"
    assert dollars(Cost(unreported_requests=3, unpriced_requests=3)).text == "–"


@pytest.mark.parametrize(
    ("micros", "shown"),
    [
        (0, "≥$0.00"),
        (99, ">$0.00"),
        (888, "≥$0.0008"),
        (9_999, "≥$0.0099"),
        (10_000, "≥$0.01"),
        (9_029_999, "≥$9.02"),
    ],
)
def test_a_lower_bound_is_rounded_down(micros: int, shown: str) -> None:
    """It is a bound from below, and has no sign of one from above."""
    assert formats.lower_bound(micros) == shown


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        (make_request(), '"I\'ll look at the retry path first."'),
        (
            make_request(response=None, response_content=Content.WITHHELD, response_length=233),
            "▒ reply withheld, 233 characters",
        ),
    ],
)
def test_a_reply_is_quoted_or_said_to_be_withheld(request_: Request, text: str) -> None:
    """Withheld differs from empty."""
    assert node_line(Reply(request_), 80, UNICODE).text.strip() == text


@pytest.mark.parametrize("width", [20, 60, 79, 100, 160])
@pytest.mark.parametrize(
    "node",
    [
        make_turn(),
        make_turn(rejected=3, failed_tool_calls=2, errors=1),
        make_request(),
        make_request(status=RequestStatus.ERROR, http_status=529, error="overloaded"),
        make_tool_call(),
        make_tool_call(tool=None, mcp_server="ledger", mcp_tool="balance"),
        make_event(),
        make_event("plugin_loaded", kind="event"),
        make_event("user_prompt", kind="prompt", text="and the tests\ntoo"),
        make_event("user_prompt", kind="prompt"),
    ],
    ids=lambda node: type(node).__name__,
)
def test_every_row_fits_its_width(node: object, width: int) -> None:
    """A row never runs over, at any width and for any node."""
    assert node_line(node, width, UNICODE, depth=1).width <= width  # type: ignore[arg-type]


def test_tokens_are_abridged_where_there_is_no_room() -> None:
    """Rather than cut the figures of a request, a narrow row names its classes by initials."""
    assert "10 in · 16.9 k read" in node_line(make_request(), 120, UNICODE).text
    assert "i10 r16.9k w8.9k o233" in node_line(make_request(), 79, UNICODE).text


def test_details_leave_out_what_is_not_known() -> None:
    """A field that an agent does not send has no line; one that is known is in full."""
    shown = "\n".join(line.text for line in detail(make_request(error=None), 60, UNICODE))
    assert "8 900 for 5 min, 0 for 1 h" in shown
    assert "error" not in shown
    assert "repl_main_thread" in shown


def test_details_of_an_unknown_event_hold_every_attribute() -> None:
    """What no dialect knows is shown as the agent told it."""
    event = make_event("brand_new", kind="event", attributes={"a.b": 1, "long": "x" * 90})
    shown = "".join(line.text.strip() for line in detail(event, 40, UNICODE))
    assert "a.b" in shown
    assert shown.count("x") == 90


@pytest.mark.parametrize("width", [58, 78, 118, 158])
def test_the_header_fits_and_keeps_what_matters(width: int) -> None:
    """State, cost and refusals are in the header at any width; reasons and signals give way."""
    lines = header(make_session(), width=width, now_ns=NOW, marks=UNICODE)
    shown = "\n".join(line.text for line in lines)
    assert all(line.width <= width for line in lines)
    assert "● working" in shown
    assert "$3.84" in shown
    if width > 60:
        assert "✗ 2" in shown


def test_rows_of_the_transcript_have_distinct_keys_and_subjects() -> None:
    """Each row can be told from the others, and leads to its raw records."""
    turn = make_turn()
    nodes: dict[str, list[Node]] = {"turn:turn-1": [make_request(), make_tool_call(), make_event()]}
    listed = rows([make_turn(0), turn], nodes, {"turn:turn-1"})
    assert len({row.key for row in listed}) == len(listed)
    assert [node_subject(row.node) for row in listed] == [
        None,
        "turn:turn-1",
        "request:req_011",
        "request:req_011",
        "tool:toolu_1",
        "event:permission_mode_changed",
    ]


def test_a_long_session_opens_with_its_last_turns_unfolded() -> None:
    """What is unfolded at first is bounded, the newest turn always among it."""
    turns = [make_turn(number, requests=100, tool_calls=100) for number in range(1, 9)]
    assert unfolded_at_first(turns) == {"turn:turn-8"}
    few = [make_turn(0), make_turn(1), make_turn(2)]
    assert unfolded_at_first(few) == {"turn:turn-1", "turn:turn-2"}


@pytest.mark.parametrize(
    ("reception", "shown"),
    [
        (Reception(is_known=False), ""),
        (Reception(RecorderState()), "○ not receiving"),
        (
            Reception(RecorderState(doors=("127.0.0.1:4317", "[::1]:4318"))),
            "● 4317 4318  nothing yet",
        ),
        (
            Reception(
                RecorderState(doors=("h:1",), last_received_at=NOW - 3 * SECOND), per_second=12.4
            ),
            "● 1  12/s  3 s ago",
        ),
        (
            Reception(RecorderState(doors=("h:1",), last_received_at=NOW), per_second=0.5),
            "● 1  30/min  0 s ago",
        ),
    ],
)
def test_the_top_line_says_whether_anything_is_received(reception: Reception, shown: str) -> None:
    """Before it is known nothing is claimed; then ports, rate and age, or why not."""
    assert receiving(reception, now_ns=NOW, marks=UNICODE).text == shown
