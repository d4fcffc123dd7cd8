"""OpenTelemetry's own Python exporters deliver every signal over gRPC and HTTP."""

import opentelemetry.exporter.otlp.proto.grpc._log_exporter as grpc_logs
import opentelemetry.exporter.otlp.proto.grpc.metric_exporter as grpc_metrics
import opentelemetry.exporter.otlp.proto.grpc.trace_exporter as grpc_traces
import opentelemetry.exporter.otlp.proto.http._log_exporter as http_logs
import opentelemetry.exporter.otlp.proto.http.metric_exporter as http_metrics
import opentelemetry.exporter.otlp.proto.http.trace_exporter as http_traces
import pytest
from opentelemetry._logs import LogRecord
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import LogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricExporter, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter

from receiver.counters import Door
from receiver.doors import Doors
from store import signals
from tests.receiver.sinks import ListSink

RESOURCE = Resource({"service.name": "exporter"})


def grpc_endpoint(doors: Doors) -> str:
    """Return where the gRPC exporters send to."""
    return f"http://127.0.0.1:{doors.grpc_port}"


def http_endpoint(doors: Doors, signal: signals.Signal) -> str:
    """Return where the HTTP exporter of a signal sends to."""
    return f"http://127.0.0.1:{doors.http_port}/v1/{signal}"


@pytest.mark.parametrize("door", Door)
def test_logs_are_delivered(doors: Doors, sink: ListSink, door: Door) -> None:
    """An event of the logs SDK arrives with its attributes and resource."""
    exporter: LogRecordExporter
    if door is Door.GRPC:
        exporter = grpc_logs.OTLPLogExporter(endpoint=grpc_endpoint(doors), insecure=True)
    else:
        endpoint = http_endpoint(doors, signals.Signal.LOGS)
        exporter = http_logs.OTLPLogExporter(endpoint=endpoint, compression=Compression.Gzip)
    provider = LoggerProvider(RESOURCE, shutdown_on_exit=False)
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    record = LogRecord(timestamp=7, body="hello", attributes={"n": 1}, event_name="greeted")
    provider.get_logger("scope").emit(record)
    provider.shutdown()
    (stored,) = sink.records
    assert isinstance(stored, signals.LogRecord)
    assert (stored.event_name, stored.body, stored.attributes) == ("greeted", "hello", {"n": 1})
    assert (stored.scope.name, stored.time_unix_nano) == ("scope", 7)
    assert stored.resource.attributes == {"service.name": "exporter"}


@pytest.mark.parametrize("door", Door)
def test_metrics_are_delivered(doors: Doors, sink: ListSink, door: Door) -> None:
    """A counter of the metrics SDK arrives as one point."""
    exporter: MetricExporter
    if door is Door.GRPC:
        exporter = grpc_metrics.OTLPMetricExporter(endpoint=grpc_endpoint(doors), insecure=True)
    else:
        endpoint = http_endpoint(doors, signals.Signal.METRICS)
        exporter = http_metrics.OTLPMetricExporter(endpoint=endpoint)
    reader = PeriodicExportingMetricReader(exporter)
    provider = MeterProvider([reader], RESOURCE, shutdown_on_exit=False)
    provider.get_meter("scope").create_counter("tokens").add(5, {"type": "input"})
    provider.shutdown()
    (stored,) = sink.records
    assert isinstance(stored, signals.MetricPoint)
    assert (stored.name, stored.kind, stored.value) == ("tokens", "sum", 5)
    assert stored.attributes == {"type": "input"}


@pytest.mark.parametrize("door", Door)
def test_traces_are_delivered(doors: Doors, sink: ListSink, door: Door) -> None:
    """A span of the trace SDK arrives with its ids."""
    exporter: SpanExporter
    if door is Door.GRPC:
        exporter = grpc_traces.OTLPSpanExporter(endpoint=grpc_endpoint(doors), insecure=True)
    else:
        endpoint = http_endpoint(doors, signals.Signal.TRACES)
        exporter = http_traces.OTLPSpanExporter(endpoint, compression=Compression.Deflate)
    provider = TracerProvider(resource=RESOURCE, shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with provider.get_tracer("scope").start_as_current_span("turn") as span:
        span_id = span.get_span_context().span_id
    provider.shutdown()
    (stored,) = sink.records
    assert isinstance(stored, signals.Span)
    assert (stored.name, stored.span_id) == ("turn", span_id.to_bytes(8, "big"))
