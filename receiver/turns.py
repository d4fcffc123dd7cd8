"""Clients take turns at the store, so that none of them waits for all that another one sends.

A large export goes to the store in parts, and little is there at a time: what one client has ready
waits here, while the store is given a part of each client in rotation. A small export of one client
is thus behind one part of every other client, however much they sent before it.
"""

from collections import OrderedDict, deque
from collections.abc import Hashable
from concurrent.futures import Future
from functools import partial
from threading import RLock
from typing import Protocol

from receiver.decode import Parts
from store.errors import StoreClosed
from store.signals import Batch

AT_SINK = 2_000
"""Records that may be at the store before the next part waits: a transaction of 0.1 s."""


class Sink(Protocol):
    """What takes a decoded batch: the store's writer, or a test's list."""

    def submit(self, batch: Batch) -> "Future[None]":
        """Take a batch; the future is done when its transaction is durable.

        Raises ``StoreBusy`` at once when the queue is full; the future raises ``StoreBusy`` or
        ``StoreClosed`` when the transaction cannot be made. Nothing is stored in either case.
        """
        ...


class _Export:
    """A request on its way, in parts; ``stored`` is done when all are, or one could not be."""

    def __init__(self, parts: Parts) -> None:
        self.stored: Future[None] = Future()
        self.stored.set_running_or_notify_cancel()
        self._batches = parts.batches
        self._records_to_take = self._records_to_store = parts.accepted

    @property
    def is_handed_over(self) -> bool:
        """Whether no part is left to take."""
        return self.stored.done() or not self._records_to_take

    def take(self) -> Batch:
        """Decode the next part."""
        batch = next(self._batches)
        self._records_to_take -= len(batch.records)
        return batch

    def part_done(self, size: int, error: BaseException | None) -> None:
        """Note the end of one part; the others need not go out when it could not be stored."""
        if self.stored.done():
            return
        self._records_to_store -= size
        if error is not None:
            self.stored.set_exception(error)
        elif not self._records_to_store:
            self.stored.set_result(None)


class Turns:
    """Hands the requests of many clients to a sink; may be used from any thread."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._lock = RLock()
        self._waiting: OrderedDict[Hashable, deque[_Export]] = OrderedDict()
        self._at_sink = 0
        self._is_handing_over = False
        self._is_closed = False

    def submit(self, parts: Parts, client: Hashable) -> "Future[None]":
        """Take a request of a client; the future is done when all of it is durable.

        It raises what the sink raises. Some parts may be stored then: whoever sends the request
        again stores nothing twice.
        """
        export = _Export(parts)
        with self._lock:
            if self._is_closed:
                raise StoreClosed("The receiver is stopping.")
            self._waiting.setdefault(client, deque()).append(export)
            self._hand_over()
        return export.stored

    def close(self) -> None:
        """Hand nothing over any more; returns when that holds."""
        with self._lock:
            self._is_closed = True
            left = [export for exports in self._waiting.values() for export in exports]
            self._waiting.clear()
            for export in left:
                export.part_done(0, StoreClosed("The receiver is stopping."))

    def _hand_over(self) -> None:
        """Fill the sink; a sink that is done at once comes back here, and finds it under way."""
        if self._is_handing_over:
            return
        self._is_handing_over = True
        while self._waiting and self._at_sink < AT_SINK:
            client, exports = self._waiting.popitem(last=False)
            self._hand_over_part(exports[0])
            if exports[0].is_handed_over:
                exports.popleft()
            if exports:
                self._waiting[client] = exports
        self._is_handing_over = False

    def _hand_over_part(self, export: _Export) -> None:
        if export.is_handed_over:
            return
        try:
            part = export.take()
            stored = self._sink.submit(part)
        except Exception as error:  # noqa: BLE001 - whatever it is, the export's future tells it
            export.part_done(0, error)
            return
        self._at_sink += len(part.records)
        stored.add_done_callback(partial(self._part_done, export, len(part.records)))

    def _part_done(self, export: _Export, size: int, stored: "Future[None]") -> None:
        with self._lock:
            self._at_sink -= size
            export.part_done(size, stored.exception())
            self._hand_over()
