"""What is read of every span of opencode before its meaning."""

from typing import NamedTuple

from receiver.dialects.values import text
from store.facts import RECORD_TIME_LIMIT
from store.signals import Span

_ERROR = 2
"""OTLP ``Status.code``."""
_NS_PER_MS = 1_000_000


class SpanHead(NamedTuple):
    """A span with where and when it stands."""

    record: Span
    session_id: str
    turn_id: str | None
    time_unix_nano: int
    rank: bytes

    @property
    def duration_ms(self) -> int:
        """Return how long it lasted."""
        record = self.record
        return max(record.end_time_unix_nano - record.start_time_unix_nano, 0) // _NS_PER_MS

    @property
    def ended(self) -> int:
        """Return when it ended, nanoseconds."""
        return min(self.record.end_time_unix_nano, RECORD_TIME_LIMIT)

    @property
    def is_error(self) -> bool:
        """Tell whether it failed."""
        return self.record.status_code == _ERROR

    @property
    def error(self) -> str | None:
        """Return why it failed, if it did."""
        if not self.is_error:
            return None
        told = [text(event.attributes.get("exception.message")) for event in self.record.events]
        return self.record.status_message or next(filter(None, told), None)
