"""The Session screen: what one session did, as a transcript and as a list of requests."""

from collections.abc import Sequence
from enum import StrEnum

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal

from store.domain import Request, SessionState, Turn
from store.queries.transcript import Node
from tui.commands import Place, bindings
from tui.present import request_row, words
from tui.present.chrome import views_line
from tui.present.detail import detail
from tui.present.lines import Line, Span, Tone, spread
from tui.present.session_summary import header
from tui.present.transcript import subject
from tui.present.transcript_row import Reply
from tui.screens.chrome import Setting
from tui.screens.live import LiveScreen
from tui.screens.records import Explain, RecordsScreen, Subject
from tui.screens.session_reading import SessionQuery, SessionSnapshot, read_session
from tui.screens.text import TextScreen
from tui.source import Reader
from tui.widgets.lines import Lines
from tui.widgets.table import Table
from tui.widgets.text_view import TextView
from tui.widgets.transcript import Transcript
from tui.widgets.virtual_list import VirtualList

_MARGIN = 100
_LIVE = frozenset({SessionState.WORKING, SessionState.WAITING})


class View(StrEnum):
    """The views of a session."""

    TRANSCRIPT = "Transcript"
    REQUESTS = "Requests"


class SessionScreen(LiveScreen[SessionQuery, SessionSnapshot | None]):
    """One session, live."""

    PLACES = (Place.LIST, Place.SESSION)
    BINDINGS = [*bindings(Place.SESSION)]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]

    def __init__(self, setting: Setting, session_id: str, *, explain: Explain) -> None:
        super().__init__(setting)
        self._session_id = session_id
        self._explain = explain
        self._snapshot: SessionSnapshot | None = None
        self._view = View.TRANSCRIPT
        self._follows = False
        self._seen = 0
        self._shown: tuple[Turn | Node | Reply | None, int] | None = None
        self._header = Lines(id="header")
        self._views = Lines(id="views")
        self._detail = TextView(id="detail")
        self._detail.can_focus = False
        self._transcript = Transcript(setting.marks)
        self._requests = Table[Request](
            request_row.columns(),
            lambda index, request: request_row.cells(request, index + 1, setting.marks),
            lambda request: f"request:{request.request_id}",
            marks=setting.marks,
            id="requests",
            nothing="No request has arrived.",
        )

    def compose(self) -> ComposeResult:
        yield self.top_bar
        yield self._header
        yield self._views
        with Horizontal(id="body"):
            yield self._transcript
            yield self._requests
            yield self._detail
        yield self.key_bar

    def on_mount(self) -> None:
        super().on_mount()
        self._transcript.focus()

    def where(self) -> Sequence[str]:
        name = self._session_id[:8]
        if self._snapshot is not None:
            name = words.title(self._snapshot.session, self.setting.marks).text
        return ("Sessions", name)

    def wanted(self) -> SessionQuery:
        first, height = self._requests.rows.in_sight
        offset = max(0, first - _MARGIN)
        turns = self._snapshot.turns if self._snapshot else ()
        return SessionQuery(
            session_id=self._session_id,
            now_ns=self.setting.clock(),
            unfolded=self._transcript.unfolded if self._snapshot else None,
            known_turns=turns[-1].number if turns else 0,
            requests_offset=offset,
            requests_limit=first - offset + height + _MARGIN,
        )

    def read(self, reader: Reader, query: SessionQuery) -> SessionSnapshot | None:
        return read_session(reader, query)

    def show(self, snapshot: SessionSnapshot | None) -> None:
        if snapshot is None:
            return
        is_first = self._snapshot is None
        self._snapshot = snapshot
        with self.app.batch_update():
            self._transcript.show(snapshot.turns, snapshot.nodes, also_unfold=snapshot.unfolded)
            self._requests.rows.set_rows(
                snapshot.requests,
                offset=snapshot.query.requests_offset,
                total=snapshot.session.requests,
            )
            if is_first:
                self._follows = snapshot.session.state in _LIVE
                self._seen = self._happened()
            if self._follows:
                self._go_to_end()
            self._show_all()

    def tick(self) -> None:
        super().tick()
        self._show_header()

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self.call_after_refresh(self._show_all)

    def _show_all(self) -> None:
        self._show_header()
        self._show_views()
        self._show_detail(keep_place=True)
        self.show_chrome()

    def _show_header(self) -> None:
        if self._snapshot is None:
            return
        marks, now_ns = self.setting.marks, self.setting.clock()
        lines = header(
            self._snapshot.session, width=self._header.size.width, now_ns=now_ns, marks=marks
        )
        self._header.show(lines, marks)

    def _show_views(self) -> None:
        bar, marks = self._views, self.setting.marks
        line = views_line(tuple(View), self._view, marks)
        bar.show([spread(line, self._following(), bar.size.width)], marks)

    def _following(self) -> Line:
        if self._follows:
            return Line.of(Span(f"following {self.setting.marks.down}", Tone.LIVE))
        new = self._happened() - self._seen
        if new <= 0:
            return Line()
        return Line.of(Span(f"{new} new {self.setting.marks.down}", Tone.LIVE))

    def _happened(self) -> int:
        """Return how much has happened so far, to tell how much of it is new."""
        if self._snapshot is None:
            return 0
        session = self._snapshot.session
        return session.turns + session.requests + session.tool_calls

    def _node(self) -> Turn | Node | Reply | None:
        """Return what is highlighted in the view that is seen."""
        if self._view is View.REQUESTS:
            return self._requests.rows.highlighted
        row = self._transcript.highlighted
        return None if row is None else row.node

    def _show_detail(self, *, keep_place: bool) -> None:
        node, marks = self._node(), self.setting.marks
        width = self._detail.text_width
        if keep_place and self._shown == (node, width):
            return
        self._shown = (node, width)
        lines = [] if node is None else detail(node, width, marks)
        self._detail.show(lines, marks, keep_place=keep_place)

    def _go_to_end(self) -> None:
        for rows in (self._transcript, self._requests.rows):
            rows.go_to(rows.total - 1)

    def on_virtual_list_place_changed(self, message: VirtualList.PlaceChanged) -> None:
        if message.by_person:
            self._follows = False
        is_transcript = message.sender is self._transcript
        if message.sender.is_at_end and is_transcript is (self._view is View.TRANSCRIPT):
            self._seen = self._happened()
        self._show_detail(keep_place=False)
        self._show_views()
        if not is_transcript and self._requests.rows.lacks_rows:
            self.request_read()

    def on_virtual_list_opened(self, message: VirtualList.Opened) -> None:
        if self._view is View.TRANSCRIPT and self._transcript.toggle(message.key):
            self.request_read()
            return
        if (node := self._node()) is not None:
            marks = self.setting.marks
            where = (*self.where(), "Detail")
            self.app.push_screen(
                TextScreen(self.setting, where, lambda width: detail(node, width, marks))
            )

    def action_follow(self) -> None:
        self._follows = not self._follows
        if self._follows:
            self._go_to_end()
        self._show_views()

    def action_next_view(self) -> None:
        is_transcript = self._view is View.TRANSCRIPT
        self._view = View.REQUESTS if is_transcript else View.TRANSCRIPT
        self.set_class(is_transcript, "-requests")
        (self._requests.rows if is_transcript else self._transcript).focus()
        self._show_views()
        self._show_detail(keep_place=False)

    def action_fold(self) -> None:
        self._transcript.fold()

    def action_unfold(self) -> None:
        self._transcript.unfold()
        self.request_read()

    def action_fold_all(self) -> None:
        self._transcript.fold_all()
        self.request_read()

    def action_scroll_detail(self, lines: int) -> None:
        self._detail.scroll_by(lines)

    def action_records(self) -> None:
        name = self._subject()
        if name is None:
            self.notify("This row has no records of its own.", markup=False)
            return
        self.app.push_screen(
            RecordsScreen(
                self.setting,
                (*self.where(), "Records"),
                subject=Subject(self._session_id, name),
                explain=self._explain,
            )
        )

    def _subject(self) -> str | None:
        if self._view is View.REQUESTS:
            request = self._requests.rows.highlighted
            return None if request is None else f"request:{request.request_id}"
        row = self._transcript.highlighted
        return None if row is None else subject(row)
