"""What went wrong in the captures, each thing once, and at any size of the store by an index."""

from collections import Counter
from pathlib import Path

import pytest

from store.connection import Database, open_writer
from store.insights import Trouble, TroubleKind
from store.queries.filter import parse
from store.queries.filter_keys import Rows
from store.queries.trouble import count_troubles, troubles
from store.troubles import PARTS
from tests.captures import CAPTURES, batches, exports, truth
from tests.store.stores import fill, filled
from tests.store.telling import batch, event

TROUBLED = {
    "auto-compact": {"compaction_failed": 1},
    "errors": {"api_error": 6, "retries_exhausted": 3, "refusal": 3},
    "fault-restart": {"gap": 1},
    "flags-one-by-one": {"tool_failed": 7},
    "hooks": {"hook_blocked": 3},
    "hooks-redacted": {"hook_blocked": 3},
    "mcp": {"mcp_failed": 8, "tool_failed": 1},
    "subagents": {"tool_failed": 1},
    "tools": {"tool_failed": 2},
    "tour-beta-tracing": {"tool_failed": 3},
    "tour-cumulative": {"tool_failed": 3},
    "tour-full": {"tool_failed": 3},
    "tour-grpc": {"tool_failed": 3},
    "tour-json": {"tool_failed": 3},
    "tour-redacted": {"tool_failed": 3},
    "tour-resource-only": {"tool_failed": 3},
    "tour-toggles": {"tool_failed": 3},
    "tour-traces-full": {"tool_failed": 3},
    "tour-traces-redacted": {"tool_failed": 3},
}
"""What went wrong in each capture; nothing did in the others."""


@pytest.mark.parametrize("capture", CAPTURES)
def test_everything_that_went_wrong_is_there_once(capture: str, tmp_path: Path) -> None:
    """Newest first, each with the raw record that tells it, and counted alike."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    found = troubles(db)
    assert Counter(trouble.kind.value for trouble in found) == TROUBLED.get(capture, {})
    assert count_troubles(db) == len(found)
    assert [trouble.at for trouble in found] == sorted(
        (trouble.at for trouble in found), reverse=True
    )
    assert all(_tells(db, trouble) for trouble in found)


def _tells(db: Database, trouble: Trouble) -> bool:
    row = db.execute(
        "select session_id, subject from records where id = ?", [trouble.record_id]
    ).fetchone()
    return tuple(row) == (trouble.session_id, trouble.key)


@pytest.mark.parametrize("capture", ["errors", "mcp", "hooks", "fault-restart"])
def test_pages_follow_one_another(capture: str, tmp_path: Path) -> None:
    """Page by page the same as all at once, over all sessions and in each."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    found = troubles(db, limit=0)
    assert [troubles(db, limit=1, offset=place)[0] for place in range(len(found))] == found
    sessions = {trouble.session_id for trouble in found}
    of_sessions = [trouble for each in sessions for trouble in troubles(db, session_id=each)]
    assert sorted(of_sessions, key=repr) == sorted(found, key=repr)


def test_failed_requests_are_those_the_api_failed(tmp_path: Path) -> None:
    """With the status it answered; one that was tried several times says how often, once."""
    db = filled(tmp_path / "s.db", batches(exports("errors")))
    answered = {entry["request_id"]: entry for entry in truth("errors")}
    failed = {
        trouble.key.removeprefix("request:"): trouble
        for trouble in troubles(db)
        if trouble.kind in {TroubleKind.API_ERROR, TroubleKind.RETRIES_EXHAUSTED}
    }
    for request_id, trouble in failed.items():
        if not request_id.startswith("~"):
            assert trouble.status == str(answered[request_id]["error"])
    exhausted = [
        trouble.message
        for trouble in failed.values()
        if trouble.kind is TroubleKind.RETRIES_EXHAUSTED
    ]
    assert sorted(filter(None, exhausted)) == [
        "Lab error 401 (3 attempts)",
        "Lab error 429 (3 attempts)",
        "Repeated 529 Overloaded errors (3 attempts)",
    ]


def test_a_hook_that_blocks_a_call_is_told_by_the_call(tmp_path: Path) -> None:
    """Not a second time by the end of the hook; what follows no decision is told by the hook."""
    db = filled(tmp_path / "s.db", batches(exports("hooks")))
    assert {trouble.subject for trouble in troubles(db)} == {
        "Bash rm h.txt",
        "Bash chmod 600 README.md",
        "PostToolUse:Bash",
    }


def test_an_exhausted_event_counts_where_its_error_did_not_arrive(tmp_path: Path) -> None:
    """It is then all that is known of the failure."""
    sent = batch(
        [event("api_retries_exhausted", 5, event__sequence=9, error="529", total_attempts=11)]
    )
    (trouble,) = troubles(filled(tmp_path / "s.db", [sent]))
    assert trouble.kind is TroubleKind.RETRIES_EXHAUSTED
    assert trouble.message == "529 (11 attempts)"


@pytest.mark.parametrize(
    ("name", "told", "shown"),
    [
        (
            "internal_error",
            {"error_name": "TypeError", "error_code": "E1"},
            (TroubleKind.INTERNAL_ERROR, "TypeError", None, "E1"),
        ),
        (
            "auth",
            {"action": "login", "success": "false", "error_category": "expired"},
            (TroubleKind.AUTH_FAILED, "login", "expired", None),
        ),
        (
            "mcp_server_connection",
            {"status": "failed", "server_scope": "user"},
            (TroubleKind.MCP_FAILED, "user", None, None),
        ),
    ],
)
def test_events_that_no_capture_has(
    name: str, told: dict[str, str], shown: tuple[object, ...], *, tmp_path: Path
) -> None:
    """Faults of the agent itself, sign-ins that failed, servers without a name."""
    db = filled(tmp_path / "s.db", [batch([event(name, 5, **told)])])
    (trouble,) = troubles(db)
    assert (trouble.kind, trouble.subject, trouble.message, trouble.status) == shown


def _commands(*commands: str) -> list[dict[str, object]]:
    return [
        event(
            "tool_decision",
            at,
            decision="accept",
            tool_name="Bash",
            tool_use_id=f"t{at}",
            tool_parameters=f'{{"full_command":"{command}"}}',
        )
        for at, command in enumerate(commands, 1)
    ]


def test_a_loop_says_how_long_it_is(tmp_path: Path) -> None:
    """The same call three times or more in a row, at the third; two are no loop."""
    commands = ("ls", "make", "make", "make", "make", "ls", "ls", "make")
    db = filled(tmp_path / "s.db", [batch(_commands(*commands))])
    (trouble,) = troubles(db)
    assert (trouble.kind, trouble.key) == (TroubleKind.LOOP, "tool:t4")
    assert (trouble.subject, trouble.message) == ("Bash make", "the same call 4 times in a row")


def _counted(*numbers: int) -> list[dict[str, object]]:
    return [event("at_mention", at, event__sequence=n) for at, n in enumerate(numbers, 1)]


@pytest.mark.parametrize(
    ("numbers", "gaps"),
    [
        ((0, 1, 2, 3), []),
        ((0, 1, 4, 5), ["events 2 to 3"]),
        ((5, 6, 8), ["event 7"]),
        ((0, 1, 2, 0, 1, 2), []),
        ((0, 1, 2, 4, 6, 0, 3), ["events 1 to 2", "event 5", "event 3"]),
        ((10, 5, 11, 6, 12, 7), []),
        ((10, 5, 11, 6, 13, 7), []),
    ],
    ids=["whole", "hole", "begun before", "resumed", "both", "two at once", "two at once, hole"],
)
def test_a_gap_is_between_two_events_of_one_process(
    numbers: tuple[int, ...], gaps: list[str], tmp_path: Path
) -> None:
    """A count that begins again is no gap; of two processes at once nothing is known."""
    db = filled(tmp_path / "s.db", [batch(_counted(*numbers))])
    assert [trouble.subject for trouble in troubles(db)] == gaps


@pytest.mark.parametrize(
    ("where", "kinds"),
    [
        ("kind:mcp", {"mcp_failed"}),
        ("-kind:mcp", {"tool_failed"}),
        ("kind:tool_failed,loop", {"tool_failed"}),
        ("negative", {"tool_failed"}),
        ("agent:claude", {"mcp_failed", "tool_failed"}),
        ("agent:codex", set()),
        ("until:2020-01-01", set()),
    ],
)
def test_troubles_are_filtered(where: str, kinds: set[str], tmp_path: Path) -> None:
    """By their kind, their words, their time, and all that is asked of their session."""
    db = filled(tmp_path / "s.db", batches(exports("mcp")))
    admitted = parse(where, now_ns=0, rows=Rows.TROUBLES)
    found = troubles(db, where=admitted)
    assert {trouble.kind.value for trouble in found} == kinds
    assert count_troubles(db, where=admitted) == len(found)


def test_no_page_reads_a_whole_table(tmp_path: Path) -> None:
    """Every table is entered by an index, and each part is in order of time without sorting."""
    fill(tmp_path / "s.db", batches(exports("errors")))
    db = open_writer(tmp_path / "s.db")
    asked: list[str] = []
    db.conn.set_trace_callback(asked.append)
    troubles(db, limit=50, offset=50)
    db.conn.set_trace_callback(None)
    (statement,) = [text for text in asked if text.startswith("select page")]
    plan = [row[3] for row in db.execute(f"explain query plan {statement}")]
    tables = ("SCAN r", "SCAN c", "SCAN e", "SCAN l", "SCAN g", "SCAN s", "SCAN x", "SCAN n")
    assert [step for step in plan if step.startswith(tables) and "INDEX" not in step] == []
    assert plan.count("USE TEMP B-TREE FOR LAST TERM OF ORDER BY") == len(PARTS)
    db.close()
