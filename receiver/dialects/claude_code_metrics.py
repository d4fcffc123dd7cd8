"""Claude Code's metrics: what no event tells, and what checks the events.

All are monotonic sums and tell what changed only; so where any metric of a session arrived, a
figure of its work without points is 0. Tokens and cost are summed apart: the events are canonical,
but interrupted replies are in the metrics only.
"""

import hashlib
import math
from collections.abc import Mapping

from receiver.dialects.claude_code_known import note_unknown
from receiver.dialects.values import LARGEST_FIGURE, text
from store.changes import Facts
from store.facts import ANY_MODEL, RECORD_TIME_LIMIT, UNSUMMED, CounterKey
from store.signals import CUMULATIVE, DELTA, NO_RECORDED_VALUE, MetricPoint

_MILLION = 1_000_000
_START_TYPE = "start_type"

_WORK: Mapping[tuple[str, str | None], str] = {
    ("claude_code.lines_of_code.count", "added"): "lines_added",
    ("claude_code.lines_of_code.count", "removed"): "lines_removed",
    ("claude_code.commit.count", None): "commits",
    ("claude_code.pull_request.count", None): "pull_requests",
    ("claude_code.active_time.total", "user"): "active_user",
    ("claude_code.active_time.total", "cli"): "active_agent",
    ("claude_code.code_edit_tool.decision", "accept"): "edits_accepted",
    ("claude_code.code_edit_tool.decision", "reject"): "edits_rejected",
}
"""The figure of a metric and its ``type`` or ``decision``; active time is in seconds."""

_METERED: Mapping[tuple[str, str | None], str] = {
    ("claude_code.token.usage", "input"): "input_tokens",
    ("claude_code.token.usage", "output"): "output_tokens",
    ("claude_code.token.usage", "cacheRead"): "cache_read_tokens",
    ("claude_code.token.usage", "cacheCreation"): "cache_write_tokens",
    ("claude_code.cost.usage", None): "cost_usd",
}
"""The same for what the requests tell too; these are kept by model."""


def interpret_point(record: MetricPoint, session_id: str, facts: Facts) -> None:
    """Add what one data point counts to its session's figures."""
    note_unknown(record, record.name, facts, session_id=session_id)
    for figure in _WORK.values():
        facts.counted(CounterKey(session_id, figure, ANY_MODEL, b"", DELTA, 0), 0)
    attributes = record.attributes
    if start_type := text(attributes.get(_START_TYPE)):
        facts.identify(session_id, {_START_TYPE: start_type})
    kind = text(attributes.get("type")) or text(attributes.get("decision"))
    worked = _WORK.get((record.name, kind))
    metered = _METERED.get((record.name, kind))
    if record.flags & NO_RECORDED_VALUE:
        return
    if worked is not None:
        _count(record, facts, CounterKey(session_id, worked, ANY_MODEL, b"", DELTA, 0))
    elif metered is not None:
        model = text(attributes.get("model")) or ANY_MODEL
        _count(record, facts, CounterKey(session_id, metered, model, b"", DELTA, 0))


def _count(record: MetricPoint, facts: Facts, key: CounterKey) -> None:
    millionths = _millionths(record.value)
    is_counter = record.kind == "sum" and record.is_monotonic and millionths is not None
    temporality = record.temporality if is_counter else UNSUMMED
    if temporality == CUMULATIVE:
        started = min(record.start_time_unix_nano, RECORD_TIME_LIMIT)
        key = key._replace(
            series=_series(record),
            temporality=CUMULATIVE,
            started_unix_nano=started,
            time_unix_nano=min(record.time_unix_nano, RECORD_TIME_LIMIT),
        )
    elif temporality != DELTA:
        key, millionths = key._replace(temporality=UNSUMMED), 0
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
