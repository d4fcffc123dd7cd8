"""Clients of a running recorder: one connection, each answer checked."""

import gzip
from collections.abc import Callable
from functools import partial
from typing import NamedTuple, Protocol

import grpc

from receiver.decode import Encoding
from store.lock import Owner
from store.signals import Signal
from tests.receiver.clients import JSON, PROTOBUF, HttpClient

_METHODS = {
    Signal.LOGS: "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
    Signal.METRICS: "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
    Signal.TRACES: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
}
_PATIENCE_S = 20


class NotStored(Exception):
    """A request was not answered with full success."""


class Sender(Protocol):
    """One client's connection to one door."""

    def send(self, signal: Signal, body: bytes) -> None:
        """Return when the request is acknowledged in full; raises ``NotStored`` otherwise."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class GrpcSender:
    """A channel of its own to the gRPC door; bodies are protobuf."""

    def __init__(self, recorder: Owner, *, is_gzipped: bool = False) -> None:
        options = [("grpc.use_local_subchannel_pool", 1)]
        target = f"127.0.0.1:{recorder.grpc_port}"
        self._channel = grpc.insecure_channel(target, options=options)
        self._compression = grpc.Compression.Gzip if is_gzipped else None
        self._calls: dict[Signal, grpc.UnaryUnaryMultiCallable[bytes, bytes]] = {
            signal: self._channel.unary_unary(method) for signal, method in _METHODS.items()
        }

    def send(self, signal: Signal, body: bytes) -> None:
        """Call the export method of a signal."""
        try:
            answer = self._calls[signal](body, timeout=_PATIENCE_S, compression=self._compression)
        except grpc.RpcError as error:
            raise NotStored(str(error)) from error
        if answer != b"":
            raise NotStored(f"partial success {answer!r}")

    def close(self) -> None:
        """Close the channel."""
        self._channel.close()


class HttpSender:
    """A keep-alive connection to the HTTP door."""

    def __init__(
        self, recorder: Owner, *, media_type: str = PROTOBUF, is_gzipped: bool = False
    ) -> None:
        assert recorder.http_port is not None
        self._client = HttpClient(recorder.http_port)
        self._headers = {"Content-Type": media_type}
        self._success = b"" if media_type == PROTOBUF else b"{}"
        self._is_gzipped = is_gzipped
        if is_gzipped:
            self._headers["Content-Encoding"] = "gzip"

    def send(self, signal: Signal, body: bytes) -> None:
        """Post a body to the path of a signal."""
        content = gzip.compress(body, 1) if self._is_gzipped else body
        answer = self._client.send(content, self._headers, path=f"/v1/{signal}")
        if (answer.status, answer.body) != (200, self._success):
            raise NotStored(f"{answer.status}: {answer.body!r}")

    def close(self) -> None:
        """Close the connection."""
        self._client.connection.close()


class Way(NamedTuple):
    """A door, an encoding and a compression."""

    name: str
    encoding: Encoding
    connect: Callable[[Owner], Sender]


WAYS = (
    Way("grpc", Encoding.PROTOBUF, GrpcSender),
    Way("grpc+gzip", Encoding.PROTOBUF, partial(GrpcSender, is_gzipped=True)),
    Way("http-protobuf", Encoding.PROTOBUF, HttpSender),
    Way("http-protobuf+gzip", Encoding.PROTOBUF, partial(HttpSender, is_gzipped=True)),
    Way("http-json", Encoding.JSON, partial(HttpSender, media_type=JSON)),
    Way("http-json+gzip", Encoding.JSON, partial(HttpSender, media_type=JSON, is_gzipped=True)),
)
"""Every way into the recorder."""
