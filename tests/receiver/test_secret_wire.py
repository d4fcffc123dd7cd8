"""Secrets are gone before a record is made: from its bytes, its digest and its meaning (S51)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from receiver.decode import Decoder, Encoding
from receiver.errors import BadData
from receiver.secret_wire import request_mask
from receiver.secrets import Masker
from store.signals import Batch, Signal
from tests.captures import CAPTURES, exports
from tests.receiver.otlp import logs_request
from tests.receiver.secret_samples import SAMPLES, a

TOKEN = f"ghp_{a(36)}"
SECRET = TOKEN.encode()
MASK = request_mask(Masker(b"k" * 32))


def _logs() -> ExportLogsServiceRequest:
    """Return a request with the token in every text of a log record."""
    request = ExportLogsServiceRequest()
    source = request.resource_logs.add(schema_url=TOKEN)
    source.resource.attributes.add(key="r").value.string_value = TOKEN
    group = source.scope_logs.add(schema_url=TOKEN)
    group.scope.name = group.scope.version = TOKEN
    group.scope.attributes.add(key=TOKEN).value.bytes_value = SECRET
    record = group.log_records.add(time_unix_nano=7, severity_text=TOKEN, event_name=TOKEN)
    record.trace_id, record.span_id = b"t" * 16, b"s" * 8
    nested = record.body.kvlist_value.values.add(key="k").value.array_value.values.add()
    nested.kvlist_value.values.add(key=TOKEN).value.string_value = f'{{"a":"{TOKEN}\\n"}}'
    record.attributes.add(key="a").value.string_value = TOKEN
    return request


def _traces() -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    span = request.resource_spans.add().scope_spans.add().spans.add(name=TOKEN)
    span.trace_id, span.span_id, span.trace_state = b"t" * 16, b"s" * 8, TOKEN
    span.events.add(name=TOKEN).attributes.add(key="a").value.string_value = TOKEN
    span.links.add().attributes.add(key="a").value.string_value = TOKEN
    span.status.message = TOKEN
    return request


def _metrics() -> ExportMetricsServiceRequest:
    request = ExportMetricsServiceRequest()
    scope = request.resource_metrics.add().scope_metrics.add()
    metric = scope.metrics.add(name=TOKEN, unit=TOKEN, description=TOKEN)
    point = metric.histogram.data_points.add(count=1, bucket_counts=[1, 2], explicit_bounds=[1.0])
    point.attributes.add(key="a").value.string_value = TOKEN
    point.exemplars.add(as_double=1).filtered_attributes.add(key="a").value.string_value = TOKEN
    return request


REQUESTS = {Signal.LOGS: _logs(), Signal.TRACES: _traces(), Signal.METRICS: _metrics()}


def _decoded(signal: Signal, body: bytes, *, encoding: Encoding = Encoding.PROTOBUF) -> Batch:
    return Decoder(MASK).decode(signal, encoding, body, received_unix_nano=1)


@pytest.mark.parametrize("signal", Signal)
def test_s51_no_field_of_a_request_keeps_a_secret(signal: Signal) -> None:
    """Bytes, nouns, resource and scope: the secret is in none, and the rest is as it was."""
    request = REQUESTS[signal]
    body = request.SerializeToString()
    found = _decoded(signal, body)
    assert TOKEN not in repr(found)
    assert SECRET not in b"".join(record.wire for record in found.records)
    cleared = type(request).FromString(MASK(signal, body))
    assert str(cleared).count("[REDACTED:github-token:") == str(request).count(TOKEN)


def test_s51_both_encodings_are_masked_into_one_record() -> None:
    """The same event as JSON and as protobuf has the same bytes and digest, masked or not."""
    text = f'{{"stringValue": "say {TOKEN}"}}'
    json = (
        '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"7","body":'
        + text
        + "}]}]}]}"
    )
    (record,) = _decoded(Signal.LOGS, json.encode(), encoding=Encoding.JSON).records
    request = ExportLogsServiceRequest()
    log = request.resource_logs.add().scope_logs.add().log_records.add(time_unix_nano=7)
    log.body.string_value = f"say {TOKEN}"
    (same,) = _decoded(Signal.LOGS, request.SerializeToString()).records
    assert (record.wire, record.digest) == (same.wire, same.digest)
    assert TOKEN not in repr(record)


@pytest.mark.parametrize("capture", CAPTURES)
def test_s51_real_telemetry_without_secrets_stays_byte_for_byte(capture: str) -> None:
    """No id, digest, price or path of real sessions is taken for a secret."""
    for export in exports(capture):
        if export.encoding is Encoding.PROTOBUF:
            assert MASK(export.signal, export.body) == export.body


def test_s51_masking_again_changes_nothing() -> None:
    """What is masked already, as in an export of a store, stays what it is."""
    for signal, request in REQUESTS.items():
        once = MASK(signal, request.SerializeToString())
        assert MASK(signal, once) == once


def test_s51_fields_unknown_to_us_are_starred_out_and_stay_readable() -> None:
    """A secret in a field of a later OTLP goes, and the message is as long as it was."""
    unknown = bytes([0xA2, 0x06, len(SECRET) + 2, 0x0A, len(SECRET)]) + SECRET
    body = logs_request().SerializeToString() + unknown
    found = MASK(Signal.LOGS, body)
    assert found == body.replace(SECRET, b"*" * len(SECRET))


def test_s51_a_group_hides_nothing() -> None:
    """Also in protobuf's old groups, which are fields unknown to OTLP, a secret is starred out."""
    group = b"\xa3\x06\x0a" + bytes([len(SECRET)]) + SECRET + b"\xa4\x06"
    assert SECRET not in MASK(Signal.LOGS, group)


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_s51_a_broken_request_is_refused_as_ever(cut: int) -> None:
    """What is no protobuf is handed on as it is, and the decoder refuses it."""
    body = _logs().SerializeToString()[:-cut]
    with pytest.raises(BadData):
        _decoded(Signal.LOGS, body)


def test_s51_a_secret_in_a_large_request_is_found() -> None:
    """Beyond the first stretch that is searched at once, also across its edge."""
    for size in (65_000, 65_480, 65_500, 65_536, 300_000):
        request = ExportLogsServiceRequest()
        log = request.resource_logs.add().scope_logs.add().log_records.add(time_unix_nano=7)
        log.body.string_value = f"{'x ' * (size // 2)}{TOKEN} {'y ' * 5}{TOKEN}"
        assert SECRET not in MASK(Signal.LOGS, request.SerializeToString())


@given(st.lists(st.sampled_from([sample.text.format(sample.secret) for sample in SAMPLES])))
def test_s51_masking_keeps_the_form_of_a_request(texts: list[str]) -> None:
    """However many secrets it holds, a request has as many records as before, in order."""
    request = ExportLogsServiceRequest()
    group = request.resource_logs.add().scope_logs.add()
    for number, text in enumerate(texts):
        log = group.log_records.add(time_unix_nano=number + 1)
        log.attributes.add(key="text").value.string_value = text
    cleared = ExportLogsServiceRequest.FromString(MASK(Signal.LOGS, request.SerializeToString()))
    logs = [
        log
        for source in cleared.resource_logs
        for scope in source.scope_logs
        for log in scope.log_records
    ]
    assert [log.time_unix_nano for log in logs] == [*range(1, len(texts) + 1)]
    assert all("[REDACTED:" in log.attributes[0].value.string_value for log in logs)
