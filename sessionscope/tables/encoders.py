"""Rows as JSON, JSON lines and CSV, safe to look at in a terminal and to open in a spreadsheet."""

import csv
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TextIO, TypeAlias

from sessionscope.tables.columns import nest
from tui.safe_text import safe_text

Rows: TypeAlias = Iterable[Mapping[str, object]]
"""Rows by the columns' dotted names."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\0")


def to_json(value: object, *, indent: int | None = None) -> str:
    """Return JSON in ASCII: every control character is escaped, DEL too; money is a string."""
    text = json.dumps(value, default=_text_of_money, indent=indent, allow_nan=False)
    return text.replace("\x7f", "\\u007f")


def write_json(rows: Rows, file: TextIO) -> None:
    """Write one array, a row a line."""
    separator = "[\n"
    for row in rows:
        file.write(f"{separator}{to_json(nest(row))}")
        separator = ",\n"
    file.write("[]\n" if separator.startswith("[") else "\n]\n")


def write_json_lines(rows: Rows, file: TextIO) -> None:
    """Write one object a line."""
    file.writelines(f"{to_json(nest(row))}\n" for row in rows)


def write_csv(names: Iterable[str], rows: Rows, file: TextIO) -> None:
    """Write RFC 4180 with a heading; unknown is an empty cell.

    A text that a spreadsheet would take for a formula gets an apostrophe in front (OWASP ASVS
    1.2.10), and control characters become visible; JSON has texts as they are.
    """
    columns = list(names)
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in columns])


def _cell(value: object) -> object:
    match value:
        case None | int() | float():
            return value
        case Decimal():
            return _text_of_money(value)
        case str():
            return _text_cell(value)
        case list() if all(isinstance(item, str) for item in value):
            return _text_cell(" ".join(value))
        case _:
            return to_json(value)


def _text_cell(text: str) -> str:
    shown = safe_text(text)
    return f"'{shown}" if text.startswith(_FORMULA_STARTS) else shown


def _text_of_money(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError(f"{type(value).__name__} has no JSON")
