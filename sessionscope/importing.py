"""``import`` and ``reindex``: long work on a store that nobody records into meanwhile."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from receiver.dialects import Dialects
from receiver.files import Found
from receiver.secret_wire import Mask
from receiver.stored import StoredDecoder
from sessionscope.config import Config, make_store_directory
from sessionscope.masking import mask_for
from sessionscope.ownership import ownership, progress_bar
from sessionscope.pricing import price_book
from sessionscope.saved import Saved, find, read
from sessionscope.upgrading import bring_up_to_date
from store.connection import open_reader, open_writer
from store.errors import StoreBusy
from store.prices.book import PriceBook
from store.queries.newest import newest_record
from store.reindex import reindex
from store.signals import Batch
from store.writer import Writer
from tui.safe_text import safe_text

_MAX_WAITING = 10_000
"""Records handed to the writer before the oldest are waited for: two of its transactions."""

_MAX_COMPLAINTS = 20
"""Bad lines that are named; the rest are counted. A file of another kind is bad in every line."""


@dataclass(slots=True)
class Tally:
    """What was read, and what was not."""

    records: int = 0
    rejected: int = 0
    bad_pieces: int = 0
    passed_over: int = 0
    """Files in folders that do not begin as telemetry."""
    _complaints: int = 0

    def complain(self, complaint: str) -> None:
        """Name what is wrong on standard error, unless enough was named."""
        self._complaints += 1
        if self._complaints <= _MAX_COMPLAINTS:
            click.echo(safe_text(complaint), err=True)
        elif self._complaints == _MAX_COMPLAINTS + 1:
            click.echo("There are more; they are counted below.", err=True)

    def count(self, found: Found) -> None:
        """Add what a piece held."""
        self.bad_pieces += bool(found.problem)
        self.records += sum(len(batch.records) for batch in found.batches)
        self.rejected += sum(batch.rejected for batch in found.batches)


class Feeder:
    """Hands batches to the writer, and waits for it when it falls behind."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._waiting: deque[tuple[Future[None], int]] = deque()
        self._records = 0

    def feed(self, batch: Batch) -> None:
        """Hand a batch over; raises ``StoreBusy`` when one cannot be written."""
        while self._waiting and self._records + len(batch.records) > _MAX_WAITING:
            self._settle_first()
        while True:
            try:
                answer = self._writer.submit(batch)
            except StoreBusy:
                if not self._waiting:
                    raise
                self._settle_first()
            else:
                self._waiting.append((answer, len(batch.records)))
                self._records += len(batch.records)
                return

    def finish(self) -> None:
        """Return when all is durable; raises ``StoreBusy`` when something cannot be written."""
        while self._waiting:
            self._settle_first()

    def _settle_first(self) -> None:
        answer, records = self._waiting.popleft()
        self._records -= records
        answer.result()


def import_files(config: Config, files: Sequence[str], *, environment: Mapping[str, str]) -> bool:
    """Load saved telemetry; return whether all of it could be read.

    Raises ``StoreLocked`` when a recorder owns the store, ``ConfigError`` for its prices, and
    ``click.UsageError``.
    """
    store = config.store
    sources = find(files, target=store)
    make_store_directory(store, environment=environment)
    with ownership(store):
        bring_up_to_date(store, price_book(config))
        tally = load(config, sources)
    click.echo(f"{tally.records} records read into {safe_text(str(store))}.", err=True)
    return not (tally.rejected or tally.bad_pieces)


def load(config: Config, sources: Sequence[Saved]) -> Tally:
    """Load into a store that is this process's, saying what could not be read."""
    tally = Tally()
    with writing(config.store, price_book(config)) as feeder:
        mask = mask_for(config)
        with progress_bar(sum(saved.size for saved in sources)) as advance:
            for saved in sources:
                _feed(saved, feeder, tally, mask=mask, advance=advance)
            feeder.finish()
    if tally.passed_over:
        click.echo(f"Passed over: {tally.passed_over} files that hold no telemetry.", err=True)
    if tally.rejected or tally.bad_pieces:
        click.echo(
            f"Left out: {tally.bad_pieces} lines and {tally.rejected} records in other lines.",
            err=True,
        )
    return tally


@contextmanager
def writing(store: Path, prices: PriceBook) -> Iterator[Feeder]:
    """Write into a store that nobody else writes to within the block."""
    writer = Writer(store, Dialects(), prices)
    writer.start()
    try:
        yield Feeder(writer)
    finally:
        writer.stop()


def _feed(
    saved: Saved,
    feeder: Feeder,
    tally: Tally,
    *,
    mask: Mask,
    advance: Callable[[int], None],
) -> None:
    done = 0
    is_first = True
    for found in read(saved, received_unix_nano=time.time_ns(), mask=mask):
        if is_first and found.problem and not saved.is_named:
            tally.passed_over += 1
            return
        is_first = False
        tally.count(found)
        for complaint in _complaints(found, saved.name):
            tally.complain(complaint)
        for batch in found.batches:
            feeder.feed(batch)
        advance(found.bytes_read - done)
        done = found.bytes_read


def _complaints(found: Found, name: str) -> Iterator[str]:
    place = ":".join(part for part in (name, found.member, str(found.number)) if part)
    for problem in (found.problem, *(batch.message for batch in found.batches if batch.rejected)):
        if problem:
            yield f"{place}: {problem}"


def rebuild(config: Config) -> None:
    """Make the derived tables anew from the raw records.

    Raises ``StoreLocked`` when a recorder owns the store, and ``ConfigError`` for its prices.
    """
    store, prices = config.store, price_book(config)
    if store.exists():
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
