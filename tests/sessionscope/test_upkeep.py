"""``backup``, ``prune`` and ``forget`` as commands (F29, F12, S33)."""

from contextlib import closing
from pathlib import Path

import pytest

from sessionscope.upkeep import size, span
from store.connection import open_reader
from tests.sessionscope.command import capture, data, run, serving

TEXT = "claude_code"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Return a store with two captures in it."""
    path = tmp_path / "s.db"
    finished = run("import", "--store", path, capture("tour-full"), capture("smoke"))
    assert finished.returncode == 0, finished.stderr
    return path


def _sessions(store: Path) -> list[str]:
    return [row["session_id"] for row in data("sessions", "--store", store, "--json")]


def test_f29_a_backup_is_taken_while_a_recorder_owns_the_store(store: Path) -> None:
    """The copy is a store like any other, and a second one under its name is refused."""
    copy = store.with_name("copy.db")
    with serving(store):
        assert run("backup", copy, "--store", store).returncode == 0
        refused = run("backup", copy, "--store", store)
    assert refused.returncode == 1
    assert "overwrites nothing" in refused.stderr
    assert _sessions(copy) == _sessions(store)


def test_s33_forgetting_a_session_leaves_no_byte_of_its_id(store: Path) -> None:
    """Its id was in database and log; afterwards it is in no file, and the others are there."""
    first, *others = _sessions(store)
    finished = run("forget", "--session", first[:8], "--yes", "--store", store)
    assert finished.returncode == 0, finished.stderr
    assert _sessions(store) == others
    files = b"".join(file.read_bytes() for file in store.parent.iterdir())
    assert first.encode() not in files
    assert others[0].encode() in files


def test_s33_forgetting_a_user_leaves_nothing_of_them(store: Path) -> None:
    """All sessions that carry the identity go, and every record that holds it."""
    with closing(open_reader(store)) as db:
        (user,) = db.execute(
            "select value from session_attributes where name = 'user.id' limit 1"
        ).fetchone()
    finished = run("forget", "--user", user, "--yes", "--store", store)
    assert finished.returncode == 0, finished.stderr
    assert user.encode() not in b"".join(file.read_bytes() for file in store.parent.iterdir())


def test_s33_copies_beside_the_store_are_named(store: Path) -> None:
    """What forget does not reach it says."""
    store.with_name("s.db.damaged-20260101T000000Z").touch()
    finished = run("forget", "--session", _sessions(store)[0], "--yes", "--store", store)
    assert "s.db.damaged-20260101T000000Z" in finished.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["forget", "--yes"], "say --session or --user"),
        (["forget", "--session", "nobody", "--yes"], "no session's id"),
        (["forget", "--user", "nobody", "--yes"], "no session is of user"),
        (["forget", "--session", "x"], "nobody can be asked"),
        (["prune", "--yes"], "say --older-than or --max-size"),
        (["prune", "--older-than", "soon", "--yes"], "such as 90d"),
        (["prune", "--max-size", "1e9", "--yes"], "such as 500m"),
    ],
)
def test_what_cannot_be_removed_is_said(store: Path, arguments: list[str], words: str) -> None:
    """Nothing changes, and the words say what is missing."""
    before = _sessions(store)
    finished = run(*arguments, "--store", store)
    assert finished.returncode in {1, 2}
    assert words in finished.stderr
    assert _sessions(store) == before


def test_f12_prune_says_what_would_go_and_then_does_it(store: Path) -> None:
    """A dry run changes nothing; ages count from the newest record, so nothing is old by a jump."""
    before = _sessions(store)
    dry = run("prune", "--max-size", "1k", "--dry-run", "--store", store)
    assert dry.returncode == 0
    assert " sessions, " in dry.stderr
    assert _sessions(store) == before
    kept = run("prune", "--older-than", "1h", "--yes", "--store", store)
    assert "nothing to remove" in kept.stderr
    assert run("prune", "--max-size", "1k", "--yes", "--store", store).returncode == 0
    assert _sessions(store) == []


def test_what_a_recorder_owns_is_not_changed_beside_it(store: Path) -> None:
    """Prune and forget say who records and what to do; a dry run may look."""
    with serving(store):
        for arguments in (
            ["prune", "--max-size", "1k"],
            ["forget", "--session", _sessions(store)[0]],
        ):
            refused = run(*arguments, "--yes", "--store", store)
            assert refused.returncode == 1
            assert "stop it first" in refused.stderr
            assert run(*arguments, "--dry-run", "--store", store).returncode == 0


def test_quantities_are_read() -> None:
    """Ages and sizes have one letter for their unit."""
    assert (span("2w"), span("12h"), size("2g"), size("5K")) == (1_209_600, 43_200, 2**31, 5_120)
