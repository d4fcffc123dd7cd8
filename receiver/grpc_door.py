"""OTLP/gRPC: three unary services over one export path."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotStoredInTime
from threading import Event
from typing import NoReturn

import grpc

from receiver.counters import Door
from receiver.decode import Encoding
from receiver.errors import DoorUnusable, Overloaded
from receiver.export import ANSWER_WITHIN_S, ExportPath, Request
from receiver.status import Refusal, grpc_trailers
from store.signals import Signal

THREADS = 64
"""Calls handled at once; each waits for the group commit that stores it."""

_SERVICES = {
    Signal.LOGS: "opentelemetry.proto.collector.logs.v1.LogsService",
    Signal.METRICS: "opentelemetry.proto.collector.metrics.v1.MetricsService",
    Signal.TRACES: "opentelemetry.proto.collector.trace.v1.TraceService",
}


class GrpcDoor:
    """A gRPC server; the addresses it listens on are bound before it starts.

    Requests stay bytes until the export path reads them, so that an undecodable one is answered
    INVALID_ARGUMENT; the library's own decoder would answer INTERNAL.
    """

    def __init__(self, path: ExportPath, *, body_limit: int) -> None:
        self._path = path
        options = (
            ("grpc.so_reuseport", 0),
            ("grpc.max_receive_message_length", body_limit),
            ("grpc.max_concurrent_streams", THREADS),
        )
        self._server = grpc.server(ThreadPoolExecutor(THREADS, "grpc"), options=options)
        for signal, service in _SERVICES.items():
            handler: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(
                self._export(signal)
            )
            self._server.add_registered_method_handlers(service, {"Export": handler})
            generic = grpc.method_handlers_generic_handler(service, {"Export": handler})
            self._server.add_generic_rpc_handlers((generic,))

    def bind(self, address: str, port: int) -> int:
        """Listen on one more address, and return the port; 0 asks for a free one."""
        host = f"[{address}]" if ":" in address else address
        try:
            return self._server.add_insecure_port(f"{host}:{port}")
        except RuntimeError as error:
            raise DoorUnusable(f"OTLP/gRPC cannot listen on {host}:{port}.") from error

    def start(self) -> None:
        """Begin to answer."""
        self._server.start()

    def stop(self, grace_s: float) -> Event:
        """Refuse new calls at once; the event is set when none is left, or the time is up."""
        return self._server.stop(grace_s)

    def _export(self, signal: Signal) -> Callable[[bytes, grpc.ServicerContext], bytes]:
        path = self._path

        def export(body: bytes, context: grpc.ServicerContext) -> bytes:
            try:
                with path.share() as share:
                    share.grow(len(body))
                    request = Request(Door.GRPC, signal, Encoding.PROTOBUF, body)
                    submitted = path.submit(request)
                submitted.stored.result(ANSWER_WITHIN_S)
                return path.answer(submitted)
            except NotStoredInTime:
                error: Exception = Overloaded("The store did not answer in time.")
            except Exception as unforeseen:  # noqa: BLE001 - every fault is answered as retryable
                error = unforeseen
            _abort(context, path.refuse(Door.GRPC, signal, error))

        return export


def _abort(context: grpc.ServicerContext, refused: Refusal) -> NoReturn:
    context.set_trailing_metadata(grpc_trailers(refused))
    context.abort(refused.code, refused.message)
