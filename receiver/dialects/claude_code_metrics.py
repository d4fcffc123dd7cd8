"""Claude Code's metrics: what no event tells.

All are monotonic sums and tell what changed only; so where any metric of a session arrived, a
figure without points is 0. Tokens and cost are left to the events, which tell them by request.
"""

import hashlib
import math
from collections.abc import Mapping

from receiver.dialects.values import LARGEST_FIGURE, text
from store.changes import Facts
from store.facts import RECORD_TIME_LIMIT, UNSUMMED, CounterKey
from store.signals import CUMULATIVE, DELTA, NO_RECORDED_VALUE, MetricPoint

_MILLION = 1_000_000

_FIGURES: Mapping[tuple[str, str | None], str] = {
    ("claude_code.lines_of_code.count", "added"): "lines_added",
    ("claude_code.lines_of_code.count", "removed"): "lines_removed",
    ("claude_code.commit.count", None): "commits",
    ("claude_code.pull_request.count", None): "pull_requests",
    ("claude_code.active_time.total", "user"): "active_user",
    ("claude_code.active_time.total", "cli"): "active_agent",
}
"""The figure of a metric and its ``type``; active time is in seconds."""


def interpret_point(record: MetricPoint, session_id: str, facts: Facts) -> None:
    """Add what one data point counts to its session's figures."""
    for figure in _FIGURES.values():
        facts.counted(CounterKey(session_id, figure, b"", DELTA, 0), 0)
    figure_of_point = _FIGURES.get((record.name, text(record.attributes.get("type"))))
    if figure_of_point is None or record.flags & NO_RECORDED_VALUE:
        return
    millionths = _millionths(record.value)
    is_counter = record.kind == "sum" and record.is_monotonic and millionths is not None
    temporality = record.temporality if is_counter else UNSUMMED
    if temporality == CUMULATIVE:
        started = min(record.start_time_unix_nano, RECORD_TIME_LIMIT)
        key = CounterKey(session_id, figure_of_point, _series(record), CUMULATIVE, started)
    elif temporality == DELTA:
        key = CounterKey(session_id, figure_of_point, b"", DELTA, 0)
    else:
        key = CounterKey(session_id, figure_of_point, b"", UNSUMMED, 0)
        millionths = 0
    facts.counted(key, millionths or 0)


def _millionths(value: float | None) -> int | None:
    if value is None or not math.isfinite(value) or not 0 <= value <= LARGEST_FIGURE / _MILLION:
        return None
    return round(value * _MILLION)


def _series(record: MetricPoint) -> bytes:
    """Tell a stream apart by all that identifies one: resource, scope, name and attributes."""
    told = repr((record.name, record.unit, sorted(record.attributes.items())))
    origin = record.resource.digest + record.scope.digest
    return hashlib.blake2b(origin + told.encode(), digest_size=8).digest()
