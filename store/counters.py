"""How points of a counter make one figure, whatever their temporality and order.

Delta points are added up: each is a record of its own and stored once. Of cumulative points of one
stream and one start the largest holds, as a counter never falls, and a new start begins a new sum
(OTLP 1.11, metrics data model, "Resets and gaps"). A figure is the sum of its rows.
"""

from store.facts import CounterKey
from store.signals import DELTA

LIMIT = 2**53
"""A sum stays at this, so that no sender can make it too large for the store."""

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
