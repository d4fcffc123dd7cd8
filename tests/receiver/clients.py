"""Clients that can misbehave: plain HTTP and plain gRPC calls."""

import json
from collections.abc import Iterable, Mapping
from http.client import HTTPConnection
from typing import NamedTuple, Self

import grpc
from google.rpc.status_pb2 import Status

from store.signals import Signal

PROTOBUF = "application/x-protobuf"
JSON = "application/json"

EXPORTS = {
    Signal.LOGS: "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
    Signal.METRICS: "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
    Signal.TRACES: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
}


class Answer(NamedTuple):
    """What the HTTP door said."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def code(self) -> int:
        """The gRPC code in the ``google.rpc.Status`` that the body must be."""
        return self._status[0]

    @property
    def message(self) -> str:
        """The message in the ``google.rpc.Status`` that the body must be."""
        return self._status[1]

    @property
    def _status(self) -> tuple[int, str]:
        if self.headers["Content-Type"] == PROTOBUF:
            status = Status.FromString(self.body)
            return status.code, status.message
        assert self.headers["Content-Type"] == JSON
        document = json.loads(self.body)
        return document["code"], document["message"]


class HttpClient:
    """One keep-alive connection to an HTTP door."""

    def __init__(self, port: int, address: str = "127.0.0.1") -> None:
        self.connection = HTTPConnection(address, port, timeout=20)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def send(
        self,
        body: bytes | Iterable[bytes] = b"",
        headers: Mapping[str, str] | None = None,
        *,
        path: str = "/v1/logs",
        method: str = "POST",
    ) -> Answer:
        """Send a request, protobuf unless the headers say otherwise; a body of parts is chunked."""
        sent = {"Content-Type": PROTOBUF} if headers is None else dict(headers)
        is_chunked = not isinstance(body, bytes)
        if is_chunked:
            sent["Transfer-Encoding"] = "chunked"
        self.connection.request(method, path, body, sent, encode_chunked=is_chunked)
        response = self.connection.getresponse()
        return Answer(response.status, dict(response.getheaders()), response.read())


class Reply(NamedTuple):
    """What the gRPC door said."""

    code: grpc.StatusCode
    message: str
    trailers: Mapping[str, str | bytes]
    body: bytes = b""


def grpc_export(
    port: int,
    body: bytes,
    *,
    signal: Signal = Signal.LOGS,
    method: str | None = None,
    compression: grpc.Compression | None = None,
) -> Reply:
    """Call an export method with bytes of one's own choice."""
    path = method or EXPORTS[signal]
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(path)
        try:
            answer, context = call.with_call(body, timeout=20, compression=compression)
        except grpc.RpcError as error:
            trailers = {datum.key: datum.value for datum in error.trailing_metadata()}
            return Reply(error.code(), error.details() or "", trailers)
        return Reply(context.code(), "", {}, answer)
