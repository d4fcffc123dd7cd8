"""Whether the files a connection has open are still those that the store's path names.

A file that was renamed, replaced or removed can be written to for as long as it is open, and
nobody will ever find what went there. Only names are looked at; no file is opened (reliability G1).
"""

from pathlib import Path

WAL_LIMIT = 256 * 1024 * 1024
"""Bytes of write-ahead log above which a reader must be holding it; there is something to tell."""


class FileWatch:
    """Remembers which files were opened."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._wal = path.with_name(f"{path.name}-wal")
        self._opened = _identity(path)
        self._opened_wal = _identity(self._wal)

    def wal_size(self) -> int:
        """Return the size of the write-ahead log in bytes, 0 where there is none."""
        try:
            return self._wal.stat().st_size
        except OSError:
            return 0

    def has_database(self) -> bool:
        """Tell whether the database at least is the one that was opened."""
        return _identity(self._path) == self._opened

    def set_log_aside(self, name: Path) -> None:
        """Rename the write-ahead log of a lost database: a new one must not take it for its own."""
        if not self.has_database() and _identity(self._wal) == self._opened_wal is not None:
            self._wal.rename(name)

    def loss(self) -> str:
        """Return what happened to the files, in a few words, or nothing."""
        found = _identity(self._path)
        if found is None:
            return "the store's file was removed or renamed"
        if found != self._opened:
            return "the store's file was replaced by another"
        wal = _identity(self._wal)
        if self._opened_wal is None:
            self._opened_wal = wal
        elif wal != self._opened_wal:
            return "the store's write-ahead log was removed or replaced"
        return ""


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat(follow_symlinks=False)
    except OSError:
        return None
    return status.st_dev, status.st_ino
