"""The one filter language: the same in the screens and in ``--where``."""

from dataclasses import dataclass
from collections.abc import Mapping


class FilterError(ValueError):
    """The filter cannot be read; ``start`` and ``end`` are the offsets of what is wrong in it."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.start = start
        self.end = end


@dataclass(frozen=True, slots=True)
class Filter:
    """A parsed filter: one SQL condition over the row source it was parsed for."""

    text: str
    sql: str
    """A condition on ``sessions`` (alias ``s``), ``1`` when nothing is asked."""
    parameters: Mapping[str, object]


def parse(text: str, *, now_ns: int) -> Filter:
    """Read a filter. Raises ``FilterError`` with the place of the fault."""
    raise NotImplementedError
