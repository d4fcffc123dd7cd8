"""The export path's own bounds: on time and on bytes in flight."""

from concurrent.futures import Future

import grpc
import pytest

from receiver.counters import Door, Tally
from receiver.errors import Overloaded
from receiver.export import ExportPath
from receiver.in_flight import SMALL_SIZE, InFlight
from store.signals import Signal
from tests.receiver.clients import HttpClient, grpc_export
from tests.receiver.conftest import OpenDoors
from tests.receiver.otlp import event, logs_request
from tests.receiver.sinks import HeldSink, ListSink

BODY = logs_request(event()).SerializeToString()


def test_a_slow_store_is_a_retry_before_the_sender_gives_up(
    open_doors: OpenDoors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No answer from the store in time is UNAVAILABLE, and the transaction is left to finish."""
    monkeypatch.setattr("receiver.export.ANSWER_WITHIN_S", 0.01)
    sink = HeldSink()
    doors = open_doors(sink)
    with HttpClient(doors.http_port) as client:
        assert client.send(BODY).status == 503
    assert grpc_export(doors.grpc_port, BODY).code is grpc.StatusCode.UNAVAILABLE
    assert not sink.stored.cancelled()
    for door in Door:
        assert doors.counters.tally(door, Signal.LOGS) == Tally(0, 0, {}, {"Overloaded": 1})


def test_bytes_in_flight_are_bounded_and_given_back() -> None:
    """A flood is refused while others hold the bytes, and served when they are done."""
    path = ExportPath(ListSink(), in_flight=InFlight(small=100))
    with path.share() as first, path.share() as second:
        first.grow(60)
        with pytest.raises(Overloaded):
            second.grow(60)
        second.grow(40)
    with path.share() as third:
        third.grow(100)


def test_large_requests_do_not_take_the_room_of_small_ones() -> None:
    """However many large requests are in flight, a small one is taken; and one large one alone."""
    path = ExportPath(ListSink(), in_flight=InFlight(small=SMALL_SIZE, large=3 * SMALL_SIZE))
    with path.share() as first, path.share() as second, path.share() as small:
        first.grow(4 * SMALL_SIZE)
        first.grow(1)
        with pytest.raises(Overloaded):
            second.grow(2 * SMALL_SIZE)
        small.grow(SMALL_SIZE)
    with path.share() as after:
        after.grow(3 * SMALL_SIZE)


def test_a_share_is_held_until_its_work_is_done() -> None:
    """A sender that gave up does not free the bytes that are still worked on."""
    path = ExportPath(ListSink(), in_flight=InFlight(small=100))
    work: Future[None] = Future()
    with path.share() as left:
        left.grow(100)
        left.keep_until_done(work)
    with path.share() as early, pytest.raises(Overloaded):
        early.grow(1)
    work.set_result(None)
    with path.share() as late:
        late.grow(100)
