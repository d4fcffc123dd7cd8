"""The tables that scripts read: their columns are a contract."""

import csv
import io
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.captures import batches, exports, truth
from tests.sessionscope.command import data, run
from tests.sessionscope.conftest import NAMES
from tests.store.stores import fill

TOKENS = "input cache_read cache_write cache_write_5m cache_write_1h output reasoning"
COST = {
    **dict.fromkeys(["usd", "reported_usd", "computed_usd", "provenance", "split_provenance"]),
    **dict.fromkeys(["unpriced_requests", "price_table", "price_date"]),
    "by_class": dict.fromkeys(["input", "cache_read", "cache_write", "output", "web_search"]),
}


def columns(names: str, **nested: Any) -> dict[str, Any]:  # noqa: ANN401 - a tree of names
    """Return a tree of column names with nothing in it."""
    return {**dict.fromkeys(names.split()), **nested}


SESSIONS = columns(
    "session_id agent agent_version title user repository working_directory entrypoint terminal"
    " attributes models started_at last_event_at state permission_mode turns requests tool_calls"
    " errors cache_hit_ratio context_tokens lines_added lines_removed commits pull_requests"
    " parent_session_id parent_known_by flags organization",
    known_by=columns("user repository working_directory"),
    decisions=columns("accepted rejected aborted unknown"),
    tokens=columns(TOKENS),
    cost=COST,
    lost_to_rebuilds=columns("rebuilds tokens usd unpriced"),
    edits=columns("accepted rejected"),
    active_seconds=columns("user agent"),
    coverage=columns(
        "events sequence_gaps duplicates cost_difference_usd not_itemised_tokens unknown_names"
        " notes",
        signals=columns("logs metrics spans"),
        content=columns("prompts responses tool_details tool_content raw_bodies"),
    ),
)
REQUESTS = columns(
    "session_id turn_id request_id at agent model source source_raw agent_name effort speed"
    " duration_ms ttft_ms attempts status error http_status stop_reason signals"
    " window_tokens",
    tokens=columns(TOKENS),
    cost=COST | {"difference": None},
    cache=columns("hit_ratio rebuilt_tokens rebuilt_usd cause idle_ms"),
)
PERMISSIONS = columns(
    "session_id turn_id tool_call_id at agent tool mcp_server mcp_tool command file_path verdict"
    " decider scope mode waited_ms outcome error duration_ms source_raw agent_name notes"
)
CONTRACT = {"sessions": SESSIONS, "requests": REQUESTS, "permissions": PERMISSIONS}

_WORK = ("lines_added", "lines_removed", "commits", "pull_requests")

_OPEN = {"attributes"}
"""Columns whose own names come from telemetry."""


def names(row: dict[str, Any]) -> dict[str, Any]:
    """Return the tree of a row's column names."""
    return {
        name: names(value) if isinstance(value, dict) and name not in _OPEN else None
        for name, value in row.items()
    }


def dotted(tree: dict[str, Any], prefix: str = "") -> set[str]:
    """Return the names of a tree's leaves, joined by dots."""
    return {
        leaf
        for name, inner in tree.items()
        for leaf in (dotted(inner, f"{prefix}{name}.") if inner else {f"{prefix}{name}"})
    }


@pytest.mark.parametrize("table", CONTRACT)
def test_every_row_has_exactly_the_columns_of_the_contract(imported: Path, table: str) -> None:
    """Figures that are not known are there, as null."""
    rows = data(table, "--store", imported, "--json", "--limit", "0")
    assert rows
    for row in rows:
        assert names(row) == CONTRACT[table]


@pytest.mark.parametrize("table", CONTRACT)
def test_the_formats_say_the_same(imported: Path, table: str) -> None:
    """JSON lines are the array's objects, CSV has a line for each and dotted names."""
    rows = data(table, "--store", imported, "--json")
    lines = run(table, "--store", imported, "--jsonl").stdout.splitlines()
    assert list(map(json.loads, lines)) == rows
    sheet = list(csv.DictReader(io.StringIO(run(table, "--store", imported, "--csv").stdout)))
    assert len(sheet) == len(rows)
    assert set(sheet[0]) == dotted(CONTRACT[table])
    assert [line["session_id"] for line in sheet] == [row["session_id"] for row in rows]


def test_requests_are_those_the_api_answered(imported: Path) -> None:
    """Every request has the tokens that the API billed for it."""
    answered = {
        entry["request_id"]: entry["usage"]
        for name in NAMES
        for entry in truth(name)
        if "usage" in entry
    }
    rows = data("requests", "--store", imported, "--json", "--limit", "0")
    assert {row["request_id"] for row in rows} == answered.keys()
    for row in rows:
        usage, tokens = answered[row["request_id"]], row["tokens"]
        assert tokens["input"] == usage["input_tokens"]
        assert tokens["output"] == usage["output_tokens"]
        assert tokens["cache_read"] == usage["cache_read_input_tokens"]
        assert tokens["cache_write"] == usage["cache_creation_input_tokens"]


def test_money_is_exact_and_adds_up(imported: Path) -> None:
    """Money is a decimal string, and a session costs what its requests cost."""
    requests = data("requests", "--store", imported, "--json", "--limit", "0")
    for session in data("sessions", "--store", imported, "--json"):
        costs = [
            row["cost"]["reported_usd"]
            for row in requests
            if row["session_id"] == session["session_id"]
        ]
        assert all(re.fullmatch(r"[0-9]+(\.[0-9]*[1-9])?", cost) for cost in costs)
        assert Decimal(session["cost"]["reported_usd"]) == sum(map(Decimal, costs))


def test_times_are_utc_with_nanoseconds(imported: Path) -> None:
    """RFC 3339, no digit of what came is lost."""
    for row in data("permissions", "--store", imported, "--json"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", row["at"])


def test_unknown_is_null_and_withheld_is_said(imported: Path) -> None:
    """A prompt that the sender kept back has no text, and coverage says why."""
    (session,) = data("sessions", "--store", imported, "--where", "session:b0eaf545", "--json")
    assert session["title"] is None
    assert session["coverage"]["content"]["prompts"] == "withheld"
    assert session["parent_session_id"] is None


def test_a_truncated_answer_says_so(imported: Path) -> None:
    """On standard error, so that data stays data; all rows are none too many."""
    cut = run("requests", "--store", imported, "--jsonl", "--limit", "2")
    assert len(cut.stdout.splitlines()) == 2
    assert "Only the newest 2 requests" in cut.stderr
    whole = run("sessions", "--store", imported, "--jsonl", "--limit", str(len(NAMES)))
    assert len(whole.stdout.splitlines()) == len(NAMES)
    assert whole.stderr == ""


def test_a_filter_admits_rows(imported: Path) -> None:
    """``--where`` is the filter language."""
    rows = data("permissions", "--store", imported, "--where", "decision:reject", "--json")
    assert len(rows) == 3
    assert {row["verdict"] for row in rows} == {"rejected"}


def test_a_bad_filter_is_pointed_at(imported: Path) -> None:
    """The place of the fault is marked below the filter, and the exit code is 2."""
    finished = run("sessions", "--store", imported, "--where", "is:live colour:red")
    assert finished.returncode == 2
    assert finished.stdout == ""
    lines = finished.stderr.splitlines()
    assert lines[-2:] == ["  is:live colour:red", "          ^^^^^^"]


@pytest.mark.parametrize("table", CONTRACT)
def test_people_get_a_table_without_escape_codes(imported: Path, table: str) -> None:
    """In a pipe there is a heading and a line for each row, and no colour."""
    lines = run(table, "--store", imported).stdout.splitlines()
    assert "SESSION" in lines[0]
    assert len(lines) > 4
    assert "\x1b" not in "".join(lines)


def test_an_empty_store_is_an_empty_table(tmp_path: Path) -> None:
    """No rows are an empty array, no lines, a heading alone."""
    store = tmp_path / "sessions.db"
    (tmp_path / "none.jsonl").touch()
    assert run("import", "--store", store, tmp_path / "none.jsonl").returncode == 0
    assert data("sessions", "--store", store, "--json") == []
    assert run("sessions", "--store", store, "--jsonl").stdout == ""
    assert len(run("sessions", "--store", store, "--csv").stdout.splitlines()) == 1


@pytest.mark.parametrize("command", [["sessions"], ["transcript", "x"], ["reindex"]])
def test_a_missing_store_is_named(tmp_path: Path, command: list[str]) -> None:
    """Exit code 1, the path, and no store made by looking for it."""
    finished = run(*command, "--store", tmp_path / "nowhere.db")
    assert finished.returncode == 1
    assert "nowhere.db" in finished.stderr
    assert "Traceback" not in finished.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_spans_and_metrics_tell_is_in_the_tables(tmp_path: Path) -> None:
    """How long each decision took, why answers ended, and what came of the session."""
    store = tmp_path / "sessions.db"
    fill(store, batches(exports("tui-permissions")))
    waits = [row["waited_ms"] for row in data("permissions", "--store", store, "--json")]
    assert waits == [1253, 4, 1525, 1385, 6, 1788, 1563, 3435, 1968, 1432, 1506, 1794]
    reasons = {row["stop_reason"] for row in data("requests", "--store", store, "--json")}
    assert reasons == {"tool_use", "end_turn"}
    (session,) = data("sessions", "--store", store, "--json")
    assert [session[name] for name in _WORK] == [7, 1, 0, 0]
    assert session["active_seconds"] == {"user": 3.57, "agent": 1.563}


def test_what_only_other_signals_tell_is_null_without_them(imported: Path) -> None:
    """Where nothing but log events came, none of it is 0."""
    assert {row["waited_ms"] for row in data("permissions", "--store", imported, "--json")} == {
        None
    }
    for session in data("sessions", "--store", imported, "--json"):
        assert {session[name] for name in _WORK} == {None}
        assert session["active_seconds"] == {"user": None, "agent": None}
