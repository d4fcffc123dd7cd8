"""What befalls the store of a running recorder: senders hear of it, doctor says it, it heals."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from store.lock import Owner, owner
from store.signals import Signal
from tests.acceptance.load import Load, numbered
from tests.acceptance.senders import GrpcSender, HttpSender, NotStored
from tests.acceptance.stored import stored
from tests.captures import exports
from tests.house.tree import ROOT
from tests.receiver.clients import PROTOBUF, HttpClient
from tests.sessionscope.command import run, serving
from tests.store.test_faults import mounted, other


def _post(recorder: Owner, *numbers: str) -> tuple[int, dict[str, str]]:
    """Send one export; return status and headers of the answer."""
    assert recorder.http_port is not None
    client = HttpClient(recorder.http_port)
    answer = client.send(numbered(numbers), {"Content-Type": PROTOBUF}, path="/v1/logs")
    client.connection.close()
    return answer.status, {name.lower(): value for name, value in answer.headers.items()}


def _fill(disk: Path) -> Path:
    """Take all the room that is left."""
    status = os.statvfs(disk)
    filler = disk / "filler"
    filler.write_bytes(b"x" * (status.f_bavail * status.f_frsize))
    return filler


def test_f4_a_full_disk_turns_into_503_and_passes(tmp_path: Path) -> None:
    """Refused with a hint of at most 5 s, said by doctor, stored once when it is sent again."""
    with mounted(tmp_path / "disk", "size=16m") as disk:
        store = disk / "s.db"
        with serving(store) as recorder:
            assert _post(recorder.owner, "1")[0] == 200
            filler = _fill(disk)
            large = [str(number) for number in range(100, 1_500)]
            status, headers = _post(recorder.owner, *large)
            assert status == 503
            assert 0 <= int(headers["retry-after"]) <= 5
            said = run("doctor", "--store", store)
            assert said.returncode == 1
            assert "disk is full" in said.stdout
            filler.unlink()
            assert _post(recorder.owner, "2")[0] == 200
            assert _post(recorder.owner, *large)[0] == 200
        found = [str(record.attributes["session.id"]) for record in stored(store)]
    assert sorted(found) == sorted(["1", "2", *large])


@pytest.mark.parametrize("name", ["s.db", "s.db-wal"])
def test_f7_a_store_removed_under_a_recorder_loses_nothing(name: str, tmp_path: Path) -> None:
    """What was acknowledged before is in the store or beside it, what comes after in the store."""
    store = tmp_path / "s.db"
    with serving(store) as recorder:
        assert _post(recorder.owner, "1", "2")[0] == 200
        (tmp_path / name).unlink()
        assert _post(recorder.owner, "3")[0] == 200
        said = run("doctor", "--store", store).stdout
        assert "was removed" in said
        recorder.process.send_signal(signal.SIGTERM)
        assert recorder.process.wait(20) == 0
    kept = len(stored(store))
    assert kept == (3 if name == "s.db-wal" else 1)
    assert kept == 3 or len(stored(other(store, "rescued"))) == 2


def test_f27_a_stopped_recorder_goes_on_where_it_was(tmp_path: Path) -> None:
    """A machine that sleeps: clients wait or come again, and nothing acknowledged is missing."""
    store = tmp_path / "s.db"
    with serving(store) as recorder:
        with Load(recorder.owner) as load:
            assert load.under_way.wait(30)
            recorder.process.send_signal(signal.SIGSTOP)
            threading.Timer(1.0, recorder.process.send_signal, [signal.SIGCONT]).start()
            threading.Timer(1.5, recorder.process.send_signal, [signal.SIGTERM]).start()
        assert recorder.process.wait(20) == 0
    found = {str(record.attributes["session.id"]) for record in stored(store)}
    assert load.acknowledged
    assert load.acknowledged <= found


def test_f12_f25_a_recorder_that_was_away_takes_what_comes_later(tmp_path: Path) -> None:
    """Refused connections while it is down; the same export is stored once when it is back."""
    store = tmp_path / "s.db"
    with serving(store) as recorder:
        assert _post(recorder.owner, "1")[0] == 200
        ports = recorder.owner
        recorder.process.kill()
        recorder.process.wait()
        with pytest.raises((NotStored, OSError)):
            _post(ports, "1")
    with serving(store) as recorder:
        assert _post(recorder.owner, "1")[0] == 200
    assert len(stored(store)) == 1


_WATCHED = """
import os, sys
from pathlib import Path

store = sys.argv[1]
FORKS = {"os.fork", "os.forkpty", "os.posix_spawn", "subprocess.Popen"}

def watch(event, arguments):
    if event == "open" and str(arguments[0]) in (store, store + "-wal", store + "-shm"):
        if not arguments[2] & os.O_EXCL:
            print("opened", *arguments, file=sys.stderr, flush=True)
    elif event in FORKS or event == "socket.connect":
        print(event, *arguments, file=sys.stderr, flush=True)
    elif event == "import" and arguments[0] in ("apsw", "_sqlite3") and "pysqlite3" in sys.modules:
        print(event, arguments[0], file=sys.stderr, flush=True)

from sessionscope.config import Config
from sessionscope.recorder import record_as_child
sys.addaudithook(watch)
config = Config(Path(store), host="127.0.0.1", grpc_port=0, http_port=0)
raise SystemExit(record_as_child(config, environment=os.environ))
"""


@contextmanager
def _watched(store: Path) -> "Iterator[subprocess.Popen[str]]":
    with subprocess.Popen(
        [sys.executable, "-c", _WATCHED, str(store)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            yield process
        finally:
            process.kill()


def test_g1_g2_f30_s53_a_recorder_touches_nothing_it_must_not(tmp_path: Path) -> None:
    """No open() of the store's files, no second SQLite, no fork, no connection to anywhere.

    Python's audit events tell, from start over exports by both doors to stop, twice.
    """
    store = tmp_path / "s.db"
    for _ in range(2):
        with _watched(store) as process:
            recorder = owner(store)
            assert recorder is not None
            for sender in (HttpSender(recorder), GrpcSender(recorder)):
                for export in exports("smoke"):
                    if export.encoding.value == "protobuf":
                        sender.send(Signal(export.signal), export.body)
                sender.close()
            _, words = process.communicate(timeout=20)
            assert process.returncode == 0
        seen = [line for line in words.splitlines() if " INFO " not in line and line]
        assert [line for line in seen if not line[:4].isdigit()] == []
    assert stored(store)
