"""Real stores for tests: filled by the writer, dumped as sets of rows."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from receiver.dialects import Dialects
from store.connection import Database, open_reader
from store.schema import DERIVED_TABLES
from store.signals import Batch
from store.writer import Writer


def fill(path: Path, batches: Iterable[Batch], *, one_by_one: bool = False) -> None:
    """Write batches to the store at ``path``; each in a transaction of its own if asked."""
    writer = Writer(path, Dialects())
    writer.start()
    try:
        answers = []
        for batch in batches:
            answers.append(writer.submit(batch))
            if one_by_one:
                answers[-1].result()
        for answer in answers:
            answer.result()
    finally:
        writer.stop()


def filled(path: Path, batches: Iterable[Batch]) -> Database:
    """Return a reader of a store that holds ``batches``."""
    fill(path, batches)
    return open_reader(path)


def derived(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every derived table, in an order of their own."""
    return {
        table: sorted(db.execute(f"select * from {table}").fetchall(), key=repr)
        for table in DERIVED_TABLES
    }
