"""A text over the whole screen: a node of a transcript in full, and the help."""

from collections.abc import Callable, Sequence

from textual import events
from textual.app import ComposeResult

from tui.commands import Place
from tui.present.help_text import help_text
from tui.present.lines import Line
from tui.screens.chrome import ChromeScreen, Setting
from tui.widgets.text_view import TextView


class TextScreen(ChromeScreen):
    """Lines made for the width there is, to scroll through."""

    PLACES = (Place.TEXT,)

    def __init__(
        self, setting: Setting, where: Sequence[str], text: Callable[[int], Sequence[Line]]
    ) -> None:
        """``text`` makes the lines for a width in cells."""
        super().__init__(setting)
        self._where = where
        self._text = text
        self._view = TextView(id="text")

    def compose(self) -> ComposeResult:
        yield self.top_bar
        yield self._view
        yield self.key_bar

    def where(self) -> Sequence[str]:
        return self._where

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self.call_after_refresh(self._show_text)

    def _show_text(self) -> None:
        self._view.show(self._text(self._view.text_width), self.setting.marks)


class HelpScreen(TextScreen):
    """The keys, and what the marks mean."""

    def __init__(self, setting: Setting, explanation: Callable[[int], Sequence[Line]]) -> None:
        """``explanation`` says, for a width, why what is blank on the screen before is blank."""
        super().__init__(
            setting, ("Help",), lambda width: [*explanation(width), *help_text(setting.marks)]
        )
