"""Tables: which columns fit, how wide each is, and rows set in them.

The cell of a column that is dropped is dropped whole; a cell too long for its column is cut with an
ellipsis; figures stand right.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tui.present.lines import Line, Span, Tone

GAP = 2
"""Blank cells between columns."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    id: str
    title: str
    width: int
    """Cells; the least for a column that stretches."""
    rank: int
    """Columns are dropped from the highest rank on when there is no room."""
    right: bool = False
    """Whether its cells stand right, as figures do."""
    most: int = 0
    """Up to how many cells it stretches; 0 for a column of fixed width."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A column with the width it got."""

    column: Column
    width: int


def arrange(columns: Sequence[Column], width: int) -> tuple[Placed, ...]:
    """Return the columns that fit into ``width`` cells.

    What room is left stretches those that stretch, from the lowest rank on.
    """
    kept = list(columns)
    while len(kept) > 1 and _least(kept) > width:
        kept.remove(max(kept, key=lambda column: column.rank))
    spare = max(0, width - _least(kept))
    widths = {column.id: column.width for column in kept}
    for column in sorted(kept, key=lambda column: column.rank):
        extra = min(max(0, column.most - column.width), spare)
        widths[column.id] += extra
        spare -= extra
    return tuple(Placed(column, widths[column.id]) for column in kept)


def _least(columns: Sequence[Column]) -> int:
    return sum(column.width for column in columns) + GAP * (len(columns) - 1)


def heading(placed: Sequence[Placed]) -> Line:
    """Return the titles of the columns."""
    return _set(placed, {p.column.id: Line.of(Span(p.column.title, Tone.HEADING)) for p in placed})


def row(placed: Sequence[Placed], cells: Mapping[str, Line]) -> Line:
    """Return one row; a column without a cell stays blank."""
    return _set(placed, cells)


def _set(placed: Sequence[Placed], cells: Mapping[str, Line]) -> Line:
    parts: list[str | Line] = []
    for index, place in enumerate(placed):
        if index:
            parts.append(" " * GAP)
        cell = cells.get(place.column.id, Line())
        parts.append(cell.pad(place.width, right=place.column.right))
    return Line.of(*parts)
