"""The same telemetry is the same records, whatever encoding brought it."""

import tarfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from google.protobuf.message import Message
from hypothesis import example, given
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    Metric,
    ResourceMetrics,
    ScopeMetrics,
    Summary,
    SummaryDataPoint,
)

from receiver.decode import Decoder, Encoding, decode
from receiver.files import read_file
from store.signals import Batch, Record, Signal
from tests.receiver.otlp import otlp_json, spelled_out
from tests.receiver.strategies import LOGS_REQUESTS, METRICS_REQUESTS, TRACES_REQUESTS

CAPTURES = Path(__file__).parents[1] / "data" / "claude-code"
_NEGATIVE_ZERO = Metric(summary=Summary(data_points=[SummaryDataPoint(sum=-0.0)]))
NEGATIVE_ZERO = ExportMetricsServiceRequest(
    resource_metrics=[ResourceMetrics(scope_metrics=[ScopeMetrics(metrics=[_NEGATIVE_ZERO])])]
)
"""A sum that equals its default and yet is not it: protobuf tells zeros apart by their sign."""


def assert_same_in_all_encodings(signal: Signal, request: Message) -> None:
    """Compare what three encodings of a request become; NaN makes ``==`` too strict."""
    plain = decode_alone(signal, Encoding.PROTOBUF, request.SerializeToString())
    json = decode_alone(signal, Encoding.JSON, otlp_json(request))
    odd = decode_alone(signal, Encoding.PROTOBUF, spelled_out(request))
    assert repr(json) == repr(plain)
    assert [without_wire(record) for record in odd.records] == [
        without_wire(record) for record in plain.records
    ]


def without_wire(record: Record) -> str:
    """Return all of a record but the bytes of its own encoding."""
    resource, scope = record.resource._replace(wire=b""), record.scope._replace(wire=b"")
    return repr(record._replace(resource=resource, scope=scope, wire=b""))


def decode_alone(signal: Signal, encoding: Encoding, body: bytes) -> Batch:
    """Decode with tables that nothing else has filled."""
    return Decoder().decode(signal, encoding, body, received_unix_nano=1)


@given(LOGS_REQUESTS)
def test_logs_are_the_same_in_all_encodings(request: Message) -> None:
    """Log records do not depend on JSON or protobuf, field order or spelled-out defaults."""
    assert_same_in_all_encodings(Signal.LOGS, request)


@given(METRICS_REQUESTS)
@example(NEGATIVE_ZERO)
def test_metrics_are_the_same_in_all_encodings(request: Message) -> None:
    """Data points do not depend on JSON or protobuf, field order or spelled-out defaults."""
    assert_same_in_all_encodings(Signal.METRICS, request)


@given(TRACES_REQUESTS)
def test_traces_are_the_same_in_all_encodings(request: Message) -> None:
    """Spans do not depend on JSON or protobuf, field order or spelled-out defaults."""
    assert_same_in_all_encodings(Signal.TRACES, request)


@given(LOGS_REQUESTS)
def test_a_digest_tells_records_apart(request: Message) -> None:
    """Two records share a digest only where resource, scope and content are the same."""
    batch = decode_alone(Signal.LOGS, Encoding.PROTOBUF, request.SerializeToString())
    contents = {
        (record.resource.digest, record.scope.digest, record.wire) for record in batch.records
    }
    assert len({record.digest for record in batch.records}) == len(contents)


def exports(capture: str) -> Iterator[tuple[Signal, Encoding, bytes]]:
    """Yield the request bodies of a capture as its client sent them."""
    with tarfile.open(CAPTURES / capture / "raw.tar.gz") as bodies:
        for member in bodies.getmembers():
            _, signal, kind, _ = Path(member.name).name.split(".")
            encoding = Encoding.JSON if kind.endswith("json") else Encoding.PROTOBUF
            file = bodies.extractfile(member)
            assert file is not None
            yield Signal(signal), encoding, file.read()


def test_a_capture_is_the_same_as_sent_and_as_saved() -> None:
    """Claude Code's protobuf bodies and the JSON lines a Collector makes of them agree."""
    saved = Counter(
        record.digest
        for path in sorted((CAPTURES / "tour-grpc").glob("*.jsonl.gz"))
        for line in read_file(path, received_unix_nano=1)
        for batch in line.batches
        for record in batch.records
    )
    sent = Counter(
        record.digest
        for signal, encoding, body in exports("tour-grpc")
        for record in decode(signal, encoding, body, received_unix_nano=1).records
    )
    assert sent == saved
    assert sent.total() == 67 + 36 + 63


def test_a_capture_in_json_is_read_whole() -> None:
    """Claude Code's own JSON bodies hold 67 log records, 34 data points and 63 spans."""
    counts: Counter[Signal] = Counter()
    for signal, encoding, body in exports("tour-json"):
        batch = decode(signal, encoding, body, received_unix_nano=1)
        counts[signal] += len(batch.records)
        assert not batch.rejected
    assert counts == {Signal.LOGS: 67, Signal.METRICS: 34, Signal.TRACES: 63}
