"""How points of a counter make one figure, whatever their temporality and order.

Delta points are added up: each is a record of its own and stored once. Of cumulative points of one
stream and one start the largest holds, as a counter never falls, and a new start begins a new sum
(OTLP 1.11, metrics data model, "Resets and gaps"). A figure is the sum of its rows.
"""

from typing import NamedTuple

from store.signals import DELTA

UNSUMMED = 0
"""In place of a temporality: a point that cannot be summed, so that the figure is unknown."""

LIMIT = 2**53
"""A sum stays at this, so that no sender can make it too large for the store."""


class CounterKey(NamedTuple):
    """What points that make one number have in common."""

    session_id: str
    figure: str
    """The name of a figure of ``store.domain.Work``."""
    series: bytes
    """Tells cumulative streams apart; empty for delta points, of which all are added."""
    temporality: int
    """``DELTA``, ``CUMULATIVE`` or ``UNSUMMED``."""
    started_unix_nano: int
    """When a cumulative stream began; 0 for delta points."""


COMBINED = (
    f"iif(temporality = {DELTA}, min(millionths + excluded.millionths, {LIMIT}),"
    " max(millionths, excluded.millionths))"
)
"""``combined`` of a stored row and a new one, in SQL."""


def combined(key: CounterKey, known: int, amount: int) -> int:
    """Return what two amounts of one key make together."""
    if key.temporality == DELTA:
        return min(known + amount, LIMIT)
    return max(known, amount)
