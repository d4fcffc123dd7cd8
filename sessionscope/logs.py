"""What the recorder has to say beside its data: on standard error, and never in its way.

A terminal that is not read (Ctrl-S, a stalled line) or a full pipe blocks whoever writes to it. So
a thread of its own writes, and what it cannot get rid of is dropped.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from logging.handlers import QueueHandler
from queue import Full, Queue
from threading import Thread

from tui.safe_text import safe_text

_WAITING_LIMIT = 1_000
"""Messages that wait to be written; more are dropped."""
_END_WITHIN_S = 1


@contextmanager
def logging_safely() -> Iterator[None]:
    """Write log records, which may quote telemetry, so that a terminal can show them."""
    waiting: Queue[logging.LogRecord | None] = Queue(_WAITING_LIMIT)
    writer = Thread(target=_write, args=[waiting], name="log", daemon=True)
    writer.start()
    handler = _Dropping(waiting)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    try:
        yield
    finally:
        with suppress(Full):
            waiting.put_nowait(None)
        writer.join(_END_WITHIN_S)


class _Dropping(QueueHandler):
    """Queues records; drops them where too many wait."""

    def enqueue(self, record: logging.LogRecord) -> None:
        with suppress(Full):
            super().enqueue(record)


def _write(waiting: "Queue[logging.LogRecord | None]") -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(_SafeFormatter("%(message)s"))
    while (record := waiting.get()) is not None:
        handler.emit(record)


class _SafeFormatter(logging.Formatter):
    """Formats what no terminal takes for a command."""

    def format(self, record: logging.LogRecord) -> str:
        return safe_text(super().format(record))
