"""The writing connection of a recorder, for as long as it takes: mended when its files are lost.

What was acknowledged is in the files that are still open, whatever became of their names; it is
copied out of them before they are let go.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from store.connection import sqlite3
from store.errors import StoreBusy, StoreError
from store.health import is_damage
from store.opening import free_name, open_for_recording, put_aside
from store.private_files import create_empty
from store.watch import WAL_LIMIT, FileWatch

_log = logging.getLogger(__name__)

Tell = Callable[[str], None]
"""Is told what is wrong with the store in a sentence; an empty one when nothing is any more."""


class Keeper:
    """Owns the connection; everything but ``Keeper(…)`` and ``close`` is the writer thread's."""

    def __init__(self, path: Path, tell: Tell) -> None:
        self._path = path
        self._tell = tell
        self._trouble = ""
        self._is_log_long = False
        self._is_let_go = False
        self.db, self._notice = open_for_recording(path)
        self._watch = FileWatch(path)
        tell(self._notice)

    def check(self) -> bool:
        """Return whether the connection is a new one, its files having been lost.

        Raises ``StoreBusy`` while there is nothing to write to, or what was acknowledged cannot be
        copied out of the files that were lost.
        """
        if not self._is_let_go:
            loss = self._watch.loss()
            if not loss:
                return False
            self._let_go(loss)
        self._begin_anew()
        return True

    def fails(self, error: Exception) -> bool:
        """Note that records cannot be written; it is said once, however often it happens.

        Return whether the connection is a new one, the file having turned out to be damaged.
        """
        if isinstance(error, sqlite3.Error) and is_damage(error):
            return self._put_aside(error)
        self._say(f"records cannot be written: {error}")
        return False

    def roll_back(self) -> None:
        """End a failed transaction, which SQLite may have ended already (disk full, I/O error)."""
        try:
            self.db.rollback()
        except sqlite3.Error as error:
            _log.warning("the transaction could not be rolled back: %s", error)

    def works(self) -> None:
        """Note that records are written, again or as ever."""
        if self._trouble:
            self._trouble = ""
            _log.warning("records are written again")
            self._tell(self._notice)

    def checkpoint(self) -> None:
        """Move what the write-ahead log holds into the database, as far as readers let it."""
        mode = "truncate" if self._watch.wal_size() > WAL_LIMIT // 4 else "passive"
        try:
            self.db.execute("pragma busy_timeout = 0").fetchall()
            self.db.execute(f"pragma wal_checkpoint({mode})").fetchall()
            self.db.execute("pragma busy_timeout = 5000").fetchall()
        except sqlite3.Error as error:
            _log.warning("the write-ahead log could not be checkpointed: %s", error)
        size = self._watch.wal_size()
        was_long, self._is_log_long = self._is_log_long, size > WAL_LIMIT
        if self._is_log_long and not was_long:
            words = f"the write-ahead log has {size // 2**20} MB: a program holds it open"
            _log.warning("%s", words)
            self._tell(words)
        elif was_long and not self._is_log_long:
            self._tell(self._notice)

    def close(self) -> None:
        """Close the store, copying it out first if its files were lost meanwhile."""
        if not self._is_let_go and (loss := self._watch.loss()):
            with suppress(StoreBusy):
                self._let_go(loss)
                _log.warning("%s", self._notice)
        self.db.close()

    def _let_go(self, loss: str) -> None:
        """Save what the lost files hold and close them."""
        try:
            self._notice = f"{loss}; {self._rescue()}"
            self._watch.set_log_aside(free_name(self._path, "log-of-lost"))
            self.db.close()
        except (sqlite3.Error, OSError) as error:
            self._say(f"{loss}, and what it held cannot be copied: {error}")
            raise StoreBusy(loss) from error
        self._is_let_go = True

    def _put_aside(self, damage: sqlite3.Error) -> bool:
        """Put the damaged store aside and begin a new one; return whether that was possible."""
        try:
            self.db.close()
            aside = put_aside(self._path, "damaged")
            self._is_let_go = True
            self._notice = f"the store was damaged ({damage}) and is now {aside.name}"
            self._begin_anew()
        except (StoreBusy, OSError) as error:
            self._say(f"the store is damaged ({damage}), and there is no new one: {error}")
            return False
        return True

    def _begin_anew(self) -> None:
        """Open what the path names now, or make it; raises ``StoreBusy``."""
        try:
            self.db, notice = open_for_recording(self._path)
        except (sqlite3.Error, StoreError, OSError) as error:
            self._say(f"{self._notice}; no new store can be made: {error}")
            raise StoreBusy(str(error)) from error
        self._is_let_go = False
        self._watch = FileWatch(self._path)
        self._notice += f"; {notice}" if notice else ""
        self._trouble = ""
        _log.warning("%s; a new one was begun", self._notice)
        self._tell(self._notice)

    def _say(self, trouble: str) -> None:
        """Tell of a trouble once, however often it is met."""
        if trouble != self._trouble:
            self._trouble = trouble
            _log.error("%s", trouble)
            self._tell(trouble)

    def _rescue(self) -> str:
        """Copy what the open files hold, unless closing them saves it; return what was done."""
        if self._watch.has_database():
            return "what it held was put into the store"
        rescued = free_name(self._path, "rescued")
        create_empty(rescued)
        try:
            self.db.execute("vacuum into ?", [str(rescued)])
        except sqlite3.Error:
            rescued.unlink()
            raise
        return f"what it held was copied to {rescued.name}"
