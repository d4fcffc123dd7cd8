"""The one path that every export takes, whichever door it came through."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock
from typing import NamedTuple, Protocol

from receiver.counters import Counters, Door
from receiver.decode import Decoder, Encoding
from receiver.in_flight import InFlight, Share
from receiver.secret_wire import Mask
from receiver.status import Refusal, refusal, success
from store.errors import StoreClosed
from store.signals import Batch, Signal

ANSWER_WITHIN_S = 8
"""Longest wait for a transaction: clients give up, and send again, after 10 s (measured)."""


class Sink(Protocol):
    """What takes a decoded batch: the store's writer, or a test's list."""

    def submit(self, batch: Batch) -> "Future[None]":
        """Take a batch; the future is done when its transaction is durable.

        Raises ``StoreBusy`` at once when the queue is full; the future raises ``StoreBusy`` or
        ``StoreClosed`` when the transaction cannot be made. Nothing is stored in either case.
        """
        ...


class Request(NamedTuple):
    """An export request, decompressed."""

    door: Door
    signal: Signal
    encoding: Encoding
    body: bytes


class Submitted(NamedTuple):
    """A request on its way to the disk."""

    request: Request
    batch: Batch
    stored: "Future[None]"


class ExportPath:
    """Bytes → records → sink, and back: the response or the refusal, counted."""

    def __init__(
        self,
        sink: Sink,
        *,
        clock: Callable[[], int] = time.time_ns,
        in_flight: InFlight | None = None,
        mask: Mask | None = None,
    ) -> None:
        self.counters = Counters()
        self._sink = sink
        self._clock = clock
        self._decoder = Decoder(mask)
        self._in_flight = in_flight or InFlight()
        self._submit_lock = Lock()
        self._is_closed = False

    def share(self) -> Share:
        """Return a share of the bytes in flight, for one request."""
        return Share(self._in_flight)

    def submit(self, request: Request) -> Submitted:
        """Decode a request and hand it to the sink; raises what ``refusal`` can put into words."""
        batch = self._decoder.decode(
            request.signal, request.encoding, request.body, received_unix_nano=self._clock()
        )
        return Submitted(request, batch, self._hand_over(batch))

    def _hand_over(self, batch: Batch) -> "Future[None]":
        with self._submit_lock:
            if self._is_closed:
                raise StoreClosed("The receiver is stopping.")
            if batch.records:
                return self._sink.submit(batch)
        nothing: Future[None] = Future()
        nothing.set_result(None)
        return nothing

    def answer(self, submitted: Submitted) -> bytes:
        """Return the response to a request whose future is done without an error."""
        self.counters.stored(submitted.request.door, submitted.batch)
        return success(submitted.batch, submitted.request.encoding)

    def refuse(self, door: Door, signal: Signal | None, error: Exception) -> Refusal:
        """Return what to answer to an error, and count it."""
        refused = refusal(error)
        is_passing = refused.retry_after_s is not None
        self.counters.refused(door, signal, error, is_passing=is_passing)
        return refused

    def close(self) -> None:
        """Hand nothing to the sink any more; returns when that holds."""
        with self._submit_lock:
            self._is_closed = True
