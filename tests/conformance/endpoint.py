"""An OTLP endpoint under test, and what it answers to a statement, compared with what it must."""

import json
from http.client import HTTPConnection, HTTPResponse
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import grpc
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from store.signals import Signal
from tests.conformance.bodies import body_of, packed, same_body
from tests.conformance.statements import Statement
from tests.receiver.clients import EXPORTS, JSON, PROTOBUF

PATIENCE_S = 60
_CODES = {200: 0, 400: 3, 401: 16, 403: 7, 404: 12, 405: 12, 413: 8, 415: 12}
"""HTTP status → gRPC code (OTLP 1.11 "Failures"; the Collector's ``errors.go``)."""
_COMPRESSIONS = {
    "": None,
    "gzip": grpc.Compression.Gzip,
    "deflate": grpc.Compression.Deflate,
}
_PARTIAL: dict[Signal, tuple[Any, str, str]] = {
    Signal.LOGS: (ExportLogsServiceResponse, "rejected_log_records", "rejectedLogRecords"),
    Signal.METRICS: (ExportMetricsServiceResponse, "rejected_data_points", "rejectedDataPoints"),
    Signal.TRACES: (ExportTraceServiceResponse, "rejected_spans", "rejectedSpans"),
}


class Endpoint(NamedTuple):
    """Where to send, and how large a body may be there."""

    http: str = ""
    """``http://host:port``; empty for none."""
    grpc: str = ""
    """``host:port``; empty for none."""
    limit: int = 64 * 1024 * 1024


class Broken(AssertionError):
    """The endpoint did something else than the statement says."""


def try_statement(statement: Statement, door: str, endpoint: Endpoint, *, label: str) -> None:
    """Send what a statement says through a door; raises ``Broken`` at a wrong answer."""
    send = _send_http if door == "http" else _send_grpc
    body = body_of(statement, label=label, limit=endpoint.limit)
    send(statement, endpoint, body)


def try_same(statement: Statement, endpoint: Endpoint, *, label: str) -> None:
    """Send the protobuf that a JSON statement means, which must add no row."""
    plain = Statement(statement.id, statement.says, statement.signal)
    _send_http(plain, endpoint, same_body(statement, label))


def _expect(*, holds: bool, words: str) -> None:
    if not holds:
        raise Broken(words)


def _send_http(statement: Statement, endpoint: Endpoint, body: bytes) -> None:
    url = urlsplit(endpoint.http)
    connection = HTTPConnection(url.hostname or "", url.port, timeout=PATIENCE_S)
    headers = {"Content-Type": JSON if statement.is_json else PROTOBUF}
    if statement.packed:
        headers["Content-Encoding"] = statement.packed
    headers |= statement.headers
    if not headers["Content-Type"]:
        del headers["Content-Type"]
    whole = packed(statement, body)
    content: bytes | list[bytes] = whole
    if statement.chunked:
        content = [whole[start : start + 999] for start in range(0, len(whole), 999)]
        headers["Transfer-Encoding"] = "chunked"
    path = statement.path or f"/v1/{statement.signal}"
    try:
        for _ in range(statement.repeat):
            connection.request(
                statement.method, path, content, headers, encode_chunked=statement.chunked
            )
            _check_http(statement, connection.getresponse(), headers.get("Content-Type", ""))
    finally:
        connection.close()


def _check_http(statement: Statement, response: HTTPResponse, sent_type: str) -> None:
    body = response.read()
    _expect(
        holds=response.status == statement.status,
        words=f"status {response.status}, not {statement.status}: {body[:200]!r}",
    )
    media_type = sent_type.partition(";")[0].strip().lower()
    expected_type = media_type if media_type in {JSON, PROTOBUF} else JSON
    found_type = response.headers.get_content_type()
    _expect(holds=found_type == expected_type, words=f"content type {found_type}")
    _expect(holds="Retry-After" not in response.headers, words="asks for a retry")
    cors = [name for name in response.headers if name.lower().startswith("access-control")]
    _expect(holds=not cors, words=f"CORS headers {cors}")
    _expect(holds=response.headers.get("Allow", "") == statement.allow, words="Allow")
    is_json = expected_type == JSON
    if statement.status == 200:
        _check_success(statement, body, is_json=is_json)
    else:
        _check_refusal(statement, body, is_json=is_json)


def _check_success(statement: Statement, body: bytes, *, is_json: bool) -> None:
    if not statement.rejected:
        full = b"{}" if is_json else b""
        _expect(holds=body == full, words=f"full success is {full!r}, not {body!r}")
        return
    response_class, field, key = _PARTIAL[statement.signal]
    if is_json:
        partial = json.loads(body)["partialSuccess"]
        rejected, message = int(partial[key]), partial["errorMessage"]
    else:
        response = response_class.FromString(body)
        rejected = getattr(response.partial_success, field)
        message = response.partial_success.error_message
    _expect(holds=rejected == statement.rejected, words=f"{rejected} rejected")
    _expect(holds=bool(message), words="no reason for the rejection")


def _check_refusal(statement: Statement, body: bytes, *, is_json: bool) -> None:
    if is_json:
        document = json.loads(body)
        code, message = document["code"], document["message"]
    else:
        status = Status.FromString(body)
        code, message = status.code, status.message
    _expect(holds=code == _CODES[statement.status], words=f"code {code} in the status")
    _expect(holds=bool(message), words="a status without a message")


def _send_grpc(statement: Statement, endpoint: Endpoint, body: bytes) -> None:
    path = statement.path or EXPORTS[statement.signal]
    options = [("grpc.max_send_message_length", -1)]
    compression = _COMPRESSIONS[statement.packed]
    with grpc.insecure_channel(endpoint.grpc, options) as channel:
        call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(path)
        for _ in range(statement.repeat):
            try:
                answer = call(body, timeout=PATIENCE_S, compression=compression)
            except grpc.RpcError as error:
                _check_grpc_error(statement, error)
                continue
            _expect(holds=statement.status == 200, words="OK")
            _check_success(statement, answer, is_json=False)


def _check_grpc_error(statement: Statement, error: grpc.RpcError) -> None:
    code = error.code().value[0]
    _expect(
        holds=code == _CODES[statement.status] and code != 0,
        words=f"{error.code()}: {error.details()}",
    )
    trailers = {datum.key for datum in error.trailing_metadata() or ()}
    _expect(holds="google.rpc.retryinfo-bin" not in trailers, words="asks for a retry")
