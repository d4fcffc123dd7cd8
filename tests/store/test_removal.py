"""What is removed is gone from every file, and what stays is as if it had never been (S33)."""

from contextlib import closing
from pathlib import Path

import pytest

from receiver.dialects import Dialects
from receiver.stored import StoredDecoder
from store.connection import Database, open_reader, open_writer
from store.errors import StoreBusy
from store.reindex import reindex
from store.removal import (
    Removal,
    count_records,
    down_to,
    give_back,
    leave_no_trace,
    of_user,
    older_than,
    remove,
    used_bytes,
)
from store.schema import DERIVED_TABLES
from store.signals import Batch
from tests.captures import CAPTURES, RECEIVED_UNIX_NANO, batches, exports
from tests.store.stores import derived, fill

GONE = "tour-full"
STAYS = tuple(capture for capture in CAPTURES if capture != GONE)[:6]


def _batches(*captures: str) -> list[Batch]:
    return [batch for capture in captures for batch in batches(exports(capture))]


def _sessions(db: Database) -> tuple[str, ...]:
    return tuple(session for (session,) in db.execute("select session_id from sessions"))


@pytest.fixture
def of_both(tmp_path: Path) -> tuple[Path, tuple[str, ...]]:
    """Return a store, and those of its sessions that are to go."""
    path, gone, stays = tmp_path / "s.db", tmp_path / "gone.db", tmp_path / "stays.db"
    fill(path, _batches(GONE, *STAYS))
    fill(gone, _batches(GONE))
    fill(stays, _batches(*STAYS))
    with closing(open_reader(gone)) as db, closing(open_reader(stays)) as other:
        doomed = set(_sessions(db)) - set(_sessions(other))
    assert doomed
    return path, tuple(sorted(doomed))


def test_s33_every_derived_table_says_of_which_session_a_row_is(tmp_path: Path) -> None:
    """A table without that could not be cleared of a session."""
    with closing(open_writer(tmp_path / "s.db")) as db:
        for table in DERIVED_TABLES:
            columns = {row[1] for row in db.execute(f"pragma table_info({table})")}
            assert "session_id" in columns, table


def test_s33_what_stays_is_what_a_store_without_them_is(
    of_both: tuple[Path, tuple[str, ...]], tmp_path: Path
) -> None:
    """The derived tables are those of the other records alone, and those that reindex gives."""
    path, doomed = of_both
    with closing(open_writer(path)) as db:
        remove(db, Removal(doomed, 0))
        left = derived(db)
        reindex(db, Dialects(), decode=StoredDecoder().decode)
        assert derived(db) == left
        assert count_records(db, doomed) == 0
        assert not set(_sessions(db)) & set(doomed)
    fill(tmp_path / "same.db", _batches(GONE, *STAYS))
    with closing(open_writer(tmp_path / "same.db")) as db:
        remove(db, Removal(doomed, 0))
        assert derived(db) == left


def _files(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


def test_s33_nothing_that_was_removed_is_in_any_file(
    of_both: tuple[Path, tuple[str, ...]],
) -> None:
    """Neither ids nor texts: bytes of the database, its log and its shared memory are searched."""
    path, doomed = of_both
    with closing(open_reader(path)) as db:
        marks = ", ".join("?" * len(doomed))
        texts = {
            value.encode()
            for (value,) in db.execute(
                f"select prompt_content from turns where session_id in ({marks})"
                f" union select text from events where session_id in ({marks})",
                [*doomed, *doomed],
            )
            if value and len(value) > 20
        }
        stays = {
            value.encode()
            for (value,) in db.execute(
                f"select text from events where session_id not in ({marks})", doomed
            )
            if value
        }
    texts -= stays
    texts = {text for text in texts if not any(text in other for other in stays)}
    assert texts
    wanted = {session.encode() for session in doomed} | texts
    assert all(each in _files(path) for each in wanted)
    db = open_writer(path)
    remove(db, Removal(doomed, 0))
    leave_no_trace(db)
    found = [each for each in wanted if each in _files(path)]
    db.close()
    assert found == []
    assert [each for each in wanted if each in _files(path)] == []


def test_s33_a_reader_that_still_looks_is_told_of(of_both: tuple[Path, tuple[str, ...]]) -> None:
    """While a snapshot of the old state is open its bytes cannot go, and it is said so."""
    path, doomed = of_both
    db = open_writer(path)
    db.execute("pragma busy_timeout = 1")
    reader = open_reader(path)
    reader.execute("begin")
    reader.execute("select count(*) from records").fetchone()
    remove(db, Removal(doomed, 0))
    with pytest.raises(StoreBusy, match=r"another program|cannot be emptied"):
        leave_no_trace(db)
    reader.close()
    leave_no_trace(db)
    db.close()
    assert doomed[0].encode() not in _files(path)


def test_s33_the_sessions_of_a_user_are_found(of_both: tuple[Path, tuple[str, ...]]) -> None:
    """All that have the identity, and no part of one."""
    path, _ = of_both
    with closing(open_reader(path)) as db:
        (user,) = db.execute(
            "select value from session_attributes where name = 'user.id'"
        ).fetchone()
        count = "select count(*) from session_attributes where name = 'user.id' and value = ?"
        assert len(of_user(db, ["user.id"], user)) == db.execute(count, [user]).fetchone()[0]
        assert of_user(db, ["user.id"], user[:-1]) == ()


def test_s33_records_of_no_session_go_by_what_they_hold(tmp_path: Path) -> None:
    """Those that hold the text in their own bytes or in their resource's go; the rest stays."""
    path = tmp_path / "s.db"
    fill(path, _batches(*CAPTURES))
    with closing(open_writer(path)) as db:
        db.execute("update records set session_id = null")
        (wire,) = db.execute("select wire from records order by id limit 1").fetchone()
        text = "user_prompt"
        holding = "select count(*) from records where instr(wire, ?) > 0"
        before = db.execute(holding, [bytearray(text.encode())]).fetchone()[0]
        total = db.execute("select count(*) from records").fetchone()[0]
        assert 0 < before < total
        assert wire
        remove(db, Removal((), 0), holding=text)
        assert db.execute(holding, [bytearray(text.encode())]).fetchone()[0] == 0
        assert db.execute("select count(*) from records").fetchone()[0] == total - before


def test_f12_old_is_what_both_clocks_call_old(tmp_path: Path) -> None:
    """An event dated 1970 that came today stays, and so does one dated in the future."""
    path = tmp_path / "s.db"
    fill(path, _batches(*STAYS))
    with closing(open_reader(path)) as db:
        assert older_than(db, RECEIVED_UNIX_NANO).session_ids == ()
        assert set(older_than(db, RECEIVED_UNIX_NANO + 1).session_ids) == set(_sessions(db))


def test_f12_only_the_oldest_go_for_the_sake_of_size(tmp_path: Path) -> None:
    """As many as it takes, in order of when they were last heard of; then the file is smaller."""
    path = tmp_path / "s.db"
    ages = [
        batch._replace(received_unix_nano=RECEIVED_UNIX_NANO + number)
        for number, batch in enumerate(_batches(*CAPTURES))
    ]
    fill(path, ages)
    with closing(open_writer(path)) as db:
        whole = used_bytes(db)
        assert down_to(db, whole).records == 0
        removal = down_to(db, whole // 2)
        last = dict(
            db.execute(
                "select session_id, max(received_unix_nano) from records group by 1"
            ).fetchall()
        )
        gone = [last[session] for session in removal.session_ids]
        assert max(gone) < min(last[s] for s in last if s and s not in removal.session_ids)
        remove(db, removal)
        give_back(db)
        assert used_bytes(db) < whole * 0.7
        assert path.stat().st_size < whole * 0.8
        left = derived(db)
        reindex(db, Dialects(), decode=StoredDecoder().decode)
        assert derived(db) == left
