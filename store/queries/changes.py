"""Whether the store has changed since one looked last."""

from store.connection import Database


def data_version(db: Database) -> int:
    """Return SQLite's count of commits by others, as this connection sees it.

    Two equal answers of the same connection mean that nothing was committed in between; asking
    reads no table and holds no transaction (sqlite.org, ``PRAGMA data_version``).
    """
    return int(db.execute("pragma data_version").fetchone()[0])
