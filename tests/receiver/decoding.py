"""Single records sent through the decoder."""

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    Metric,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from receiver.decode import Encoding, decode
from store import signals
from store.signals import Batch, Signal
from tests.receiver.otlp import logs_request


def decode_logs(body: bytes) -> list[signals.LogRecord]:
    """Decode a protobuf logs request."""
    batch = decode(Signal.LOGS, Encoding.PROTOBUF, body, received_unix_nano=5)
    return [record for record in batch.records if isinstance(record, signals.LogRecord)]


def decode_log(record: LogRecord) -> signals.LogRecord:
    """Send one log record through protobuf."""
    (decoded,) = decode_logs(logs_request(record).SerializeToString())
    return decoded


def decode_points(metric: Metric) -> list[signals.MetricPoint]:
    """Send one metric through protobuf."""
    request = ExportMetricsServiceRequest()
    request.resource_metrics.add().scope_metrics.add().metrics.append(metric)
    body = request.SerializeToString()
    batch = decode(Signal.METRICS, Encoding.PROTOBUF, body, received_unix_nano=5)
    return [point for point in batch.records if isinstance(point, signals.MetricPoint)]


def decode_spans(*spans: Span) -> Batch:
    """Send spans through protobuf."""
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.extend(spans)
    body = request.SerializeToString()
    return decode(Signal.TRACES, Encoding.PROTOBUF, body, received_unix_nano=5)
