"""A private store that a replay plays into: quick to write, and put back to what it was."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from store.connection import Database, open_writer


def open_stage(path: Path) -> Database:
    """Open a store that need not outlive the machine."""
    db = open_writer(path)
    db.execute("pragma synchronous = off")
    return db


@contextmanager
def transaction(db: Database) -> Iterator[None]:
    """Commit what the block writes, or nothing of it."""
    db.execute("begin immediate")
    try:
        yield
    except BaseException:
        db.rollback()
        raise
    db.execute("commit")


def keep_copy(db: Database, path: Path) -> None:
    """Copy what a store holds now to a file of its own."""
    with closing(open_writer(path)) as copy:
        db.conn.backup(copy.conn)


def put_back(db: Database, path: Path) -> None:
    """Put a copy in place of what a store holds; readers see it as one commit."""
    with closing(open_writer(path)) as copy:
        copy.conn.backup(db.conn)
