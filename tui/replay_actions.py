"""The verbs of a replay; without one they do not work."""

from textual.app import App

from tui.playback import Playback, Step
from tui.safe_text import safe_text
from tui.screens.seek import SeekScreen


class ReplayActions(App[None]):
    """An application that may show a file that plays."""

    def __init__(self, playback: Playback | None) -> None:
        super().__init__()
        self._playback = playback

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action.partition("(")[0] in _ACTIONS:
            return self._playback is not None
        return super().check_action(action, parameters)

    def action_play(self) -> None:
        if self._playback is not None:
            self._playback.toggle()

    def action_play_step(self, along: str, direction: int) -> None:
        if self._playback is not None:
            self._playback.step(Step(along), is_back=direction < 0)

    def action_play_skip(self, seconds: int) -> None:
        if self._playback is not None:
            self._playback.skip(seconds)

    def action_play_speed(self, steps: int) -> None:
        if self._playback is not None:
            self._playback.change_speed(steps)

    def action_play_from(self) -> None:
        self.push_screen(SeekScreen(), self._seek)

    def _seek(self, told: str | None) -> None:
        if self._playback is None or not told:
            return
        try:
            self._playback.seek(told)
        except ValueError as error:
            self.notify(safe_text(str(error)), severity="error", markup=False)


_ACTIONS = frozenset({"play", "play_step", "play_skip", "play_speed", "play_from"})
