"""Sinks that stand where the store's writer stands, each with one behaviour."""

from concurrent.futures import Future
from threading import Event

from store.signals import Batch, Record


class ListSink:
    """Stores every batch at once, in a list."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []

    def submit(self, batch: Batch) -> "Future[None]":
        """Keep the batch."""
        self.batches.append(batch)
        stored: Future[None] = Future()
        stored.set_result(None)
        return stored

    @property
    def records(self) -> list[Record]:
        """All records stored so far."""
        return [record for batch in self.batches for record in batch.records]


class HeldSink(ListSink):
    """Takes batches and leaves it to the test when they are stored."""

    def __init__(self) -> None:
        super().__init__()
        self.taken = Event()
        self.stored: Future[None] = Future()

    def submit(self, batch: Batch) -> "Future[None]":
        """Keep the batch, not yet durable."""
        self.batches.append(batch)
        self.taken.set()
        return self.stored


class RaisingSink:
    """Cannot take anything."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def submit(self, batch: Batch) -> "Future[None]":  # noqa: ARG002 - nothing is taken
        """Raise at once."""
        raise self._error


class FailingSink:
    """Takes everything and stores nothing."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def submit(self, batch: Batch) -> "Future[None]":  # noqa: ARG002 - nothing is stored
        """Fail when the transaction would have been made."""
        failed: Future[None] = Future()
        failed.set_exception(self._error)
        return failed
