"""What is shown instead of a screen that would not fit."""

from textual import events
from textual.app import ComposeResult
from textual.geometry import Size
from textual.screen import ModalScreen

from tui.marks import UNICODE
from tui.present.lines import Line
from tui.widgets.lines import Lines

MIN_WIDTH, MIN_HEIGHT = 60, 15


def is_too_small(size: Size) -> bool:
    """Tell whether a terminal is smaller than the screens need."""
    return size.width < MIN_WIDTH or size.height < MIN_HEIGHT


class TooSmallScreen(ModalScreen[None]):
    """Says how large the terminal must be; ``q`` still leaves."""

    BINDINGS = [("q", "app.quit", "quit")]

    def __init__(self) -> None:
        super().__init__()
        self._notice = Lines()

    def compose(self) -> ComposeResult:
        yield self._notice

    def on_resize(self, event: events.Resize) -> None:
        text = f"Needs {MIN_WIDTH}x{MIN_HEIGHT}, has {event.size.width}x{event.size.height}"
        self._notice.styles.width = len(text)
        self._notice.show([Line.of(text)], UNICODE)
