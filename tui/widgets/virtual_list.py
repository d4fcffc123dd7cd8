"""A list of any length over pages of rows: it holds what is near and paints what is seen."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.commands import Place, bindings
from tui.marks import Marks
from tui.present.lines import Line, Span, Tone
from tui.widgets.painter import HIGHLIGHT_CLASS, TONE_CLASSES, TONE_CSS, Painter

RowT = TypeVar("RowT")

_UNREAD = Line.of(Span("…", Tone.DIM))


class VirtualList(ScrollView, Generic[RowT], can_focus=True, inherit_bindings=False):
    """Rows by index, with a highlight that stays on its row whatever comes before or behind it.

    Whoever owns the list gives it a page of rows with ``set_rows`` and answers ``PlaceChanged``
    with another page when the rows in sight are not among them.
    """

    BINDINGS = [*bindings(Place.LIST)]
    COMPONENT_CLASSES = TONE_CLASSES | {HIGHLIGHT_CLASS}
    DEFAULT_CSS = f"""
    VirtualList {{
        overflow-x: hidden;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        {TONE_CSS}
    }}
    """

    class Opened(Message):
        """A person asked for the highlighted row."""

        def __init__(self, sender: "VirtualList[Any]", key: str) -> None:
            super().__init__()
            self.sender = sender
            self.key = key

        @property
        def control(self) -> "VirtualList[Any]":
            return self.sender

    class PlaceChanged(Message):
        """Another row is highlighted or others are in sight; ``by_person`` if someone did it."""

        def __init__(self, sender: "VirtualList[Any]", *, by_person: bool) -> None:
            super().__init__()
            self.sender = sender
            self.by_person = by_person

        @property
        def control(self) -> "VirtualList[Any]":
            return self.sender

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, type(self)) and message.by_person == self.by_person

    class Chorded(Message):
        """A person typed ``g``, or a key of ``chords`` after it, or another one."""

        def __init__(
            self, sender: "VirtualList[Any]", key: str | None, *, is_pending: bool
        ) -> None:
            super().__init__()
            self.sender = sender
            self.key = key
            self.is_pending = is_pending
            """Whether the next key is awaited."""

        @property
        def control(self) -> "VirtualList[Any]":
            return self.sender

    def __init__(
        self,
        render_row: Callable[[int, RowT, int], Line],
        row_key: Callable[[RowT], str],
        *,
        marks: Marks,
        id: str | None = None,
        nothing: str = "",
    ) -> None:
        """``render_row`` makes the line of (index, row, width); ``row_key`` names a row for good.

        ``nothing`` is what is said when there are no rows.
        """
        super().__init__(id=id)
        self._render_row = render_row
        self._row_key = row_key
        self._marks = marks
        self._nothing = Line.of(Span(nothing, Tone.DIM))
        self._painter = Painter(self)
        self._rows: tuple[RowT, ...] = ()
        self._offset = 0
        self._total = 0
        self._highlight = 0
        self._key: str | None = None
        self._painted: dict[int, tuple[Line, bool]] = {}
        self._awaits_second_g = False
        self._is_read = False
        self.chords: frozenset[str] = frozenset()
        """Keys that mean something after ``g``, beside ``g`` itself."""

    @property
    def total(self) -> int:
        """How many rows there are."""
        return self._total

    @property
    def highlight(self) -> int:
        """The index of the highlighted row."""
        return self._highlight

    @property
    def highlighted_key(self) -> str | None:
        """The key of the highlighted row."""
        return self._key

    @property
    def highlighted(self) -> RowT | None:
        """The highlighted row, if it is read."""
        return self._row(self._highlight)

    @property
    def row_width(self) -> int:
        """Cells of a row's line, without the highlight's mark."""
        return max(1, self.scrollable_content_region.width - 1)

    @property
    def in_sight(self) -> tuple[int, int]:
        """The first index in sight and how many rows fit."""
        return self.scroll_offset.y, max(1, self.scrollable_content_region.height)

    @property
    def lacks_rows(self) -> bool:
        """Tell whether rows in sight are not read."""
        top, height = self.in_sight
        end = min(top + height, self._total)
        return top < self._offset or end > self._offset + len(self._rows)

    @property
    def is_at_end(self) -> bool:
        """Tell whether the last row is highlighted."""
        return self._highlight >= self._total - 1

    def set_rows(self, rows: Sequence[RowT], *, offset: int, total: int) -> None:
        """Show ``rows``, which begin at index ``offset`` of ``total``, with the highlight kept."""
        before, self._is_read = self._highlight, True
        self._rows, self._offset, self._total = tuple(rows), offset, total
        found = self._find(self._key)
        self._highlight = max(0, min(before if found is None else found, total - 1))
        highlighted = self._row(self._highlight)
        self._key = None if highlighted is None else self._row_key(highlighted)
        self.virtual_size = Size(self.row_width, total)
        top = self.scroll_offset.y
        if top and self._highlight != before:
            self.scroll_to(y=top + self._highlight - before, animate=False)
        self._keep_in_sight()
        self.repaint_changed()

    def go_to(self, index: int, *, by_person: bool = False) -> None:
        """Highlight the row at ``index``, or the nearest there is."""
        index = max(0, min(index, self._total - 1))
        row = self._row(index)
        before = self._highlight, self._key
        self._highlight, self._key = index, None if row is None else self._row_key(row)
        if before == (self._highlight, self._key):
            return
        self._keep_in_sight()
        self.repaint_changed()
        self.post_message(self.PlaceChanged(self, by_person=by_person))

    def go_to_key(self, key: str) -> None:
        """Highlight the row called ``key`` if it is read."""
        if (index := self._find(key)) is not None:
            self.go_to(index)

    def repaint_changed(self) -> None:
        """Repaint the lines in sight whose text or highlight is not what was painted last."""
        top, height = self.in_sight
        for index in range(top, top + height):
            if self._painted.get(index) != self._line(index):
                self.refresh_line(index)

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        line, is_highlighted = self._painted[index] = self._line(index)
        if len(self._painted) > 4 * self.size.height:
            self._painted = {index: (line, is_highlighted)}
        mark = Span(self._marks.highlight if is_highlighted else " ", Tone.LIVE)
        return self._painter.strip(
            Line.of(mark, line), self.size.width, marks=self._marks, is_highlighted=is_highlighted
        )

    def notify_style_update(self) -> None:
        self._painter.forget()
        super().notify_style_update()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.post_message(self.PlaceChanged(self, by_person=False))

    def on_resize(self) -> None:
        self._painted.clear()
        self.call_after_refresh(self._keep_in_sight)

    def on_key(self, event: events.Key) -> None:
        was_awaiting = self._awaits_second_g
        self._awaits_second_g = event.key == "g" and not was_awaiting
        if event.key == "g" or (was_awaiting and event.key in self.chords):
            event.stop()
        if was_awaiting and event.key == "g":
            self.action_first()
        if self.chords and (was_awaiting or self._awaits_second_g):
            key = event.key if was_awaiting and event.key in self.chords else None
            self.post_message(self.Chorded(self, key, is_pending=self._awaits_second_g))

    def on_click(self, event: events.Click) -> None:
        index = event.y + self.scroll_offset.y
        if index < self._total:
            self.go_to(index, by_person=True)
            if event.chain > 1:
                self.action_open()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.action_move(-3)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.action_move(3)

    def action_move(self, rows: int) -> None:
        self.go_to(self._highlight + rows, by_person=True)

    def action_page(self, pages: float) -> None:
        self.action_move(int(pages * max(1, self.in_sight[1] - 1)))

    def action_first(self) -> None:
        self.go_to(0, by_person=True)

    def action_last(self) -> None:
        self.go_to(self._total - 1, by_person=True)

    def action_open(self) -> None:
        if self._key is not None:
            self.post_message(self.Opened(self, self._key))

    def _row(self, index: int) -> RowT | None:
        place = index - self._offset
        return self._rows[place] if 0 <= place < len(self._rows) else None

    def _find(self, key: str | None) -> int | None:
        if key is None:
            return None
        for place, row in enumerate(self._rows):
            if self._row_key(row) == key:
                return self._offset + place
        return None

    def _line(self, index: int) -> tuple[Line, bool]:
        if index >= self._total:
            return (Line() if index or not self._is_read else self._nothing), False
        row = self._row(index)
        line = _UNREAD if row is None else self._render_row(index, row, self.row_width)
        return line, index == self._highlight

    def _keep_in_sight(self) -> None:
        top, height = self.in_sight
        if self._highlight < top:
            self.scroll_to(y=self._highlight, animate=False)
        elif self._highlight >= top + height:
            self.scroll_to(y=self._highlight - height + 1, animate=False)
