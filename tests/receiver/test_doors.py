"""Opening both doors or neither, and closing them without losing what is in flight."""

import asyncio
import os
import socket
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from receiver.counters import Door
from receiver.decode import Encoding
from receiver.doors import Doors
from receiver.errors import DoorUnusable, PortInUse
from receiver.export import ExportPath, Request
from store.errors import StoreClosed
from store.signals import Signal
from tests.receiver.clients import HttpClient, grpc_export
from tests.receiver.otlp import event, logs_request
from tests.receiver.sinks import HeldSink, ListSink

BODY = logs_request(event()).SerializeToString()


def is_open(port: int, address: str = "127.0.0.1") -> bool:
    """Tell whether anybody listens."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        return probe.connect_ex((address, port)) == 0


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


@pytest.mark.parametrize("door", ["grpc", "http"])
def test_a_port_in_use_opens_neither_door(sink: ListSink, door: str) -> None:
    """The error names the port, what needs it, who has it and what to do."""
    other = free_port()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        grpc_port, http_port = (port, other) if door == "grpc" else (other, port)
        doors = Doors(sink, "127.0.0.1", grpc_port=grpc_port, http_port=http_port)
        with pytest.raises(PortInUse) as refused:
            doors.start()
        assert refused.value.port == port
        message = str(refused.value)
        assert f"Port {port}, which OTLP/{door.upper()}".lower() in message.lower()
        assert f"--{door}-port" in message
        assert f"(process {os.getpid()})" in message
        assert not is_open(other)


def test_two_receivers_never_share_a_port(doors: Doors, sink: ListSink) -> None:
    """The kernel would split the connections between them in silence."""
    with pytest.raises(PortInUse):
        Doors(sink, "127.0.0.1", grpc_port=doors.grpc_port, http_port=0).start()
    with pytest.raises(PortInUse):
        Doors(sink, "127.0.0.1", grpc_port=0, http_port=doors.http_port).start()


def test_an_address_of_another_machine_is_refused_in_words(sink: ListSink) -> None:
    """Any other reason not to listen is told as the system tells it."""
    with pytest.raises(DoorUnusable, match=r"OTLP/HTTP cannot listen on 192\.0\.2\.1:0: "):
        Doors(sink, "192.0.2.1", grpc_port=0, http_port=0).start()


def test_localhost_is_every_loopback_and_nothing_else(sink: ListSink) -> None:
    """A client that resolves localhost to ::1 is served too, where the machine has it."""
    doors = Doors(sink, "localhost", grpc_port=0, http_port=0)
    doors.start()
    try:
        addresses = ["127.0.0.1"] + (["::1"] if has_ipv6() else [])
        for address in addresses:
            with HttpClient(doors.http_port, address) as client:
                assert client.send(BODY).status == 200
            assert is_open(doors.grpc_port, address)
        assert not is_open(doors.http_port, "127.0.0.2")
        assert not is_open(doors.grpc_port, "127.0.0.2")
    finally:
        doors.stop()


def has_ipv6() -> bool:
    """Tell whether this machine has an IPv6 loopback."""
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


def test_what_is_in_flight_is_answered_before_the_doors_close() -> None:
    """Stopping waits for the transaction that holds a request; afterwards nobody listens."""
    sink = HeldSink()
    doors = Doors(sink, "127.0.0.1", grpc_port=0, http_port=0)
    doors.start()
    with ThreadPoolExecutor() as threads, HttpClient(doors.http_port) as client:
        over_http = threads.submit(client.send, BODY)
        sink.taken.wait()
        sink.taken.clear()
        over_grpc = threads.submit(grpc_export, doors.grpc_port, BODY)
        sink.taken.wait()
        stopping = threads.submit(doors.stop, 20)
        while is_open(doors.grpc_port):
            pass
        assert not stopping.done()
        sink.stored.set_result(None)
        assert over_http.result().status == 200
        assert over_grpc.result().code is grpc.StatusCode.OK
        stopping.result()
    assert not is_open(doors.http_port)
    assert not is_open(doors.grpc_port)


def test_a_transaction_that_never_ends_does_not_hold_up_the_stop() -> None:
    """When the grace is over the doors close; the sender was told nothing and will try again."""
    sink = HeldSink()
    doors = Doors(sink, "127.0.0.1", grpc_port=0, http_port=0)
    doors.start()
    with ThreadPoolExecutor() as threads, HttpClient(doors.http_port) as client:
        unanswered = threads.submit(client.send, BODY)
        sink.taken.wait()
        doors.stop(0.1)
        assert isinstance(unanswered.exception(), ConnectionError | OSError)
    assert not is_open(doors.http_port)
    assert len(sink.batches) == 1


def test_a_closed_path_hands_nothing_over(sink: ListSink) -> None:
    """A request that was still being read when the doors closed is refused, not stored."""
    path = ExportPath(sink)
    path.close()
    request = Request(Door.HTTP, Signal.LOGS, Encoding.PROTOBUF, BODY, client=1)

    async def export() -> None:
        with path.share() as share:
            await path.export(request, share)

    with pytest.raises(StoreClosed):
        asyncio.run(export())
    assert not sink.batches
