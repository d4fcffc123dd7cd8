"""More than the doors can take: connections, requests and bytes that never come to an end."""

import json
import socket
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack

import grpc
import pytest

from receiver.doors import Doors
from store.errors import StoreBusy
from store.signals import Batch
from tests.receiver.clients import JSON, PROTOBUF, HttpClient, grpc_export
from tests.receiver.conftest import OpenDoors
from tests.receiver.otlp import event, logs_request, otlp_json
from tests.receiver.sinks import HeldSink, ListSink

BODY = logs_request(event("a")).SerializeToString()
SLOW = logs_request(event("slow")).SerializeToString()
HEAD = f"POST /v1/logs HTTP/1.1\r\nHost: localhost\r\nContent-Type: {PROTOBUF}\r\n"
REQUEST = f"{HEAD}Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY
SILENCES = {
    "nothing sent": b"",
    "half a header": HEAD[:-9].encode(),
    "half a body": f"{HEAD}Content-Length: 1000\r\n\r\n".encode() + BODY,
    "half a chunk": f"{HEAD}Transfer-Encoding: chunked\r\n\r\nfff\r\n".encode(),
    "an answered request": REQUEST,
}


class PickySink(ListSink):
    """Stores everything at once but what is called slow."""

    def __init__(self) -> None:
        super().__init__()
        self.held = HeldSink()

    def submit(self, batch: Batch) -> "Future[None]":
        """Keep the batch; a slow one is not durable before the test says so."""
        names = {getattr(record, "event_name", "") for record in batch.records}
        return self.held.submit(batch) if "slow" in names else super().submit(batch)


@pytest.fixture
def few_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the HTTP door serve four connections."""
    monkeypatch.setattr("receiver.http_connection.CONNECTION_LIMIT", 4)


def connected(port: int) -> socket.socket:
    """Return a connection of one's own."""
    return socket.create_connection(("127.0.0.1", port), timeout=20)


@pytest.mark.usefixtures("few_connections")
@pytest.mark.parametrize("sent", SILENCES.values(), ids=SILENCES)
def test_f24_silent_connections_keep_nobody_out(
    open_doors: OpenDoors, sink: ListSink, sent: bytes
) -> None:
    """The connection that was silent longest makes room for a new one, whatever it had sent."""
    doors = open_doors(sink)
    with ExitStack() as opened:
        for _ in range(20):
            opened.enter_context(connected(doors.http_port)).sendall(sent)
        with HttpClient(doors.http_port) as client:
            assert client.send(BODY).status == 200
            assert client.send(BODY).status == 200


@pytest.mark.usefixtures("few_connections")
@pytest.mark.parametrize("media_type", [PROTOBUF, JSON])
def test_f24_one_connection_too_many_is_told_to_come_back(
    open_doors: OpenDoors, media_type: str
) -> None:
    """Where all connections wait for the store, the next one is answered 503 in its encoding."""
    sink = HeldSink()
    doors = open_doors(sink)
    with ThreadPoolExecutor() as threads, ExitStack() as opened:
        waiting = []
        for _ in range(4):
            client = opened.enter_context(HttpClient(doors.http_port))
            waiting.append(threads.submit(client.send, BODY))
            assert sink.taken.wait(20)
            sink.taken.clear()
        with HttpClient(doors.http_port) as client:
            answer = client.send(BODY, {"Content-Type": media_type})
        sink.stored.set_result(None)
        assert {future.result().status for future in waiting} == {200}
    assert (answer.status, answer.code) == (503, 14)
    assert (answer.headers["Retry-After"], answer.headers["Content-Type"]) == ("1", media_type)
    assert len(sink.batches) == 4


def test_c3_a_slow_call_holds_up_no_other(open_doors: OpenDoors) -> None:
    """Many calls of one connection are answered, each once, while another one waits."""
    sink = PickySink()
    doors = open_doors(sink)
    with ThreadPoolExecutor(32) as threads, HttpClient(doors.http_port) as client:
        over_grpc = threads.submit(grpc_export, doors.grpc_port, SLOW)
        over_http = threads.submit(client.send, SLOW)
        quick = [threads.submit(grpc_export, doors.grpc_port, BODY) for _ in range(100)]
        assert {future.result().code for future in quick} == {grpc.StatusCode.OK}
        assert not over_grpc.done()
        assert not over_http.done()
        sink.held.stored.set_result(None)
        assert over_grpc.result().code is grpc.StatusCode.OK
        assert over_http.result().status == 200
    assert len(sink.batches) == 100


def test_c24_pipelined_requests_are_answered_in_order(doors: Doors, sink: ListSink) -> None:
    """Requests that did not wait for the answers before them get theirs all the same."""
    bad = f"{HEAD}Content-Length: 1\r\n\r\n\xff".encode("latin-1")
    last = REQUEST.replace(b"Host", b"Connection: close\r\nHost", 1)
    with connected(doors.http_port) as raw:
        raw.sendall(REQUEST * 50 + bad + last)
        received = b"".join(iter(lambda: raw.recv(65536), b""))
    answers = [part[:3] for part in received.split(b"HTTP/1.1 ")[1:]]
    assert answers == [b"200"] * 50 + [b"400", b"200"]
    assert len(sink.batches) == 51


def test_c25_a_body_that_does_not_arrive_is_given_up(
    doors: Doors, sink: ListSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sender that stops in the middle is told so, in time, and does not hold its share."""
    monkeypatch.setattr("receiver.http_request.BODY_WITHIN_S", 0.01)
    with connected(doors.http_port) as raw:
        raw.sendall(SILENCES["half a body"])
        received = raw.recv(65536)
    assert received.startswith(b"HTTP/1.1 503 ")
    assert b"Retry-After: 1" in received
    assert not sink.batches


def test_c25_a_message_that_does_not_arrive_is_given_up(
    doors: Doors, sink: ListSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same over gRPC."""
    monkeypatch.setattr("receiver.grpc_door.PROMPT_S", 0.01)
    monkeypatch.setattr("receiver.grpc_door.MESSAGE_WITHIN_S", 0.01)
    stop: Future[None] = Future()

    def nothing() -> Iterator[bytes]:
        stop.result()
        yield from ()

    with grpc.insecure_channel(f"127.0.0.1:{doors.grpc_port}") as channel:
        path = "/opentelemetry.proto.collector.logs.v1.LogsService/Export"
        export: grpc.StreamUnaryMultiCallable[bytes, bytes] = channel.stream_unary(path)
        with pytest.raises(grpc.RpcError) as refused:
            export(nothing(), timeout=20)
        stop.set_result(None)
    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
    assert "did not arrive" in (refused.value.details() or "")
    assert not sink.batches


def test_c25_bytes_in_flight_over_the_limit_are_503(
    open_doors: OpenDoors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one request holds what all may hold, another is asked to come again, and then taken."""
    monkeypatch.setattr("receiver.in_flight.SMALL_LIMIT", 1)
    sink = PickySink()
    doors = open_doors(sink)
    with (
        ThreadPoolExecutor() as threads,
        HttpClient(doors.http_port) as first,
        HttpClient(doors.http_port) as client,
    ):
        slow = threads.submit(first.send, SLOW)
        assert sink.held.taken.wait(20)
        answer = client.send(otlp_json(logs_request(event())), {"Content-Type": JSON})
        assert (answer.status, json.loads(answer.body)["code"]) == (503, 14)
        assert grpc_export(doors.grpc_port, BODY).code is grpc.StatusCode.UNAVAILABLE
        sink.held.stored.set_result(None)
        assert slow.result().status == 200
        assert client.send(BODY).status == 200
        assert grpc_export(doors.grpc_port, BODY).code is grpc.StatusCode.OK


def test_l7_a_decoder_that_breaks_costs_its_request_alone(
    doors: Doors, sink: ListSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of ours while reading is passing, over both doors, and the next request is served."""

    def break_down(*_: object, **__: object) -> None:
        raise RuntimeError("secret")

    with HttpClient(doors.http_port) as client:
        with monkeypatch.context() as broken:
            broken.setattr("receiver.decode.Decoder.parts", break_down)
            answer = client.send(BODY)
            reply = grpc_export(doors.grpc_port, BODY)
        assert (answer.status, reply.code) == (503, grpc.StatusCode.UNAVAILABLE)
        assert "secret" not in f"{answer.message}{reply.message}"
        assert client.send(BODY).status == 200
        assert grpc_export(doors.grpc_port, BODY).code is grpc.StatusCode.OK
    assert len(sink.batches) == 2


def test_f4_a_store_that_heals_is_used_again(open_doors: OpenDoors) -> None:
    """A full disk is 503 for as long as it is full, on the same connections, and then 200."""
    sink = HealingSink()
    doors = open_doors(sink)
    with HttpClient(doors.http_port) as client:
        for _ in range(3):
            assert client.send(BODY).status == 503
            assert grpc_export(doors.grpc_port, BODY).code is grpc.StatusCode.UNAVAILABLE
        sink.is_full = False
        assert client.send(BODY).status == 200
        assert grpc_export(doors.grpc_port, BODY).code is grpc.StatusCode.OK
    assert len(sink.batches) == 2


class HealingSink(ListSink):
    """Stores nothing until there is room."""

    def __init__(self) -> None:
        super().__init__()
        self.is_full = True

    def submit(self, batch: Batch) -> "Future[None]":
        """Keep the batch, if there is room."""
        if self.is_full:
            raise StoreBusy("The disk is full.", retry_after_s=5)
        return super().submit(batch)
