"""The requests of a session as a table, with the growth of the context above it."""

from collections.abc import Sequence
from dataclasses import replace

from textual import events
from textual.app import ComposeResult

from store.domain import Request
from store.queries.contexts import ContextSize
from tui.marks import Marks
from tui.present import request_row
from tui.present.context_chart import context_chart
from tui.present.lines import Line
from tui.present.request_groups import (
    Arrangement,
    Fold,
    RequestGroup,
    RequestRow,
    group_cells,
    row_key,
)
from tui.widgets.lines import Lines
from tui.widgets.table import Table

_HEIGHTS = ((20, 8), (14, 6))
"""From how many lines of the whole on the chart has how many; else it has one."""


class RequestsTable(Table[RequestRow]):
    """Requests, sorted and folded as the person asks."""

    DEFAULT_CSS = """
    RequestsTable > #chart { height: 1; padding: 0 1; }
    """

    def __init__(self, marks: Marks) -> None:
        super().__init__(
            request_row.columns(),
            self._row_cells,
            row_key,
            marks=marks,
            id="requests",
            nothing="No request has arrived.",
        )
        self._chart = Lines(id="chart")
        self._sizes: Sequence[ContextSize] = ()
        self._numbers: dict[str, int] = {}
        self.arrangement = Arrangement()

    def compose(self) -> ComposeResult:
        yield self._chart
        yield from super().compose()

    @property
    def is_arranged(self) -> bool:
        """Whether the newest request is elsewhere than at the end."""
        return self.arrangement != Arrangement()

    def show_contexts(self, sizes: Sequence[ContextSize]) -> None:
        """Show how the context grew."""
        self._sizes = sizes
        self._numbers = {each.request_id: number for number, each in enumerate(sizes, 1)}
        self.show_chart()

    def show_chart(self) -> None:
        """Draw the chart for the room there is, with the highlighted request standing out."""
        height = next((lines for least, lines in _HEIGHTS if self.size.height >= least), 1)
        row, width = self.rows.highlighted, self._chart.content_size.width
        looked_at = row.request_id if isinstance(row, Request) else None
        if width <= 0 or not self._sizes:
            lines: list[Line] = []
        else:
            lines = context_chart(
                self._sizes,
                (width, height),
                self.marks,
                looked_at=looked_at,
            )
        self._chart.show_whole(lines or [Line()], self.marks)

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self.call_after_refresh(self.show_chart)

    def sort(self) -> None:
        """List the most expensive first, or in the order sent again."""
        self.arrangement = replace(self.arrangement, is_by_cost=not self.arrangement.is_by_cost)

    def fold_by(self, fold: Fold | None) -> None:
        """Fold by what requests have in common, or by nothing."""
        self.arrangement = replace(self.arrangement, fold=fold, unfolded=frozenset())

    def toggle(self) -> bool:
        """Open or close the highlighted group; return whether it is one."""
        row = self.rows.highlighted
        if not isinstance(row, RequestGroup):
            return False
        unfolded = self.arrangement.unfolded ^ {row.key}
        self.arrangement = replace(self.arrangement, unfolded=unfolded)
        return True

    def _row_cells(self, _index: int, row: RequestRow) -> dict[str, Line]:
        if isinstance(row, RequestGroup):
            return group_cells(row, self.marks)
        return request_row.cells(row, self._numbers.get(row.request_id), self.marks)
