"""What records become, and how much a broken sender loses."""

import pytest
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

from receiver.decode import Encoding, decode
from store import signals
from store.signals import Signal
from tests.receiver.decoding import decode_log, decode_logs, decode_points, decode_spans
from tests.receiver.otlp import attribute, event, logs_request

TRACE_ID = bytes(range(16))
SPAN_ID = bytes(range(8))
CUT_EMOJI = b"\xed\xa0\xbd"
UNKNOWN_FIELD = b"\xa2\x06\x03new"
"""Field 100, of a version of OTLP that is not written yet."""


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
