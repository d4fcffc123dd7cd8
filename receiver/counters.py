"""What came through the doors and what did not, for whoever shows the receiver's health."""

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from threading import Lock
from typing import NamedTuple

from receiver.decode import Parts
from store.signals import Signal


class Door(StrEnum):
    """The two transports of OTLP."""

    GRPC = "grpc"
    HTTP = "http"


class Tally(NamedTuple):
    """The exports of one signal through one door since the start."""

    accepted: int
    """Records that were stored."""
    rejected: int
    """Records left out of exports that were otherwise stored."""
    refused: Mapping[str, int]
    """Exports that the sender must not repeat, by the name of the error."""
    failed: Mapping[str, int]
    """Exports that the sender was asked to repeat, by the name of the error."""


class Counters:
    """Counts of both doors; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._accepted: Counter[tuple[Door, Signal | None]] = Counter()
        self._rejected: Counter[tuple[Door, Signal | None]] = Counter()
        self._refused: dict[tuple[Door, Signal | None], Counter[str]] = {}
        self._failed: dict[tuple[Door, Signal | None], Counter[str]] = {}

    def stored(self, door: Door, parts: Parts) -> None:
        """Count a request that is durable."""
        with self._lock:
            self._accepted[door, parts.signal] += parts.accepted
            self._rejected[door, parts.signal] += parts.rejected

    def refused(
        self, door: Door, signal: Signal | None, error: Exception, *, is_passing: bool
    ) -> None:
        """Count an export that was not stored; its signal is ``None`` where the path has none."""
        counters = self._failed if is_passing else self._refused
        with self._lock:
            counters.setdefault((door, signal), Counter())[type(error).__name__] += 1

    def tally(self, door: Door, signal: Signal | None) -> Tally:
        """Return the counts of one signal through one door."""
        key = (door, signal)
        with self._lock:
            return Tally(
                accepted=self._accepted[key],
                rejected=self._rejected[key],
                refused=dict(self._refused.get(key, {})),
                failed=dict(self._failed.get(key, {})),
            )
