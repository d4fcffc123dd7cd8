"""A few lines that stand still: bars, headers, panes without scrolling."""

from collections.abc import Sequence

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.marks import UNICODE, Marks
from tui.present.lines import Line
from tui.widgets.painter import HIGHLIGHT_CLASS, TONE_CLASSES, TONE_CSS, Painter


class Lines(Widget):
    """Shows lines of toned text, cut to its width; repaints only the lines that changed."""

    COMPONENT_CLASSES = TONE_CLASSES | {HIGHLIGHT_CLASS}
    DEFAULT_CSS = f"""
    Lines {{
        height: 1;
        {TONE_CSS}
    }}
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: tuple[Line, ...] = ()
        self._marks = UNICODE
        self._painter = Painter(self)

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is shown."""
        return self._lines

    def show(self, lines: Sequence[Line], marks: Marks) -> None:
        """Show these lines."""
        old, self._lines, self._marks = self._lines, tuple(lines), marks
        for y in range(max(len(old), len(self._lines))):
            if self._at(old, y) != self._at(self._lines, y):
                self.refresh(Region(0, y, self.size.width, 1))

    def show_whole(self, lines: Sequence[Line], marks: Marks) -> None:
        """Show these lines and be as high as they are many."""
        if len(lines) != self.size.height:
            self.styles.height = len(lines)
        self.show(lines, marks)

    def render_line(self, y: int) -> Strip:
        return self._painter.strip(self._at(self._lines, y), self.size.width, marks=self._marks)

    def notify_style_update(self) -> None:
        self._painter.forget()
        super().notify_style_update()

    @staticmethod
    def _at(lines: tuple[Line, ...], y: int) -> Line:
        return lines[y] if y < len(lines) else Line()
