"""The one writer: a bounded queue, a thread, a transaction for all that waits, then the answers.

A batch's future is done only after COMMIT with full synchronisation, so whatever was answered
survives the death of the process and of the machine. Batches that arrive while a transaction is
being made wait and share the next one: the slower the disk, the larger the groups.
"""

import logging
import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from store.connection import sqlite3
from store.errors import StoreBusy, StoreClosed
from store.ingest import Ingest, Interpreter
from store.isolation import store_one_by_one, undone_if_unsound
from store.keeper import Keeper, Tell
from store.prices.book import PriceBook
from store.reprice import note_book
from store.signals import Batch

_log = logging.getLogger(__name__)

MAX_QUEUED_BYTES = 256 * 1024 * 1024
"""Wire bytes waiting for the disk, above which senders are asked to wait."""

MAX_GROUP_RECORDS = 5_000
"""Records in one transaction, unless a single batch holds more."""

CHECKPOINT_AFTER_S = 1.0
"""Quiet seconds after which what the write-ahead log holds is moved into the database."""

WATCH_EVERY_S = 2.0
"""Quiet seconds after which the store's files are looked for."""


_SAID = ("SQLITE_BUSY", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_NOMEM", "SQLITE_READONLY")
"""Errors whose words are SQLite's own and always the same."""


@dataclass(slots=True)
class _Waiting:
    batch: Batch
    size: int
    answer: "Future[None]"


class Writer:
    """Owns the writing connection; ``submit`` may be called from any thread."""

    def __init__(
        self,
        path: Path,
        interpreter: Interpreter,
        prices: PriceBook | None = None,
        *,
        tell: Tell = lambda _: None,
    ) -> None:
        """Open the store; without ``prices`` it prices by the published ones."""
        self._interpreter = interpreter
        self._prices = prices or PriceBook()
        self._keeper = Keeper(path, tell)
        self.is_priced_anew = note_book(self._keeper.db, self._prices.identity)
        """Whether what the store holds was priced by another book than what comes now."""
        self._ingest = self._begin()
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._queued_bytes = 0
        self._accepting = False
        self._wants_checkpoint = False
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def _begin(self) -> Ingest:
        """Begin to write into the store that is open."""
        return Ingest(self._keeper.db, self._interpreter, self._prices)

    def start(self) -> None:
        """Begin to take batches."""
        self._accepting = True
        self._thread.start()

    def submit(self, batch: Batch) -> "Future[None]":
        """Take a batch; the returned future is done when it is durable.

        Raises ``StoreBusy`` when too much is waiting already and ``StoreClosed`` after ``stop``.
        The future raises ``StoreBusy`` when the transaction failed; nothing is stored then.
        """
        size = sum(len(record.wire) for record in batch.records)
        waiting = _Waiting(batch, size, Future())
        with self._lock:
            if not self._accepting:
                message = "the recorder is stopping"
                raise StoreClosed(message)
            if self._queued_bytes and self._queued_bytes + size > MAX_QUEUED_BYTES:
                message = "too much is waiting to be written"
                raise StoreBusy(message)
            self._queued_bytes += size
            self._queue.put(waiting)
        return waiting.answer

    def stop(self) -> None:
        """Take no more, write what waits, answer it, and close the store."""
        with self._lock:
            if not self._accepting:
                return
            self._accepting = False
            self._queue.put(None)
        self._thread.join()
        self._keeper.close()

    def _run(self) -> None:
        is_last = False
        while not is_last:
            group, is_last = self._next_group()
            if group:
                self._write(group)

    def _next_group(self) -> tuple[list[_Waiting], bool]:
        """Wait for a batch, then take what else waits; also tell whether the end was reached."""
        group: list[_Waiting] = []
        records = 0
        waiting = self._first()
        while waiting is not None:
            group.append(waiting)
            records += len(waiting.batch.records)
            if records >= MAX_GROUP_RECORDS:
                return group, False
            try:
                waiting = self._queue.get_nowait()
            except queue.Empty:
                return group, False
        return group, True

    def _first(self) -> _Waiting | None:
        """Wait for a batch or the end; look after the store when it is quiet."""
        while True:
            try:
                quiet = CHECKPOINT_AFTER_S if self._wants_checkpoint else WATCH_EVERY_S
                return self._queue.get(timeout=quiet)
            except queue.Empty:
                if self._wants_checkpoint:
                    self._wants_checkpoint = False
                    self._keeper.checkpoint()
                self._look_after_files()

    def _look_after_files(self) -> None:
        """Open the store anew if its files were lost, also while nothing comes."""
        with suppress(StoreBusy):
            if self._keeper.check():
                self._ingest = self._begin()

    def _write(self, group: list[_Waiting]) -> None:
        """Write a group; when that fails, write its batches one by one, so one cannot fail all."""
        error = self._attempt(group)
        if error is not None and len(group) > 1:
            for waiting in group:
                self._answer([waiting], self._attempt([waiting]))
        else:
            self._answer(group, error)

    def _attempt(self, group: list[_Waiting]) -> Exception | None:
        try:
            if self._keeper.check():
                self._ingest = self._begin()
            connection = self._keeper.db.conn
            connection.execute("begin immediate")
            self._store([waiting.batch for waiting in group])
            connection.execute("commit")
        except StoreBusy as error:
            return error
        except (sqlite3.DatabaseError, OSError) as error:
            self._ingest.forget()
            self._keeper.roll_back()
            if self._keeper.fails(error):
                self._ingest = self._begin()
            return error
        except Exception as error:  # noqa: BLE001 - whatever it is, the senders must hear of it
            _log.exception("%d export requests could not be written", len(group))
            self._ingest.forget()
            self._keeper.roll_back()
            return error
        self._wants_checkpoint = True
        self._keeper.works()
        return None

    def _store(self, batches: Sequence[Batch]) -> None:
        """Store batches in the open transaction; one with a value at fault record by record."""
        db = self._keeper.db
        with undone_if_unsound(db) as outcome:
            self._ingest.store(batches)
        if outcome.is_undone:
            self._ingest.forget()
            for batch in batches:
                store_one_by_one(db, self._ingest, batch)

    def _answer(self, group: list[_Waiting], error: Exception | None) -> None:
        with self._lock:
            self._queued_bytes -= sum(waiting.size for waiting in group)
        for waiting in group:
            if not waiting.answer.set_running_or_notify_cancel():
                continue
            if error is None:
                waiting.answer.set_result(None)
            else:
                waiting.answer.set_exception(StoreBusy(_reason(error)))


def _reason(error: Exception) -> str:
    """Say why the store cannot be written, without any name or value of what is in it."""
    name = getattr(error, "sqlite_errorname", None) or ""
    words = f": {error}" if name.startswith(_SAID) else ""
    return f"the store cannot be written{words}"
