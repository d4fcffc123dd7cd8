"""What is read of every event of Codex before its meaning."""

from typing import NamedTuple

from receiver.dialects.codex_words import ALIAS, own_key
from store.changes import SessionChange
from store.facts import Placement, rank_of
from store.signals import LogRecord


class EventHead(NamedTuple):
    """An event with where and when it stands."""

    record: LogRecord
    change: SessionChange
    session_id: str
    turn_id: str | None
    """The turn of its trace; ``None`` where the record has none, as without an exporter for traces
    and on every record of a stream."""
    time_unix_nano: int
    rank: bytes

    @property
    def own_key(self) -> str:
        """Name the thing it tells of, which has no id."""
        return own_key(self.record)


def turn_of_trace(trace_id: bytes) -> str | None:
    """Name the turn of a trace."""
    return f"{ALIAS}{trace_id.hex()}" if trace_id else None


def head_of(record: LogRecord, placement: Placement, change: SessionChange) -> EventHead:
    """Return the head of an event."""
    return EventHead(
        record,
        change,
        change.session_id,
        turn_of_trace(record.trace_id),
        placement.time_unix_nano,
        rank_of(placement.time_unix_nano, None, record.digest),
    )
