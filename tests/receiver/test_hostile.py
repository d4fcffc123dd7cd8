"""Requests made to break the decoder, or to grow in it."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    Gauge,
    Metric,
    NumberDataPoint,
)

from receiver import any_value
from receiver.decode import RECORD_LIMIT, Decoder, Encoding, decode
from receiver.errors import BadData, TooLarge
from store.signals import Signal
from tests.receiver.decoding import decode_log, decode_logs, decode_points
from tests.receiver.otlp import attribute, event, logs_request, otlp_json, spelled_out


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


def test_f19_json_of_nothing_but_brackets_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three bytes a list would otherwise grow thirtyfold; what is real has long texts between."""
    monkeypatch.setattr("receiver.json_decode.VALUE_LIMIT", 1_000)
    body = b'{"a":[' + b",".join([b"[]"] * 500) + b"]}"
    with pytest.raises(TooLarge):
        decode(Signal.LOGS, Encoding.JSON, body, received_unix_nano=5)
    long = otlp_json(logs_request(event(k="x" * 2_000)))
    assert decode(Signal.LOGS, Encoding.JSON, long, received_unix_nano=5).records


@given(
    ids=st.lists(st.booleans(), max_size=40),
    part_size=st.integers(1, 12),
    encoding=st.sampled_from(Encoding),
)
def test_c8_sent_is_accepted_plus_rejected_in_parts(
    ids: list[bool], part_size: int, encoding: Encoding
) -> None:
    """A request in parts is the same records as in one, and the same count of rejected ones."""
    request = ExportTraceServiceRequest()
    for number, is_valid in enumerate(ids):
        span_id = number.to_bytes(8, "big") if is_valid and number else b""
        scope = request.resource_spans.add().scope_spans.add()
        scope.spans.add(trace_id=b"\1" * 16, span_id=span_id)
    body = request.SerializeToString() if encoding is Encoding.PROTOBUF else otlp_json(request)
    whole = decode(Signal.TRACES, encoding, body, received_unix_nano=5)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr("receiver.decode.PART_SIZE", part_size)
        parts = Decoder().parts(Signal.TRACES, encoding, body, received_unix_nano=5)
        batches = list(parts.batches)
    assert [record for batch in batches for record in batch.records] == whole.records
    assert all(0 < len(batch.records) <= part_size for batch in batches)
    assert (parts.accepted, parts.rejected) == (len(whole.records), whole.rejected)
    assert parts.accepted + parts.rejected == len(ids)


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
