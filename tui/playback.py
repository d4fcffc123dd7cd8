"""A saved file that plays, as the screens see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Step(StrEnum):
    """What a step goes along."""

    EVENT = "event"
    TURN = "turn"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Playing:
    """Where one is in a file; times are nanoseconds since the Unix epoch."""

    position_ns: int
    start_ns: int
    end_ns: int
    speed: float = 1.0
    is_playing: bool = False
    is_idle_cut: bool = False
    """Whether idle time is passed over here that the file has in full."""
    is_seeking: bool = False
    """Whether the screens do not yet show this position."""


class Playback(Protocol):
    """What plays; nothing here waits, and the state follows when it is done."""

    troubles: Sequence[int]
    """When something went wrong, in order."""

    def state(self) -> Playing:
        """Return where one is."""
        ...

    def toggle(self) -> None:
        """Play, or pause."""
        ...

    def step(self, along: Step, *, is_back: bool) -> None:
        """Pause at the next or the previous of something."""
        ...

    def skip(self, seconds: int) -> None:
        """Go forward, or back."""
        ...

    def change_speed(self, steps: int) -> None:
        """Play faster, or slower."""
        ...

    def seek(self, told: str) -> None:
        """Go to a moment that a person names; raises ``ValueError`` saying how to name one."""
        ...
