"""``import`` and ``reindex``: long work on a store that nobody records into meanwhile."""

import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import click

from receiver.dialects import Dialects
from receiver.files import Line, read_lines
from receiver.secret_wire import Mask
from receiver.stored import StoredDecoder
from sessionscope.config import Config, make_store_directory
from sessionscope.masking import mask_for
from sessionscope.ownership import ownership, progress_bar
from sessionscope.pricing import price_book
from sessionscope.upgrading import bring_up_to_date
from store.connection import open_reader, open_writer
from store.errors import StoreBusy
from store.queries.newest import newest_record
from store.reindex import reindex
from store.signals import Batch
from store.writer import Writer
from tui.safe_text import safe_text

_MAX_WAITING = 64
"""Batches handed to the writer before the oldest is waited for."""

_MAX_COMPLAINTS = 20
"""Bad lines that are named; the rest are counted. A file of another kind is bad in every line."""


@dataclass(slots=True)
class _Tally:
    records: int = 0
    rejected: int = 0
    bad_lines: int = 0
    _complaints: int = 0

    def complain(self, complaint: str) -> None:
        """Name what is wrong on standard error, unless enough was named."""
        self._complaints += 1
        if self._complaints <= _MAX_COMPLAINTS:
            click.echo(safe_text(complaint), err=True)
        elif self._complaints == _MAX_COMPLAINTS + 1:
            click.echo("There are more; they are counted below.", err=True)

    def count(self, line: Line) -> None:
        """Add what a line held."""
        self.bad_lines += bool(line.problem)
        self.records += sum(len(batch.records) for batch in line.batches)
        self.rejected += sum(batch.rejected for batch in line.batches)


class _Feeder:
    """Hands batches to the writer, and waits for it when it falls behind."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._waiting: deque[Future[None]] = deque()

    def feed(self, batch: Batch) -> None:
        """Hand a batch over; raises ``StoreBusy`` when one cannot be written."""
        while len(self._waiting) >= _MAX_WAITING:
            self._waiting.popleft().result()
        while True:
            try:
                self._waiting.append(self._writer.submit(batch))
            except StoreBusy:
                if not self._waiting:
                    raise
                self._waiting.popleft().result()
            else:
                return

    def finish(self) -> None:
        """Return when all is durable; raises ``StoreBusy`` when something cannot be written."""
        while self._waiting:
            self._waiting.popleft().result()


def import_files(config: Config, files: Sequence[Path], *, environment: Mapping[str, str]) -> bool:
    """Load saved telemetry; return whether all of it could be read.

    Raises ``StoreLocked`` when a recorder owns the store, and ``ConfigError`` for its prices.
    """
    tally, store = _Tally(), config.store
    prices = price_book(config)
    make_store_directory(store, environment=environment)
    with ownership(store):
        bring_up_to_date(store, prices)
        writer = Writer(store, Dialects(), prices)
        writer.start()
        try:
            _feed_files(files, _Feeder(writer), tally, mask=mask_for(config))
        finally:
            writer.stop()
    click.echo(f"{tally.records} records read into {safe_text(str(store))}.", err=True)
    if tally.rejected or tally.bad_lines:
        click.echo(
            f"Left out: {tally.bad_lines} lines and {tally.rejected} records in other lines.",
            err=True,
        )
    return not (tally.rejected or tally.bad_lines)


def _feed_files(files: Sequence[Path], feeder: _Feeder, tally: _Tally, *, mask: Mask) -> None:
    size = sum(file.stat().st_size for file in files)
    with progress_bar(size) as advance:
        for file in files:
            done = 0
            for line in read_lines(file, received_unix_nano=time.time_ns(), mask=mask):
                tally.count(line)
                for complaint in _complaints(line, file):
                    tally.complain(complaint)
                for batch in line.batches:
                    feeder.feed(batch)
                advance(line.bytes_read - done)
                done = line.bytes_read
        feeder.finish()


def _complaints(line: Line, file: Path) -> Iterator[str]:
    for problem in (line.problem, *(batch.message for batch in line.batches if batch.rejected)):
        if problem:
            yield f"{file}:{line.number}: {problem}"


def rebuild(config: Config) -> None:
    """Make the derived tables anew from the raw records.

    Raises ``StoreLocked`` when a recorder owns the store, and ``ConfigError`` for its prices.
    """
    store, prices = config.store, price_book(config)
    with ownership(store):
        bring_up_to_date(store, prices)
    with closing(open_reader(store)) as db:
        newest = newest_record(db)
    with (
        ownership(store),
        closing(open_writer(store)) as db,
        progress_bar(newest.record_id if newest else 0) as advance,
    ):
        count = reindex(
            db, Dialects(), decode=StoredDecoder().decode, prices=prices, progress=advance
        )
    click.echo(f"{count} records interpreted anew.", err=True)
