"""The bodies of statements, made with OTLP's published messages and none of the receiver's code."""

import gzip
import json
import zlib
from collections.abc import Sequence
from typing import Any

from google.protobuf import text_format
from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from store.signals import Signal
from tests.conformance.statements import Statement

_REQUESTS: dict[Signal, type[Message]] = {
    Signal.LOGS: ExportLogsServiceRequest,
    Signal.METRICS: ExportMetricsServiceRequest,
    Signal.TRACES: ExportTraceServiceRequest,
}
_NAMES = {
    Signal.LOGS: ("resource_logs", "scope_logs", "log_records"),
    Signal.METRICS: ("resource_metrics", "scope_metrics", "metrics"),
    Signal.TRACES: ("resource_spans", "scope_spans", "spans"),
}
_JSON_NAMES = {
    Signal.LOGS: ("resourceLogs", "scopeLogs", "logRecords"),
    Signal.METRICS: ("resourceMetrics", "scopeMetrics", "metrics"),
    Signal.TRACES: ("resourceSpans", "scopeSpans", "spans"),
}
_UNKNOWN_FIELD = b"\xa2\x06"
"""Field 100, length-delimited: whoever does not know it passes over it."""


def body_of(statement: Statement, *, label: str, limit: int) -> bytes:
    """Return the body of a statement before it is packed.

    ``label`` is an attribute of its resource, which tells its records from those of other
    statements; ``limit`` is the endpoint's.
    """
    content = _content(statement, label)
    if statement.over is None:
        return content
    return _padded(content, limit + statement.over, is_json=statement.is_json)


def same_body(statement: Statement, label: str) -> bytes:
    """Return, as protobuf, the records that a JSON statement must be stored as."""
    return _protobuf(statement.signal, statement.same, label)


def packed(statement: Statement, body: bytes) -> bytes:
    """Return a body as it goes out."""
    if statement.packed == "deflate":
        body = zlib.compress(body)
    elif statement.packed == "gzip":
        size = -(-len(body) // statement.members) or 1
        parts = [body[start : start + size] for start in range(0, len(body), size)]
        body = b"".join(map(gzip.compress, parts))
    return body[: len(body) - statement.cut] + statement.tail.encode()


def _content(statement: Statement, label: str) -> bytes:
    if statement.hex is not None:
        return bytes.fromhex(statement.hex)
    if statement.text is not None:
        return statement.text.encode() * statement.times
    if statement.wire:
        return _envelope(list(map(bytes.fromhex, statement.wire)), label)
    if statement.json:
        return _json(statement.signal, statement.json, label)
    return _protobuf(statement.signal, statement.proto, label)


def _protobuf(signal: Signal, records: Sequence[str], label: str) -> bytes:
    request = _REQUESTS[signal]()
    resources, scopes, items = _NAMES[signal]
    resource: Any = getattr(request, resources).add()
    attribute = resource.resource.attributes.add(key="conformance")
    attribute.value.string_value = label
    target = getattr(getattr(resource, scopes).add(), items)
    for record in records:
        text_format.Parse(record, target.add())
    return request.SerializeToString()


def _envelope(records: Sequence[bytes], label: str) -> bytes:
    """Put encoded log records into a request, whatever they are."""
    resource = Resource()
    resource.attributes.add(key="conformance").value.string_value = label
    scope = b"".join(_field(2, record) for record in records)
    return _field(1, _field(1, resource.SerializeToString()) + _field(2, scope))


def _field(number: int, content: bytes) -> bytes:
    return bytes((number << 3 | 2,)) + _length(len(content)) + content


def _length(size: int) -> bytes:
    """Encode a length of at most 14 bits, always in two bytes."""
    return bytes((size & 0x7F | 0x80, size >> 7))


def _json(signal: Signal, records: Sequence[str], label: str) -> bytes:
    resources, scopes, items = _JSON_NAMES[signal]
    value = {"stringValue": label}
    resource = json.dumps({"attributes": [{"key": "conformance", "value": value}]})
    text = f'{{"{items}": [{", ".join(records)}]}}'
    return f'{{"{resources}": [{{"resource": {resource}, "{scopes}": [{text}]}}]}}'.encode()


def _padded(body: bytes, size: int, *, is_json: bool) -> bytes:
    """Fill a body up to a size with what means nothing."""
    if is_json:
        return body.ljust(size)
    for length_size in range(1, 6):
        filling = size - len(body) - len(_UNKNOWN_FIELD) - length_size
        if 0 <= filling < 1 << 7 * length_size:
            length = bytes(
                filling >> 7 * place & 0x7F | (0x80 if place < length_size - 1 else 0)
                for place in range(length_size)
            )
            return body + _UNKNOWN_FIELD + length + bytes(filling)
    raise AssertionError(size)
