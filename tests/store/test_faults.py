"""What disks, people and programs do to a store, and how recording goes on (faults F1–F30)."""

import os
import stat
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from receiver.dialects import Dialects
from store import keeper
from store.connection import open_reader, open_writer, sqlite3
from store.errors import StoreBusy, StoreUnusable
from store.file_systems import check_is_local, file_system
from store.mask_key import mask_key
from store.signals import Batch, Signal
from store.writer import Writer
from tests.captures import CAPTURES, batches, exports

TOUR = [batch for capture in CAPTURES[:12] for batch in batches(exports(capture))]
TOUR = [batch for batch in TOUR if batch.signal is Signal.LOGS and len(batch.records) > 3]


class Recording:
    """A writer, and what it told."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.told: list[str] = []
        self.writer = Writer(path, Dialects(), tell=self.told.append)
        self.writer.start()

    def send(self, *numbers: int) -> None:
        """Have batches stored; raises when one is refused."""
        for answer in [self.writer.submit(TOUR[number]) for number in numbers]:
            answer.result()


@contextmanager
def recording(path: Path) -> Iterator[Recording]:
    """Record as a recorder does: with a key beside the store."""
    recording = Recording(path)
    mask_key(path)
    yield recording
    recording.writer.stop()


def held(path: Path) -> set[bytes]:
    """Return the digests of the records in a store, which must be whole."""
    db = open_reader(path)
    digests = {digest for (digest,) in db.execute("select digest from records")}
    assert db.execute("pragma integrity_check").fetchall() == [("ok",)]
    db.close()
    return digests


def sent(*numbers: int) -> set[bytes]:
    """Return the digests of the records in batches."""
    return {record.digest for number in numbers for record in TOUR[number].records}


def other(path: Path, why: str) -> Path:
    """Return the one file beside a store that was kept for that reason."""
    (found,) = (
        file
        for file in path.parent.glob(f"{path.name}.{why}-*")
        if not file.name.endswith(("-wal", "-shm"))
    )
    return found


def _unlink(path: Path) -> None:
    path.unlink()


def _rename(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))


def _replace(path: Path) -> None:
    new = path.with_name("new.db")
    open_writer(new).close()
    new.replace(path)


def _unlink_all(path: Path) -> None:
    for companion in ("", "-wal", "-shm"):
        path.with_name(path.name + companion).unlink()


@pytest.mark.parametrize("lose", [_unlink, _rename, _replace, _unlink_all])
def test_f7_a_store_that_is_lost_while_recording_loses_nothing(
    lose: Callable[[Path], None], tmp_path: Path
) -> None:
    """What was answered is copied out of the open files, and a new store takes what comes."""
    path = tmp_path / "s.db"
    with recording(path) as it:
        it.send(0, 1)
        lose(path)
        it.send(2)
        assert "the store's file was re" in it.told[-1]
        assert "was copied to" in it.told[-1]
    assert held(other(path, "rescued")) == sent(0, 1)
    assert held(path) == sent(2)
    assert stat.S_IMODE(other(path, "rescued").stat().st_mode) == 0o600


@pytest.mark.parametrize("companion", ["-wal", "-shm"])
def test_f7_a_log_that_is_removed_while_recording_loses_nothing(
    companion: str, tmp_path: Path
) -> None:
    """The write-ahead log is put into the database from where it is still open."""
    path = tmp_path / "s.db"
    with recording(path) as it:
        it.send(0, 1)
        path.with_name(path.name + companion).unlink()
        it.send(2)
    assert held(path) == sent(0, 1, 2)


def test_f7_a_lost_store_is_noticed_while_nothing_comes(tmp_path: Path) -> None:
    """The files are looked for every two seconds; the next look is made here by hand."""
    path = tmp_path / "s.db"
    with recording(path) as it:
        it.send(0)
    it = Recording(path)
    it.writer.stop()
    kept = keeper.Keeper(path, it.told.append)
    path.unlink()
    assert kept.check()
    assert not kept.check()
    kept.close()
    assert held(other(path, "rescued")) == sent(0)


def _zero_header(path: Path) -> None:
    _overwrite(path, 0, bytes(100))


def _not_a_database(path: Path) -> None:
    path.write_bytes(b"not a database at all" * 1000)


def _half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _random_page(path: Path) -> None:
    _overwrite(path, 4096 * 5, os.urandom(4096 * 3))


def _empty(path: Path) -> None:
    os.truncate(path, 0)


def _overwrite(path: Path, offset: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(content)


@pytest.mark.parametrize("damage", [_zero_header, _not_a_database, _half, _random_page, _empty])
def test_f6_g22_a_damaged_store_is_put_aside_and_recording_goes_on(
    damage: Callable[[Path], None], tmp_path: Path
) -> None:
    """It is moved, not mended nor deleted; a new one takes what comes, and the reason is told."""
    path = tmp_path / "s.db"
    with recording(path) as it:
        it.send(*range(8))
    damage(path)
    content = path.read_bytes()
    with recording(path) as it:
        it.send(8)
        assert it.told[0].startswith("the store was damaged (")
        assert other(path, "damaged").name in it.told[0]
    assert other(path, "damaged").read_bytes() == content
    assert held(path) == sent(8)


def test_f6_a_damaged_store_keeps_its_write_ahead_log(tmp_path: Path) -> None:
    """Database and log are one; who mends the store finds them under one name."""
    path = tmp_path / "s.db"
    with recording(path) as it:
        it.send(0)
    _zero_header(path)
    path.with_name("s.db-wal").write_bytes(b"left by a crash")
    with recording(path):
        aside = other(path, "damaged")
        assert aside.with_name(f"{aside.name}-wal").read_bytes() == b"left by a crash"


def test_f6_what_never_was_a_store_is_left_alone(tmp_path: Path) -> None:
    """A file of the person's own, named by mistake, is neither moved nor changed."""
    path = tmp_path / "letter.txt"
    path.write_text("Dear Sir" * 1000)
    with pytest.raises(StoreUnusable, match="not a database"):
        Writer(path, Dialects())
    assert path.read_text() == "Dear Sir" * 1000


def test_f6_a_store_that_turns_out_damaged_while_recording(tmp_path: Path) -> None:
    """The batch that met the damage is refused, for its sender to send again, and then stored."""
    path = tmp_path / "s.db"
    with recording(path) as it:
        it.send(*range(4))
    with recording(path) as it:
        _overwrite(path, 4096, os.urandom(path.stat().st_size - 4096))
        with pytest.raises(StoreBusy):
            it.send(4)
        it.send(4)
        assert "damaged" in it.told[-1]
    assert held(path) == sent(4)


@contextmanager
def mounted(directory: Path, options: str) -> Iterator[Path]:
    """Mount a small file system in memory; skips where that takes rights that are not there."""
    directory.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", directory],
        check=False,
        capture_output=True,
    )
    if done.returncode:
        pytest.skip(f"needs the right to mount: {done.stderr.decode().strip()}")
    try:
        yield directory
    finally:
        subprocess.run(["umount", "--lazy", directory], check=True)


def test_f4_a_full_disk_is_told_and_passes(tmp_path: Path) -> None:
    """Refused while it lasts, nothing half stored, earlier records readable; then as ever."""
    with mounted(tmp_path / "disk", "size=6m") as disk:
        path = disk / "s.db"
        with recording(path) as it:
            it.send(0)
            (disk / "filler").write_bytes(b"x" * _free(disk))
            with pytest.raises(StoreBusy) as refused:
                it.send(*range(1, 12))
            assert refused.value.retry_after_s <= 5
            assert "full" in it.told[-1]
            assert held(path) >= sent(0)
            (disk / "filler").unlink()
            it.send(*range(1, 4))
            assert it.told[-1] == ""
        assert held(path) >= sent(*range(4))


def _free(disk: Path) -> int:
    status = os.statvfs(disk)
    return status.f_bavail * status.f_frsize


def test_f5_a_read_only_disk_is_refused_in_words_and_can_be_read(tmp_path: Path) -> None:
    """The recorder does not start and says why."""
    with mounted(tmp_path / "disk", "size=6m") as disk:
        path = disk / "s.db"
        with recording(path) as it:
            it.send(0)
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        with pytest.raises(StoreUnusable, match=r"(?i)read-?only"):
            Writer(path, Dialects())
        with pytest.raises(StoreUnusable, match="cannot make the store"):
            open_writer(disk / "other.db")


def test_f10_g21_a_slow_reader_is_told_and_the_log_shrinks_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A snapshot held open does not stop recording; the log is emptied when it is let go."""
    monkeypatch.setattr(keeper, "WAL_LIMIT", 100_000)
    path = tmp_path / "s.db"
    wal = path.with_name("s.db-wal")
    told: list[str] = []
    with recording(path) as it:
        it.send(0)
        reader = open_reader(path)
        reader.execute("begin")
        reader.execute("select count(*) from records").fetchone()
        it.send(*range(1, 12))
        assert wal.stat().st_size > 100_000
        kept = keeper.Keeper(path, told.append)
        kept.checkpoint()
        assert "write-ahead log" in told[-1]
        reader.close()
        kept.checkpoint()
        assert told[-1] == ""
        assert wal.stat().st_size == 0
        kept.close()


@pytest.mark.parametrize("received", [0, 1, 2**62, 1_700_000_000_000_000_000])
def test_f12_a_clock_that_jumps_costs_nothing(received: int, tmp_path: Path) -> None:
    """Records are in order of arrival whatever the host's clock says, in 1970 or 2116."""
    path = tmp_path / "s.db"
    with recording(path) as it:
        for batch in (TOUR[0], TOUR[1]._replace(received_unix_nano=received), TOUR[2]):
            it.writer.submit(batch).result()
    db = open_reader(path)
    digests = [digest for (digest,) in db.execute("select digest from records order by id")]
    assert digests == [record.digest for number in range(3) for record in TOUR[number].records]
    times = db.execute("select min(last_event_unix_nano - started_unix_nano) from sessions")
    assert times.fetchone()[0] >= 0
    db.close()


_MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /home/a\\040b rw master:2 - nfs4 server:/x rw
31 22 0:41 / /mnt/c rw - 9p drvfs rw
32 30 8:2 / /home/a\\040b/disk rw - xfs /dev/sdb rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/s.db", "ext4"),
        ("/home/a b/s.db", "nfs4"),
        ("/home/a b/disk/s.db", "xfs"),
        ("/mnt/c/Users/s.db", "9p"),
        ("/mnt/cd/s.db", "ext4"),
    ],
)
def test_f11_the_file_system_of_a_path_is_known(path: str, kind: str) -> None:
    """The longest mount point that holds it counts; spaces in names are escaped."""
    assert file_system(Path(path), _MOUNTS) == kind


def test_f11_a_network_file_system_is_refused_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is made there, and the words say why and what to do."""
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"22 1 0:1 / {tmp_path} rw - nfs4 server:/x rw\n")
    monkeypatch.setattr("store.file_systems._MOUNTS", mounts)
    with pytest.raises(StoreUnusable, match="network file system"):
        check_is_local(tmp_path / "s.db")
    with pytest.raises(StoreUnusable, match="network file system"):
        Writer(tmp_path / "s.db", Dialects())


def test_f9_a_second_writer_is_waited_for(tmp_path: Path) -> None:
    """A short lock of another program surfaces nowhere: the recorder waits for it."""
    path = tmp_path / "s.db"
    with recording(path) as it:
        it.send(0)
        second = sqlite3.connect(path, isolation_level=None)
        second.execute("begin immediate")
        answer = it.writer.submit(TOUR[1])
        assert not answer.done()
        second.execute("rollback")
        second.close()
        answer.result()
    assert held(path) == sent(0, 1)


def _poisoned(batch: Batch) -> Batch:
    return batch._replace(received_unix_nano=2**70)


def test_f21_what_sqlite_cannot_hold_is_refused_alone(tmp_path: Path) -> None:
    """One batch with a number of 70 bits is refused; those around it are stored."""
    path = tmp_path / "s.db"
    with recording(path) as it:
        answers = [it.writer.submit(b) for b in (TOUR[0], _poisoned(TOUR[1]), TOUR[2])]
        answers[0].result()
        answers[2].result()
        assert isinstance(answers[1].exception(), StoreBusy)
    assert held(path) == sent(0, 2)


def test_g3_an_sqlite_with_the_wal_reset_fault_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where only an old library is to be had, recording goes on and the log has the reason."""
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.40.1")
    with recording(tmp_path / "s.db") as it:
        it.send(0, 1, 2)
    assert [record for record in caplog.messages if "3.51.3" in record] == [
        "SQLite 3.40.1 can damage a store in rare cases; 3.51.3 does not"
    ]


def test_f7_a_store_replaced_by_nonsense_is_refused_until_it_is_gone(tmp_path: Path) -> None:
    """What somebody put in its place is left alone; the records are copied out once, and said."""
    path = tmp_path / "s.db"
    with recording(path) as it:
        it.send(0)
        path.with_name("s.db.key").unlink()
        path.unlink()
        path.write_text("Dear Sir" * 1000)
        for _ in range(3):
            with pytest.raises(StoreBusy):
                it.send(1)
        assert "not a database" in it.told[-1]
        assert path.read_text() == "Dear Sir" * 1000
        path.unlink()
        it.send(1)
    assert held(other(path, "rescued")) == sent(0)
    assert held(path) == sent(1)


def test_f4_f7_what_cannot_be_copied_out_is_not_let_go(tmp_path: Path) -> None:
    """A lost store on a full disk is held open, and exports refused, until there is room."""
    with mounted(tmp_path / "disk", "size=6m") as disk:
        path = disk / "s.db"
        with recording(path) as it:
            it.send(0)
            path.unlink()
            (disk / "filler").write_bytes(b"x" * _free(disk))
            with pytest.raises(StoreBusy):
                it.send(1)
            assert "cannot be copied" in it.told[-1]
            (disk / "filler").unlink()
            it.send(1)
        assert held(other(path, "rescued")) == sent(0)
        assert held(path) == sent(1)
