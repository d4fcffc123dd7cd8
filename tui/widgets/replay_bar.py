"""The line above the keys that says where one is in a file that plays."""

from textual import events

from tui.marks import Marks
from tui.playback import Playback
from tui.present.replay_bar import replay_line
from tui.widgets.lines import Lines

_INTERVAL_S = 0.25


class ReplayBar(Lines):
    """Shows the playback; the line is painted anew only where it says something else."""

    DEFAULT_CSS = """
    ReplayBar { height: 1; padding: 0 1; }
    """

    def __init__(self, playback: Playback, marks: Marks) -> None:
        super().__init__(id="replay")
        self._playback = playback
        self._of_marks = marks

    def on_mount(self) -> None:
        self.set_interval(_INTERVAL_S, self._bring_up_to_date)

    def on_resize(self, _event: events.Resize) -> None:
        self._bring_up_to_date()

    def _bring_up_to_date(self) -> None:
        line = replay_line(
            self._playback.state(),
            self._playback.troubles,
            width=self.size.width,
            marks=self._of_marks,
        )
        self.show([line], self._of_marks)
