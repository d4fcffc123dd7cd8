"""What every screen has: a line on top that says where one is, and the keys below."""

from abc import abstractmethod
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.screen import Screen

from tui.commands import COMMANDS, Command, Place, Shown
from tui.marks import Marks
from tui.playback import Playback
from tui.present.chrome import key_line, top_line
from tui.present.lines import Line
from tui.source import Reception, Source
from tui.widgets.lines import Lines
from tui.widgets.replay_bar import ReplayBar


@dataclass(frozen=True, slots=True)
class Setting:
    """What a screen gets from the application."""

    source: Source
    marks: Marks
    clock: Callable[[], int]
    """Nanoseconds since the Unix epoch."""
    reception: Callable[[], Reception]
    """How the recorder is."""
    playback: Playback | None = None
    """What plays into the store, where it is a replay."""


class ChromeScreen(Screen[None]):
    """A screen whose ``compose`` yields ``top_bar`` first and ``key_bar`` last."""

    PLACES: ClassVar[tuple[Place, ...]] = ()

    def __init__(self, setting: Setting) -> None:
        super().__init__()
        self.setting = setting
        self.top_bar = Lines(id="top")
        self.key_bar = Lines(id="keys")
        playback = setting.playback
        self._replay_bar = None if playback is None else ReplayBar(playback, setting.marks)

    @abstractmethod
    def where(self) -> Sequence[str]:
        """Return the names that lead here, for the top line."""

    def on_mount(self) -> None:
        self.set_interval(1, self._tick_if_seen)
        # Textual calls this once for every class that has it.
        if self._replay_bar is not None and self._replay_bar.parent is None:
            self.mount(self._replay_bar, before=self.key_bar)
        self.show_chrome()

    def on_resize(self, _event: events.Resize) -> None:
        self.call_after_refresh(self.show_chrome)

    def reception_changed(self) -> None:
        """Show that the recorder is another way than before."""
        self.show_chrome()

    def explanation(self, width: int) -> list[Line]:  # noqa: ARG002 - for those that have one
        """Return why what is blank on this screen is blank, for the help."""
        return []

    def store_changed(self) -> None:
        """Something was committed to the store."""

    def tick(self) -> None:
        """Let ages grow; called once a second while the screen is seen."""
        self.show_chrome()

    def _tick_if_seen(self) -> None:
        if self.is_current:
            self.tick()

    def show_chrome(self) -> None:
        """Bring the top and the bottom line up to date."""
        marks, width = self.setting.marks, self.size.width - 2
        top = top_line(
            self.where(),
            self.setting.reception(),
            width=width,
            now_ns=self.setting.clock(),
            marks=marks,
        )
        self.top_bar.show([top], marks)
        self.key_bar.show([key_line(self.footer_commands(), width)], marks)

    def places(self) -> Collection[Place]:
        """Return the places whose commands work now."""
        replay = (Place.REPLAY,) if self.setting.playback is not None else ()
        return (*replay, *self.PLACES, Place.EVERYWHERE)

    def footer_commands(self) -> list[Command]:
        """Return the commands of the bottom line, those of this screen first."""
        return [
            command
            for command in COMMANDS
            if Shown.IN_FOOTER in command.shown
            and command.place in self.places()
            and self.app.check_action(command.action, ())
        ]
