"""Making the derived tables again from the raw records."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from store.changes import Facts
from store.connection import Database
from store.domain import RawRecord
from store.ingest import Interpreter
from store.isolation import undone_if_unsound
from store.kinship import settle
from store.neighbours import BREAKS_AGAIN
from store.prices.book import PriceBook
from store.queries.records import all_records
from store.reprice import assess_all
from store.schema import DERIVATION, DERIVED_TABLES
from store.signals import Record

_Stored: TypeAlias = tuple[RawRecord, Record | None]

_PLACE = (
    "update records set session_id = ?, subject = ?, name = ?, time_unix_nano = ?, sequence = ?"
    " where id = ?"
)


def is_stale(db: Database) -> bool:
    """Tell whether the derived tables are not what this version makes of the records."""
    return bool(db.execute("select derivation from recorder").fetchone()[0] < DERIVATION)


def reindex(
    db: Database,
    interpreter: Interpreter,
    *,
    decode: Callable[[RawRecord], Record | None],
    prices: PriceBook | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> int:
    """Rebuild the derived tables in one transaction; return how many records were read.

    ``decode`` turns a stored record into what the interpreter reads, ``None`` where that cannot be
    done; without ``prices`` the published ones hold; ``progress`` is told how many records each
    page held. Readers see the old tables until the end, and a process that dies midway leaves them
    as they were.
    """
    read = 0
    db.execute("begin immediate")
    try:
        for table in DERIVED_TABLES:
            db.execute(f"delete from {table}")
        for page in all_records(db):
            _interpret_page(db, interpreter, [(raw, decode(raw)) for raw in page])
            read += len(page)
            progress(len(page))
        db.execute(BREAKS_AGAIN)
        assess_all(db, prices or PriceBook())
        db.execute("update recorder set derivation = ?", [DERIVATION])
        db.execute("commit")
    except BaseException:
        db.rollback()
        raise
    return read


def _interpret_page(db: Database, interpreter: Interpreter, page: Sequence[_Stored]) -> None:
    """Interpret a page; when a value in it breaks a rule, the record that has it stays raw."""
    with undone_if_unsound(db) as outcome:
        _interpret(db, interpreter, page)
    if outcome.is_undone:
        for stored in page:
            with undone_if_unsound(db):
                _interpret(db, interpreter, [stored])


def _interpret(db: Database, interpreter: Interpreter, page: Sequence[_Stored]) -> None:
    facts = Facts()
    placed = []
    for raw, record in page:
        if record is None:
            continue
        placement = interpreter.place(record, raw.received_unix_nano)
        interpreter.interpret(record, placement, facts)
        placed.append(
            (
                placement.session_id,
                placement.subject,
                placement.name,
                placement.time_unix_nano,
                placement.sequence,
                raw.record_id,
            )
        )
    db.conn.executemany(_PLACE, placed)
    settle(db, facts)
