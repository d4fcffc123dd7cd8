"""Records that the store cannot take for what they mean: kept as they came, the others as always.

A value that breaks a constraint would otherwise fail its whole export, and fail it again whenever
its sender tries again.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from store.connection import Database, sqlite3
from store.ingest import Ingest
from store.signals import Batch

_log = logging.getLogger(__name__)

FAULTS_OF_DATA = (sqlite3.IntegrityError, sqlite3.DataError, OverflowError, UnicodeError)
"""Errors that are the fault of a value, not of the disk: to try again would not help."""


def store_one_by_one(db: Database, ingest: Ingest, batch: Batch) -> None:
    """Store a batch in the open transaction, without the meaning of records that break a rule."""
    for record in batch.records:
        alone = batch._replace(records=[record])
        with undone_if_unsound(db) as outcome:
            ingest.store([alone])
        if outcome.is_undone:
            ingest.forget()
            ingest.keep_raw(alone)


class Outcome:
    """Whether what was tried had to be undone."""

    is_undone = False


@contextmanager
def undone_if_unsound(db: Database) -> Iterator[Outcome]:
    """Undo, in the open transaction, what is done here if a value turns out to be at fault."""
    outcome = Outcome()
    db.execute("savepoint attempt")
    try:
        yield outcome
    except FAULTS_OF_DATA as error:
        _log.warning("a value breaks a rule of the store: %s", error)
        db.execute("rollback to attempt")
        outcome.is_undone = True
    db.execute("release attempt")
