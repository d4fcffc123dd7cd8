"""A saved file played into a private store, by the path that live telemetry takes.

The store always holds exactly the records up to the position. Going back takes the newest copy of
the store that is old enough and plays on from there.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from receiver.dialects import Dialects
from receiver.stored import StoredDecoder
from sessionscope.timeline import SECOND, Timeline
from store.connection import open_writer
from store.domain import RawRecord
from store.ingest import Ingest
from store.prices.book import PriceBook
from store.queries.timeline import order_by_time, record_times, records_between, turn_times
from store.signals import Batch, Signal
from store.stage import keep_copy, open_stage, put_back, transaction

SPEEDS = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
_COPIES = 16
"""Copies of the store that going back begins from; each is at most as large as the store."""


class Player:
    """Plays a store that was made of files; owns its connections, and is one thread's at a time."""

    def __init__(
        self,
        library: Path,
        stage: Path,
        *,
        prices: PriceBook | None = None,
        speed: float = 1.0,
        max_gap_ns: int | None = None,
        is_looped: bool = False,
    ) -> None:
        """Play ``library`` into ``stage``, beside which the copies are kept.

        Both are private; the stage is made here. It begins paused, at the first record.
        """
        self._library = open_writer(library)
        order_by_time(self._library)
        self._stage = open_stage(stage)
        self.stage = stage
        self._prices = prices or PriceBook()
        self._decoder = StoredDecoder()
        self.events = Timeline(record_times(self._library), max_gap_ns)
        self.turns = Timeline(turn_times(self._library))
        self.speed = speed
        self.is_playing = False
        self.is_looped = is_looped
        self.position_ns = self.events.start_ns - 1
        self._copy_every_ns = max((self.events.end_ns - self.events.start_ns) // _COPIES, 1)
        self._copy_times: list[int] = []
        self._keep_copy()
        self._ingest = self._new_ingest()
        self.seek(self.events.start_ns)

    def close(self) -> None:
        """Close the stores."""
        self._library.close()
        self._stage.close()

    def advance(self, elapsed_ns: int) -> None:
        """Let so much real time pass."""
        if not self.is_playing:
            return
        if self.position_ns >= self.events.end_ns:
            self.is_playing = self.is_looped
            if self.is_looped:
                self.seek(self.events.start_ns)
            return
        self._show(self.events.after(self.position_ns, round(elapsed_ns * self.speed)))

    def seek(self, moment_ns: int) -> None:
        """Show everything up to a moment, and nothing after it."""
        self._show(self.events.within(moment_ns))

    def step(self, along: Timeline, *, is_back: bool) -> None:
        """Pause at the next or the previous of some moments."""
        self.is_playing = False
        found = along.previous(self.position_ns) if is_back else along.next(self.position_ns)
        if found is not None:
            self.seek(found)

    def skip(self, seconds: int) -> None:
        """Go forward, or back."""
        self.seek(self.position_ns + seconds * SECOND)

    def change_speed(self, steps: int) -> None:
        """Go to a speed above or below this one."""
        index = bisect_right(SPEEDS, self.speed) - 1 + steps
        self.speed = SPEEDS[max(0, min(index, len(SPEEDS) - 1))]

    def _show(self, moment_ns: int) -> None:
        number = bisect_right(self._copy_times, moment_ns) - 1
        if moment_ns < self.position_ns or self._copy_times[number] > self.position_ns:
            self._restore(max(number, 0))
        while self.position_ns < moment_ns:
            copy_due_ns = self._copy_times[-1] + self._copy_every_ns
            is_copy_due = self.position_ns < copy_due_ns <= moment_ns
            self._play(copy_due_ns if is_copy_due else moment_ns)
            if is_copy_due:
                self._keep_copy()

    def _play(self, until_ns: int) -> None:
        for page in records_between(self._library, self.position_ns, until_ns):
            with transaction(self._stage):
                self._ingest.store(list(self._batches(page)))
        self.position_ns = until_ns

    def batches_until(self, moment_ns: int) -> Iterator[Batch]:
        """Yield all that happened up to a moment, as it came."""
        for page in records_between(self._library, self.events.start_ns - 1, moment_ns):
            yield from self._batches(page)

    def _batches(self, page: Sequence[RawRecord]) -> Iterator[Batch]:
        for (signal, received_unix_nano), group in groupby(page, key=_arrival):
            records = [record for raw in group if (record := self._decoder.decode(raw)) is not None]
            yield Batch(Signal(signal), records, 0, "", received_unix_nano)

    def _keep_copy(self) -> None:
        keep_copy(self._stage, self._copy(len(self._copy_times)))
        self._copy_times.append(self.position_ns)

    def _restore(self, number: int) -> None:
        """Put a copy in place of what the stage holds."""
        put_back(self._stage, self._copy(number))
        self.position_ns = self._copy_times[number]
        self._ingest = self._new_ingest()

    def _copy(self, number: int) -> Path:
        return self.stage.parent / f"copy-{number}.db"

    def _new_ingest(self) -> Ingest:
        return Ingest(self._stage, Dialects(), self._prices)


def _arrival(raw: RawRecord) -> tuple[str, int]:
    return raw.signal, raw.received_unix_nano
