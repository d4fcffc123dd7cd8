"""A virtual list with the titles of its columns above it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical

from tui.marks import Marks
from tui.present.columns import Column, Placed, arrange, heading, row
from tui.present.lines import Line
from tui.widgets.lines import Lines
from tui.widgets.virtual_list import VirtualList

RowT = TypeVar("RowT")


class Table(Vertical, Generic[RowT]):
    """Rows in columns that fit the width there is."""

    DEFAULT_CSS = """
    Table {
        & > Lines { height: 1; }
        & > VirtualList { height: 1fr; }
    }
    """

    def __init__(
        self,
        columns: Sequence[Column],
        cells: Callable[[int, RowT], Mapping[str, Line]],
        row_key: Callable[[RowT], str],
        *,
        marks: Marks,
        id: str | None = None,
        nothing: str = "",
    ) -> None:
        """``cells`` makes the cells of (index, row); ``row_key`` names a row for good.

        ``nothing`` is what is said when there are no rows.
        """
        super().__init__(id=id)
        self._columns = columns
        self._cells = cells
        self.marks = marks
        self._placed: tuple[Placed, ...] = ()
        self._placed_width = 0
        self._heading = Lines()
        self.rows = VirtualList[RowT](self._line, row_key, marks=marks, nothing=nothing)

    def compose(self) -> ComposeResult:
        yield self._heading
        yield self.rows

    def on_resize(self, _event: events.Resize) -> None:
        self.call_after_refresh(self._show_heading)

    def _show_heading(self) -> None:
        placed = self._arranged(self.rows.row_width)
        self._heading.show([Line.of(" ", heading(placed))], self.marks)

    def _arranged(self, width: int) -> tuple[Placed, ...]:
        if width != self._placed_width:
            self._placed, self._placed_width = arrange(self._columns, width), width
        return self._placed

    def _line(self, index: int, item: RowT, width: int) -> Line:
        return row(self._arranged(width), self._cells(index, item))
