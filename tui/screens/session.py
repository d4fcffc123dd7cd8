"""The Session screen: what one session did, as a transcript and as tables."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal

from store.domain import SessionState, ToolCall
from tui.commands import Place, bindings
from tui.present import words
from tui.present.chrome import views_line
from tui.present.coverage import explanation
from tui.present.ledger_row import call_filter
from tui.present.lines import Line, Span, Tone, spread
from tui.present.session_header import session_header
from tui.screens.arranged import ArrangedScreen
from tui.screens.asked import Goal, LedgerAsked
from tui.screens.chrome import Setting
from tui.screens.records import Explain, RecordsScreen, Subject
from tui.screens.session_reading import SessionQuery, SessionSnapshot, read_session
from tui.screens.session_views import (
    TOLD_MORE,
    Item,
    Told,
    View,
    item_detail,
    item_subject,
    make_tables,
)
from tui.screens.text import TextScreen
from tui.source import Reader
from tui.widgets.lines import Lines
from tui.widgets.text_view import TextView
from tui.widgets.virtual_list import VirtualList

_MARGIN = 100
_LIVE = frozenset({SessionState.WORKING, SessionState.WAITING})


class SessionScreen(ArrangedScreen[SessionQuery, SessionSnapshot | None]):
    """One session, live."""

    PLACES = (Place.LIST, Place.SESSION, Place.DETAILED)
    BINDINGS = [*bindings(Place.SESSION), *bindings(Place.REQUESTS), *bindings(Place.DETAILED)]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]

    def __init__(
        self,
        setting: Setting,
        session_id: str,
        *,
        explain: Explain,
        goal: Goal | None = None,
        origin: str = "Sessions",
    ) -> None:
        """Show a session, at ``goal`` if one is given; ``origin`` is where one came from."""
        super().__init__(setting)
        self._session_id = session_id
        self._explain = explain
        self._goal = goal
        self._origin = origin
        self._snapshot: SessionSnapshot | None = None
        self._view = View.TRANSCRIPT
        self._follows = False
        self._seen = 0
        self._detailed: tuple[Item | None, Told | None, int] | None = None
        self._header = Lines(id="header")
        self._views = Lines(id="views")
        self._detail = TextView(id="detail")
        self._detail.can_focus = False
        self._tables = make_tables(setting, self.requests)

    def compose(self) -> ComposeResult:
        yield self.top_bar
        yield self._header
        yield self._views
        with Horizontal(id="body"):
            yield self.transcript
            for table in self._tables.values():
                table.display = False
                yield table
            yield self._detail
        yield self.key_bar

    def on_mount(self) -> None:
        super().on_mount()
        self.transcript.focus()

    def where(self) -> Sequence[str]:
        if self._snapshot is None:
            return (self._origin, self._session_id[:8])
        return (self._origin, words.title(self._snapshot.session, self.setting.marks).text)

    def explanation(self, width: int) -> list[Line]:
        """Return why what is blank on this screen is blank."""
        if self._snapshot is None:
            return []
        snapshot = self._snapshot
        return explanation(snapshot.session, snapshot.coverage, snapshot.signs, width=width)

    @property
    def is_of_requests(self) -> bool:
        return self._view is View.REQUESTS

    @property
    def _rows(self) -> VirtualList[Any]:
        """The list of the view that is seen."""
        if self._view is View.TRANSCRIPT:
            return self.transcript
        return self._tables[self._view].rows

    def wanted(self) -> SessionQuery:
        first, height = self._rows.in_sight
        offset = max(0, first - _MARGIN)
        turns = self._snapshot.turns if self._snapshot else ()
        return SessionQuery(
            session_id=self._session_id,
            now_ns=self.setting.clock(),
            unfolded=self.transcript.unfolded if self._snapshot else None,
            known_turns=turns[-1].number if turns else 0,
            view=self._view,
            arrangement=self.requests.arrangement,
            offset=offset,
            limit=first - offset + height + _MARGIN,
            looked_at=self._rows.highlighted_key,
            goal=self._goal,
        )

    def read(self, reader: Reader, query: SessionQuery) -> SessionSnapshot | None:
        return read_session(reader, query, explain=self._explain)

    def show(self, snapshot: SessionSnapshot | None) -> None:
        if snapshot is None:
            return
        is_first = self._snapshot is None
        self._snapshot = snapshot
        with self.app.batch_update():
            self.transcript.show(snapshot.turns, snapshot.nodes, also_unfold=snapshot.unfolded)
            if snapshot.query.view is View.REQUESTS:
                self.requests.show_contexts(snapshot.contexts)
            if snapshot.query.view is not View.TRANSCRIPT:
                self._tables[snapshot.query.view].rows.set_rows(
                    snapshot.page, offset=snapshot.query.offset, total=snapshot.total
                )
            if is_first:
                self._follows = self._goal is None and snapshot.session.state in _LIVE
                self._seen = self._happened()
            if self._goal is not None:
                self.transcript.go_to_subject(self._goal.subject)
                self._goal = None
            if self._follows:
                self._go_to_end()
            self._show_all()
        self._read_more_if_needed()

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
        if (snapshot := self._snapshot) is not None:
            self._header.show_whole(
                session_header(
                    snapshot.session,
                    snapshot.coverage,
                    snapshot.signs,
                    width=self._header.size.width,
                    now_ns=self.setting.clock(),
                    marks=self.setting.marks,
                ),
                self.setting.marks,
            )

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
        return (session.turns or 0) + (session.requests or 0) + (session.tool_calls or 0)

    def _item(self) -> Item | None:
        """Return what is highlighted in the view that is seen."""
        row = self._rows.highlighted
        return row.node if row is not None and self._view is View.TRANSCRIPT else row

    def _show_detail(self, *, keep_place: bool) -> None:
        item, snapshot, marks = self._item(), self._snapshot, self.setting.marks
        is_told = snapshot is not None and snapshot.query.looked_at == self._rows.highlighted_key
        told = snapshot.told if snapshot is not None and is_told else None
        width = self._detail.text_width
        if keep_place and self._detailed == (item, told, width):
            return
        self._detailed = (item, told, width)
        lines = [] if item is None else item_detail(item, told, width, marks=marks)
        self._detail.show(lines, marks, keep_place=keep_place)

    def _read_more_if_needed(self) -> None:
        """Read what the page lacks, or what is to be told of another highlighted row."""
        if self._snapshot is None:
            return
        read, wanted = self._snapshot.query, self.wanted()
        is_table = self._view is not View.TRANSCRIPT
        lacks_rows = is_table and self._rows.lacks_rows and read.page != wanted.page
        tells_more = is_table or isinstance(self._item(), TOLD_MORE)
        if lacks_rows or (tells_more and read.looked_at != wanted.looked_at):
            self.request_read()

    def _go_to_end(self) -> None:
        if self._view is not View.MCP and not self.requests.is_arranged:
            self._rows.go_to(self._rows.total - 1)

    def on_virtual_list_place_changed(self, message: VirtualList.PlaceChanged) -> None:
        if message.by_person:
            self._follows = False
        if message.sender is not self._rows:
            return
        if message.sender.is_at_end:
            self._seen = self._happened()
        self._show_detail(keep_place=False)
        self._show_views()
        self.requests.show_chart()
        self._read_more_if_needed()

    def on_virtual_list_opened(self, message: VirtualList.Opened) -> None:
        is_transcript = self._view is View.TRANSCRIPT
        if (is_transcript and self.transcript.toggle(message.key)) or self.toggle_group():
            self.request_read()
            return
        if (item := self._item()) is not None:
            told, marks = self._detailed[1] if self._detailed else None, self.setting.marks
            where = (*self.where(), "Detail")
            text = partial(item_detail, item, told, marks=marks)
            self.app.push_screen(TextScreen(self.setting, where, text))

    def action_follow(self) -> None:
        self._follows = not self._follows
        if self._follows:
            self._go_to_end()
        self._show_views()

    def action_next_view(self, step: int) -> None:
        views = list(View)
        self._view = views[(views.index(self._view) + step) % len(views)]
        is_transcript = self._view is View.TRANSCRIPT
        self.set_class(not is_transcript, "-table")
        self.transcript.display = is_transcript
        for view, table in self._tables.items():
            table.display = view is self._view
        self._rows.focus()
        self._show_views()
        self._show_detail(keep_place=False)
        self.show_chrome()
        self.request_read()

    def action_ledger(self) -> None:
        item = self._item()
        where = call_filter(item) if isinstance(item, ToolCall) else None
        if where is None:
            self.notify("This row is no tool call whose tool is known.", markup=False)
        else:
            self.post_message(LedgerAsked(where))

    def action_scroll_detail(self, lines: int) -> None:
        self._detail.scroll_by(lines)

    def action_records(self) -> None:
        item = self._item()
        name = None if item is None else item_subject(item)
        if name is None:
            self.notify("This row has no records of its own.", markup=False)
            return
        where, behind = (*self.where(), "Records"), Subject(self._session_id, name)
        records = RecordsScreen(self.setting, where, subject=behind, explain=self._explain)
        self.app.push_screen(records)
