"""A recorder that runs short of something refuses, stays up, and goes on when there is enough."""

import gzip
import logging
import resource
import socket
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from http.client import HTTPException
from pathlib import Path

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from store.lock import Owner
from store.signals import Signal
from tests.acceptance.load import numbered
from tests.acceptance.senders import HttpSender
from tests.receiver.clients import JSON, PROTOBUF, HttpClient, grpc_export
from tests.receiver.otlp import event, logs_request
from tests.sessionscope.command import serving

MEBIBYTE = 1024 * 1024
MEMORY_LIMIT = 3 * 1024 * MEBIBYTE
_log = logging.getLogger(__name__)


def test_f26_no_file_descriptors_left_is_not_the_end(tmp_path: Path) -> None:
    """Connections that cannot be accepted wait; when others close, exports are stored again."""
    with serving(tmp_path / "sessions.db") as recorder:
        pid, port = recorder.process.pid, recorder.owner.http_port
        export(recorder.owner, "before")
        in_use = len(list(Path(f"/proc/{pid}/fd").iterdir()))
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (in_use + 5, in_use + 5))
        with ExitStack() as opened:
            for _ in range(20):
                opened.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
        export(recorder.owner, "after")
        assert recorder.process.poll() is None


def export(owner: Owner, number: str) -> None:
    """Send one record over a connection of its own."""
    sender = HttpSender(owner)
    sender.send(Signal.LOGS, numbered([number]))
    sender.close()


def repeated(count: int) -> bytes:
    """Return an export of so many empty records."""
    request = ExportLogsServiceRequest()
    scope = request.resource_logs.add().scope_logs.add()
    scope.log_records.extend(LogRecord() for _ in range(count))
    return request.SerializeToString()


def floods() -> dict[str, tuple[dict[str, str], bytes]]:
    """Return bodies that want much memory, each in its own way."""
    packed = {"Content-Type": PROTOBUF, "Content-Encoding": "gzip"}
    brackets = b'{"a":[' + b",".join([b"[]"] * (20 * MEBIBYTE)) + b"]}"
    huge = logs_request(event(k="x" * (50 * MEBIBYTE))).SerializeToString()
    wide = logs_request(event(**{str(n): "" for n in range(500_000)})).SerializeToString()
    return {
        "bomb": (packed, gzip.compress(bytes(200 * MEBIBYTE))),
        "brackets": ({"Content-Type": JSON}, brackets),
        "one attribute of 50 MiB": ({"Content-Type": PROTOBUF}, huge),
        "half a million attributes": ({"Content-Type": PROTOBUF}, wide),
        "half a million records": ({"Content-Type": PROTOBUF}, repeated(490_000)),
        "a hundred thousand prompts": (
            {"Content-Type": PROTOBUF},
            numbered([str(number) for number in range(100_000)]),
        ),
    }


def answers(owner: Owner, headers: dict[str, str], body: bytes) -> Counter[object]:
    """Send a body eight times at once, over HTTP or, where it is plain, by turns over gRPC."""
    found: Counter[object] = Counter()
    assert owner.grpc_port is not None
    assert owner.http_port is not None
    over_grpc = headers == {"Content-Type": PROTOBUF}

    def over_http(port: int) -> None:
        try:
            with HttpClient(port) as client:
                found[client.send(body, headers).status] += 1
        except (OSError, HTTPException) as error:
            found[type(error).__name__] += 1

    def call(port: int) -> None:
        found[grpc_export(port, body).code.name] += 1

    ways: list[tuple[Callable[[int], None], int]] = [(over_http, owner.http_port)] * 8
    if over_grpc:
        ways[::2] = [(call, owner.grpc_port)] * 4
    threads = [threading.Thread(target=way, args=[port]) for way, port in ways]
    for thread in threads:
        thread.start()
    small = HttpSender(owner)
    while any(thread.is_alive() for thread in threads):
        small.send(Signal.LOGS, numbered([f"small {found.total()}"]))
    small.close()
    return found


@pytest.mark.soak
def test_f19_memory_is_bounded_and_others_are_served(tmp_path: Path) -> None:
    """Eight clients at a time, each with the largest of its kind; a small one beside them."""
    with serving(tmp_path / "sessions.db") as recorder:
        for name, (headers, body) in floods().items():
            found = answers(recorder.owner, headers, body)
            status = Path(f"/proc/{recorder.process.pid}/status").read_text()
            peak = int(status.partition("VmHWM:")[2].split()[0]) * 1024
            _log.info("%s: %s, peak %d MiB so far", name, dict(found), peak // MEBIBYTE)
            assert set(found) <= {200, 413, 503, "OK", "RESOURCE_EXHAUSTED", "UNAVAILABLE"}
            assert peak < MEMORY_LIMIT
        assert recorder.process.poll() is None
