"""What is said of a session's telemetry: what arrived, what did not, and why."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from sessionscope.tables import coverage as session_table
from sessionscope.tables import permissions as permission_table
from sessionscope.tables import requests as request_table
from sessionscope.tables.columns import Columns, cells
from sessionscope.tables.coverage import Covered
from store.connection import Database
from store.domain import Content, Event, Outcome, RequestStatus
from store.insights import CapabilityState, Coverage
from store.queries.coverage import coverage, coverages
from store.queries.filter import parse
from store.queries.permissions import tool_calls
from store.queries.requests import requests
from store.queries.sessions import sessions
from store.queries.transcript import nodes, turns
from store.signals import Signal
from tests.captures import CAPTURES, batches, exports, truth
from tests.store.stores import filled
from tests.store.telling import batch, event
from tests.store.told import point

_FILE_TOOLS = ("Edit", "MultiEdit", "NotebookEdit", "Read", "Write")

_TELLS_NOTHING: Mapping[str, Callable[[Any], bool]] = {
    "requests.agent_name": lambda request: request.agent_id is None,
    "requests.cache.cause": lambda request: request.cache.rebuilt_tokens == 0,
    "requests.cost.difference": lambda request: (
        request.cost.micros is not None or request.tokens.total is None
    ),
    "requests.error": lambda request: request.status is not RequestStatus.ERROR,
    "requests.http_status": lambda request: request.status is not RequestStatus.ERROR,
    "permissions.agent_name": lambda call: call.agent_id is None,
    "permissions.command": lambda call: call.tool != "Bash",
    "permissions.error": lambda call: call.outcome is not Outcome.FAILED,
    "permissions.file_path": lambda call: call.tool not in _FILE_TOOLS,
    "permissions.mcp_server": lambda call: call.tool != "mcp_tool",
    "permissions.mcp_tool": lambda call: call.tool != "mcp_tool",
}
"""Where a null is the answer: a call of another tool has no command, an answer has no error."""


def _of_all(db: Database) -> dict[str, Coverage]:
    ids = [session_id for (session_id,) in db.execute("select session_id from sessions")]
    return dict(coverages(db, ids))


def _blank_columns(db: Database, covered: Covered) -> Iterator[str]:
    """Yield each column of a session's rows in the tables that is null and could be known."""
    session_id = covered.session.session_id
    tables: tuple[tuple[str, Columns, list[Any]], ...] = (
        ("sessions", session_table.COLUMNS, [covered]),
        ("requests", request_table.COLUMNS, requests(db, session_id=session_id, limit=0)),
        ("permissions", permission_table.COLUMNS, tool_calls(db, session_id=session_id, limit=0)),
    )
    for table, columns, nouns in tables:
        for noun in nouns:
            for column, value in cells(columns, noun).items():
                name = f"{table}.{column}"
                if value is None and not (name in _TELLS_NOTHING and _TELLS_NOTHING[name](noun)):
                    yield name


_DOORS: Mapping[str, frozenset[Signal]] = {
    "all": frozenset(Signal),
    "logs": frozenset({Signal.LOGS}),
    "spans": frozenset({Signal.TRACES}),
    "metrics": frozenset({Signal.METRICS}),
    "logs and metrics": frozenset({Signal.LOGS, Signal.METRICS}),
}


@pytest.mark.parametrize("signals", _DOORS)
@pytest.mark.parametrize("capture", CAPTURES)
def test_every_blank_is_explained(capture: str, signals: str, tmp_path: Path) -> None:
    """Each null of the tables has a reason, which is a note of its session, whatever arrived."""
    sent = [one for one in batches(exports(capture)) if one.signal in _DOORS[signals]]
    db = filled(tmp_path / "s.db", sent)
    for session in sessions(db, where=parse("", now_ns=0), now_ns=0, limit=0):
        known = coverage(db, session.session_id)
        assert known is not None
        explained = {column for blank in known.blanks for column in blank.columns}
        assert set(_blank_columns(db, Covered(session, known))) <= explained
        assert {blank.reason for blank in known.blanks} <= set(known.notes)


@pytest.mark.parametrize("capture", CAPTURES)
def test_nothing_is_missing_but_what_was_lost(capture: str, tmp_path: Path) -> None:
    """The one receiver that was restarted lost events between others; resumes are no gaps."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    missing = [known.sequence_gaps for known in _of_all(db).values()]
    expected = 13 if capture == "fault-restart" else 0
    assert sum(filter(None, missing)) == expected
    assert None not in missing


@pytest.mark.parametrize(
    ("capture", "duplicates"), [("fault-429", 116), ("fault-503-always", 390), ("fault-400", 0)]
)
def test_what_was_sent_again_is_counted(capture: str, duplicates: int, tmp_path: Path) -> None:
    """The client repeats an export that was put off, and none that was refused."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    (known,) = _of_all(db).values()
    assert known.duplicates == duplicates


P, W, U = Content.PRESENT, Content.WITHHELD, Content.UNKNOWN


def test_each_switch_opens_its_content(tmp_path: Path) -> None:
    """The same prompt seven times, each time with other switches."""
    db = filled(tmp_path / "s.db", batches(exports("flags-one-by-one")))
    known = _of_all(db)
    in_order = [
        known[session_id].content
        for (session_id,) in db.execute(
            "select session_id from sessions order by started_unix_nano"
        )
    ]
    names = ("prompts", "responses", "tool_details", "tool_content", "raw_bodies")
    assert [tuple(content[name] for name in names) for content in in_order] == [
        (W, W, W, W, W),
        (P, P, W, W, W),
        (W, P, W, W, W),
        (W, W, P, W, W),
        (W, W, W, P, W),
        (W, W, W, W, P),
        (P, W, W, W, W),
    ]


@pytest.mark.parametrize("capture", ["tour-redacted", "bodies-inline", "tour-resource-only"])
def test_without_spans_nothing_shows_whether_outputs_are_withheld(
    capture: str, tmp_path: Path
) -> None:
    """They come with spans only."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    assert {known.content["tool_content"] for known in _of_all(db).values()} == {U}


@pytest.mark.parametrize("capture", CAPTURES)
def test_metrics_confirm_the_cost_of_all_requests_that_arrived(
    capture: str, tmp_path: Path
) -> None:
    """They tell more only where replies were interrupted or refused, or events got lost."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    more = [known for known in _of_all(db).values() if known.not_itemised]
    expected = {"errors": 4_948, "fault-slow": 3_450, "sdk-interrupt": 28_728}.get(capture)
    assert [known.cost_difference_micros for known in more] == ([expected] if expected else [])
    assert all("no request accounts for" in known.notes[0] for known in more)


def test_an_interrupted_reply_is_a_line_of_its_own(tmp_path: Path) -> None:
    """By model, with the tokens that no request tells; the client estimates its output."""
    db = filled(tmp_path / "s.db", batches(exports("sdk-interrupt")))
    (known,) = _of_all(db).values()
    (line,) = known.not_itemised
    interrupted = truth("sdk-interrupt")[0]["usage"]
    assert line.model == "claude-opus-5-5"
    assert line.cost_micros == known.cost_difference_micros
    assert line.tokens.input == interrupted["input_tokens"]
    assert line.tokens.cache_read == interrupted["cache_read_input_tokens"]
    assert line.tokens.cache_write == interrupted["cache_creation_input_tokens"]


def test_a_transcript_ends_with_what_no_request_itemises(tmp_path: Path) -> None:
    """Once, with tokens and dollars; metrics name no turn, so it stands in the last."""
    db = filled(tmp_path / "s.db", batches(exports("sdk-interrupt")))
    ((session_id, known),) = _of_all(db).items()
    found = [nodes(db, session_id, turn.turn_id) for turn in turns(db, session_id)]
    last = found[-1][-1]
    assert isinstance(last, Event)
    assert (last.kind, last.attributes["model"]) == ("not_itemised", "claude-opus-5-5")
    assert last.attributes["tokens"] == known.not_itemised[0].tokens.total
    assert last.attributes["cost_usd"] == "0.028728"
    assert sum(isinstance(n, Event) and n.kind == "not_itemised" for ns in found for n in ns) == 1


def test_lost_metrics_are_no_refund(tmp_path: Path) -> None:
    """Where the metrics tell less than the requests, nothing is left out of these."""
    sent = batches(exports("tour-full"))
    metrics = [one for one in sent if one.signal is Signal.METRICS]
    db = filled(tmp_path / "s.db", [one for one in sent if one not in metrics[-2:]])
    (known,) = [known for known in _of_all(db).values() if known.itemised_micros]
    assert known.cost_difference_micros is not None
    assert known.cost_difference_micros < 0
    assert known.not_itemised == ()
    assert "less than the requests" in " ".join(known.notes)


def test_all_that_is_metered_of_a_session_without_requests_is_left_over(tmp_path: Path) -> None:
    """Where no request is told at all, they tell none of what the metrics do."""
    db = filled(tmp_path / "s.db", [point("claude_code.cost.usage", 0.00136, 5, model="m")])
    known = coverage(db, "s")
    assert known is not None
    assert known.cost_difference_micros == 1_360
    assert [metered.cost_micros for metered in known.not_itemised] == [1_360]


@pytest.mark.parametrize(
    ("version", "state", "responses"),
    [
        ("2.1.330", CapabilityState.EMITTED, Content.UNKNOWN),
        ("2.1.193", CapabilityState.EMITTED, Content.UNKNOWN),
        ("2.1.192", CapabilityState.NOT_EMITTED, Content.NOT_EMITTED),
        ("1.0.8", CapabilityState.NOT_EMITTED, Content.NOT_EMITTED),
        ("3.0", CapabilityState.EMITTED, Content.UNKNOWN),
        ("nightly", CapabilityState.UNKNOWN, Content.UNKNOWN),
    ],
)
def test_what_a_version_can_say(
    version: str, state: CapabilityState, responses: Content, *, tmp_path: Path
) -> None:
    """A version that sends no answers yet is told from one that withholds them."""
    sent = batch([event("api_request", 5, request_id="r", model="m")], version=version)
    db = filled(tmp_path / "s.db", [sent])
    known = coverage(db, "s")
    assert known is not None
    assert known.versions == (version,)
    states = {capability.name: capability.state for capability in known.capabilities}
    assert states["answers"] is state
    assert states["requests with tokens and cost"] is CapabilityState.EMITTED
    assert known.content["responses"] is responses


def test_a_session_of_two_versions_may_or_may_not_say(tmp_path: Path) -> None:
    """It was resumed after an upgrade."""
    sent = [
        batch([event("at_mention", at, event__sequence=at)], version=version)
        for at, version in enumerate(("2.1.192", "2.1.330"), 1)
    ]
    known = coverage(filled(tmp_path / "s.db", sent), "s")
    assert known is not None
    states = {capability.name: capability.state for capability in known.capabilities}
    assert states["answers"] is CapabilityState.UNKNOWN


def test_unknown_names_are_listed(tmp_path: Path) -> None:
    """With what carried them and how often, and in a note."""
    events = [event("at_mention", at, colour="red") for at in (1, 2)] + [event("new_thing", 3)]
    known = coverage(filled(tmp_path / "s.db", [batch(events)]), "s")
    assert known is not None
    assert [(one.what, one.name, one.carrier, one.records) for one in known.unknowns] == [
        ("attribute", "colour", "at_mention", 2),
        ("event", "new_thing", "new_thing", 1),
    ]
    assert any("colour, new_thing" in note for note in known.notes)


@pytest.mark.parametrize(
    ("numbers", "missing", "note"),
    [
        ((0, 1, 2), 0, None),
        ((0, 3), 2, "Events 1 to 2 of one process did not arrive."),
        ((7, 9), 1, "Event 8 of one process did not arrive."),
        ((7, 8), 0, "A process begins here with its event 7"),
        ((10, 5, 11, 6), None, "The events carry no numbers, or two processes send them at once"),
    ],
)
def test_gaps_are_said_in_words(
    numbers: tuple[int, ...], missing: int | None, note: str | None, *, tmp_path: Path
) -> None:
    """Which events of which run, or why it is not known."""
    events = [event("at_mention", at, event__sequence=n) for at, n in enumerate(numbers, 1)]
    known = coverage(filled(tmp_path / "s.db", [batch(events)]), "s")
    assert known is not None
    assert known.sequence_gaps == missing
    assert sum(gap.missing for gap in known.gaps) == (missing or 0)
    about_numbers = [text for text in known.notes if "process" in text and "event" in text.lower()]
    if note is None:
        assert about_numbers == []
    else:
        assert any(text.startswith(note) for text in about_numbers)


def test_what_is_not_in_the_store_has_no_coverage(tmp_path: Path) -> None:
    """Neither alone nor among others."""
    db = filled(tmp_path / "s.db", [batch([event("at_mention", 1)])])
    assert coverage(db, "nothing") is None
    assert set(coverages(db, ["s", "nothing"])) == {"s"}


def test_figures_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    """Numbers are read however they are spelled; what is none is unknown, and said to be."""
    figures: dict[str, Any] = {
        "input_tokens": "12.0",
        "output_tokens": "1e3",
        "duration_ms": "soon",
        "ttft_ms": -1,
    }
    db = filled(tmp_path / "s.db", [batch([event("api_request", 1, request_id="r", **figures)])])
    told = coverage(db, "s")
    assert told is not None
    assert [(seen.what, seen.name, seen.carrier, seen.records) for seen in told.unknowns] == [
        ("value", "duration_ms", "api_request", 1),
        ("value", "ttft_ms", "api_request", 1),
    ]
    (request,) = requests(db, limit=0)
    assert (request.tokens.input, request.tokens.output, request.duration_ms) == (12, 1_000, None)
