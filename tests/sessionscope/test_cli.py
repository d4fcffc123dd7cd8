"""What the command line promises whatever is asked: help, streams, exit codes, lightness."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sessionscope import __version__
from store.insights import TroubleKind
from tests.house.tree import ROOT
from tests.sessionscope.command import COMMAND, run

COMMANDS = (
    "serve",
    "view",
    "import",
    "reindex",
    "sessions",
    "requests",
    "permissions",
    "transcript",
)
HEAVY = {"aiohttp", "google", "grpc", "textual"}
LOADED_BY = """
import json, sys
sys.argv[1:] = json.loads(sys.argv[1])
from sessionscope.__main__ import main
try:
    main()
finally:
    print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    """It fits a terminal of 100 columns and says what the command does."""
    finished = run(command, "--help")
    assert finished.returncode == 0
    assert finished.stdout.startswith(f"Usage: sessionscope {command} ")
    assert max(map(len, finished.stdout.splitlines())) <= 100


def test_the_help_of_trouble_names_every_kind() -> None:
    """What can be filtered for can be read there, and in the README."""
    told = run("trouble", "--help").stdout
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [kind for kind in TroubleKind if kind not in told or f"`{kind}`" not in readme] == []


def test_the_help_lists_every_command() -> None:
    """Each with a line of its own."""
    listed = run("--help").stdout
    assert all(f"\n  {command}" in listed for command in COMMANDS)


def test_the_version_is_printed() -> None:
    """For bug reports."""
    assert run("--version").stdout == f"sessionscope {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["frobnicate"],
        ["sessions", "--limit", "-1"],
        ["sessions", "--bogus"],
        ["serve", "--host", "0.0.0.0"],  # noqa: S104
        ["serve", "--grpc-port", "http"],
        ["import"],
        ["transcript"],
    ],
    ids=" ".join,
)
def test_a_command_asked_wrongly_ends_with_2(arguments: list[str]) -> None:
    """Words on standard error, nothing on standard output."""
    finished = run(*arguments)
    assert finished.returncode == 2
    assert finished.stdout == ""
    assert "Error: " in finished.stderr


def test_a_reader_that_leaves_early_is_no_error_to_talk_about(imported: Path) -> None:
    """``sessionscope … | head`` is quiet."""
    with subprocess.Popen(
        [*COMMAND, "requests", "--store", imported, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


@pytest.mark.parametrize("command", ["sessions", "requests", "permissions"])
def test_lists_load_neither_screens_nor_doors(imported: Path, command: str) -> None:
    """A script that asks often does not wait for what it does not use."""
    arguments = json.dumps([command, "--store", str(imported), "--json"])
    finished = subprocess.run(
        [sys.executable, "-c", LOADED_BY, arguments],
        capture_output=True,
        check=True,
        cwd=ROOT,
        text=True,
    )
    assert not HEAVY & set(json.loads(finished.stderr.splitlines()[-1]))
