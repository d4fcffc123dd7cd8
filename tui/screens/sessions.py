"""The Sessions screen: every session, newest activity first, with a preview of one."""

from collections.abc import Collection, Sequence
from functools import partial

from textual import events
from textual.app import ComposeResult
from textual.message import Message
from textual.timer import Timer

from store.domain import Session, SessionState
from store.queries.filter import Filter, FilterError, parse
from tui import format as formats
from tui.commands import Place, bindings
from tui.present import session_row
from tui.present.empty import empty
from tui.present.lines import Line, Span, Tone
from tui.present.session_summary import preview
from tui.screens.chrome import Setting
from tui.screens.live import LiveScreen
from tui.screens.sessions_reading import SessionsQuery, SessionsSnapshot, read_sessions
from tui.source import Reader
from tui.widgets.filter_bar import FilterBar
from tui.widgets.lines import Lines
from tui.widgets.table import Table
from tui.widgets.virtual_list import VirtualList

_TYPING_S = 0.25
"""After so long without a key a filter is taken as typed: half of a word would admit nothing."""
_MARGIN = 100
"""Rows read before and behind those in sight."""


class SessionsScreen(LiveScreen[SessionsQuery, SessionsSnapshot]):
    """Every session in one table."""

    PLACES = (Place.LIST, Place.SESSIONS)
    BINDINGS = [*bindings(Place.SESSIONS)]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall"), (40, "-very-tall")]

    class Chosen(Message):
        """A person wants to see a session."""

        def __init__(self, session_id: str) -> None:
            super().__init__()
            self.session_id = session_id

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._everything = parse("", now_ns=setting.clock())
        self._where = self._everything
        self._snapshot: SessionsSnapshot | None = None
        self._pending: Timer | None = None
        self._filter_bar = FilterBar(setting.marks)
        self._empty = Lines(id="empty")
        self._preview = Lines(id="preview")
        self._table = Table[Session](
            session_row.columns(setting.marks),
            lambda _index, session: session_row.cells(session, setting.clock(), setting.marks),
            lambda session: session.session_id,
            marks=setting.marks,
            nothing="No session matches; esc shows all.",
        )

    def compose(self) -> ComposeResult:
        yield self.top_bar
        yield self._filter_bar
        yield self._empty
        yield self._table
        yield self._preview
        yield self.key_bar

    def on_mount(self) -> None:
        super().on_mount()
        self._table.rows.focus()

    def where(self) -> Sequence[str]:
        return ("Sessions",)

    def places(self) -> Collection[Place]:
        return (Place.FILTER,) if self._filter_bar.is_open else super().places()

    def on_descendant_focus(self) -> None:
        self.show_chrome()

    def reception_changed(self) -> None:
        super().reception_changed()
        self._show_empty()

    def tick(self) -> None:
        super().tick()
        self._table.rows.repaint_changed()
        self._show_preview()

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self.call_after_refresh(self._show_preview)

    def wanted(self) -> SessionsQuery:
        first, height = self._table.rows.in_sight
        offset = max(0, first - _MARGIN)
        now_ns = self.setting.clock()
        return SessionsQuery(
            where=self._refreshed(now_ns),
            everything=self._everything,
            now_ns=now_ns,
            offset=offset,
            limit=first - offset + height + _MARGIN,
            previewed=self._table.rows.highlighted_key,
        )

    def _refreshed(self, now_ns: int) -> Filter:
        """Return the filter in force, its spans of time counted from now."""
        return parse(self._where.text, now_ns=now_ns)

    def read(self, reader: Reader, query: SessionsQuery) -> SessionsSnapshot:
        return read_sessions(reader, query)

    def show(self, snapshot: SessionsSnapshot) -> None:
        self._snapshot = snapshot
        self._table.rows.set_rows(
            snapshot.rows, offset=snapshot.query.offset, total=snapshot.matching
        )
        self._filter_bar.show_count(self._count(snapshot))
        self._show_empty()
        self._show_preview()

    def _count(self, snapshot: SessionsSnapshot) -> Line:
        total = formats.count(snapshot.total)
        count = (
            total
            if snapshot.matching == snapshot.total
            else (f"{formats.count(snapshot.matching)} of {total}")
        )
        waiting = sum(s.state is SessionState.WAITING for s in snapshot.rows)
        parts: list[str | Span] = [Span(count, Tone.DIM)]
        if waiting:
            verb = "waits" if waiting == 1 else "wait"
            dot = self.setting.marks.separator
            parts += [Span(f" {dot} {waiting} {verb} for you", Tone.WAITING)]
        return Line.of(*parts)

    def _show_empty(self) -> None:
        is_empty = self._snapshot is not None and self._snapshot.total == 0
        was_empty = self.has_class("-empty")
        self.set_class(is_empty, "-empty")
        if was_empty and not is_empty:
            self._table.rows.focus()
        if is_empty:
            marks = self.setting.marks
            self._empty.show(empty(self.setting.reception().state, marks), marks)

    def _show_preview(self) -> None:
        session, snapshot, pane = self._table.rows.highlighted, self._snapshot, self._preview
        if session is None or snapshot is None:
            pane.show([], self.setting.marks)
            return
        is_read = snapshot.query.previewed in {None, session.session_id}
        lines = preview(
            session,
            snapshot.recent if is_read else (),
            size=(pane.content_size.width, pane.content_size.height),
            now_ns=self.setting.clock(),
            marks=self.setting.marks,
        )
        pane.show(lines, self.setting.marks)

    def on_virtual_list_place_changed(self, _message: VirtualList.PlaceChanged) -> None:
        self._show_preview()
        rows, snapshot = self._table.rows, self._snapshot
        if rows.lacks_rows or snapshot is None or snapshot.query.previewed != rows.highlighted_key:
            self.request_read()

    def on_virtual_list_opened(self, message: VirtualList.Opened) -> None:
        self.post_message(self.Chosen(message.key))

    def action_filter(self) -> None:
        self._filter_bar.open()

    def action_clear_filter(self) -> None:
        self._filter_bar.text = ""
        self._apply(self._everything)

    def on_filter_bar_typed(self, message: FilterBar.Typed) -> None:
        if self._pending is not None:
            self._pending.stop()
        try:
            where = parse(message.text, now_ns=self.setting.clock())
        except FilterError as error:
            self._filter_bar.show_fault(error)
        else:
            self._filter_bar.show_fault(None)
            self._pending = self.set_timer(_TYPING_S, partial(self._apply, where))

    def _apply(self, where: Filter) -> None:
        if self._pending is not None:
            self._pending.stop()
        if where != self._where:
            self._where = where
            self._table.rows.go_to(0)
            self.request_read()

    def on_filter_bar_closed(self, message: FilterBar.Closed) -> None:
        try:
            where = parse(message.text, now_ns=self.setting.clock())
        except FilterError:
            return
        self._apply(where)
        self._table.rows.focus()
