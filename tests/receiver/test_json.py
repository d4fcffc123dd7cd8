"""OTLP/JSON as senders write it, well and badly."""

import json
from typing import Any

import pytest

from receiver.decode import Encoding, decode
from receiver.errors import BadData
from store.signals import Batch, LogRecord, MetricPoint, Signal, Span

TRACE_ID = "5b8efff798038103d269b633813fc60c"
SPAN_ID = "eee19b7ec3c1b174"


def decode_json(signal: Signal, body: bytes) -> Batch:
    """Decode a request body."""
    return decode(signal, Encoding.JSON, body, received_unix_nano=1)


def log_body(record: object) -> bytes:
    """Return a request of one log record."""
    return json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}).encode()


def decode_log(record: object) -> LogRecord:
    """Send one log record through JSON."""
    (decoded,) = decode_json(Signal.LOGS, log_body(record)).records
    assert isinstance(decoded, LogRecord)
    return decoded


FIELDS: list[tuple[dict[str, Any], str, object]] = [
    ({"timeUnixNano": "1544712660300000001"}, "time_unix_nano", 1544712660300000001),
    ({"timeUnixNano": 1544712660300000001}, "time_unix_nano", 1544712660300000001),
    ({"timeUnixNano": "18446744073709551615"}, "time_unix_nano", 2**64 - 1),
    ({"timeUnixNano": 1.5e18}, "time_unix_nano", 15 * 10**17),
    ({"timeUnixNano": None}, "time_unix_nano", 0),
    ({"timeUnixNano": -1}, "time_unix_nano", 0),
    ({"timeUnixNano": "-1"}, "time_unix_nano", 0),
    ({"timeUnixNano": "18446744073709551616"}, "time_unix_nano", 0),
    ({"timeUnixNano": 1e300}, "time_unix_nano", 0),
    ({"observedTimeUnixNano": -1, "timeUnixNano": 5}, "time_unix_nano", 5),
    ({"time_unix_nano": 5}, "time_unix_nano", 0),
    ({"severityNumber": 9}, "severity_number", 9),
    ({"severityNumber": "SEVERITY_NUMBER_INFO"}, "severity_number", 9),
    ({"severityNumber": 999}, "severity_number", 999),
    ({"traceId": TRACE_ID.upper()}, "trace_id", bytes.fromhex(TRACE_ID)),
    ({"traceId": ""}, "trace_id", b""),
    ({"traceId": "not hex"}, "trace_id", b""),
    ({"traceId": TRACE_ID[:-1]}, "trace_id", b""),
    ({"spanId": SPAN_ID}, "span_id", bytes.fromhex(SPAN_ID)),
    ({"eventName": "user_prompt"}, "event_name", "user_prompt"),
    ({"eventName": "cut \ud83d"}, "event_name", "cut �"),
    ({"eventName": "whole 😀"}, "event_name", "whole 😀"),
    ({"later": [{"than": None}], "eventName": "this"}, "event_name", "this"),
]


@pytest.mark.parametrize(("record", "field", "expected"), FIELDS)
def test_a_field_is_read_as_otlp_defines_it(
    record: dict[str, Any], field: str, expected: object
) -> None:
    """Hex ids, 64-bit numbers as text or number, integer enums, camel case, null for absent."""
    assert getattr(decode_log(record), field) == expected


VALUES: list[tuple[dict[str, Any], object]] = [
    ({}, None),
    ({"stringValue": None}, None),
    ({"doubleValue": None}, None),
    ({"stringValue": ""}, ""),
    ({"boolValue": False}, False),
    ({"intValue": "-9223372036854775808"}, -(2**63)),
    ({"intValue": 9007199254740993}, 9007199254740993),
    ({"intValue": 1e300}, 1e300),
    ({"intValue": 2**63}, 2.0**63),
    ({"intValue": "9223372036854775808"}, 2.0**63),
    ({"intValue": 1.5}, 1.5),
    ({"doubleValue": 1}, 1.0),
    ({"doubleValue": "1e3"}, 1000.0),
    ({"doubleValue": "Infinity"}, float("inf")),
    ({"doubleValue": "-Infinity"}, float("-inf")),
    ({"bytesValue": "+/8="}, b"\xfb\xff"),
    ({"bytesValue": "-_8"}, b"\xfb\xff"),
    ({"bytesValue": {"0": 0, "1": 255, "2": 128}}, b"\0\xff\x80"),
    ({"bytesValue": {}}, b""),
    ({"arrayValue": {"values": [{"intValue": 1}, None]}}, [1, None]),
    ({"arrayValue": {}}, []),
    ({"kvlistValue": {"values": [{"key": "a", "value": {"stringValue": "b"}}]}}, {"a": "b"}),
]


@pytest.mark.parametrize(("value", "expected"), VALUES)
def test_a_value_of_any_kind_is_read(value: dict[str, Any], expected: object) -> None:
    """Values come as Node, Rust and the specification write them."""
    decoded = decode_log({"body": value, "attributes": [{"key": "k", "value": value}]})
    assert (decoded.body, decoded.attributes["k"]) == (expected, expected)


def test_nan_is_a_number_in_text() -> None:
    """proto3's JSON writes NaN as a string."""
    body = decode_log({"body": {"doubleValue": "NaN"}}).body
    assert isinstance(body, float)
    assert body != body  # noqa: PLR0124 - so NaN is told


def test_of_a_repeated_json_key_the_last_value_counts() -> None:
    """JSON allows it; the choice is the parser's and stable."""
    body = log_body({}).replace(b"{}", b'{"eventName":"a","eventName":"b"}')
    (record,) = decode_json(Signal.LOGS, body).records
    assert isinstance(record, LogRecord)
    assert record.event_name == "b"


def test_a_broken_byte_costs_a_character() -> None:
    """Half an emoji as raw bytes inside a JSON string does not lose the batch."""
    body = log_body({"eventName": "XYZ"}).replace(b"XYZ", b"\xed\xa0\xbd")
    (record,) = decode_json(Signal.LOGS, body).records
    assert isinstance(record, LogRecord)
    assert "�" in record.event_name


def test_spans_and_points_are_read_too() -> None:
    """Ids of spans are hex, integers of points may be strings; a span without ids is rejected."""
    spans = [{"traceId": TRACE_ID, "spanId": SPAN_ID, "name": "a"}, {"traceId": "zz", "name": "b"}]
    traces = {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}
    batch = decode_json(Signal.TRACES, json.dumps(traces).encode())
    (span,) = batch.records
    assert isinstance(span, Span)
    assert (span.trace_id.hex(), batch.rejected) == (TRACE_ID, 1)
    metric = {"name": "m", "gauge": {"dataPoints": [{"asInt": "7"}]}}
    metrics = {"resourceMetrics": [{"scopeMetrics": [{"metrics": [metric]}]}]}
    (point,) = decode_json(Signal.METRICS, json.dumps(metrics).encode()).records
    assert isinstance(point, MetricPoint)
    assert point.value == 7


BAD_RECORDS: list[tuple[str, object]] = [
    ("attributes as an object", {"attributes": {}}),
    ("a record as a list", []),
    ("a number as an event name", {"eventName": 5}),
    ("a time that is no integer", {"timeUnixNano": 1.5}),
    ("a time in words", {"timeUnixNano": "now"}),
    ("an empty time", {"timeUnixNano": ""}),
    ("a true time", {"timeUnixNano": True}),
    ("an unknown enum name", {"severityNumber": "LOUD"}),
    ("a trace id as a number", {"traceId": 5}),
    ("two values at once", {"body": {"stringValue": "a", "intValue": 1}}),
    ("base64 that is none", {"body": {"bytesValue": "%"}}),
    ("bytes as a number", {"body": {"bytesValue": 5}}),
    ("bytes with a gap", {"body": {"bytesValue": {"0": 1, "2": 1}}}),
    ("bytes over eight bits", {"body": {"bytesValue": {"0": 256}}}),
    ("an integer in words", {"body": {"intValue": "much"}}),
    ("an integer with a fraction as text", {"body": {"intValue": "1.5"}}),
    ("a true integer", {"body": {"intValue": True}}),
    ("an integer over any range", {"body": {"intValue": 10**400}}),
    ("a boolean as text", {"body": {"boolValue": "true"}}),
    ("a double in words", {"body": {"doubleValue": "much"}}),
    ("a double that is a list", {"body": {"doubleValue": []}}),
    ("a double over its range", {"body": {"doubleValue": 10**400}}),
    ("an array that is none", {"body": {"arrayValue": {"values": 5}}}),
]


@pytest.mark.parametrize(("name", "record"), BAD_RECORDS, ids=[name for name, _ in BAD_RECORDS])
def test_a_wrong_type_refuses_the_request(name: str, record: object) -> None:
    """What is no OTLP is named by its field; no value of the sender is quoted."""
    with pytest.raises(BadData, match=r"must be|more than one") as refused:
        decode_log(record)
    assert "LOUD" not in str(refused.value), name


BAD_BODIES = [
    ("nothing", b""),
    ("a number", b"1234"),
    ("a string", b'"resourceLogs"'),
    ("a list", b"[]"),
    ("null", b"null"),
    ("trailing garbage", b"{} x"),
    ("cut short", b'{"resourceLogs": ['),
    ("a byte order mark", b"\xef\xbb\xbf{}"),
    ("UTF-16", "{}".encode("utf-16")),
    ("UTF-16 without a mark", "{}".encode("utf-16-le")),
    ("a bare NaN", b'{"a": NaN}'),
    ("a bare Infinity", b'{"a": -Infinity}'),
    ("a number of 5000 digits", b'{"a": ' + b"1" * 5000 + b"}"),
    ("100000 open brackets", b"[" * 100_000),
    ("100000 open braces", b'{"a":' * 100_000),
]


@pytest.mark.parametrize(("name", "body"), BAD_BODIES, ids=[name for name, _ in BAD_BODIES])
def test_what_is_not_json_is_bad_data(name: str, body: bytes) -> None:
    """No body is worth more than a refusal: no crash, no guess at another text encoding."""
    with pytest.raises(BadData):
        decode_json(Signal.LOGS, body)
    assert name


def test_deep_values_are_bad_data() -> None:
    """Nesting that protobuf could not hold is refused, at any depth, without a crash."""
    for depth in (60, 150, 300):
        value: dict[str, Any] = {"intValue": 1}
        for _ in range(depth):
            value = {"arrayValue": {"values": [value]}}
        with pytest.raises(BadData):
            decode_log({"body": value})
