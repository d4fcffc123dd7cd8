"""One recorder a store."""

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from store.errors import StoreLocked, StoreUnusable
from store.lock import StoreLock, lock_path, owner

HOLD = """
import sys
from pathlib import Path
from store.lock import StoreLock
lock = StoreLock.acquire(Path(sys.argv[1]))
lock.announce(host="localhost", grpc_port=1, http_port=2)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Where a store would be; the lock needs none."""
    return tmp_path / "sessions.db"


def test_a_second_recorder_is_refused_and_told_the_first(store: Path) -> None:
    """The refusal names the process that owns the store."""
    with StoreLock.acquire(store), pytest.raises(StoreLocked, match=str(os.getpid())):
        StoreLock.acquire(store)


def test_the_owner_is_known_with_its_doors(store: Path) -> None:
    """A viewer reads who records and on which ports."""
    with StoreLock.acquire(store) as lock:
        lock.announce(host="localhost", grpc_port=4317, http_port=4318)
        found = owner(store)
    assert found is not None
    assert (found.pid, found.host, found.grpc_port, found.http_port) == (
        os.getpid(),
        "localhost",
        4317,
        4318,
    )


def test_a_store_that_was_let_go_has_no_owner(store: Path) -> None:
    """The file stays with the last owner in it; only a lock that is held makes one."""
    assert owner(store) is None
    StoreLock.acquire(store).release()
    assert json.loads(lock_path(store).read_text())["pid"] == os.getpid()
    assert owner(store) is None
    StoreLock.acquire(store).release()


def test_the_lock_of_a_killed_recorder_is_free(store: Path) -> None:
    """However a recorder dies, the next one can start."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, store], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        found = owner(store)
        assert found is not None
        assert found.pid == holder.pid
        holder.send_signal(signal.SIGKILL)
    assert owner(store) is None
    StoreLock.acquire(store).release()


def test_probing_does_not_keep_a_recorder_out(store: Path) -> None:
    """A viewer that asks at the same time never makes a recorder fail to start."""
    program = (
        "import sys; from pathlib import Path; from store.lock import owner\n"
        "print('probing', flush=True)\n"
        "while True: owner(Path(sys.argv[1]))"
    )
    StoreLock.acquire(store).release()
    with subprocess.Popen([sys.executable, "-c", program, store], stdout=subprocess.PIPE) as prober:
        assert prober.stdout is not None
        prober.stdout.readline()
        try:
            for _ in range(200):
                StoreLock.acquire(store).release()
        finally:
            prober.kill()


def test_the_file_is_private_whatever_the_umask(store: Path) -> None:
    """Nobody else may learn who records, or hold the lock."""
    previous = os.umask(0)
    try:
        StoreLock.acquire(store).release()
    finally:
        os.umask(previous)
    assert stat.S_IMODE(lock_path(store).stat().st_mode) == 0o600


def test_a_link_in_place_of_the_lock_file_is_refused(store: Path, tmp_path: Path) -> None:
    """A lock file that somebody points elsewhere is not followed."""
    (tmp_path / "elsewhere").touch()
    lock_path(store).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreUnusable, match="lock file"):
        StoreLock.acquire(store)
    assert owner(store) is None


def test_an_unreadable_lock_file_still_has_an_owner(store: Path) -> None:
    """What counts is the lock; what the file says is for people."""
    with StoreLock.acquire(store):
        lock_path(store).write_text("not json")
        found = owner(store)
        assert found is not None
        assert found.pid is None
        with pytest.raises(StoreLocked, match="another recorder"):
            StoreLock.acquire(store)
