"""One recorder a store: a lock file beside the store, held for as long as the recorder lives.

The kernel gives the lock back when its holder dies, however it dies, so a stale lock cannot be. The
database file itself is never opened here: closing any descriptor of it would drop the locks that
SQLite holds in this process (SQLite, "How To Corrupt An SQLite Database File", §2.2; reliability
G1).
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Self

from store.errors import StoreLocked, StoreUnusable

_RECORD_BYTES = 2048
"""The file's fixed size: one write replaces all of it, so a reader never sees two halves."""

_WORDS = 300
"""Characters kept of what is wrong: in JSON each may take six bytes."""

_PROBES = 100
_PROBE_PAUSE_S = 0.01


@dataclass(frozen=True, slots=True)
class Owner:
    """The recorder that owns a store."""

    pid: int | None
    """``None`` when the owner has not introduced itself yet."""
    started_unix_nano: int | None
    host: str | None = None
    grpc_port: int | None = None
    """``None`` until the doors are open; so are the next two."""
    http_port: int | None = None
    trouble: str = ""
    """What is wrong with the store, in a sentence for people; empty when nothing is."""


class StoreLock:
    """The right to record into a store; use as a context manager, or call ``release``."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._changing = Lock()
        self._owner = Owner(pid=os.getpid(), started_unix_nano=time.time_ns())
        self._write()

    @classmethod
    def acquire(cls, store: Path) -> Self:
        """Take the lock of ``store``.

        Raises ``StoreLocked``, naming the owner, when another recorder has it, and
        ``StoreUnusable`` when the lock file cannot be made.
        """
        path = lock_path(store)
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as error:
            message = f"cannot open the lock file {path}: {error.strerror}"
            raise StoreUnusable(message) from error
        try:
            os.fchmod(descriptor, 0o600)
            _lock_exclusively(descriptor, store)
            return cls(descriptor)
        except BaseException:
            os.close(descriptor)
            raise

    def announce(self, *, host: str, grpc_port: int, http_port: int) -> None:
        """Write down which doors are open, for viewers and other recorders to read."""
        self._change(host=host, grpc_port=grpc_port, http_port=http_port)

    def tell(self, trouble: str) -> None:
        """Write down what is wrong with the store; any thread may call this."""
        self._change(trouble=trouble[:_WORDS])

    def release(self) -> None:
        """Give the lock back; the file stays, as removing it would let two recorders in."""
        os.close(self._descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.release()

    def _change(self, **fields: str | int) -> None:
        with self._changing:
            self._owner = replace(self._owner, **fields)  # type: ignore[arg-type]
            self._write()

    def _write(self) -> None:
        record = json.dumps(asdict(self._owner)).encode().ljust(_RECORD_BYTES - 1) + b"\n"
        os.pwrite(self._descriptor, record, 0)
        os.ftruncate(self._descriptor, len(record))


def lock_path(store: Path) -> Path:
    """Return where the lock file of ``store`` is."""
    return store.with_name(store.name + ".lock")


def owner(store: Path) -> Owner | None:
    """Return the living recorder of ``store``, or ``None`` when nobody records into it."""
    try:
        descriptor = os.open(lock_path(store), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        with _shared(descriptor) as nobody_owns_it:
            return None if nobody_owns_it else _read(descriptor)
    finally:
        os.close(descriptor)


def _lock_exclusively(descriptor: int, store: Path) -> None:
    """Become the owner; a viewer that is just probing is waited out."""
    for _ in range(_PROBES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with _shared(descriptor) as nobody_owns_it:
                if not nobody_owns_it:
                    break
            time.sleep(_PROBE_PAUSE_S)
        else:
            return
    raise StoreLocked(_sentence(store, _read(descriptor)))


@contextmanager
def _shared(descriptor: int) -> Iterator[bool]:
    """Tell whether a shared lock can be had, which is whether no recorder holds the other kind."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        try:
            yield True
        finally:
            fcntl.flock(descriptor, fcntl.LOCK_UN)


def _read(descriptor: int) -> Owner:
    try:
        fields = json.loads(os.pread(descriptor, _RECORD_BYTES, 0))
        return Owner(**fields)
    except (ValueError, TypeError):
        return Owner(pid=None, started_unix_nano=None)


def _sentence(store: Path, owner: Owner) -> str:
    who = "another recorder" if owner.pid is None else f"the recorder with process id {owner.pid}"
    doors = f" (ports {owner.grpc_port} and {owner.http_port})" if owner.grpc_port else ""
    return f"{who}{doors} already owns the store {store}"
