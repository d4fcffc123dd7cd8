"""A copy of a store, taken while it is recorded into: one moment of it, whole or not at all."""

import os
from contextlib import closing
from pathlib import Path

from store.connection import connect_to_check, open_reader, sqlite3
from store.errors import StoreUnusable
from store.health import Health, quick_check
from store.private_files import create_empty


def back_up(store: Path, target: Path) -> int:
    """Copy a store to a file that does not exist yet, 0600; return the copy's size in bytes.

    SQLite makes the copy (``vacuum into``) from one snapshot, without what was removed. It gets its
    name when it is complete, checked and on disk. Raises ``StoreUnusable``.
    """
    if os.path.lexists(target):
        raise StoreUnusable(f"{target} exists; a backup overwrites nothing")
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        create_empty(unfinished)
        try:
            _copy(store, unfinished)
            os.link(unfinished, target)
        finally:
            unfinished.unlink()
        _sync(target.parent)
        return target.stat().st_size
    except FileExistsError as error:
        raise StoreUnusable(f"{target} exists; a backup overwrites nothing") from error
    except (OSError, sqlite3.Error) as error:
        raise StoreUnusable(f"{target} cannot be written: {error}") from error


def _copy(store: Path, copy: Path) -> None:
    with closing(open_reader(store)) as db:
        # The connection cannot write to the store as it is; this is about its other file.
        db.execute("pragma query_only = off")
        db.execute("vacuum into ?", [str(copy)])
    with closing(connect_to_check(copy)) as db:
        health, words = quick_check(db, within_s=float("inf"))
    if health is not Health.SOUND:
        raise StoreUnusable(f"the copy is not sound ({words}): the store itself may be damaged")
    _sync(copy)


def _sync(path: Path) -> None:
    """Have a file, or the names in a directory, on disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
