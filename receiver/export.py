"""The one path that every export takes, whichever door it came through."""

import asyncio
import time
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from receiver.counters import Counters, Door
from receiver.decode import Decoder, Encoding, Parts
from receiver.errors import Overloaded
from receiver.in_flight import InFlight, Share
from receiver.secret_wire import Mask
from receiver.status import Refusal, refusal, success
from receiver.turns import Sink, Turns
from store.signals import Signal

ANSWER_WITHIN_S = 8
"""Longest wait for an answer: clients give up, and send again, after 10 s (measured)."""

INLINE_SIZE = 256 * 1024
"""Longer bodies are decoded beside the loop, so that other requests are served meanwhile."""


class Request(NamedTuple):
    """An export request, decompressed."""

    door: Door
    signal: Signal
    encoding: Encoding
    body: bytes
    client: Hashable
    """The connection it came on: what takes turns with others."""


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
        self._clock = clock
        self._decoder = Decoder(mask)
        self._decoder_thread = ThreadPoolExecutor(1, "decode")
        self._in_flight = in_flight or InFlight()
        self._turns = Turns(sink)

    def share(self) -> Share:
        """Return a share of the bytes in flight, for one request."""
        return Share(self._in_flight)

    async def export(self, request: Request, share: Share) -> bytes:
        """Return the response to a request when all of it is durable.

        Raises what ``refusal`` can put into words. When the answer does not come in time, or nobody
        waits for it any more, the work goes on: the sender will come again, and find it done.
        """
        work = asyncio.ensure_future(self._store(request))
        work.add_done_callback(_see_error)
        share.keep_until_done(work)
        await asyncio.wait((work,), timeout=ANSWER_WITHIN_S)
        if not work.done():
            raise Overloaded("The store did not answer in time.")
        parts = work.result()
        self.counters.stored(request.door, parts)
        return success(parts, request.encoding)

    async def _store(self, request: Request) -> Parts:
        if len(request.body) <= INLINE_SIZE:
            parts = self._decode(request)
        else:
            loop = asyncio.get_running_loop()
            parts = await loop.run_in_executor(self._decoder_thread, self._decode, request)
        if parts.accepted:
            await asyncio.wrap_future(self._turns.submit(parts, request.client))
        return parts

    def _decode(self, request: Request) -> Parts:
        return self._decoder.parts(
            request.signal, request.encoding, request.body, received_unix_nano=self._clock()
        )

    def refuse(self, door: Door, signal: Signal | None, error: Exception) -> Refusal:
        """Return what to answer to an error, and count it."""
        refused = refusal(error)
        is_passing = refused.retry_after_s is not None
        self.counters.refused(door, signal, error, is_passing=is_passing)
        return refused

    def close(self) -> None:
        """Hand nothing to the sink any more; returns when that holds."""
        self._turns.close()
        self._decoder_thread.shutdown(cancel_futures=True)


def _see_error(work: "asyncio.Future[Parts]") -> None:
    """Take note of an error that nobody may be left to see, so that it is not logged as missed."""
    if not work.cancelled():
        work.exception()
