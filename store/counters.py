"""How points of a counter make one figure, whatever their temporality and order.

Delta points are added up: each is a record of its own and stored once. Cumulative points are kept,
one a moment of its stream. A counter never falls, so where one does it began anew, and what it had
come to by then counts beside what it comes to after; so does a new start (OTLP 1.11, metrics data
model, "Resets and gaps").
"""

from store.facts import UNSUMMED, CounterKey
from store.signals import DELTA

LIMIT = 2**53
"""A sum stays at this, so that no sender can make it too large for the store."""

COMBINED = (
    f"iif(temporality = {DELTA}, min(millionths + excluded.millionths, {LIMIT}),"
    " max(millionths, excluded.millionths))"
)
"""``combined`` of a stored row and a new one, in SQL."""


SUMS = f"""
    select session_id, model, figure, max(temporality = {UNSUMMED}) as is_unsummed,
        cast(min(total(millionths), {LIMIT}) as integer) as millionths
    from (select *, lead(millionths) over (partition by session_id, figure, model, series,
            temporality, started_unix_nano order by time_unix_nano) as next
        from counters where session_id in ({{marks}}))
    where next is null or next < millionths
    group by 1, 2, 3 order by 1, 2
"""
"""Each figure of sessions by model: the last point of a stream and all before a fall, summed."""


def combined(key: CounterKey, known: int, amount: int) -> int:
    """Return what two amounts of one key make together."""
    if key.temporality == DELTA:
        return min(known + amount, LIMIT)
    return max(known, amount)
