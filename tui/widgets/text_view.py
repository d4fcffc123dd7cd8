"""A text of many lines that scrolls."""

from collections.abc import Sequence

from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.commands import Place, bindings
from tui.marks import UNICODE, Marks
from tui.present.lines import Line
from tui.widgets.painter import HIGHLIGHT_CLASS, TONE_CLASSES, TONE_CSS, Painter


class TextView(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows lines of toned text and scrolls over them."""

    BINDINGS = [*bindings(Place.TEXT)]

    COMPONENT_CLASSES = TONE_CLASSES | {HIGHLIGHT_CLASS}
    DEFAULT_CSS = f"""
    TextView {{
        overflow-x: hidden;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        {TONE_CSS}
    }}
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: tuple[Line, ...] = ()
        self._marks = UNICODE
        self._painter = Painter(self)

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is shown."""
        return self._lines

    @property
    def text_width(self) -> int:
        """Cells a line may take, one less than there are before the scrollbar."""
        return max(1, self.scrollable_content_region.width - 1)

    def show(self, lines: Sequence[Line], marks: Marks, *, keep_place: bool = True) -> None:
        """Show these lines, scrolled as before or from the start."""
        if not keep_place:
            self.scroll_to(y=0, animate=False)
        if tuple(lines) == self._lines:
            return
        self._lines, self._marks = tuple(lines), marks
        self.virtual_size = Size(self.text_width, len(self._lines))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        line = self._lines[index] if index < len(self._lines) else Line()
        return self._painter.strip(line, self.size.width, marks=self._marks)

    def scroll_by(self, lines: int) -> None:
        """Scroll down by so many lines, or up by minus so many."""
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False)

    def action_scroll_text(self, lines: int) -> None:
        self.scroll_by(lines)

    def action_page_text(self, pages: int) -> None:
        self.scroll_by(pages * max(1, self.size.height - 1))

    def action_start_of_text(self) -> None:
        self.scroll_to(y=0, animate=False)

    def action_end_of_text(self) -> None:
        self.scroll_to(y=self.max_scroll_y, animate=False)

    def notify_style_update(self) -> None:
        self._painter.forget()
        super().notify_style_update()
