"""Binding rows cheaply.

The driver sends ``None``, ``bytes`` and every subclass of ``str`` or ``int`` through its adapter
protocol, at a microsecond a value: more than SQLite needs for the whole row. So unknown values are
bound as empty texts and made null in SQL, and bytes are bound as byte arrays. No column of this
store tells an empty text from an unknown one.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import Any

from store.connection import Database


def insert_into(table: str, columns: Sequence[str]) -> str:
    """Return an insert statement whose values are to be bound by ``run_many``."""
    marks = ", ".join(["nullif(?, '')"] * len(columns))
    return f"insert into {table} ({', '.join(columns)}) values ({marks})"


def run_many(db: Database, statement: str, rows: Iterable[Sequence[Any]]) -> int:
    """Run a statement once for each row; return how many rows it changed."""
    return int(db.conn.executemany(statement, _bindable(rows)).rowcount)


def _bindable(rows: Iterable[Sequence[Any]]) -> Iterator[list[Any]]:
    for row in rows:
        yield [
            value
            if value.__class__ in _BOUND_AS_THEY_ARE
            else ""
            if value is None
            else bytearray(value)
            if value.__class__ is bytes
            else _plain(value)
            for value in row
        ]


_BOUND_AS_THEY_ARE = frozenset({str, int, float, bytearray})


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    return int(value) if isinstance(value, bool) else value
