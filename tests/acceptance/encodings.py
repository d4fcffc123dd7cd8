"""Real export requests in the encoding they were not sent in.

Made with OTLP's published message classes and protobuf's own JSON, none of it the receiver's.
"""

import base64
import json
from functools import cache
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from receiver.decode import Encoding
from store.signals import Signal
from tests.captures import Export
from tests.receiver.otlp import otlp_json

REQUESTS: dict[Signal, type[Message]] = {
    Signal.LOGS: ExportLogsServiceRequest,
    Signal.METRICS: ExportMetricsServiceRequest,
    Signal.TRACES: ExportTraceServiceRequest,
}
_IDS = frozenset({"traceId", "spanId", "parentSpanId"})


@cache
def encoded(export: Export, encoding: Encoding) -> bytes:
    """Return the body of an export request in an encoding."""
    if export.encoding is encoding:
        return export.body
    request = REQUESTS[export.signal]()
    if encoding is Encoding.JSON:
        request.MergeFromString(export.body)
        return otlp_json(request)
    document = _with_base64_ids(json.loads(export.body))
    json_format.ParseDict(document, request, ignore_unknown_fields=True)
    return request.SerializeToString()


def _with_base64_ids(value: Any) -> Any:  # noqa: ANN401 - JSON is anything
    """Turn the hex ids of OTLP/JSON into the base64 of protobuf's JSON."""
    if isinstance(value, list):
        return [_with_base64_ids(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: base64.b64encode(bytes.fromhex(item)).decode()
        if key in _IDS
        else _with_base64_ids(item)
        for key, item in value.items()
    }
