"""OTLP's nouns as they travel from the doors to the writer.

Named tuples: immutable, and the cheapest objects to build in the receiver's hot path. Times are
integer nanoseconds since the Unix epoch, 0 meaning *not set* as in OTLP. Every record carries its
own protobuf encoding (``wire``) and a ``digest`` of its canonical content, resource and scope, so
that the same record is recognised whichever door and encoding brought it. A record's digest begins
with its time, so that an index of digests grows at its end.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, TypeAlias

AnyValue: TypeAlias = (
    "str | bool | int | float | bytes | Sequence[AnyValue] | Mapping[str, AnyValue] | None"
)
"""A decoded OTLP ``AnyValue``; an unset value is ``None``, an array a list, a kvlist a dict."""

Attributes: TypeAlias = Mapping[str, AnyValue]
"""Decoded attributes; of a repeated key the last value is kept (the wire bytes keep them all)."""


class Signal(StrEnum):
    """The three OTLP signals this program receives."""

    LOGS = "logs"
    METRICS = "metrics"
    TRACES = "traces"


class Resource(NamedTuple):
    """Who sent a record: an OTLP ``Resource`` with the ``schema_url`` of its envelope."""

    attributes: Attributes
    schema_url: str
    wire: bytes
    """The ``Resource`` message, protobuf-encoded."""
    digest: bytes
    """16 bytes over the canonical encoding and the schema URL."""


class Scope(NamedTuple):
    """What library made a record: an ``InstrumentationScope`` with its ``schema_url``."""

    name: str
    version: str
    attributes: Attributes
    schema_url: str
    wire: bytes
    digest: bytes


class LogRecord(NamedTuple):
    """One OTLP log record (an *event* where it has an event name)."""

    resource: Resource
    scope: Scope
    time_unix_nano: int
    observed_time_unix_nano: int
    severity_number: int
    severity_text: str
    event_name: str
    body: AnyValue
    attributes: Attributes
    dropped_attributes_count: int
    flags: int
    trace_id: bytes
    """16 bytes, or empty where absent or invalid."""
    span_id: bytes
    """8 bytes, or empty where absent or invalid."""
    wire: bytes
    """The ``LogRecord`` message as received (or as the JSON means it)."""
    digest: bytes
    """16 bytes: 6 of the time, 10 of a hash of signal, resource, scope and canonical record."""


class SpanEvent(NamedTuple):
    """A point in time within a span."""

    time_unix_nano: int
    name: str
    attributes: Attributes


class Span(NamedTuple):
    """One OTLP span; links stay in ``wire``."""

    resource: Resource
    scope: Scope
    trace_id: bytes
    span_id: bytes
    parent_span_id: bytes
    name: str
    kind: int
    start_time_unix_nano: int
    end_time_unix_nano: int
    attributes: Attributes
    events: tuple[SpanEvent, ...]
    status_code: int
    status_message: str
    wire: bytes
    digest: bytes


DELTA = 1
CUMULATIVE = 2
"""OTLP ``AggregationTemporality``; 0 is unspecified."""

NO_RECORDED_VALUE = 1
"""``DataPointFlags`` bit: the series has ended, the point has no value (``metrics.proto``)."""


class MetricPoint(NamedTuple):
    """One data point with the metric it belongs to."""

    resource: Resource
    scope: Scope
    name: str
    unit: str
    kind: str
    """``gauge``, ``sum``, ``histogram``, ``exponential_histogram`` or ``summary``."""
    temporality: int
    """``DELTA``, ``CUMULATIVE`` or 0 where unspecified."""
    is_monotonic: bool
    start_time_unix_nano: int
    time_unix_nano: int
    value: int | float | None
    """The number of a gauge or sum point, the sum of the others; ``None`` where not recorded."""
    observation_count: int | None
    attributes: Attributes
    flags: int
    wire: bytes
    """A ``Metric`` message holding just this data point."""
    digest: bytes


Record: TypeAlias = LogRecord | Span | MetricPoint


class Batch(NamedTuple):
    """One decoded export request."""

    signal: Signal
    records: Sequence[Record]
    rejected: int
    """Records of the request that could not be read; they are in no way stored."""
    message: str
    """Why records were rejected, in English; empty when none were."""
    received_unix_nano: int
