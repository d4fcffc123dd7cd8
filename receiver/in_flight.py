"""How many bytes of request bodies are held at once, so that a flood is refused, not swallowed."""

from threading import Lock
from types import TracebackType
from typing import Self

from receiver.errors import Overloaded

LIMIT = 256 * 1024 * 1024


class InFlight:
    """The bytes held by all requests of both doors."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._lock = Lock()
        self._held = 0

    def take(self, size: int) -> None:
        """Hold more bytes; raises ``Overloaded`` where that is over the limit."""
        with self._lock:
            if self._held + size > self._limit:
                raise Overloaded("Too many large requests are in flight.")
            self._held += size

    def give_back(self, size: int) -> None:
        """Hold fewer bytes."""
        with self._lock:
            self._held -= size


class Share:
    """What one request holds, given back when its ``with`` block ends."""

    def __init__(self, in_flight: InFlight) -> None:
        self._in_flight = in_flight
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def grow(self, size: int) -> None:
        """Hold more bytes; raises ``Overloaded`` where that is over the limit of all."""
        self._in_flight.take(size)
        self._size += size

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._in_flight.give_back(self._size)
