"""What records become, and how much a broken sender loses."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    NumberDataPoint,
    Sum,
    Summary,
    SummaryDataPoint,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from receiver import any_value
from receiver.decode import RECORD_LIMIT, Decoder, Encoding, decode
from receiver.errors import BadData, TooLarge
from store import signals
from store.signals import Batch, Signal
from tests.receiver.otlp import attribute, event, logs_request, otlp_json, spelled_out

TRACE_ID = bytes(range(16))
SPAN_ID = bytes(range(8))
CUT_EMOJI = b"\xed\xa0\xbd"
UNKNOWN_FIELD = b"\xa2\x06\x03new"
"""Field 100, of a version of OTLP that is not written yet."""


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


def test_a_log_record_is_decoded_whole() -> None:
    """Every field of a log record, its resource and scope arrives."""
    record = LogRecord(
        time_unix_nano=2**64 - 1,
        observed_time_unix_nano=7,
        severity_number=999,  # type: ignore[arg-type]
        severity_text="INFO",
        body=AnyValue(string_value="hello"),
        attributes=[attribute("k", "v")],
        dropped_attributes_count=3,
        flags=0x101,
        trace_id=TRACE_ID,
        span_id=SPAN_ID,
        event_name="user_prompt",
    )
    decoded = decode_log(record)
    assert decoded.resource.attributes == {"service.name": "tests"}
    assert decoded.scope.name == "tests"
    assert decoded[2:13] == (
        2**64 - 1,
        7,
        999,
        "INFO",
        "user_prompt",
        "hello",
        {"k": "v"},
        3,
        0x101,
        TRACE_ID,
        SPAN_ID,
    )
    assert decoded.wire == record.SerializeToString()


VALUES = [
    (AnyValue(), None),
    (AnyValue(string_value=""), ""),
    (AnyValue(string_value="a\0b"), "a\0b"),
    (AnyValue(bool_value=False), False),
    (AnyValue(int_value=-(2**63)), -(2**63)),
    (AnyValue(double_value=0.5), 0.5),
    (AnyValue(bytes_value=b"\xff"), b"\xff"),
    (AnyValue(array_value=ArrayValue(values=[AnyValue(int_value=1), AnyValue()])), [1, None]),
    (
        AnyValue(kvlist_value=KeyValueList(values=[attribute("a", "b")])),
        {"a": "b"},
    ),
    (AnyValue(string_value_strindex=3), None),
]


@pytest.mark.parametrize(("value", "expected"), VALUES)
def test_a_value_of_any_kind_is_decoded(value: AnyValue, expected: signals.AnyValue) -> None:
    """Attributes and bodies hold any kind of value, or none."""
    decoded = decode_log(LogRecord(body=value, attributes=[KeyValue(key="k", value=value)]))
    assert decoded.body == expected
    assert decoded.attributes == {"k": expected}


def test_of_a_repeated_key_the_last_value_is_shown_and_all_are_kept() -> None:
    """A duplicate key loses nothing: the wire bytes hold both values."""
    decoded = decode_log(LogRecord(attributes=[attribute("k", "old"), attribute("k", "new")]))
    assert decoded.attributes == {"k": "new"}
    assert b"old" in decoded.wire


@pytest.mark.parametrize("field", ["body", "attribute value", "attribute key", "event name"])
def test_invalid_utf8_costs_a_character(field: str) -> None:
    """Half an emoji in one string loses neither its record nor the others of the request."""
    texts = {name: "XYZ" if name == field else name for name in ("body", "event name")}
    key = "XYZ" if field == "attribute key" else "key"
    value = "XYZ" if field == "attribute value" else "value"
    record = event(texts["event name"], **{key: value})
    record.body.string_value = texts["body"]
    body = logs_request(record, event("other")).SerializeToString().replace(b"XYZ", CUT_EMOJI)
    broken, other = decode_logs(body)
    assert "�" in f"{broken.body}{broken.event_name}{broken.attributes}"
    assert CUT_EMOJI in broken.wire
    assert other.event_name == "other"


@pytest.mark.parametrize("size", [0, 1, 15, 17])
def test_a_log_record_with_an_invalid_trace_id_is_kept_without_it(size: int) -> None:
    """An id of the wrong length belongs to no trace; the record is stored all the same."""
    assert decode_log(LogRecord(trace_id=b"\1" * size)).trace_id == b""


def test_an_id_of_zeros_is_no_id() -> None:
    """All zero bytes are invalid by definition."""
    decoded = decode_log(LogRecord(trace_id=bytes(16), span_id=bytes(8)))
    assert (decoded.trace_id, decoded.span_id) == (b"", b"")


def test_times_not_set_stay_zero() -> None:
    """What no time means is the store's to decide; the batch says when it came in."""
    batch = decode(
        Signal.LOGS,
        Encoding.PROTOBUF,
        logs_request(LogRecord()).SerializeToString(),
        received_unix_nano=5,
    )
    assert batch.received_unix_nano == 5
    (record,) = batch.records
    assert isinstance(record, signals.LogRecord)
    assert (record.time_unix_nano, record.observed_time_unix_nano) == (0, 0)


def test_unknown_fields_are_ignored_and_kept() -> None:
    """A field of a later OTLP is no error, stays in the wire bytes and tells records apart."""
    known = event()
    newer = LogRecord.FromString(known.SerializeToString() + UNKNOWN_FIELD)
    first, second = decode_logs(logs_request(known, newer).SerializeToString())
    assert second.wire.endswith(UNKNOWN_FIELD)
    assert first.digest != second.digest


def test_spans_without_ids_are_rejected_alone() -> None:
    """Sent is stored plus rejected; the sender is told why."""
    good = Span(trace_id=TRACE_ID, span_id=SPAN_ID, name="tool")
    batch = decode_spans(
        good, Span(trace_id=TRACE_ID), Span(span_id=SPAN_ID), Span(trace_id=b"\1", span_id=SPAN_ID)
    )
    assert [record.wire for record in batch.records] == [good.SerializeToString()]
    assert batch.rejected == 3
    assert "trace id" in batch.message


def test_a_span_is_decoded_whole() -> None:
    """Events, status and parent of a span arrive; an invalid parent does not."""
    span = Span(
        trace_id=TRACE_ID,
        span_id=SPAN_ID,
        parent_span_id=b"\1" * 7,
        name="tool",
        kind=-1,  # type: ignore[arg-type]
        start_time_unix_nano=1,
        end_time_unix_nano=2,
        attributes=[attribute("k", "v")],
        events=[Span.Event(time_unix_nano=3, name="retry", attributes=[attribute("n", "1")])],
    )
    span.status.code = 2  # type: ignore[assignment]
    span.status.message = "failed"
    (decoded,) = decode_spans(span).records
    assert decoded[2:13] == (
        TRACE_ID,
        SPAN_ID,
        b"",
        "tool",
        -1,
        1,
        2,
        {"k": "v"},
        (signals.SpanEvent(3, "retry", {"n": "1"}),),
        2,
        "failed",
    )


def test_a_metric_is_one_record_a_point() -> None:
    """The wire of a point is its metric with that point alone, description and all."""
    points = [NumberDataPoint(as_int=n, time_unix_nano=n) for n in (1, 2)]
    metric = Metric(
        name="tokens",
        unit="{token}",
        description="used",
        sum=Sum(data_points=points, aggregation_temporality=1, is_monotonic=True),  # type: ignore[arg-type]
    )
    first, second = decode_points(metric)
    assert (first.kind, first.name, first.unit) == ("sum", "tokens", "{token}")
    assert (first.temporality, first.is_monotonic) == (1, True)
    assert (first.value, second.value) == (1, 2)
    alone = Metric.FromString(second.wire)
    assert list(alone.sum.data_points) == points[1:]
    assert alone.description == "used"


POINTS = [
    (Metric(gauge=Gauge(data_points=[NumberDataPoint(as_double=0.5)])), "gauge", 0.5, None),
    (Metric(gauge=Gauge(data_points=[NumberDataPoint()])), "gauge", None, None),
    (Metric(sum=Sum(data_points=[NumberDataPoint(as_int=4, flags=1)])), "sum", None, None),
    (
        Metric(histogram=Histogram(data_points=[HistogramDataPoint(count=2, sum=3)])),
        "histogram",
        3,
        2,
    ),
    (Metric(histogram=Histogram(data_points=[HistogramDataPoint(count=2)])), "histogram", None, 2),
    (Metric(summary=Summary(data_points=[SummaryDataPoint(count=2, sum=3)])), "summary", 3, 2),
]


@pytest.mark.parametrize(("metric", "kind", "value", "count"), POINTS)
def test_the_number_of_a_point_is_unknown_where_it_was_not_recorded(
    metric: Metric, kind: str, *, value: float | None, count: int | None
) -> None:
    """A point without a value, or flagged as having none, is not a zero."""
    (point,) = decode_points(metric)
    assert (point.kind, point.value, point.observation_count) == (kind, value, count)


@pytest.mark.parametrize("signal", Signal)
def test_nothing_is_a_valid_request(signal: Signal) -> None:
    """Zero bytes are an export of no records."""
    assert decode(signal, Encoding.PROTOBUF, b"", received_unix_nano=5).records == []


def nested(depth: int) -> AnyValue:
    """Return a value in so many arrays."""
    value = AnyValue(int_value=1)
    for _ in range(depth):
        value = AnyValue(array_value=ArrayValue(values=[value]))
    return value


def test_deep_nesting_is_read_and_deeper_nesting_refused() -> None:
    """Forty arrays in one another are data, four thousand an attack; neither is a crash."""
    assert str(decode_log(LogRecord(body=nested(40))).body).startswith("[" * 40)
    wire = b""
    for _ in range(4000):
        inner = b"\x0a" + varint(len(wire)) + wire
        wire = b"\x2a" + varint(len(inner)) + inner
    record = b"\x2a" + varint(len(wire)) + wire
    scope = b"\x12" + varint(len(record)) + record
    resource = b"\x12" + varint(len(scope)) + scope
    with pytest.raises(BadData):
        decode_logs(b"\x0a" + varint(len(resource)) + resource)


def varint(number: int) -> bytes:
    """Encode a length."""
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*encoded, number))


def test_a_request_cut_anywhere_is_bad_data_or_fewer_records() -> None:
    """No prefix of a request does anything else than decode or be refused."""
    body = logs_request(event(a="b"), event(c="d")).SerializeToString()
    outcomes = set()
    for length in range(len(body)):
        try:
            outcomes.add(len(decode_logs(body[:length])))
        except BadData:
            outcomes.add(-1)
    assert outcomes == {-1, 0}


@given(
    signal=st.sampled_from(Signal),
    encoding=st.sampled_from(Encoding),
    noise=st.binary(max_size=60),
    place=st.integers(0, 200),
)
def test_damaged_bytes_are_never_a_crash(
    signal: Signal, encoding: Encoding, noise: bytes, *, place: int
) -> None:
    """Noise anywhere in a request, for any signal and encoding, is data or bad data."""
    request = logs_request(event(a="b"))
    body = request.SerializeToString() if encoding is Encoding.PROTOBUF else otlp_json(request)
    damaged = body[:place] + noise + body[place + len(noise) :]
    for sent in (noise, damaged):
        with suppress(BadData):
            assert decode(signal, encoding, sent, received_unix_nano=5).rejected <= len(sent)


def test_more_records_than_memory_is_worth_are_refused() -> None:
    """A few bytes an empty record would otherwise grow a hundredfold."""
    request = ExportLogsServiceRequest()
    scope = request.resource_logs.add().scope_logs.add()
    scope.log_records.extend(LogRecord() for _ in range(RECORD_LIMIT + 1))
    with pytest.raises(TooLarge):
        decode_logs(request.SerializeToString())


def test_points_that_repeat_a_long_metric_are_refused() -> None:
    """A long description, repeated with each of many empty points, is not worth the memory."""
    points = [NumberDataPoint() for _ in range(3000)]
    with pytest.raises(TooLarge):
        decode_points(Metric(description="x" * 100_000, gauge=Gauge(data_points=points)))


def test_a_full_table_takes_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ever new attributes, and attributes too long to repeat, do not pile up."""
    monkeypatch.setattr(any_value, "BYTE_LIMIT", 10_000)
    values = any_value.Values()
    encoded = [attribute("k", str(n)).SerializeToString() for n in range(1000)]
    assert values.decode(encoded) == {"k": "999"}
    assert values.is_full
    assert len(values.attributes) < 50
    fresh = any_value.Values()
    assert fresh.decode([attribute("k", "v" * 2000).SerializeToString()]) == {"k": "v" * 2000}
    assert not fresh.attributes


def test_full_tables_do_not_change_a_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    """A record is the same before and after its attributes were forgotten."""
    monkeypatch.setattr(any_value, "BYTE_LIMIT", 2000)
    decoder = Decoder()
    bodies = [spelled_out(logs_request(event(k=str(n % 20)))) for n in range(100)]
    digests = {
        decoder.decode(Signal.LOGS, Encoding.PROTOBUF, body, received_unix_nano=5).records[0].digest
        for body in bodies
    }
    assert len(digests) == 20
