"""Every statement of ``statements.toml`` holds at both doors, in front of a real store."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from receiver.dialects import Dialects
from receiver.doors import Doors
from store.writer import Writer
from tests.conformance.__main__ import check, rows_in
from tests.conformance.endpoint import Endpoint
from tests.conformance.statements import Statement, statements
from tests.house.tree import ROOT
from tests.sessionscope.command import serving

LIMIT = 100_000
CASES = [
    pytest.param(statement, door, id=f"{statement.id}-{door}")
    for statement in statements()
    for door in statement.answering_doors
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the path of a store that all statements share."""
    return tmp_path_factory.mktemp("conformance") / "sessions.db"


@pytest.fixture(scope="module")
def endpoint(store: Path) -> Iterator[Endpoint]:
    """Doors with a small body limit, and the writer behind them."""
    writer = Writer(store, Dialects())
    writer.start()
    doors = Doors(writer, "127.0.0.1", grpc_port=0, http_port=0, body_limit=LIMIT)
    doors.start()
    http, grpc = f"http://127.0.0.1:{doors.http_port}", f"127.0.0.1:{doors.grpc_port}"
    yield Endpoint(http, grpc, LIMIT)
    doors.stop()
    writer.stop()


@pytest.mark.parametrize(("statement", "door"), CASES)
def test_the_statement_holds(
    endpoint: Endpoint, store: Path, *, statement: Statement, door: str
) -> None:
    """The answer is as it must be, and so is the number of rows."""
    check(statement, door, endpoint, rows=lambda: rows_in(store))


def test_every_statement_has_a_number_of_its_own() -> None:
    """A number names one statement."""
    names = [statement.id for statement in statements()]
    assert len(names) == len(set(names)) >= 100


def test_the_runner_tries_a_recorder_from_outside(tmp_path: Path) -> None:
    """All statements hold at a recorder as people run it, with its limit of 64 MiB."""
    store = tmp_path / "sessions.db"
    with serving(store) as recorder:
        finished = subprocess.run(
            [
                *(sys.executable, "-m", "tests.conformance", "--store", str(store)),
                *("--http", f"http://127.0.0.1:{recorder.owner.http_port}"),
                *("--grpc", f"127.0.0.1:{recorder.owner.grpc_port}"),
            ],
            cwd=ROOT,
            capture_output=True,
            check=False,
            text=True,
        )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert finished.stdout == f"{len(CASES)} statements tried, 0 broken\n"
