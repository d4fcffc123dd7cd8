"""What a sender is told: success, partial success, or a refusal it can act on.

Codes follow OTLP 1.11 "Failures" and "OTLP/HTTP Response". A passing fault is always UNAVAILABLE or
503, which every client may retry; no other code here is retryable, and none is 408, 500 or 3xx.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import NamedTuple

from google.protobuf import json_format
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, RetryInfo
from google.rpc.status_pb2 import Status
from grpc import StatusCode
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from receiver.decode import Encoding, Parts
from receiver.errors import (
    BadData,
    Forbidden,
    MethodNotAllowed,
    NotFound,
    ReceiverError,
    TooLarge,
    Unauthenticated,
    UnsupportedMedia,
)
from store.errors import StoreBusy, StoreClosed
from store.signals import Signal

RETRY_LIMIT_S = 5
"""Longest wait to ask for: clients give up at their own deadline of 10 s (measured)."""

_PERMANENT: dict[type[Exception], tuple[StatusCode, HTTPStatus]] = {
    BadData: (StatusCode.INVALID_ARGUMENT, HTTPStatus.BAD_REQUEST),
    Forbidden: (StatusCode.PERMISSION_DENIED, HTTPStatus.FORBIDDEN),
    NotFound: (StatusCode.UNIMPLEMENTED, HTTPStatus.NOT_FOUND),
    MethodNotAllowed: (StatusCode.UNIMPLEMENTED, HTTPStatus.METHOD_NOT_ALLOWED),
    TooLarge: (StatusCode.RESOURCE_EXHAUSTED, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    Unauthenticated: (StatusCode.UNAUTHENTICATED, HTTPStatus.UNAUTHORIZED),
    UnsupportedMedia: (StatusCode.UNIMPLEMENTED, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
}

_PARTIAL: dict[Signal, tuple[Callable[..., Message], str]] = {
    Signal.LOGS: (ExportLogsServiceResponse, "rejected_log_records"),
    Signal.METRICS: (ExportMetricsServiceResponse, "rejected_data_points"),
    Signal.TRACES: (ExportTraceServiceResponse, "rejected_spans"),
}


class Refusal(NamedTuple):
    """A failed export, in the words of both transports."""

    code: StatusCode
    http_status: HTTPStatus
    message: str
    retry_after_s: int | None
    """When to try again, in whole seconds; ``None`` where that is of no use."""


def refusal(error: Exception) -> Refusal:
    """Return what to answer to an error; one that is not foreseen is ours, and passing."""
    if type(error) in _PERMANENT:
        code, http_status = _PERMANENT[type(error)]
        return Refusal(code, http_status, str(error), None)
    is_sentence = isinstance(error, ReceiverError | StoreBusy | StoreClosed)
    message = str(error) if is_sentence else "The receiver cannot store records now."
    asked = error.retry_after_s if isinstance(error, StoreBusy) else 1
    retry_after_s = max(0, min(asked, RETRY_LIMIT_S))
    return Refusal(StatusCode.UNAVAILABLE, HTTPStatus.SERVICE_UNAVAILABLE, message, retry_after_s)


def _retry_info(refused: Refusal) -> RetryInfo:
    info = RetryInfo()
    info.retry_delay.FromSeconds(refused.retry_after_s or 0)
    return info


def _status(refused: Refusal) -> Status:
    number: int = refused.code.value[0]
    status = Status(code=number, message=refused.message)
    if refused.retry_after_s is not None:
        status.details.add().Pack(_retry_info(refused))
    elif refused.code is StatusCode.INVALID_ARGUMENT:
        violation = BadRequest.FieldViolation(field="body", description=refused.message)
        status.details.add().Pack(BadRequest(field_violations=[violation]))
    return status


def _encode(message: Message, encoding: Encoding) -> bytes:
    if encoding is Encoding.PROTOBUF:
        return message.SerializeToString()
    return json_format.MessageToJson(message, indent=None).encode()


def http_body(refused: Refusal, encoding: Encoding) -> bytes:
    """Return the ``google.rpc.Status`` that every 4xx and 5xx answer must hold."""
    return _encode(_status(refused), encoding)


def http_headers(refused: Refusal) -> dict[str, str]:
    """Return the headers that say when to try again, or how."""
    if refused.retry_after_s is not None:
        return {"Retry-After": str(refused.retry_after_s)}
    if refused.http_status == HTTPStatus.METHOD_NOT_ALLOWED:
        return {"Allow": "POST"}
    if refused.http_status == HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": "Bearer"}
    return {}


def grpc_trailers(refused: Refusal) -> tuple[tuple[str, bytes], ...]:
    """Return the trailing metadata of a refused call.

    The retry delay goes out twice: in the status details, where the specification's own sample
    looks, and as a trailer of its own, the only place where Python's exporter looks.
    """
    details = ("grpc-status-details-bin", _status(refused).SerializeToString())
    if refused.retry_after_s is None:
        return (details,)
    return (details, ("google.rpc.retryinfo-bin", _retry_info(refused).SerializeToString()))


def success(parts: Parts, encoding: Encoding) -> bytes:
    """Return the response to a stored request: nothing set, unless some records were rejected."""
    if not parts.rejected and not parts.message:
        return b"" if encoding is Encoding.PROTOBUF else b"{}"
    response, rejected = _PARTIAL[parts.signal]
    partial = {rejected: parts.rejected, "error_message": parts.message}
    return _encode(response(partial_success=partial), encoding)
