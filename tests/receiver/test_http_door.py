"""OTLP/HTTP over real sockets: what is accepted, and what everything else is told."""

import gzip
import json
import socket
import zlib
from typing import NamedTuple

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from receiver.counters import Door, Tally
from receiver.doors import Doors
from store.errors import StoreBusy
from store.signals import Signal
from tests.receiver.clients import JSON, PROTOBUF, HttpClient
from tests.receiver.conftest import BODY_LIMIT, OpenDoors
from tests.receiver.otlp import event, logs_request, otlp_json
from tests.receiver.sinks import FailingSink, ListSink, RaisingSink

REQUEST = logs_request(event("a"), event("b"))
BODY = REQUEST.SerializeToString()
JSON_BODY = otlp_json(REQUEST)
GZIP = {"Content-Type": PROTOBUF, "Content-Encoding": "gzip"}


class Case(NamedTuple):
    """A request and what it deserves."""

    name: str
    headers: dict[str, str]
    body: bytes
    path: str = "/v1/logs"
    method: str = "POST"
    status: int = 200
    code: int = 0


def padded(size: int) -> bytes:
    """Return a valid request of exactly so many bytes, by a field that no one knows."""
    field = b"\xa2\x06"
    for length_size in (1, 2, 3):
        content = size - len(BODY) - len(field) - length_size
        length = bytes(
            content >> 7 * n & 0x7F | (0x80 if n < length_size - 1 else 0)
            for n in range(length_size)
        )
        if content < 1 << 7 * length_size:
            return BODY + field + length + bytes(content)
    raise AssertionError(size)


def deflate_raw(data: bytes) -> bytes:
    """Compress without a zlib header, as some senders understand ``deflate``."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


ACCEPTED = [
    Case("protobuf", {"Content-Type": PROTOBUF}, BODY),
    Case("JSON", {"Content-Type": JSON}, JSON_BODY),
    Case("JSON in capitals", {"Content-Type": "APPLICATION/JSON"}, JSON_BODY),
    Case("JSON with a charset", {"Content-Type": "application/json; charset=utf-8"}, JSON_BODY),
    Case("protobuf with a parameter", {"Content-Type": f"{PROTOBUF};v=1"}, BODY),
    Case("identity", {"Content-Type": PROTOBUF, "Content-Encoding": "identity"}, BODY),
    Case("gzip", GZIP, gzip.compress(BODY)),
    Case("gzip in capitals", GZIP | {"Content-Encoding": "GZIP"}, gzip.compress(BODY)),
    Case("gzip of two members", GZIP, gzip.compress(BODY[:9]) + gzip.compress(BODY[9:])),
    Case("gzip of JSON", GZIP | {"Content-Type": JSON}, gzip.compress(JSON_BODY)),
    Case("deflate", GZIP | {"Content-Encoding": "deflate"}, zlib.compress(BODY)),
    Case("deflate without header", GZIP | {"Content-Encoding": "deflate"}, deflate_raw(BODY)),
    Case("as large as allowed", {"Content-Type": PROTOBUF}, padded(BODY_LIMIT)),
    Case("as large as allowed, packed", GZIP, gzip.compress(padded(BODY_LIMIT))),
    Case("IPv6 loopback", {"Content-Type": PROTOBUF, "Host": "[::1]:4318"}, BODY),
    Case("localhost", {"Content-Type": PROTOBUF, "Host": "LocalHost"}, BODY),
    Case("100-continue", {"Content-Type": PROTOBUF, "Expect": "100-continue"}, BODY),
]


@pytest.mark.parametrize("case", ACCEPTED, ids=[case.name for case in ACCEPTED])
def test_a_request_is_stored_and_answered_in_its_own_encoding(
    doors: Doors, sink: ListSink, case: Case
) -> None:
    """Success is 200 with nothing set: no bytes in protobuf, an empty object in JSON."""
    with HttpClient(doors.http_port) as client:
        answer = client.send(case.body, case.headers)
    is_json = "json" in case.headers["Content-Type"].lower()
    assert answer.status == 200
    assert answer.headers["Content-Type"] == (JSON if is_json else PROTOBUF)
    assert answer.body == (b"{}" if is_json else b"")
    assert len(sink.records) == 2


@pytest.mark.parametrize("signal", Signal)
@pytest.mark.parametrize(("media_type", "body"), [(PROTOBUF, b""), (JSON, b"{}")])
def test_an_empty_request_is_a_success(
    doors: Doors, sink: ListSink, signal: Signal, *, media_type: str, body: bytes
) -> None:
    """An export of nothing is answered, and the sink not troubled."""
    with HttpClient(doors.http_port) as client:
        answer = client.send(body, {"Content-Type": media_type}, path=f"/v1/{signal}")
    assert answer.status == 200
    assert not sink.batches


BOMB = gzip.compress(bytes(50_000_000))
LARGE = {"Content-Type": PROTOBUF}

REFUSED = [
    Case("protobuf that is none", LARGE, b"\xff" * 20, status=400, code=3),
    Case("protobuf cut short", LARGE, BODY[:-3], status=400, code=3),
    Case("JSON that is none", {"Content-Type": JSON}, b"{", status=400, code=3),
    Case("JSON of the wrong type", {"Content-Type": JSON}, b"1234", status=400, code=3),
    Case("gzip that is none", GZIP, BODY, status=400, code=3),
    Case("gzip of nothing", GZIP, b"", status=400, code=3),
    Case("gzip cut short", GZIP, gzip.compress(BODY)[:-9], status=400, code=3),
    Case("gzip with a tail", GZIP, gzip.compress(BODY) + b"tail", status=400, code=3),
    Case(
        "deflate with a tail",
        GZIP | {"Content-Encoding": "deflate"},
        zlib.compress(BODY) + b"tail",
        status=400,
        code=3,
    ),
    Case("another host", LARGE | {"Host": "attacker.example"}, BODY, status=403, code=7),
    Case("any address", LARGE | {"Host": "0.0.0.0:4318"}, BODY, status=403, code=7),
    Case("a web page", LARGE | {"Origin": "http://127.0.0.1"}, BODY, status=403, code=7),
    Case("no such path", LARGE, BODY, path="/", status=404, code=12),
    Case("profiles", LARGE, BODY, path="/v1development/profiles", status=404, code=12),
    Case("a slash too many", LARGE, BODY, path="/v1/logs/", status=404, code=12),
    Case("GET", LARGE, b"", method="GET", status=405, code=12),
    Case("PATCH", LARGE, BODY, method="PATCH", status=405, code=12),
    Case("OPTIONS", LARGE, b"", method="OPTIONS", status=405, code=12),
    Case("too large", LARGE, padded(BODY_LIMIT + 1), status=413, code=8),
    Case(
        "too large once unpacked", GZIP, gzip.compress(padded(BODY_LIMIT + 1)), status=413, code=8
    ),
    Case("a bomb", GZIP, BOMB, status=413, code=8),
    Case("a bomb behind a member", GZIP, gzip.compress(BODY) + BOMB, status=413, code=8),
    Case("no content type", {}, BODY, status=415, code=12),
    Case("text", {"Content-Type": "text/plain"}, BODY, status=415, code=12),
    Case("a form", {"Content-Type": "multipart/form-data"}, BODY, status=415, code=12),
    Case("zstd", GZIP | {"Content-Encoding": "zstd"}, BODY, status=415, code=12),
    Case("gzip twice", GZIP | {"Content-Encoding": "gzip, gzip"}, BODY, status=415, code=12),
]


@pytest.mark.parametrize("case", REFUSED, ids=[case.name for case in REFUSED])
def test_a_bad_request_is_refused_in_words_and_the_next_one_served(
    doors: Doors, sink: ListSink, case: Case
) -> None:
    """Every refusal is a ``google.rpc.Status`` in the request's encoding, none asks for a retry."""
    with HttpClient(doors.http_port) as client:
        answer = client.send(case.body, case.headers, path=case.path, method=case.method)
        assert answer.status == case.status
        assert answer.code == case.code
        assert answer.message.endswith(".")
        is_protobuf = case.headers.get("Content-Type") == PROTOBUF
        assert answer.headers["Content-Type"] == (PROTOBUF if is_protobuf else JSON)
        assert "Retry-After" not in answer.headers
        assert answer.headers.get("Allow") == ("POST" if case.status == 405 else None)
        assert not [name for name in answer.headers if name.startswith("Access-Control")]
        assert not sink.batches
        assert client.send(BODY).status == 200
    assert len(sink.records) == 2


def test_a_chunked_body_is_read_to_its_end(doors: Doors, sink: ListSink) -> None:
    """Node's exporters send no length, in chunks of any size."""
    with HttpClient(doors.http_port) as client:
        assert client.send([BODY[n : n + 1] for n in range(len(BODY))]).status == 200
    assert len(sink.records) == 2


def test_a_chunked_body_without_end_is_stopped_at_the_limit(doors: Doors, sink: ListSink) -> None:
    """The limit holds where no length was announced."""
    with HttpClient(doors.http_port) as client:
        answer = client.send([bytes(10_000)] * 11)
    assert (answer.status, answer.code) == (413, 8)
    assert not sink.batches


def test_one_connection_serves_many_requests(doors: Doors, sink: ListSink) -> None:
    """A keep-alive connection outlives a thousand exports."""
    with HttpClient(doors.http_port) as client:
        assert {client.send(BODY).status for _ in range(1000)} == {200}
    assert len(sink.batches) == 1000


MALFORMED = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    b"POST /v1/logs FTP/1.1\r\n\r\n",
    b"POST /v1/logs HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"x" * 100_000 + b"\r\n\r\n",
    b"POST /v1/logs HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    b"POST /v1/logs HTTP/1.1\r\nHost: localhost\r\n%s\r\n%s\r\n\r\nnot a length\r\n\r\n"
    % (b"Content-Type: application/json", b"Transfer-Encoding: chunked"),
]


@pytest.mark.parametrize("sent", MALFORMED)
def test_what_is_not_http_is_told_so(doors: Doors, sink: ListSink, sent: bytes) -> None:
    """A malformed request is answered with a ``Status`` and does not disturb the next."""
    with socket.create_connection(("127.0.0.1", doors.http_port), timeout=20) as raw:
        raw.sendall(sent)
        answer = b"".join(iter(lambda: raw.recv(65536), b""))
    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.0 400 "))
    assert b"well-formed HTTP" in answer or b"badly framed" in answer
    with HttpClient(doors.http_port) as client:
        assert client.send(BODY).status == 200
    assert len(sink.batches) == 1


def test_a_sender_that_hangs_up_leaves_nothing_behind(doors: Doors, sink: ListSink) -> None:
    """A body that never arrives whole is not stored."""
    with socket.create_connection(("127.0.0.1", doors.http_port)) as raw:
        head = f"POST /v1/logs HTTP/1.1\r\nHost: localhost\r\nContent-Type: {PROTOBUF}\r\n"
        raw.sendall(head.encode() + b"Content-Length: 1000\r\n\r\n" + BODY)
    with HttpClient(doors.http_port) as client:
        assert client.send(BODY).status == 200
    assert len(sink.batches) == 1


@pytest.mark.parametrize("make_sink", [RaisingSink, FailingSink])
@pytest.mark.parametrize(("asked", "told"), [(2, "2"), (0, "0"), (30, "5")])
def test_a_busy_store_asks_to_retry_soon(
    open_doors: OpenDoors, make_sink: type[RaisingSink], *, asked: int, told: str
) -> None:
    """503 with ``Retry-After`` of at most 5 s: longer, and real clients drop the batch at once."""
    doors = open_doors(make_sink(StoreBusy("The disk is full.", retry_after_s=asked)))
    with HttpClient(doors.http_port) as client:
        answer = client.send(JSON_BODY, {"Content-Type": JSON})
    assert (answer.status, answer.code) == (503, 14)
    assert answer.headers["Retry-After"] == told
    status = json.loads(answer.body)
    assert status["message"] == "The disk is full."
    assert status["details"] == [
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{told}s"}
    ]


def test_a_fault_of_ours_is_passing_and_tells_nothing(open_doors: OpenDoors) -> None:
    """What nobody foresaw is 503, never 500, and its text stays inside."""
    doors = open_doors(FailingSink(RuntimeError("/home/someone/secret")))
    with HttpClient(doors.http_port) as client:
        answer = client.send(BODY)
    assert (answer.status, answer.code) == (503, 14)
    assert "secret" not in answer.message
    assert answer.headers["Retry-After"] == "1"


@pytest.mark.parametrize("media_type", [PROTOBUF, JSON])
def test_rejected_records_are_counted_to_the_sender(
    doors: Doors, sink: ListSink, media_type: str
) -> None:
    """A partial success is 200 with the exact number, since the sender will not try again."""
    request = ExportTraceServiceRequest()
    good = Span(trace_id=b"\1" * 16, span_id=b"\1" * 8)
    request.resource_spans.add().scope_spans.add().spans.extend([good, Span(), Span()])
    body = request.SerializeToString() if media_type == PROTOBUF else otlp_json(request)
    with HttpClient(doors.http_port) as client:
        answer = client.send(body, {"Content-Type": media_type}, path="/v1/traces")
    assert answer.status == 200
    if media_type == PROTOBUF:
        partial = ExportTraceServiceResponse.FromString(answer.body).partial_success
        assert partial.rejected_spans == 2
        assert "span id" in partial.error_message
    else:
        assert json.loads(answer.body)["partialSuccess"]["rejectedSpans"] == "2"
    assert len(sink.records) == 1
    assert doors.counters.tally(Door.HTTP, Signal.TRACES) == Tally(1, 2, {}, {})


def test_what_came_and_what_was_refused_is_counted(doors: Doors) -> None:
    """The counts tell the signals and the reasons apart."""
    with HttpClient(doors.http_port) as client:
        client.send(BODY)
        client.send(b"\xff")
        client.send(b"", path="/nowhere")
    counters = doors.counters
    assert counters.tally(Door.HTTP, Signal.LOGS) == Tally(2, 0, {"BadData": 1}, {})
    assert counters.tally(Door.HTTP, None) == Tally(0, 0, {"NotFound": 1}, {})
    assert counters.tally(Door.GRPC, Signal.LOGS) == Tally(0, 0, {}, {})
