"""The Sessions screen: every session, newest activity first, with a preview of one."""

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult

from store.domain import Session, SessionState
from tui import format as formats
from tui.commands import Place, bindings
from tui.present import session_row
from tui.present.empty import empty
from tui.present.lines import Line, Span, Tone
from tui.present.session_summary import preview
from tui.screens.asked import SessionAsked
from tui.screens.chrome import Setting
from tui.screens.filtered import FilteredScreen
from tui.screens.sessions_reading import SessionsQuery, SessionsSnapshot, read_sessions
from tui.source import Reader
from tui.widgets.lines import Lines
from tui.widgets.table import Table
from tui.widgets.virtual_list import VirtualList


class SessionsScreen(FilteredScreen[SessionsQuery, SessionsSnapshot]):
    """Every session in one table."""

    PLACES = (Place.LIST, Place.FILTERED)
    BINDINGS = [*bindings(Place.FILTERED)]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall"), (40, "-very-tall")]

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting, placeholder="all sessions")
        self._snapshot: SessionsSnapshot | None = None
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
        yield self.filter_bar
        yield self._empty
        yield self._table
        yield self._preview
        yield self.key_bar

    @property
    def filtered_list(self) -> VirtualList[Session]:
        return self._table.rows

    @property
    def highlighted_id(self) -> str | None:
        """The id of the highlighted session."""
        return self._table.rows.highlighted_key

    def where(self) -> Sequence[str]:
        return ("Sessions",)

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
        offset, limit = self.page_in_sight()
        return SessionsQuery(
            where=self.current_filter(),
            everything=self.everything,
            now_ns=self.setting.clock(),
            offset=offset,
            limit=limit,
            previewed=self._table.rows.highlighted_key,
        )

    def read(self, reader: Reader, query: SessionsQuery) -> SessionsSnapshot:
        return read_sessions(reader, query)

    def show(self, snapshot: SessionsSnapshot) -> None:
        self._snapshot = snapshot
        self._table.rows.set_rows(
            snapshot.rows, offset=snapshot.query.offset, total=snapshot.matching
        )
        self.filter_bar.show_count(self._count(snapshot))
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
        self.post_message(SessionAsked(message.key))
