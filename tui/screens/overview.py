"""Screens over all sessions: a line of truth, a filtered table, and the highlighted row in full."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal

from store.queries.filter import Filter
from tui.commands import Place, bindings
from tui.present.lines import Line
from tui.screens.chrome import Setting
from tui.screens.filtered import FilteredScreen
from tui.screens.records import Explain, RecordsScreen, Subject
from tui.source import Reader
from tui.widgets.lines import Lines
from tui.widgets.table import Table
from tui.widgets.text_view import TextView
from tui.widgets.virtual_list import VirtualList

RowT = TypeVar("RowT")
ToldT = TypeVar("ToldT")


@dataclass(frozen=True, slots=True)
class PageQuery:
    """What to read."""

    where: Filter
    now_ns: int
    offset: int
    limit: int
    looked_at: str | None
    """The key of the highlighted row."""


@dataclass(frozen=True, slots=True)
class Page(Generic[RowT, ToldT]):
    """What was read."""

    query: PageQuery
    rows: tuple[RowT, ...]
    total: int
    truth: Callable[[int], Line]
    """What all rows that the filter admits come to, as a line of so many cells."""
    told: ToldT | None = None
    """What was read of the highlighted row beyond the row itself."""


class OverviewScreen(FilteredScreen[PageQuery, Page[RowT, ToldT]], Generic[RowT, ToldT]):
    """One table over all sessions, newest first."""

    PLACES: ClassVar[tuple[Place, ...]] = (Place.LIST, Place.FILTERED, Place.DETAILED)
    BINDINGS = [*bindings(Place.FILTERED), *bindings(Place.DETAILED)]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (180, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (36, "-tall")]
    READS_HIGHLIGHTED: ClassVar[bool] = False
    """Whether a reading tells more of the highlighted row than the row itself."""

    def __init__(
        self, setting: Setting, table: Table[RowT], *, placeholder: str, explain: Explain
    ) -> None:
        super().__init__(setting, placeholder=placeholder)
        self.table = table
        self.page: Page[RowT, ToldT] | None = None
        self._explain = explain
        self._truth = Lines(id="truth")
        self._detail = TextView(id="detail")
        self._detail.can_focus = False
        self._detailed: tuple[RowT | None, ToldT | None, int] | None = None

    def compose(self) -> ComposeResult:
        yield self.top_bar
        yield self.filter_bar
        yield self._truth
        with Horizontal(id="body"):
            yield self.table
            yield self._detail
        yield self.key_bar

    @abstractmethod
    def detail_lines(self, row: RowT, told: ToldT | None, width: int) -> list[Line]:
        """Return all that is known of a row."""

    @abstractmethod
    def raw(self, row: RowT) -> Subject | None:
        """Return what the raw records behind a row are found by."""

    @abstractmethod
    def open_row(self, row: RowT) -> None:
        """Go to where a row leads."""

    @abstractmethod
    def read(self, reader: Reader, query: PageQuery) -> Page[RowT, ToldT]:
        """Read a page of rows; called in a worker thread."""

    @property
    def filtered_list(self) -> VirtualList[RowT]:
        return self.table.rows

    def wanted(self) -> PageQuery:
        offset, limit = self.page_in_sight()
        return PageQuery(
            where=self.current_filter(),
            now_ns=self.setting.clock(),
            offset=offset,
            limit=limit,
            looked_at=self.table.rows.highlighted_key,
        )

    def show(self, snapshot: Page[RowT, ToldT]) -> None:
        self.page = snapshot
        self.table.rows.set_rows(snapshot.rows, offset=snapshot.query.offset, total=snapshot.total)
        self._show_all()
        self._read_more_if_needed()

    def tick(self) -> None:
        super().tick()
        self.table.rows.repaint_changed()

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self.call_after_refresh(self._show_all)

    def _show_all(self) -> None:
        self._show_truth()
        self._show_detail(keep_place=True)

    def _show_truth(self) -> None:
        if self.page is not None:
            self._truth.show([self.page.truth(self._truth.size.width)], self.setting.marks)

    def _show_detail(self, *, keep_place: bool) -> None:
        row, page, width = self.table.rows.highlighted, self.page, self._detail.text_width
        is_read = page is not None and page.query.looked_at == self.table.rows.highlighted_key
        told = page.told if page is not None and is_read else None
        if keep_place and self._detailed == (row, told, width):
            return
        self._detailed = (row, told, width)
        lines: Sequence[Line] = [] if row is None else self.detail_lines(row, told, width)
        self._detail.show(lines, self.setting.marks, keep_place=keep_place)

    def _read_more_if_needed(self) -> None:
        if self.page is None:
            return
        read, wanted = self.page.query, self.wanted()
        is_elsewhere = (read.offset, read.limit) != (wanted.offset, wanted.limit)
        is_another = self.READS_HIGHLIGHTED and read.looked_at != wanted.looked_at
        if is_another or (self.table.rows.lacks_rows and is_elsewhere):
            self.request_read()

    def on_virtual_list_place_changed(self, _message: VirtualList.PlaceChanged) -> None:
        self._show_detail(keep_place=False)
        self._read_more_if_needed()

    def on_virtual_list_opened(self, _message: VirtualList.Opened) -> None:
        if (row := self.table.rows.highlighted) is not None:
            self.open_row(row)

    def action_scroll_detail(self, lines: int) -> None:
        self._detail.scroll_by(lines)

    def action_records(self) -> None:
        row = self.table.rows.highlighted
        subject = None if row is None else self.raw(row)
        if subject is None:
            self.notify("This row has no records of its own.", markup=False)
            return
        where = (*self.where(), "Records")
        self.app.push_screen(
            RecordsScreen(self.setting, where, subject=subject, explain=self._explain)
        )
