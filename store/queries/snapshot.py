"""Several reads of one and the same state of the store."""

from collections.abc import Iterator
from contextlib import contextmanager

from store.connection import Database


@contextmanager
def snapshot(db: Database) -> Iterator[None]:
    """See no commit of others within the block.

    For the pages of one answer; never across waiting or output, as the write-ahead log cannot be
    emptied meanwhile (sqlite.org, "Write-Ahead Logging", §6).
    """
    db.execute("begin")
    try:
        yield
    finally:
        db.rollback()
