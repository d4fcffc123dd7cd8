"""Saved telemetry comes into the store: all of it, once, or named by its line."""

import gzip
from pathlib import Path

import pytest

from store.connection import open_reader
from tests.captures import DATA
from tests.sessionscope.command import capture, data, run, serving
from tests.store.stores import derived


def tables(store: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return all that the store says its records mean."""
    db = open_reader(store)
    try:
        return derived(db)
    finally:
        db.close()


def test_twice_is_the_same_as_once(tmp_path: Path) -> None:
    """A file that was loaded already changes nothing."""
    store = tmp_path / "sessions.db"
    assert run("import", "--store", store, capture("tour-full")).returncode == 0
    once = tables(store)
    again = run("import", "--store", store, capture("tour-full"), capture("tour-full"))
    assert again.returncode == 0
    assert tables(store) == once
    assert once["sessions"]


def test_a_file_is_read_whether_compressed_or_not(tmp_path: Path) -> None:
    """The content decides, not the name."""
    plain = tmp_path / "logs.gz"
    plain.write_bytes(gzip.decompress((DATA / "smoke" / "logs.jsonl.gz").read_bytes()))
    assert run("import", "--store", tmp_path / "a.db", plain).returncode == 0
    assert run("import", "--store", tmp_path / "b.db", capture("smoke")).returncode == 0
    assert tables(tmp_path / "a.db") == tables(tmp_path / "b.db")


def test_bad_lines_are_named_and_the_rest_is_loaded(tmp_path: Path) -> None:
    """Each bad line is reported by file and number; the exit code says that some are missing."""
    good = gzip.decompress((DATA / "smoke" / "logs.jsonl.gz").read_bytes())
    file = tmp_path / "logs.jsonl"
    file.write_bytes(b"{\n\n" + good + b'{"resourceLogs": 5}\nnonsense')
    last = 3 + good.count(b"\n") + 1
    finished = run("import", "--store", tmp_path / "sessions.db", file)
    assert finished.returncode == 1
    assert f"{file}:1: " in finished.stderr
    assert f"{file}:2: " not in finished.stderr
    assert f"{file}:{last}: " in finished.stderr
    assert "Left out: 3 lines" in finished.stderr
    assert len(data("requests", "--store", tmp_path / "sessions.db", "--json")) == 2


def test_a_file_of_another_kind_does_not_flood_the_terminal(tmp_path: Path) -> None:
    """The first bad lines are named, the others counted."""
    (tmp_path / "book.txt").write_text("nonsense\n" * 1_000)
    finished = run("import", "--store", tmp_path / "sessions.db", tmp_path / "book.txt")
    assert len(finished.stderr.splitlines()) < 30
    assert "Left out: 1000 lines" in finished.stderr


def test_a_file_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    """Nothing is loaded when one of the files is missing."""
    store = tmp_path / "sessions.db"
    finished = run("import", "--store", store, capture("smoke"), tmp_path / "missing.jsonl")
    assert finished.returncode == 2
    assert "missing.jsonl" in finished.stderr
    assert not store.exists()


@pytest.mark.parametrize("command", ["import", "reindex"])
def test_a_store_that_is_being_recorded_into_is_left_alone(tmp_path: Path, command: str) -> None:
    """There is one writer; the refusal names it and says what to do."""
    store = tmp_path / "sessions.db"
    files = [capture("smoke")] if command == "import" else []
    with serving(store) as recorder:
        finished = run(command, "--store", store, *files)
    assert finished.returncode == 1
    assert f"process id {recorder.process.pid}" in finished.stderr
    assert "stop it first" in finished.stderr


def test_reindex_gives_the_same_tables(tmp_path: Path) -> None:
    """What records mean is derived from them alone."""
    store = tmp_path / "sessions.db"
    run("import", "--store", store, capture("tour-full"), capture("tui-permissions"))
    before = tables(store)
    finished = run("reindex", "--store", store)
    assert finished.returncode == 0
    assert "records interpreted anew" in finished.stderr
    assert tables(store) == before
