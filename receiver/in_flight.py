"""How many bytes of requests are held at once, so that a flood is refused, not swallowed."""

from collections.abc import Callable
from threading import Lock
from types import TracebackType
from typing import Any, Protocol, Self

from receiver.errors import Overloaded

LARGE_LIMIT = 128 * 1024 * 1024
SMALL_LIMIT = 64 * 1024 * 1024
SMALL_SIZE = 1024 * 1024
"""A request that holds more is large; large requests do not take the room of small ones."""


class Pool:
    """A number of bytes that requests hold; one alone may hold more."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = Lock()
        self._held = 0

    def take(self, size: int, *, own: int = 0) -> None:
        """Hold more bytes, for who holds ``own`` already; raises ``Overloaded`` over the limit."""
        with self._lock:
            if self._held > own and self._held + size > self._limit:
                raise Overloaded("Too many large requests are in flight.")
            self._held += size

    def give_back(self, size: int) -> None:
        """Hold fewer bytes."""
        with self._lock:
            self._held -= size


class InFlight:
    """The bytes held by all requests of both doors, small and large ones apart."""

    def __init__(self, *, small: int | None = None, large: int | None = None) -> None:
        self.small = Pool(SMALL_LIMIT if small is None else small)
        self.large = Pool(LARGE_LIMIT if large is None else large)


class Work(Protocol):
    """What may outlast the answer to a request: a task, or a future."""

    def add_done_callback(self, callback: Callable[[Any], object], /) -> object:
        """Call back when the work is done, or soon where it is."""
        ...


class Share:
    """What one request holds, given back when its ``with`` block and its work have ended."""

    def __init__(self, in_flight: InFlight) -> None:
        self._in_flight = in_flight
        self._pool = in_flight.small
        self._size = 0
        self._work: Work | None = None

    def __enter__(self) -> Self:
        return self

    def grow(self, size: int) -> None:
        """Hold more bytes; raises ``Overloaded`` where that is over the limit of all."""
        large = self._in_flight.large
        if self._pool is not large and self._size + size > SMALL_SIZE:
            large.take(self._size + size)
            self._pool.give_back(self._size)
            self._pool = large
        else:
            self._pool.take(size, own=self._size)
        self._size += size

    def keep_until_done(self, work: Work) -> None:
        """Hold the bytes for as long as work on them goes on, though nobody waits for it."""
        self._work = work

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._work is None:
            self._give_back()
        else:
            self._work.add_done_callback(self._give_back)

    def _give_back(self, _work: object = None) -> None:
        self._pool.give_back(self._size)
