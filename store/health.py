"""How sound a store's file is, as far as can be told in bounded time."""

import time
from enum import StrEnum

from store.connection import Database, sqlite3

CHECK_WITHIN_S = 2.0
_STEPS = 20_000
"""Instructions of SQLite's machine between two looks at the clock."""

_DAMAGED = frozenset({"SQLITE_CORRUPT", "SQLITE_NOTADB"})


class Health(StrEnum):
    """What a quick check found; it does not see every damage (sqlite.org, ``quick_check``)."""

    SOUND = "sound"
    DAMAGED = "damaged"
    NOT_CHECKED = "too large to be checked at the start"


def quick_check(db: Database, *, within_s: float = CHECK_WITHIN_S) -> tuple[Health, str]:
    """Check a store for at most ``within_s``; return what was found, and SQLite's words for it."""
    deadline = time.monotonic() + within_s
    db.conn.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
    try:
        (words,) = db.execute("pragma quick_check(1)").fetchone()
    except sqlite3.Error as error:
        if is_damage(error):
            return Health.DAMAGED, str(error)
        if error.sqlite_errorname == "SQLITE_INTERRUPT":
            return Health.NOT_CHECKED, ""
        raise
    finally:
        db.conn.set_progress_handler(None, 0)
    return (Health.SOUND, "") if words == "ok" else (Health.DAMAGED, str(words))


def is_damage(error: sqlite3.Error) -> bool:
    """Tell whether an error means that the file itself is broken."""
    name = getattr(error, "sqlite_errorname", None) or ""
    return name.startswith(tuple(_DAMAGED))
