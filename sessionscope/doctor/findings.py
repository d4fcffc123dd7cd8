"""What a look at something found."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    NOTE = "note"
    """Not as it should be, and recording goes on."""
    WRONG = "wrong"
    """Nothing is recorded, or what is may be lost."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A thing that was looked at."""

    about: str
    level: Level
    words: str
    """What was found, a sentence."""
    advice: str = ""
    """What to do, a sentence; empty where nothing is to be done."""
