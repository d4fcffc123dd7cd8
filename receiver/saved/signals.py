"""Which signal a protobuf export request is of: nothing in it says so."""

from typing import Any

from google.protobuf.message import DecodeError
from google.protobuf.unknown_fields import UnknownFieldSet

from receiver.protobuf_schema import ENVELOPE, LOG_RECORD, METRIC, SPAN
from store.signals import Signal

_TRACE_ID_SIZE = 16
_SPAN_ID_SIZE = 8


def signal_of(body: bytes) -> Signal | None:
    """Return the signal whose records a request holds; ``None`` where they are none.

    The three requests have the same envelope (OTLP 1.11, ``*_service.proto``), so the first record
    decides: a span has two ids of fixed size, a metric a name and data. A request without records
    is one of logs, and nothing is lost by that. Raises protobuf's ``DecodeError``.
    """
    for source in ENVELOPE.FromString(body).resource_logs:
        for group in source.scope_logs:
            for record in group.log_records:
                return _signal_of_record(record)
    return Signal.LOGS


def _signal_of_record(record: bytes) -> Signal | None:
    span = _parsed(SPAN, record)
    if (
        span is not None
        and len(span.trace_id) == _TRACE_ID_SIZE
        and len(span.span_id) == _SPAN_ID_SIZE
    ):
        return Signal.TRACES
    metric = _parsed(METRIC, record)
    if metric is not None and metric.name and metric.WhichOneof("data"):
        return Signal.METRICS
    return None if _parsed(LOG_RECORD, record) is None else Signal.LOGS


def _parsed(message_class: Any, record: bytes) -> Any:
    """Return the record as a message, ``None`` where its fields are not of that message."""
    try:
        message = message_class.FromString(record)
    except DecodeError:
        return None
    return None if len(UnknownFieldSet(message)) else message
