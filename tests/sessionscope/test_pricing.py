"""Prices of one's own, costs worked out anew, and lists by cost."""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from tests.sessionscope.command import capture, data, run, serving

OWN = '[models."claude-*"]\ninput = 40\ncache_read = 2\ncache_write_5m = 50\noutput = 200\n'
MODULES_OF_A_TABLE = """
import sys
from sessionscope.__main__ import main
try:
    main()
finally:
    print("genai_prices" in sys.modules, file=sys.stderr)
"""


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Return a store of one real session."""
    path = tmp_path / "sessions.db"
    assert run("import", "--store", path, capture("smoke")).returncode == 0
    return path


def test_reprice_takes_the_users_prices(store: Path, tmp_path: Path) -> None:
    """What is computed follows them, what was reported stays; what has no price is named."""
    before = data("requests", "--store", store, "--json")
    prices = tmp_path / "prices.toml"
    prices.write_text(OWN)
    finished = run("reprice", "--store", store, SESSIONSCOPE_PRICES=str(prices))
    assert finished.returncode == 0, finished.stderr
    assert f"{len(before)} requests priced by genai-prices" in finished.stderr
    after = data("requests", "--store", store, "--json")
    for old, new in zip(before, after, strict=True):
        assert new["cost"]["reported_usd"] == old["cost"]["reported_usd"]
        assert new["cost"]["price_table"] == "own prices"
        assert new["cost"]["computed_usd"] != old["cost"]["computed_usd"]
    assert run("reprice", "--store", store).returncode == 0
    assert data("requests", "--store", store, "--json") == before


def test_a_recorder_says_that_prices_have_changed(store: Path, tmp_path: Path) -> None:
    """It prices what comes; what it finds keeps its cost until a person asks."""
    prices = tmp_path / "prices.toml"
    prices.write_text(OWN)
    with serving(store, SESSIONSCOPE_PRICES=str(prices)) as recorder:
        recorder.process.terminate()
        _, words = recorder.process.communicate()
    assert "prices have changed" in words


@pytest.mark.parametrize("command", ["reprice", "reindex", "import", "serve"])
@pytest.mark.parametrize("content", [None, '[models."a"]\ninput = "much"\noutput = 1'])
def test_prices_that_make_no_sense_are_refused(
    store: Path, tmp_path: Path, command: str, *, content: str | None
) -> None:
    """The file is named, and the key if it is one; nothing is priced by half of them."""
    prices = tmp_path / "prices.toml"
    if content is not None:
        prices.write_text(content)
    files = [capture("smoke")] if command == "import" else []
    finished = run(command, "--store", store, *files, SESSIONSCOPE_PRICES=str(prices))
    assert finished.returncode == 2
    assert "prices.toml" in finished.stderr
    assert content is None or "models.a.input" in finished.stderr


@pytest.mark.parametrize("table", ["sessions", "requests"])
def test_a_list_by_cost_begins_with_the_most_expensive(imported: Path, table: str) -> None:
    """A list that is cut says which part of it is shown."""
    rows = data(table, "--store", imported, "--sort", "cost", "--json")
    costs = [Decimal(row["cost"]["usd"]) for row in rows]
    assert costs == sorted(costs, reverse=True)
    assert len(set(costs)) > 1
    cut = run(table, "--store", imported, "--sort", "cost", "--limit", "1", "--jsonl")
    assert f"Only the most expensive 1 {table}" in cut.stderr


def test_a_list_does_not_load_the_price_table(imported: Path) -> None:
    """Costs are kept with what they are of."""
    finished = subprocess.run(
        [sys.executable, "-c", MODULES_OF_A_TABLE, "sessions", "--store", str(imported)],
        capture_output=True,
        check=False,
        text=True,
    )
    assert finished.stderr.splitlines()[-1] == "False"
