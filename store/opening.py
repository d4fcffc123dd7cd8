"""Opening a store to record into it: what is damaged is put aside, and recording goes on.

The caller owns the store's lock: nobody else moves or makes its files meanwhile.
"""

import logging
import os
import time
from contextlib import closing
from itertools import count
from pathlib import Path

from store.connection import (
    Database,
    connect_to_check,
    open_writer,
    schema_version,
    sqlite3,
    sqlite_is_safe,
    unusable,
)
from store.errors import StoreUnusable
from store.file_systems import check_is_local
from store.health import Health, is_damage, quick_check
from store.mask_key import mask_key_path
from store.private_files import check_is_own
from store.reindex import is_stale
from store.schema import SCHEMA_VERSION

_log = logging.getLogger(__name__)

_COMPANIONS = ("", "-wal", "-shm")


def open_for_recording(path: Path) -> tuple[Database, str]:
    """Open the store, or a new one where it is damaged; also return what there is to tell of it.

    A damaged database keeps its write-ahead log, under another name, for whoever mends it. What
    never was a store, as far as can be told, is left alone. Raises ``StoreUnusable``.
    """
    damage = _damage(path)
    if not damage:
        _warn_of_the_library()
        return open_writer(path), ""
    aside = put_aside(path, "damaged")
    words = f"the store was damaged ({damage}) and is now {aside.name}; a new one was begun"
    _log.warning("%s", words)
    return open_writer(path), words


def open_if_stale(path: Path) -> Database | None:
    """Open a store whose derived tables are not what this version makes of its records.

    ``None`` for all others, and for what is damaged or no store: that is for who records into it.
    """
    if not os.path.lexists(path):
        return None
    try:
        with closing(connect_to_check(path)) as db:
            known = schema_version(db)
            if not known or (known >= SCHEMA_VERSION and not is_stale(db)):
                return None
    except (StoreUnusable, sqlite3.Error):
        return None
    return None if _damage(path) else open_writer(path)


def _warn_of_the_library() -> None:
    """Say what is wrong with the SQLite in use, if anything is."""
    if not sqlite_is_safe():
        _log.warning(
            "SQLite %s can damage a store in rare cases; 3.51.3 does not", sqlite3.sqlite_version
        )


def put_aside(path: Path, why: str) -> Path:
    """Rename a store's files, which no connection holds open; return the new name."""
    aside = free_name(path, why)
    for companion in _COMPANIONS:
        file = path.with_name(path.name + companion)
        if file.exists():
            file.rename(aside.with_name(aside.name + companion))
    return aside


def free_name(path: Path, why: str) -> Path:
    """Return a name beside the store that no file has."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    names = (f"{path.name}.{why}-{stamp}{f'-{number}' if number else ''}" for number in count())
    return next(free for name in names if not os.path.lexists(free := path.with_name(name)))


def _damage(path: Path) -> str:
    """Return what is wrong with the file of a store, or nothing."""
    if not os.path.lexists(path):
        return ""
    check_is_own(path)
    check_is_local(path)
    was_ours = mask_key_path(path).exists()
    if was_ours and not path.stat().st_size and not path.with_name(f"{path.name}-wal").exists():
        return "it was empty"
    try:
        db = connect_to_check(path)
    except sqlite3.Error as error:
        if is_damage(error) and was_ours:
            return str(error)
        raise unusable(path, error) from error
    try:
        health, words = quick_check(db)
    finally:
        db.close()
    return words if health is Health.DAMAGED else ""
