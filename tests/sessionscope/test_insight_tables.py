"""The tables of MCP servers and of trouble, and what the table of sessions says of coverage."""

import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.captures import batches, exports
from tests.sessionscope.command import data, run
from tests.store.stores import fill

CONTRACT = {
    "mcp": (
        "server key scope transport plugin sessions users first_seen last_seen connected failed"
        " disconnected last_error last_error_at calls accepted rejected failures p50_ms p95_ms"
        " bytes_in bytes_out tools"
    ),
    "trouble": "at session_id turn_id kind subject message status record_id",
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with servers and trouble of many kinds; tests only read it."""
    path = tmp_path_factory.mktemp("insights") / "sessions.db"
    captures = ("mcp", "errors", "hooks", "fault-restart", "sdk-interrupt", "tour-redacted")
    fill(path, [batch for capture in captures for batch in batches(exports(capture))])
    return path


@pytest.mark.parametrize("table", CONTRACT)
def test_every_format_has_exactly_the_columns_of_the_contract(store: Path, table: str) -> None:
    """JSON, JSON lines and CSV have the same rows and columns; people get a line for each."""
    rows = data(table, "--store", store, "--json", "--limit", "0")
    assert all(" ".join(row) == CONTRACT[table] for row in rows)
    lines = run(table, "--store", store, "--jsonl", "--limit", "0").stdout.splitlines()
    assert list(map(json.loads, lines)) == rows
    text = run(table, "--store", store, "--csv", "--limit", "0").stdout
    sheet = list(csv.reader(io.StringIO(text)))
    assert " ".join(sheet[0]) == CONTRACT[table]
    assert len(sheet) == len(rows) + 1
    people = run(table, "--store", store, "--limit", "0").stdout.splitlines()
    assert len(people) == len(rows) + 1
    assert "\x1b" not in "".join(people)


def test_servers_are_those_that_were_configured(store: Path) -> None:
    """Each with its connections and calls; one whose name is withheld says so."""
    rows = {row["key"]: row for row in data("mcp", "--store", store, "--json")}
    told = {
        key: (row["server"], row["connected"], row["failed"], row["calls"], row["failures"])
        for key, row in rows.items()
    }
    assert told == {
        "ledger": ("ledger", 1, 0, 4, 1),
        "refused": ("refused", 0, 3, 0, 0),
        "refused-sse": ("refused-sse", 0, 3, 0, 0),
        "missing": ("missing", 0, 1, 0, 0),
        "crashes": ("crashes", 0, 1, 0, 0),
        "~:dynamic:stdio": (None, 2, 0, 2, 1),
    }
    assert rows["missing"]["p50_ms"] is None
    assert "ENOENT" in rows["missing"]["last_error"]
    assert "~:dynamic:stdio" in run("mcp", "--store", store).stdout


def test_trouble_is_filtered_and_cut_like_every_list(store: Path) -> None:
    """``kind:`` and ``--where`` in general, ``--limit`` with its word on standard error."""
    rows = data("trouble", "--store", store, "--where", "kind:api_error,retries", "--json")
    assert {row["kind"] for row in rows} == {"api_error", "retries_exhausted"}
    assert all(row["record_id"] is not None for row in rows)
    assert sorted(row["at"] for row in rows) == [row["at"] for row in reversed(rows)]
    cut = run("trouble", "--store", store, "--jsonl", "--limit", "2")
    assert len(cut.stdout.splitlines()) == 2
    assert "Only the newest 2" in cut.stderr
    (gap,) = data("trouble", "--store", store, "--where", "kind:gap", "--json")
    assert gap["subject"] == "events 16 to 28"


def test_servers_are_filtered_by_name_and_session(store: Path) -> None:
    """Terms about servers and about the sessions that used them."""

    def keys(where: str) -> set[str]:
        return {row["key"] for row in data("mcp", "--store", store, "--where", where, "--json")}

    assert keys("mcp:refused") == {"refused", "refused-sse"}
    assert keys("session:139c85d4") == {"~:dynamic:stdio"}
    assert keys("until:2020-01-01") == set()


def test_sessions_say_what_arrived_of_them(store: Path) -> None:
    """Gaps, content, the cost that only the metrics tell, and a note for each of them."""
    rows: list[dict[str, Any]] = data("sessions", "--store", store, "--json")
    coverage = {row["session_id"][:8]: row["coverage"] for row in rows}
    assert coverage["130b566e"]["sequence_gaps"] == 13
    assert "Events 16 to 28 of one process did not arrive." in coverage["130b566e"]["notes"]
    assert coverage["2b329477"]["sequence_gaps"] == 0
    assert Decimal(coverage["e5dfc398"]["cost_difference_usd"]) == Decimal("0.028728")
    assert coverage["e5dfc398"]["not_itemised_tokens"] > 0
    assert coverage["139c85d4"]["content"] == {
        "prompts": "withheld",
        "responses": "withheld",
        "tool_details": "withheld",
        "tool_content": "unknown",
        "raw_bodies": "withheld",
    }
