"""The filter language: what it admits, and where it says that it is wrong."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.connection import Database
from store.queries import mcp_function
from store.queries.filter import MAX_LENGTH, Filter, FilterError, parse
from store.queries.filter_keys import KEYS, Rows
from store.queries.permissions import tool_calls
from store.queries.requests import requests
from store.queries.sessions import count_sessions, sessions
from tests.captures import batches, exports
from tests.store.stores import filled

CAPTURES = ("tour-full", "tui-permissions", "tour-redacted", "smoke", "tour-resource-only")
NOW_NS = 1_795_400_000 * 10**9
ALL = 5


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A store of five real sessions."""
    path = tmp_path_factory.mktemp("filter") / "sessions.db"
    database = filled(path, [batch for name in CAPTURES for batch in batches(exports(name))])
    mcp_function.register(database)
    yield database
    database.close()


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A store of requests that failed, were refused and were retried."""
    path = tmp_path_factory.mktemp("troubled") / "sessions.db"
    database = filled(path, batches(exports("errors")))
    yield database
    database.close()


def counted(db: Database, text: str) -> int:
    """Return how many sessions a filter admits."""
    return count_sessions(db, where=parse(text, now_ns=NOW_NS))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ALL),
        ("agent:claude", ALL),
        ("agent:codex", 0),
        ("agent:codex,CLAUDE", ALL),
        ("session:844d77b1", 1),
        ("session:77b1", 0),
        ("tool:Bash", 4),
        ("tool:bas", 0),
        ("tool:=Bash", 4),
        ("tool:=bash", 0),
        ("session:=844d77b1", 0),
        ("tool:NotebookEdit,AskUserQuestion", 4),
        ("mcp:ledger", 2),
        ("mcp:%", 0),
        ("mcp:edge", 2),
        ("mcp:=edge", 0),
        ('mcp:="ledger"', 2),
        ("mcp:=nothing,ledger", 2),
        ("decision:reject", 1),
        ("tool:Write decision:reject", 0),
        ("-decision:reject", ALL - 1),
        ("by:user", 1),
        ("is:ended", 1),
        ("is:live", 0),
        ("repo:payments-api", 0),
        ("team:payments", 1),
        ("user:c5acc061", 1),
        ("Tidy", 1),
        ('"payments service"', 1),
        ('-"payments service"', ALL - 1),
        ("cost>0", ALL),
        ("cost>1000", 0),
        ("tokens>100k", 3),
        ("tokens>100000 tokens<1M", 3),
        ("since:1d until:1m", ALL),
        ("since:2030-01-01", 0),
        ("until:2026-01-01T00:00:00Z", 0),
        ("mode:acceptedits", 4),
    ],
)
def test_a_filter_admits(db: Database, text: str, expected: int) -> None:
    """Each key admits the sessions it speaks of; all terms must hold."""
    assert counted(db, text) == expected


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("colour:red", (0, 6), "unknown key 'colour'"),
        ("tool:Bash  colour:red", (11, 17), "unknown key 'colour'"),
        ("cost:1", (4, 5), "write cost>"),
        ("agent>1", (5, 6), "write agent:"),
        ("agent:", (0, 6), "agent: wants a value"),
        ("agent:a, b", (0, 8), "agent: wants a value"),
        ('x "never closed', (2, 15), "quote is not closed"),
        ('agent:""', (6, 8), "nothing between"),
        ("decision:maybe", (9, 14), "'maybe' is none of accepted"),
        ("cost>lots", (5, 9), "'lots' is not an amount of dollars"),
        ("tokens<1x", (7, 9), "'1x' is not a number"),
        ("duration>5", (9, 10), "'5' is not a duration"),
        ("since:25:00", (6, 11), "'25:00' is not a time"),
        ("cost>1 since:x", (13, 14), "'x' is not a time"),
        ("cost>99999999999999999999", (5, 25), "out of range"),
        ("a\ud800", (1, 2), "not a character"),
        ("x" * (MAX_LENGTH + 1), (MAX_LENGTH, MAX_LENGTH + 1), "at most"),
    ],
)
def test_a_fault_is_named_with_its_place(text: str, place: tuple[int, int], words: str) -> None:
    """A filter that cannot be read says what is wrong and where."""
    with pytest.raises(FilterError, match=words) as caught:
        parse(text, now_ns=NOW_NS)
    assert (caught.value.start, caught.value.end) == place


def test_an_unknown_key_lists_the_known_ones() -> None:
    """Whoever mistypes a key sees all of them."""
    with pytest.raises(FilterError) as caught:
        parse("agnet:claude", now_ns=NOW_NS)
    assert all(key in str(caught.value) for key in KEYS)


@pytest.mark.parametrize(
    "text",
    ["cost>0.05", "tokens<10", "duration>1m", "tool:Bash", "is:idle", "model:opus", "Tidy"],
)
def test_negation_admits_all_others(db: Database, text: str) -> None:
    """A term and its negation part the sessions, those with unknown figures included."""
    assert counted(db, text) + counted(db, f"-{text}") == ALL


def test_terms_about_tool_calls_speak_of_one_call(db: Database) -> None:
    """A session with a rejected Bash call and an accepted Write has no rejected Write."""
    assert counted(db, "tool:Bash decision:reject") == 1
    assert counted(db, "tool:Write decision:accept") > 0
    assert counted(db, "tool:Write decision:reject") == 0


def test_rows_are_filtered_by_their_own_columns(db: Database) -> None:
    """Of tool calls and requests the row itself is asked, the rest of its session."""
    rejected = tool_calls(db, where=_for(Rows.TOOL_CALLS, "decision:reject"), limit=0)
    assert {call.verdict for call in rejected} == {"rejected"}
    in_session = tool_calls(db, where=_for(Rows.TOOL_CALLS, "session:844d grep"), limit=0)
    assert {call.session_id[:4] for call in in_session} == {"844d"}
    commands = tool_calls(db, where=_for(Rows.TOOL_CALLS, "grep tool:Bash"), limit=0)
    assert commands
    assert all("grep" in (call.command or call.input or "") for call in commands)
    dear = requests(db, where=_for(Rows.REQUESTS, "cost>0.05 model:opus"), limit=0)
    assert dear
    assert all((request.cost.reported_micros or 0) > 50_000 for request in dear)


def test_requests_are_filtered_by_the_status_they_are_shown_with(troubled: Database) -> None:
    """``status:`` and the status of a row never disagree."""
    every = requests(troubled, limit=0)
    assert len({request.status for request in every}) > 1
    for status in {request.status for request in every}:
        admitted = requests(troubled, where=_for(Rows.REQUESTS, f"status:{status}"), limit=0)
        assert admitted == [request for request in every if request.status is status]


def test_tool_calls_are_filtered_by_the_decider_they_are_shown_with(db: Database) -> None:
    """``by:`` and the decider of a row never disagree."""
    every = tool_calls(db, limit=0)
    for decider in {call.decider for call in every}:
        admitted = tool_calls(db, where=_for(Rows.TOOL_CALLS, f"by:{decider}"), limit=0)
        assert admitted == [call for call in every if call.decider is decider]


@given(seconds=st.integers(-60, 86_400))
def test_states_are_those_that_sessions_are_shown_in(db: Database, seconds: int) -> None:
    """``is:`` and the state of a row never disagree, whenever one looks."""
    everything = parse("", now_ns=0)
    newest = max(s.last_event_at for s in sessions(db, where=everything, now_ns=0))
    now_ns = newest + seconds * 10**9
    every = sessions(db, where=everything, now_ns=now_ns)
    for state in {session.state for session in every}:
        admitted = sessions(db, where=parse(f"is:{state}", now_ns=now_ns), now_ns=now_ns)
        assert admitted == [session for session in every if session.state is state]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22T14:30:00Z", datetime(2026, 11, 22, 14, 30, tzinfo=UTC)),
        ("2026-11-22T14:30:00+02:00", datetime(2026, 11, 22, 12, 30, tzinfo=UTC)),
        ("90m", datetime.fromtimestamp(NOW_NS / 10**9 - 5_400, tz=UTC)),
        ("1.5h", datetime.fromtimestamp(NOW_NS / 10**9 - 5_400, tz=UTC)),
    ],
)
def test_a_point_in_time_is_read(text: str, expected: datetime) -> None:
    """Dates with an offset and times so long ago are exact."""
    bound = parse(f"since:{text}", now_ns=NOW_NS).parameters
    assert int(expected.timestamp()) * 10**9 in bound.values()


@pytest.mark.parametrize("minutes_ahead", [-1, 1])
def test_a_time_of_day_is_the_last_such(minutes_ahead: int) -> None:
    """A clock time still to come today is yesterday's."""
    local = datetime.fromtimestamp(NOW_NS // 10**9, tz=UTC).astimezone()
    at = (local.hour * 60 + local.minute + minutes_ahead) % (24 * 60)
    bound = parse(f"since:{at // 60}:{at % 60:02d}", now_ns=NOW_NS).parameters
    read = next(value for name, value in bound.items() if name != "filter_now")
    assert isinstance(read, int)
    assert 0 <= NOW_NS - read < 24 * 3_600 * 10**9


_PIECES = st.one_of(
    st.sampled_from([*(f"{key}:" for key in KEYS), *(f"{key}>" for key in KEYS)]),
    st.sampled_from(['"', "\\", "-", ",", " ", ":", "<=", "%", "_", "'", "\0", "\ud800", "1e9"]),
    st.sampled_from(["30s", "2h", "100k", "14:30", "2026-11-22", "user", "reject", "live"]),
    st.text(max_size=8),
)


@given(pieces=st.lists(_PIECES, max_size=40), rows=st.sampled_from(Rows))
def test_any_text_is_a_filter_or_a_filter_error(
    db: Database, pieces: list[str], rows: Rows
) -> None:
    """Whatever is typed either runs or is refused with a place inside of it."""
    text = "".join(pieces)
    fault: FilterError | None = None
    try:
        where = parse(text, now_ns=NOW_NS, rows=rows)
    except FilterError as error:
        fault = error
    else:
        _run(db, where, rows)
    assert fault is None or 0 <= fault.start <= fault.end <= len(text)


@pytest.mark.parametrize(
    ("piece", "rows"),
    list(itertools.product(["x ", "tool:x ", "-model:x ", "cost>1 "], Rows)),
)
def test_the_longest_filters_run(db: Database, piece: str, rows: Rows) -> None:
    """The limit on a filter's length keeps it within the limits of SQLite."""
    text = piece * (MAX_LENGTH // len(piece))
    _run(db, parse(text, now_ns=NOW_NS, rows=rows), rows)


def _for(rows: Rows, text: str) -> Filter:
    return parse(text, now_ns=NOW_NS, rows=rows)


def _run(db: Database, where: Filter, rows: Rows) -> None:
    match rows:
        case Rows.SESSIONS:
            sessions(db, where=where, now_ns=NOW_NS)
        case Rows.REQUESTS:
            requests(db, where=where)
        case Rows.TOOL_CALLS:
            tool_calls(db, where=where)


def test_values_are_never_part_of_the_statement() -> None:
    """What a person types is bound, whatever it holds."""
    hostile = "'; drop table sessions; --"
    where = parse(f'"{hostile}" agent:"{hostile}"', now_ns=NOW_NS)
    assert "drop" not in where.sql
    assert any(hostile in str(value) for value in where.parameters.values())
