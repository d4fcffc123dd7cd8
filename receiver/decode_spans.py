"""Spans, which need their ids: one without is refused alone."""

from collections.abc import Iterable, Iterator
from typing import Any

from receiver.any_value import Values, text
from receiver.decode_logs import SPAN_ID_SIZE, TRACE_ID_SIZE, valid_id
from receiver.origin import record_digest, settle
from receiver.protobuf_schema import SPAN
from store.signals import Resource, Scope, Span, SpanEvent


def spans(
    slices: Iterable[bytes], resource: Resource, scope: Scope, *, values: Values, seed: Any
) -> Iterator[Span | None]:
    """Decode encoded spans; ``None`` stands for one whose trace id or span id is invalid.

    ``seed`` is from ``record_seed``.
    """
    for wire in slices:
        message = SPAN.FromString(wire)
        trace_id = valid_id(message.trace_id, TRACE_ID_SIZE)
        span_id = valid_id(message.span_id, SPAN_ID_SIZE)
        if not trace_id or not span_id:
            yield None
            continue
        attributes = values.decode(message.attributes)
        events = tuple(_event(event, values) for event in message.events)
        yield Span(
            resource=resource,
            scope=scope,
            trace_id=trace_id,
            span_id=span_id,
            parent_span_id=valid_id(message.parent_span_id, SPAN_ID_SIZE),
            name=text(message.name),
            kind=message.kind,
            start_time_unix_nano=message.start_time_unix_nano,
            end_time_unix_nano=message.end_time_unix_nano,
            attributes=attributes,
            events=events,
            status_code=message.status.code,
            status_message=text(message.status.message),
            wire=wire,
            digest=_digest(message, values, seed),
        )


def _event(message: Any, values: Values) -> SpanEvent:
    attributes = values.decode(message.attributes)
    return SpanEvent(message.time_unix_nano, text(message.name), attributes)


def _digest(message: Any, values: Values, seed: Any) -> bytes:
    """Hash a span whose attributes, and those of its events, were decoded by ``values``."""
    settle(message, values.rewritten)
    for event in message.events:
        settle(event, values.rewritten)
    return record_digest(seed, message.SerializeToString(), message.start_time_unix_nano)
