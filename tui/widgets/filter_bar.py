"""The filter of a list: where it is typed, what is wrong with it, and how much it admits."""

from rich.highlighter import Highlighter
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input

from store.queries.filter import FilterError
from tui.commands import Place, bindings
from tui.marks import Marks
from tui.present.lines import Line, Span, Tone, wrap
from tui.safe_text import pictured
from tui.widgets.lines import Lines

_TYPEABLE = r"[^\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*"
"""What a filter may hold; a paste with controls in it is not taken."""


_SIGN = 2
"""Cells before what is typed."""
_FAULT_LINES = 3


class _Pictures(Highlighter):
    """Shows pictures of what must not reach a terminal: a filter may quote telemetry."""

    def highlight(self, text: Text) -> None:
        text.plain = pictured(text.plain)


class FilterInput(Input):
    """A line to type in that tells when it is left."""

    BINDINGS = [*bindings(Place.FILTER)]

    class Left(Message):
        """The person wants no filter."""

    def action_leave(self) -> None:
        self.post_message(self.Left())


class FilterBar(Vertical):
    """The filter and its count on one line; the fault of the filter below it while it has one."""

    DEFAULT_CSS = """
    FilterBar {
        height: auto;
        & > Horizontal { height: 1; }
        & #filter-sign { width: 2; }
        & #filter-count { width: 1; }
        & #filter-fault { display: none; }
        & #filter-fault.-shown { display: block; }
        & FilterInput {
            width: 1fr; height: 1; border: none; padding: 0; background: transparent;
            &:focus { border: none; background-tint: transparent; }
        }
    }
    """

    class Typed(Message):
        """The filter is another one."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Closed(Message):
        """The person is done with typing."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, marks: Marks, *, placeholder: str) -> None:
        """Show ``placeholder`` while nothing is typed."""
        super().__init__()
        self._marks = marks
        self._sign = Lines(id="filter-sign")
        self._field = FilterInput(
            placeholder=placeholder,
            highlighter=_Pictures(),
            restrict=_TYPEABLE,
            select_on_focus=False,
            compact=True,
        )
        self._count = Lines(id="filter-count")
        self._fault = Lines(id="filter-fault")

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield self._sign
            yield self._field
            yield self._count
        yield self._fault

    def on_mount(self) -> None:
        self._field.cursor_blink = False
        self._field.can_focus = False
        self._sign.show([Line.of(Span("/", Tone.KEY))], self._marks)

    @property
    def text(self) -> str:
        """What is typed."""
        return self._field.value

    @text.setter
    def text(self, text: str) -> None:
        self._field.value = text

    def open(self) -> None:
        """Let the person type."""
        self._field.can_focus = True
        self._field.focus()

    @property
    def is_open(self) -> bool:
        """Tell whether the person is typing."""
        return self._field.has_focus

    def show_count(self, count: Line) -> None:
        """Show how many rows the filter admits."""
        self._count.styles.width = max(1, count.width)
        self._count.show([count], self._marks)

    def show_fault(self, error: FilterError | None) -> None:
        """Point at what is wrong, or at nothing."""
        self._fault.set_class(error is not None, "-shown")
        if error is None:
            return
        pointer = Span("^" * max(1, error.end - error.start), Tone.TROUBLE)
        lines = [
            Line.of(" " * (_SIGN + error.start), pointer),
            *(
                Line.of(" " * _SIGN, line)
                for line in wrap(str(error), self.size.width - _SIGN, Tone.TROUBLE)[:_FAULT_LINES]
            ),
        ]
        self._fault.styles.height = len(lines)
        self._fault.show(lines, self._marks)

    def on_descendant_blur(self) -> None:
        self._field.can_focus = False

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Typed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Closed(event.value))

    def on_filter_input_left(self) -> None:
        self.text = ""
        self.post_message(self.Closed(""))
