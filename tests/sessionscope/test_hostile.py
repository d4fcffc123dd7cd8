"""No byte of telemetry acts on a terminal, a spreadsheet or a script."""

import csv
import io
import json
import re
from pathlib import Path

import pytest

from tests.sessionscope.command import run
from tests.sessionscope.hostile import ESCAPES, FORMULA, saved

_ACTIVE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
TABLES = ("sessions", "requests", "permissions")
LISTS = [[table] for table in TABLES] + [["transcript", "s-1"]]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store whose every text is full of escape sequences."""
    folder = tmp_path_factory.mktemp("hostile")
    store = folder / "sessions.db"
    assert run("import", "--store", store, saved(folder / "a", prompt=ESCAPES)).returncode == 0
    return store


@pytest.fixture(scope="module")
def formulas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store whose every text is a formula."""
    folder = tmp_path_factory.mktemp("formulas")
    store = folder / "sessions.db"
    assert run("import", "--store", store, saved(folder / "a", prompt=FORMULA)).returncode == 0
    return store


@pytest.mark.parametrize("command", LISTS, ids=" ".join)
def test_people_see_controls_as_pictures(hostile: Path, command: list[str]) -> None:
    """Escape sequences are shown, and nothing of them is parsed as markup."""
    output = run(*command, "--store", hostile).stdout
    assert not _ACTIVE.search(output.replace("\n", ""))
    assert "A␛" in output


@pytest.mark.parametrize("command", LISTS, ids=" ".join)
def test_json_is_ascii_and_loses_nothing(hostile: Path, command: list[str]) -> None:
    """Control characters are escaped, so that the text is the same after parsing."""
    output = run(*command, "--store", hostile, "--json").stdout
    assert output.isascii()
    assert not _ACTIVE.search(output.replace("\n", ""))
    assert json.loads(output)
    assert json.dumps(ESCAPES)[1:-1].replace("\x7f", "\\u007f") in output


@pytest.mark.parametrize("table", TABLES)
def test_csv_shows_controls_as_pictures(hostile: Path, table: str) -> None:
    """A sheet that is printed to a terminal does nothing to it."""
    output = run(table, "--store", hostile, "--csv").stdout
    assert not _ACTIVE.search(output.replace("\r\n", "").replace("\n", ""))


@pytest.mark.parametrize(
    ("table", "column"),
    [("sessions", "title"), ("requests", "model"), ("permissions", "command")],
)
def test_a_formula_is_text_in_a_sheet(formulas: Path, table: str, column: str) -> None:
    """What a spreadsheet would compute has an apostrophe in front."""
    output = run(table, "--store", formulas, "--csv").stdout
    (row,) = csv.DictReader(io.StringIO(output))
    assert row[column] == f"'{FORMULA}"
    assert not re.search(r'(^|,)"?=', output, re.MULTILINE)


def test_a_filter_that_cannot_be_read_is_shown_safely(hostile: Path) -> None:
    """What was typed is echoed through the same gate."""
    finished = run("sessions", "--store", hostile, "--where", "a:\x1b[2J")
    assert finished.returncode == 2
    assert "\x1b" not in finished.stderr


def test_a_bad_line_is_reported_safely(tmp_path: Path) -> None:
    """Neither a file's name nor its content reaches the terminal as it is."""
    file = tmp_path / "a\x1b[2J.jsonl"
    file.write_text("\x1b]0;title\x07\n")
    finished = run("import", "--store", tmp_path / "sessions.db", file)
    assert finished.returncode == 1
    assert "\x1b" not in finished.stderr
