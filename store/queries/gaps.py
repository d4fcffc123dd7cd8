"""What is missing between the events of a session, as their sender counts them.

A process counts its events from 0, whatever session they are of: the count starts again when a
session is resumed, and runs on when ``/clear`` begins another. Only what is missing between two
events of one run is known to be missing.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from store.connection import Database
from store.insights import Gap


@dataclass(frozen=True, slots=True)
class Counted:
    """What the numbers of a session's events tell."""

    gaps: tuple[Gap, ...] = ()
    numbers: tuple[tuple[int, int], ...] = ()
    """First and last missing number of each gap."""
    starts: tuple[int, ...] = ()
    """The number each run begins with."""
    is_interleaved: bool = False
    """Whether two processes send events of the session at once, so that gaps are not known."""

    @property
    def missing(self) -> int | None:
        """Return how many events are missing; ``None`` where that is not known."""
        if self.is_interleaved or not self.starts:
            return None
        return sum(gap.missing for gap in self.gaps)


class _Break(NamedTuple):
    """An event whose number does not follow that of the event before it (``previous``)."""

    time_unix_nano: int
    sequence: int
    previous: int | None
    previous_unix_nano: int | None


_BREAKS = """
    select b.session_id, b.time_unix_nano, b.sequence, b.previous,
        (select max(r.time_unix_nano) from records r where r.session_id = b.session_id
            and r.sequence is not null
            and (r.time_unix_nano, r.sequence) < (b.time_unix_nano, b.sequence))
    from sequence_breaks b where b.session_id in ({marks})
    order by b.session_id, b.time_unix_nano, b.sequence
"""


def counted(db: Database, ids: Sequence[str]) -> Mapping[str, Counted]:
    """Return what the numbers of each session's events tell."""
    breaks: defaultdict[str, list[_Break]] = defaultdict(list)
    marks = ", ".join("?" * len(ids))
    for session_id, *told in db.execute(_BREAKS.format(marks=marks), list(ids)):
        breaks[session_id].append(_Break(*told))
    return defaultdict(
        Counted, {session_id: _counted(found) for session_id, found in breaks.items()}
    )


def _counted(breaks: Sequence[_Break]) -> Counted:
    starts = tuple(
        item.sequence for item in breaks if item.previous is None or item.sequence <= item.previous
    )
    if _is_interleaved(breaks):
        return Counted(starts=starts, is_interleaved=True)
    holes = list(_holes(breaks))
    return Counted(
        gaps=tuple(gap for gap, _ in holes),
        numbers=tuple(numbers for _, numbers in holes),
        starts=starts,
    )


def _is_interleaved(breaks: Sequence[_Break]) -> bool:
    """Tell whether a count goes on where it stood before events of another came between."""
    return any(
        before.previous is not None and item.sequence == before.previous + 1
        for before, item in pairwise(breaks)
    )


def _holes(breaks: Sequence[_Break]) -> Iterator[tuple[Gap, tuple[int, int]]]:
    for item in breaks:
        if item.previous is not None and item.sequence > item.previous + 1:
            missing = item.sequence - item.previous - 1
            gap = Gap(item.previous_unix_nano or item.time_unix_nano, missing)
            yield gap, (item.previous + 1, item.sequence - 1)
