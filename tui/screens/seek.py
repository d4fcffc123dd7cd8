"""Where a person says to which time a replay goes."""

from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Input

_TYPEABLE = r"[0-9:+\-smh%@.]*"


class SeekScreen(ModalScreen[str]):
    """A line to type a time in; ends with what was typed, or nothing."""

    BINDINGS = [("escape", "leave", "leave")]
    DEFAULT_CSS = """
    SeekScreen {
        align: center bottom;
        background: transparent;
        & Input { height: 1; margin: 0 0 1 0; border: none; }
    }
    """

    def compose(self) -> ComposeResult:
        yield Input(placeholder="14:03, +30m, -10s, 50%", restrict=_TYPEABLE, compact=True)

    def on_input_submitted(self, message: Input.Submitted) -> None:
        self.dismiss(message.value)

    def action_leave(self) -> None:
        self.dismiss("")
