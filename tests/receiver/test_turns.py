"""S8: one client's flood does not make another one wait."""

from concurrent.futures import Future

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.decode import PART_SIZE, Parts
from receiver.turns import AT_SINK, Turns
from store.errors import StoreBusy, StoreClosed
from store.signals import Batch, Record, Signal
from tests.captures import batches, exports
from tests.receiver.sinks import FailingSink, ListSink, RaisingSink

SOME_RECORD = next(batch.records[0] for batch in batches(exports("smoke")) if batch.records)


class SteppingSink:
    """Stores a part whenever the test says so."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.futures: list[Future[None]] = []

    def submit(self, batch: Batch) -> "Future[None]":
        """Keep a part, not yet durable."""
        self.batches.append(batch)
        self.futures.append(Future())
        return self.futures[-1]

    def store_all(self) -> None:
        """Make durable what is here, one after the other, and what comes meanwhile."""
        done = 0
        while done < len(self.futures):
            if not self.futures[done].done():
                self.futures[done].set_result(None)
            done += 1


def parts_of(size: int, label: str = "") -> Parts:
    """Return a request of so many records, told from others by its resource."""
    resource = SOME_RECORD.resource._replace(schema_url=label)
    record: Record = SOME_RECORD._replace(resource=resource)
    sizes = [min(PART_SIZE, size - start) for start in range(0, size, PART_SIZE)]
    batches = (Batch(Signal.LOGS, [record] * part, 0, "", received_unix_nano=7) for part in sizes)
    return Parts(Signal.LOGS, accepted=size, rejected=0, message="", batches=batches)


def test_s8_a_small_export_waits_for_one_part_of_a_large_one() -> None:
    """Of 100 000 records of one client, at most one transaction's worth goes before the other's."""
    sink = SteppingSink()
    turns = Turns(sink)
    large = turns.submit(parts_of(100_000, "large"), "flood")
    small = turns.submit(parts_of(1, "small"), "other")
    sink.store_all()
    labels = [part.records[0].resource.schema_url for part in sink.batches]
    ahead = sum(len(part.records) for part in sink.batches[: labels.index("small")])
    assert ahead <= AT_SINK + PART_SIZE
    assert small.done()
    assert large.done()


def test_s8_many_exports_of_one_client_are_one_turn_each() -> None:
    """A client with a thousand exports waiting is served in rotation with one that has one."""
    sink = SteppingSink()
    turns = Turns(sink)
    for _ in range(1000):
        turns.submit(parts_of(100, "flood"), "flood")
    turns.submit(parts_of(1, "small"), "other")
    sink.store_all()
    labels = [part.records[0].resource.schema_url for part in sink.batches]
    assert labels.index("small") <= AT_SINK // 100 + 1


@given(
    sent=st.lists(st.tuples(st.integers(0, 3), st.integers(1, 2500)), max_size=12),
    is_done_at_once=st.booleans(),
)
def test_everything_arrives_once_and_in_its_clients_order(
    sent: list[tuple[int, int]], *, is_done_at_once: bool
) -> None:
    """Parts make up the batch they come from, whoever takes turns with whom."""
    sink = ListSink() if is_done_at_once else SteppingSink()
    turns = Turns(sink)
    stored = [
        turns.submit(parts_of(size, f"{client} {number}"), client)
        for number, (client, size) in enumerate(sent)
    ]
    if isinstance(sink, SteppingSink):
        sink.store_all()
    assert all(future.result() is None for future in stored)
    arrived: dict[str, int] = {}
    for part in sink.batches:
        label = part.records[0].resource.schema_url
        arrived[label] = arrived.get(label, 0) + len(part.records)
    assert arrived == {f"{client} {number}": size for number, (client, size) in enumerate(sent)}
    for client in range(4):
        numbers = [int(label.split()[1]) for label in arrived if label.split()[0] == str(client)]
        assert numbers == sorted(numbers)


@pytest.mark.parametrize("make_sink", [RaisingSink, FailingSink])
def test_an_export_fails_as_its_part_does(make_sink: type[RaisingSink]) -> None:
    """The sender learns the reason, and the next export is tried."""
    turns = Turns(make_sink(StoreBusy("The disk is full.")))
    for _ in range(AT_SINK // PART_SIZE + 1):
        assert isinstance(turns.submit(parts_of(3 * PART_SIZE), 1).exception(), StoreBusy)


def test_after_a_part_failed_the_rest_stays_here() -> None:
    """A full disk is not tried again with all the other parts of a request."""
    sink = SteppingSink()
    turns = Turns(sink)
    stored = turns.submit(parts_of(20 * PART_SIZE), 1)
    sink.futures[0].set_exception(StoreBusy("The disk is full."))
    sink.store_all()
    assert isinstance(stored.exception(), StoreBusy)
    assert len(sink.batches) == AT_SINK // PART_SIZE


def test_a_closed_queue_fails_what_waits() -> None:
    """Whoever waits for a turn is told to come again; nothing goes to the sink any more."""
    sink = SteppingSink()
    turns = Turns(sink)
    stored = turns.submit(parts_of(20 * PART_SIZE), 1)
    turns.close()
    sink.store_all()
    assert isinstance(stored.exception(), StoreClosed)
    assert len(sink.batches) == AT_SINK // PART_SIZE
    with pytest.raises(StoreClosed):
        turns.submit(parts_of(1), 1)
