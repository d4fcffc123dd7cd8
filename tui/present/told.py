"""Attributes of an event as an agent told them: words, numbers that may be texts, yes and no."""

from collections.abc import Mapping

from tui import format as formats


class Told:
    """Reads attributes whose types agents change: ``"12"`` is 12, ``"true"`` is true."""

    def __init__(self, attributes: Mapping[str, object]) -> None:
        self._attributes = attributes

    def word(self, *names: str) -> str:
        """Return the first of ``names`` that is told, as a text; empty where none is."""
        for name in names:
            value = self._attributes.get(name)
            if isinstance(value, list):
                return ", ".join(map(str, value))
            if value is not None:
                return str(value)
        return ""

    def number(self, name: str) -> int | None:
        """Return a whole number; ``None`` where it is absent or no number."""
        value = self._attributes.get(name)
        try:
            return None if isinstance(value, bool) else int(float(str(value)))
        except (ValueError, OverflowError):
            return None

    def is_true(self, name: str) -> bool | None:
        """Return yes or no; ``None`` where neither is told."""
        return {"true": True, "false": False}.get(self.word(name).lower())

    def duration(self, name: str) -> str:
        """Return a duration of milliseconds; empty where it is not told."""
        number = self.number(name)
        return "" if number is None else formats.duration(number)

    def counted(self, *names: tuple[str, str]) -> str:
        """Return ``2 skills · 1 agent`` of (attribute, noun), leaving out what is 0 or absent."""
        parts = []
        for name, noun in names:
            if number := self.number(name):
                parts.append(f"{formats.count(number)} {noun}{'' if number == 1 else 's'}")
        return " · ".join(parts)
