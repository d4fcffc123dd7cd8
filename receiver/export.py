"""The one path that every export takes, whichever door it came through."""

from concurrent.futures import Future
from typing import Protocol

from store.signals import Batch


class Sink(Protocol):
    """What takes a decoded batch: the store's writer, or a test's list."""

    def submit(self, batch: Batch) -> "Future[None]":
        """Take a batch; the future is done when its transaction is durable.

        Raises ``StoreBusy`` at once when the queue is full; the future raises ``StoreBusy`` or
        ``StoreClosed`` when the transaction cannot be made. Nothing is stored in either case.
        """
        ...
