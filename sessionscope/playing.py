"""A player in a thread of its own, told what to do by the screens and followed by them."""

import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from sessionscope.player import Player
from sessionscope.timeline import Timeline
from tui.playback import Playing, Step

_TICK_S = 0.1
_Command = Callable[[Player], None]


class PlayingThread:
    """Plays until it is stopped; what ``tui.playback.Playback`` asks for."""

    def __init__(self, player: Player, troubles: Timeline) -> None:
        """Take the player over; nobody else may use it before ``stop`` has returned."""
        self.troubles = troubles.times
        self._along = {
            Step.EVENT: player.events,
            Step.TURN: player.turns,
            Step.TROUBLE: troubles,
        }
        self._player = player
        self._state = self._told(is_seeking=False)
        self._commands: queue.SimpleQueue[_Command | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="player", daemon=True)

    def start(self) -> None:
        """Begin to play, or to wait for that."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; returns when the player is not used any more."""
        self._commands.put(None)
        self._thread.join()

    def state(self) -> Playing:
        """Return where one is."""
        return self._state

    def toggle(self) -> None:
        """Play, or pause; at the end, play from the start."""
        self._commands.put(_toggle)

    def step(self, along: Step, *, is_back: bool) -> None:
        """Pause at the next or the previous of something."""
        self._commands.put(lambda player: player.step(self._along[along], is_back=is_back))

    def skip(self, seconds: int) -> None:
        """Go forward, or back."""
        self._commands.put(lambda player: player.skip(seconds))

    def change_speed(self, steps: int) -> None:
        """Play faster, or slower."""
        self._commands.put(lambda player: player.change_speed(steps))

    def seek(self, told: str) -> None:
        """Go to a moment that a person names; raises ``ValueError``."""
        moment_ns = self._along[Step.EVENT].moment(told, self._state.position_ns)
        self._commands.put(lambda player: player.seek(moment_ns))

    def _run(self) -> None:
        before_ns = time.monotonic_ns()
        while True:
            command: _Command | None = _nothing
            with suppress(queue.Empty):
                timeout = _TICK_S if self._player.is_playing else None
                command = self._commands.get(timeout=timeout)
            if command is None:
                return
            now_ns = time.monotonic_ns()
            if command is not _nothing:
                self._state = self._told(is_seeking=True)
                command(self._player)
            else:
                self._player.advance(now_ns - before_ns)
            before_ns = now_ns
            self._state = self._told(is_seeking=False)

    def _told(self, *, is_seeking: bool) -> Playing:
        player = self._player
        return Playing(
            position_ns=player.position_ns,
            start_ns=player.events.start_ns,
            end_ns=player.events.end_ns,
            speed=player.speed,
            is_playing=player.is_playing,
            is_idle_cut=player.is_playing and player.events.is_idle_cut(player.position_ns),
            is_seeking=is_seeking,
        )


def _nothing(_player: Player) -> None:
    """Only let time pass."""


def _toggle(player: Player) -> None:
    if not player.is_playing and player.position_ns >= player.events.end_ns:
        player.seek(player.events.start_ns)
    player.is_playing = not player.is_playing
