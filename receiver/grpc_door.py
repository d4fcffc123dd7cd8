"""OTLP/gRPC: three unary services over one export path."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import grpc
import grpc.aio

from receiver.access import Access
from receiver.counters import Door
from receiver.decode import Encoding
from receiver.errors import BadData, DoorUnusable, Overloaded
from receiver.export import ExportPath, Request
from receiver.status import grpc_trailers
from receiver.unix_sockets import make_private
from store.signals import Signal

STREAMS = 64
"""Calls under way on one connection; each waits for the group commit that stores it."""
METADATA_LIMIT = 16 * 1024
"""Bytes of headers of one call."""
PING_INTERVAL_MS = 300_000
"""Clients that ping more often, without a call, are disconnected: gRPC's own default."""
PROMPT_S = 0.5
"""How long a message may be on its way before its call needs one of ``SLOW_MESSAGES`` places."""
SLOW_MESSAGES = 8
"""Calls that may take longer; it bounds the memory of messages that are half here."""
MESSAGE_WITHIN_S = 30
"""Longest wait for a message to arrive whole."""

_SERVICES = {
    Signal.LOGS: "opentelemetry.proto.collector.logs.v1.LogsService",
    Signal.METRICS: "opentelemetry.proto.collector.metrics.v1.MetricsService",
    Signal.TRACES: "opentelemetry.proto.collector.trace.v1.TraceService",
}
_Context = grpc.aio.ServicerContext[bytes, bytes]
_Export = Callable[[AsyncIterator[bytes], _Context], Awaitable[bytes]]


class GrpcDoor:
    """A gRPC server; made in the loop it answers in, and bound before it starts.

    Requests stay bytes until the export path reads them, so that an undecodable one is answered
    INVALID_ARGUMENT; the library's own decoder would answer INTERNAL. The unary calls are handled
    as streams of one message, which are the same on the wire: a handler that runs before the
    message is here can refuse to wait for it.
    """

    def __init__(self, path: ExportPath, *, body_limit: int, access: Access) -> None:
        self._path = path
        self._access = access
        self._slow_messages = 0
        options = (
            ("grpc.so_reuseport", 0),
            ("grpc.max_receive_message_length", body_limit),
            ("grpc.max_concurrent_streams", STREAMS),
            ("grpc.max_metadata_size", METADATA_LIMIT),
            ("grpc.http2.min_recv_ping_interval_without_data_ms", PING_INTERVAL_MS),
        )
        self._server = grpc.aio.server(options=options)
        for signal, service in _SERVICES.items():
            handler: grpc.RpcMethodHandler[bytes, bytes] = grpc.stream_unary_rpc_method_handler(
                self._export(signal)
            )
            generic = grpc.method_handlers_generic_handler(service, {"Export": handler})
            self._server.add_generic_rpc_handlers((generic,))

    def bind(self, address: str, port: int) -> int:
        """Listen on one more address, and return the port; 0 asks for a free one."""
        host = f"[{address}]" if ":" in address else address
        try:
            if self._access.tls is not None:
                return self._server.add_secure_port(f"{host}:{port}", self._access.tls.for_grpc())
            return self._server.add_insecure_port(f"{host}:{port}")
        except (RuntimeError, OSError) as error:
            raise DoorUnusable(f"OTLP/gRPC cannot listen on {host}:{port}.") from error

    def bind_socket(self, path: Path) -> None:
        """Listen on a Unix socket, in a directory that was prepared."""
        try:
            self._server.add_insecure_port(f"unix:{path}")
        except RuntimeError as error:
            raise DoorUnusable(f"OTLP/gRPC cannot listen on {path}.") from error
        make_private(path)

    async def start(self) -> None:
        """Begin to answer."""
        await self._server.start()

    async def stop(self, grace_s: float) -> None:
        """Refuse new calls at once; return when none is left, or the time is up."""
        await self._server.stop(grace_s)

    def _export(self, signal: Signal) -> _Export:
        async def export(messages: AsyncIterator[bytes], context: _Context) -> bytes:
            try:
                self._access.check_token(_authorization(context))
                with self._path.share() as share:
                    body = await self._message(messages)
                    share.grow(len(body))
                    client = context.peer()
                    request = Request(Door.GRPC, signal, Encoding.PROTOBUF, body, client)
                    return await self._path.export(request, share)
            except Exception as error:  # noqa: BLE001 - every fault is answered as retryable
                refused = self._path.refuse(Door.GRPC, signal, error)
            await context.abort(refused.code, refused.message, grpc_trailers(refused))
            raise AssertionError

        return export

    async def _message(self, messages: AsyncIterator[bytes]) -> bytes:
        """Return the one message of a call, however slow it is, if there is a place for slow ones.

        Raises ``Overloaded`` where it takes too long and ``BadData`` where there is none.
        """
        reading = asyncio.ensure_future(_first(messages))
        try:
            await asyncio.wait((reading,), timeout=PROMPT_S)
            if not reading.done():
                await self._wait_for_slow(reading)
            return reading.result()
        finally:
            reading.cancel()

    async def _wait_for_slow(self, reading: "asyncio.Future[bytes]") -> None:
        if self._slow_messages >= SLOW_MESSAGES:
            raise Overloaded("Too many requests arrive slowly.")
        self._slow_messages += 1
        try:
            await asyncio.wait((reading,), timeout=MESSAGE_WITHIN_S)
        finally:
            self._slow_messages -= 1
        if not reading.done():
            raise Overloaded("The request did not arrive in time.")


async def _first(messages: AsyncIterator[bytes]) -> bytes:
    async for message in messages:
        return message
    raise BadData("The call carries no message.")


def _authorization(context: _Context) -> str:
    """Return what a call says in its ``authorization`` header."""
    for key, value in context.invocation_metadata() or ():
        if key == "authorization" and isinstance(value, str):
            return value
    return ""
