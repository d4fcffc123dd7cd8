"""What PyPI's OpenTelemetry exporters send to a running recorder is stored with its content."""

from pathlib import Path

import opentelemetry.exporter.otlp.proto.grpc._log_exporter as grpc_logs
import opentelemetry.exporter.otlp.proto.grpc.metric_exporter as grpc_metrics
import opentelemetry.exporter.otlp.proto.grpc.trace_exporter as grpc_traces
import opentelemetry.exporter.otlp.proto.http._log_exporter as http_logs
import opentelemetry.exporter.otlp.proto.http.metric_exporter as http_metrics
import opentelemetry.exporter.otlp.proto.http.trace_exporter as http_traces
import pytest
from opentelemetry._logs import LogRecord
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor, LogRecordExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricExporter, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

from receiver.counters import Door
from store import signals
from store.lock import Owner
from tests.acceptance.stored import stored
from tests.sessionscope.command import serving

RESOURCE = Resource({"service.name": "exporter", "half": "\N{GRINNING FACE}"})
COUNT = 1_000


@pytest.mark.parametrize("door", Door)
def test_a_thousand_of_each_signal_are_stored(door: Door, tmp_path: Path) -> None:
    """Log records and spans in batches, points of a histogram: each is there once, in order."""
    store = tmp_path / "sessions.db"
    with serving(store) as recorder:
        logs, metrics, traces = exporters(recorder.owner, door)
        send_logs(logs)
        send_metrics(metrics)
        send_spans(traces)
    records = stored(store)
    assert {record.resource.attributes["half"] for record in records} == {"\N{GRINNING FACE}"}
    bodies = [record.body for record in records if isinstance(record, signals.LogRecord)]
    assert bodies == [f"record {number}" for number in range(COUNT)]
    names = [record.name for record in records if isinstance(record, signals.Span)]
    assert names == [f"span {number}" for number in range(COUNT)]
    points = [record for record in records if isinstance(record, signals.MetricPoint)]
    assert sorted(int(str(point.attributes["number"])) for point in points) == list(range(COUNT))
    assert {(point.kind, point.observation_count) for point in points} == {("histogram", 1)}


def exporters(
    recorder: Owner, door: Door
) -> tuple[LogRecordExporter, MetricExporter, SpanExporter]:
    """Return the exporters of all signals to a door."""
    if door is Door.GRPC:
        endpoint = f"http://localhost:{recorder.grpc_port}"
        return (
            grpc_logs.OTLPLogExporter(endpoint=endpoint),
            grpc_metrics.OTLPMetricExporter(endpoint=endpoint),
            grpc_traces.OTLPSpanExporter(endpoint=endpoint),
        )
    endpoint = f"http://localhost:{recorder.http_port}/v1"
    return (
        http_logs.OTLPLogExporter(endpoint=f"{endpoint}/logs"),
        http_metrics.OTLPMetricExporter(endpoint=f"{endpoint}/metrics"),
        http_traces.OTLPSpanExporter(endpoint=f"{endpoint}/traces"),
    )


def send_logs(exporter: LogRecordExporter) -> None:
    """Send log records as an application does, in the background."""
    provider = LoggerProvider(RESOURCE, shutdown_on_exit=False)
    provider.add_log_record_processor(BatchLogRecordProcessor(exporter))
    logger = provider.get_logger("scope")
    for number in range(COUNT):
        logger.emit(LogRecord(timestamp=number + 1, body=f"record {number}"))
    provider.shutdown()


def send_metrics(exporter: MetricExporter) -> None:
    """Send a histogram of one observation for each of many attributes."""
    reader = PeriodicExportingMetricReader(exporter)
    provider = MeterProvider([reader], RESOURCE, shutdown_on_exit=False)
    histogram = provider.get_meter("scope").create_histogram("took")
    for number in range(COUNT):
        histogram.record(number, {"number": number})
    provider.shutdown()


def send_spans(exporter: SpanExporter) -> None:
    """Send spans as an application does, in the background."""
    provider = TracerProvider(resource=RESOURCE, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    tracer = provider.get_tracer("scope")
    for number in range(COUNT):
        tracer.start_span(f"span {number}").end()
    provider.shutdown()
