"""Log records: the hot path, since agents speak mostly in events."""

from collections.abc import Iterable, Iterator
from typing import Any

from receiver.any_value import Values, text
from receiver.origin import record_digest, settle
from receiver.protobuf_schema import LOG_RECORD
from store.signals import LogRecord, Resource, Scope

TRACE_ID_SIZE = 16
SPAN_ID_SIZE = 8


def valid_id(raw: bytes, size: int) -> bytes:
    """Return a trace or span id, or nothing where it is invalid (OTLP 1.11 ``logs.proto``)."""
    return raw if len(raw) == size and any(raw) else b""


def log_records(
    slices: Iterable[bytes], resource: Resource, scope: Scope, *, values: Values, seed: Any
) -> Iterator[LogRecord]:
    """Decode encoded log records; ``seed`` is from ``record_seed``."""
    parse = LOG_RECORD.FromString
    pair, body, rewritten = values.pair, values.body, values.rewritten
    for wire in slices:
        message = parse(wire)
        attributes = dict(map(pair, message.attributes))
        content = body(message.body)
        if rewritten:
            settle(message, rewritten)
            message.body = rewritten.get(message.body, message.body)
        time_unix_nano = message.time_unix_nano
        observed_time_unix_nano = message.observed_time_unix_nano
        yield LogRecord(
            resource,
            scope,
            time_unix_nano,
            observed_time_unix_nano,
            message.severity_number,
            text(message.severity_text),
            text(message.event_name),
            content,
            attributes,
            message.dropped_attributes_count,
            message.flags,
            valid_id(message.trace_id, TRACE_ID_SIZE),
            valid_id(message.span_id, SPAN_ID_SIZE),
            wire,
            record_digest(
                seed, message.SerializeToString(), time_unix_nano or observed_time_unix_nano
            ),
        )
