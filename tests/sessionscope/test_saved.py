"""What can be loaded: by name, from folders and patterns, from a pipe, from another store."""

import gzip
import sqlite3
import subprocess
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from tests.captures import DATA
from tests.sessionscope.command import COMMAND, capture, run
from tests.sessionscope.test_importing import tables

SMOKE = DATA / "smoke"


def loaded(store: Path, *arguments: str | Path) -> dict[str, list[tuple[object, ...]]]:
    """Return the tables of a store into which all could be loaded."""
    finished = run("import", "--store", store, *arguments)
    assert finished.returncode == 0, finished.stderr
    return tables(store)


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The request bodies of a capture in a folder, beside a file of another kind."""
    folder = tmp_path_factory.mktemp("raw")
    with tarfile.open(SMOKE / "raw.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    (folder / "README.md").write_text("What was done.")
    (folder / ".hidden").write_text("nonsense")
    return folder


def test_a_folder_a_pattern_an_archive_and_a_pipe_are_the_same(tmp_path: Path, raw: Path) -> None:
    """However saved telemetry is named, it gives the same tables."""
    from_folder = loaded(tmp_path / "a.db", raw)
    assert from_folder["requests"]
    assert loaded(tmp_path / "b.db", f"{raw}/raw/*.bin") == from_folder
    assert loaded(tmp_path / "c.db", SMOKE / "raw.tar.gz") == from_folder
    with (SMOKE / "raw.tar.gz").open("rb") as archive:
        piped = subprocess.run(
            [*COMMAND, "import", "--store", str(tmp_path / "d.db"), "-"],
            stdin=archive,
            check=True,
            capture_output=True,
        )
    assert b"records read" in piped.stderr
    assert tables(tmp_path / "d.db") == from_folder


def test_what_a_folder_holds_beside_telemetry_is_passed_over(tmp_path: Path, raw: Path) -> None:
    """Nobody named those files; they are counted, and no failure."""
    finished = run("import", "--store", tmp_path / "a.db", raw)
    assert finished.returncode == 0
    assert "Passed over: 1 files" in finished.stderr


def test_another_store_is_read_and_left_as_it_was(tmp_path: Path) -> None:
    """A store is telemetry too; reading it changes no byte and leaves no file beside it."""
    folder = tmp_path / "theirs"
    first = loaded(folder / "s.db", capture("tour-full"), capture("tui-permissions"))
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert loaded(tmp_path / "mine.db", folder / "s.db") == first
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_the_store_itself_is_not_loaded(tmp_path: Path) -> None:
    """Its file is not opened around SQLite, by name or in a folder."""
    store = tmp_path / "sessions.db"
    loaded(store, capture("smoke"))
    assert "is the store itself" in run("import", "--store", store, store).stderr
    assert run("import", "--store", store, tmp_path).returncode == 0


HOSTILE = {
    "a view in place of a table": (
        "alter table records rename to r2; create view records as select * from r2"
    ),
    "rows of other types": "update records set wire = 'text', received_unix_nano = 'x'",
    "another program's": "pragma application_id = 1",
    "a column that is computed": (
        "alter table records rename to r2; create table records (id integer primary key, wire text,"
        " signal as (hex(wire)), name, time_unix_nano, received_unix_nano, resource_id,"
        " scope_id); insert into records (id, wire) values (1, 'x')"
    ),
}


@pytest.mark.parametrize("harm", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_store_is_refused_or_costs_its_rows(tmp_path: Path, harm: str) -> None:
    """Whatever a store was made to be, loading it says what is wrong and stores nothing of it."""
    loaded(tmp_path / "s.db", capture("smoke"))
    with closing(sqlite3.connect(tmp_path / "s.db")) as db:
        db.execute("pragma legacy_alter_table = on")
        db.execute("drop view troubles")
        db.executescript(harm)
        db.commit()
    finished = run("import", "--store", tmp_path / "mine.db", tmp_path / "s.db")
    assert finished.returncode == 1
    assert "Traceback" not in finished.stderr
    assert not tables(tmp_path / "mine.db")["sessions"]


def test_a_damaged_store_is_refused(tmp_path: Path) -> None:
    """Damage is found before anything is loaded."""
    loaded(tmp_path / "s.db", capture("smoke"))
    content = bytearray((tmp_path / "s.db").read_bytes())
    content[5000:9000] = b"\xff" * 4000
    (tmp_path / "s.db").write_bytes(content)
    finished = run("import", "--store", tmp_path / "mine.db", tmp_path / "s.db")
    assert finished.returncode == 1
    assert "s.db" in finished.stderr


@pytest.mark.soak
def test_two_gigabytes_take_little_memory(tmp_path: Path) -> None:
    """Memory is bounded by the longest line, not by the file."""
    line = gzip.decompress((SMOKE / "logs.jsonl.gz").read_bytes())
    with gzip.open(tmp_path / "large.gz", "wb", compresslevel=1) as file:
        for _ in range(2**31 // len(line)):
            file.write(line)
    finished = subprocess.run(
        ["/usr/bin/env", "python3", "-c", _MEASURED, *COMMAND, "import", "--store",
         str(tmp_path / "s.db"), str(tmp_path / "large.gz")],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    assert int(finished.stdout) <= 300 * 1024


_MEASURED = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
